{#
    The transient hashes that more than one row of a relation has, as a subquery of one column, key_hash; a hash may come more than once.
    What shares a hash need not share the key: compare those few rows in full.

    Engines with a sort that uses every core put the hashes in order and look at the neighbour, which takes half of what a group for each
    row of a large table takes. A cluster would do that on one machine, so that it groups.

    relation: what stands behind "from". columns: a list of column names or expressions. condition: SQL over its rows.
#}
{% macro repeated_hashes(relation, columns, condition='true') -%}
    {{ return(adapter.dispatch('repeated_hashes', 'audience360')(relation, columns, condition)) }}
{%- endmacro %}

{% macro default__repeated_hashes(relation, columns, condition) -%}
    select {{ transient_hash(columns) }} as key_hash
    from {{ relation }}
    where {{ condition }}
    group by key_hash
    having count(*) > 1
{%- endmacro %}

{% macro duckdb__repeated_hashes(relation, columns, condition) -%}
    select neighbours.key_hash
    from (
        select
            hashed_rows.key_hash,
            lag(hashed_rows.key_hash) over (order by hashed_rows.key_hash) as previous_hash
        from (
            select {{ transient_hash(columns) }} as key_hash
            from {{ relation }}
            where {{ condition }}
        ) as hashed_rows
    ) as neighbours
    where neighbours.key_hash = neighbours.previous_hash
{%- endmacro %}
