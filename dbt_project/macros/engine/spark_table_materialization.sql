{#-
    Takes the place of dbt-spark's materialisation, which drops the table first and writes under its name: a crash in between leaves no
    table, and files that the next run stumbles over. See replace_spark_table.
-#}
{% materialization table, adapter='spark' %}

    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_relation(this) -%}

    {%- do run_spark_hooks(pre_hooks) -%}

    {%- do replace_spark_table(target_relation, existing_relation, sql) -%}
    {%- do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, full_refresh_mode=True)) -%}
    {%- do persist_docs(target_relation, model) -%}

    {%- do run_spark_hooks(post_hooks) -%}

    {{ return({'relations': [target_relation]}) }}

{% endmaterialization %}
