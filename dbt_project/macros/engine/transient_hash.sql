{#
    A fast 64-bit hash of some columns, for grouping and joining inside one statement. Engines and versions differ in it and different
    rows may share it: let no result depend on it. Where a sum of it is kept (edges_digest), another value may only mean more work. For a
    lasting number see identifier_hash.

    columns: a list of column names or expressions.
#}
{% macro transient_hash(columns) -%}
    {{ return(adapter.dispatch('transient_hash', 'audience360')(columns)) }}
{%- endmacro %}

{% macro default__transient_hash(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}

{% macro spark__transient_hash(columns) -%}
    xxhash64({{ columns | join(', ') }})
{%- endmacro %}

{% macro snowflake__transient_hash(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}

{% macro bigquery__transient_hash(columns) -%}
    farm_fingerprint(to_json_string(struct({{ columns | join(', ') }})))
{%- endmacro %}

{# The lengths keep ('a', 'bc') and ('ab', 'c') apart; a null counts as an empty text. #}
{% macro redshift__transient_hash(columns) -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- do parts.append("coalesce(len(cast(" ~ column ~ " as varchar)), 0) || ':' || coalesce(cast(" ~ column ~ " as varchar), '')") -%}
    {%- endfor -%}
    strtol(substring(md5({{ parts | join(' || ') }}), 1, 15), 16)
{%- endmacro %}
