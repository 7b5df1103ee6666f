{#
    A stored value as a value of the declared type; null when it cannot be read without losing something. Only decimals are rounded.

    Arguments:
        reading: the way of reading, chosen in orchestration/landing/reading.py from the stored and the declared type.
        stored: SQL of the stored value.
        data_type: declared type.
#}
{% macro landing_value(reading, stored, data_type) %}
    {{ return(adapter.dispatch('landing_value', 'audience360')(reading, stored, data_type)) }}
{% endmacro %}

{% macro default__landing_value(reading, stored, data_type) %}
    {%- set text = 'trim(' ~ stored ~ ')' -%}
    {%- set number = "regexp_full_match(" ~ text ~ ", '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?')" -%}
    {%- set date = '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}' -%}
    {%- set time = '[ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?' -%}
    {%- set zone = '( ?Z| ?UTC|[+-][0-9]{2}(:?[0-9]{2})?)' -%}
    {%- set readings = {
        'as_is': stored,
        'cast': 'cast(' ~ stored ~ ' as ' ~ data_type ~ ')',
        'null': 'cast(null as ' ~ data_type ~ ')',
        'utc': 'cast(' ~ stored ~ " at time zone 'UTC' as " ~ data_type ~ ')',
        'json': 'cast(to_json(' ~ stored ~ ') as string)',
        'number_text': 'case when ' ~ stored ~ ' = trunc(' ~ stored ~ ') and abs(' ~ stored ~ ') < 1e15 then cast(cast(' ~ stored
            ~ ' as bigint) as string) else cast(' ~ stored ~ ' as string) end',
        'decode_text': 'try(decode(' ~ stored ~ '))',
        'checked': 'try_cast(' ~ stored ~ ' as ' ~ data_type ~ ')',
        'integral': 'case when ' ~ stored ~ ' = trunc(' ~ stored ~ ') then try_cast(' ~ stored ~ ' as ' ~ data_type ~ ') end',
        'finite': 'case when ' ~ is_finite(stored) ~ ' then cast(' ~ stored ~ ' as ' ~ data_type ~ ') end',
        'zero_one': 'case when ' ~ stored ~ ' in (0, 1) then ' ~ stored ~ ' = 1 end',
        'midnight': 'case when cast(cast(' ~ stored ~ ' as date) as timestamp) = ' ~ stored ~ ' then cast(' ~ stored ~ ' as date) end',
        'utc_midnight': 'case when cast(cast(' ~ stored ~ " at time zone 'UTC' as date) as timestamp) = (" ~ stored
            ~ " at time zone 'UTC') then cast(" ~ stored ~ " at time zone 'UTC' as date) end",
        'text_integer': "case when regexp_full_match(" ~ text ~ ", '[+-]?[0-9]+([.]0*)?') then try_cast(" ~ text ~ ' as ' ~ data_type
            ~ ') end',
        'text_decimal': 'case when ' ~ number ~ ' then try_cast(' ~ text ~ ' as ' ~ data_type ~ ') end',
        'text_double': 'case when ' ~ number ~ ' and ' ~ is_finite('try_cast(' ~ text ~ ' as double)') ~ ' then try_cast(' ~ text
            ~ ' as ' ~ data_type ~ ') end',
        'text_boolean': 'case when lower(' ~ text ~ ") in ('true', 't', 'yes', 'y', '1') then true when lower(" ~ text
            ~ ") in ('false', 'f', 'no', 'n', '0') then false end",
        'text_date': "case when regexp_full_match(" ~ text ~ ", '" ~ date ~ "([ T]00:00(:00([.]0+)?)?Z?)?') then try_cast(regexp_extract("
            ~ text ~ ", '^" ~ date ~ "') as date) end",
        'text_timestamp': "case when regexp_full_match(" ~ text ~ ", '" ~ date ~ '(' ~ time ~ ")?') then try_cast(" ~ text
            ~ " as timestamp) when regexp_full_match(" ~ text ~ ", '" ~ date ~ time ~ zone ~ "') then try_cast(regexp_replace(regexp_replace("
            ~ text ~ ", ' ?(Z|UTC)$', '+00'), '([+-][0-9]{2})([0-9]{2})$', '\\1:\\2') as timestamptz) at time zone 'UTC' end",
    } -%}
    {{ return(readings[reading]) }}
{% endmacro %}

{# Timestamps without a zone are read as such; the session's time zone is UTC, so that a cast to `timestamp` keeps the digits. #}
{% macro spark__landing_value(reading, stored, data_type) %}
    {%- set text = 'trim(' ~ stored ~ ')' -%}
    {%- set number = text ~ " rlike r'^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?\\z'" -%}
    {%- set date = '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}' -%}
    {%- set time = '[ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?' -%}
    {%- set zone = '( ?Z| ?UTC|[+-][0-9]{2}(:?[0-9]{2})?)' -%}
    {%- set whole = stored ~ ' % 1 = 0' -%}
    {%- set cast_text = 'try_cast(' ~ text ~ ' as ' ~ data_type ~ ')' -%}
    {%- set readings = {
        'as_is': 'cast(' ~ stored ~ ' as ' ~ data_type ~ ')',
        'cast': 'cast(' ~ stored ~ ' as ' ~ data_type ~ ')',
        'null': 'cast(null as ' ~ data_type ~ ')',
        'utc': 'cast(' ~ stored ~ ' as ' ~ data_type ~ ')',
        'json': 'to_json(' ~ stored ~ ')',
        'number_text': 'case when ' ~ whole ~ ' and abs(' ~ stored ~ ') < 1e15 then cast(cast(' ~ stored
            ~ ' as bigint) as string) else cast(' ~ stored ~ ' as string) end',
        'decode_text': 'try_validate_utf8(cast(' ~ stored ~ ' as string))',
        'checked': 'try_cast(' ~ stored ~ ' as ' ~ data_type ~ ')',
        'integral': 'case when ' ~ whole ~ ' then try_cast(' ~ stored ~ ' as ' ~ data_type ~ ') end',
        'finite': 'case when ' ~ is_finite(stored) ~ ' then cast(' ~ stored ~ ' as ' ~ data_type ~ ') end',
        'zero_one': 'case when ' ~ stored ~ ' in (0, 1) then ' ~ stored ~ ' = 1 end',
        'midnight': 'case when cast(cast(' ~ stored ~ ' as date) as timestamp) = ' ~ stored ~ ' then cast(' ~ stored ~ ' as date) end',
        'utc_midnight': 'case when cast(cast(' ~ stored ~ ' as date) as timestamp) = ' ~ stored ~ ' then cast(' ~ stored ~ ' as date) end',
        'text_integer': 'case when ' ~ text ~ " rlike r'^[+-]?[0-9]+([.]0*)?\\z' then try_cast(regexp_replace(" ~ text
            ~ ", r'[.]0*\\z', '') as " ~ data_type ~ ') end',
        'text_decimal': 'case when ' ~ number ~ ' then ' ~ cast_text ~ ' end',
        'text_double': 'case when ' ~ number ~ ' and ' ~ is_finite('try_cast(' ~ text ~ ' as double)') ~ ' then ' ~ cast_text ~ ' end',
        'text_boolean': 'case when lower(' ~ text ~ ") in ('true', 't', 'yes', 'y', '1') then true when lower(" ~ text
            ~ ") in ('false', 'f', 'no', 'n', '0') then false end",
        'text_date': 'case when ' ~ text ~ " rlike r'^" ~ date ~ "([ T]00:00(:00([.]0+)?)?Z?)?\\z' then try_cast(regexp_extract("
            ~ text ~ ", r'^" ~ date ~ "', 0) as date) end",
        'text_timestamp': 'case when ' ~ text ~ " rlike r'^" ~ date ~ '(' ~ time ~ ")?\\z' then try_cast(" ~ text
            ~ ' as timestamp) when ' ~ text ~ " rlike r'^" ~ date ~ time ~ zone ~ "\\z' then try_cast(regexp_replace(regexp_replace("
            ~ text ~ ", r' ?(Z|UTC)\\z', '+00:00'), r'([+-][0-9]{2})([0-9]{2})\\z', '$1:$2') as timestamp) end",
    } -%}
    {{ return(readings[reading]) }}
{% endmacro %}
