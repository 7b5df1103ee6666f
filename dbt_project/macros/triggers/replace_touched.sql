{#-
    Incremental strategy replace_touched: the rows of all touched keys are taken out, those of them that are there now are put in.
    unique_key (config): the column of the keys. The model is hooked to find_touched and keep_inputs and reads, in an incremental run, the
    keys of touched_customers() only.
-#}
{% macro get_incremental_replace_touched_sql(arg_dict) -%}
    {%- set target = arg_dict['target_relation'] -%}
    {%- set key = arg_dict['unique_key'] -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ target }}
    where {{ key }} in (select touched.{{ key }} from {{ touched_customers() }} as touched);

    insert into {{ target }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{%- endmacro %}
