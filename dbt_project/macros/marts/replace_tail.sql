{#-
    Incremental strategy replace_tail: for each key that the new rows hold, everything in the target from the earliest new row on is
    replaced by the new rows.
    Unlike delete+insert it also removes rows whose own key has vanished, such as a session that a late event joined to the one before it.
    unique_key (config): the column that identifies a series, such as a device. tail_column (config): the column that orders it.
-#}
{% macro get_incremental_replace_tail_sql(arg_dict) -%}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set source = arg_dict['temp_relation'] -%}
    {%- set key = arg_dict['unique_key'] -%}
    {%- set tail_column = config.require('tail_column') -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ target }}
    where exists (
        select 1
        from (
            select
                {{ key }} as tail_key,
                min({{ tail_column }}) as tail_from
            from {{ source }}
            group by {{ key }}
        ) as tails
        where tails.tail_key = {{ target }}.{{ key }} and {{ target }}.{{ tail_column }} >= tails.tail_from
    );

    insert into {{ target }} ({{ columns }})
    select {{ columns }} from {{ source }}
{%- endmacro %}
