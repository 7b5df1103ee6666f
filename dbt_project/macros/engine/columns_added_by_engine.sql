{#
    The columns that an engine gives a model beyond those of its query: a list of names.

    config: the configuration of the model.
#}
{% macro columns_added_by_engine(config) %}
    {{ return(adapter.dispatch('columns_added_by_engine', 'audience360')(config)) }}
{% endmacro %}

{% macro default__columns_added_by_engine(config) %}
    {{ return([]) }}
{% endmacro %}

{#
    An incremental model whose unique_key is a date is partitioned by its month. Days would make hundreds of files too small to be worth
    opening (measured: 700 days of a small shop take two minutes to create, 24 months five seconds).
#}
{% macro spark__columns_added_by_engine(config) %}
    {%- set unique_key = config.get('unique_key', none) -%}
    {%- set is_by_date = unique_key is string and unique_key.endswith('_date') and config.get('materialized') == 'incremental' -%}
    {{ return([unique_key ~ '_month'] if is_by_date else []) }}
{% endmacro %}
