{#
    A text in lower case but for the first letter of each word; words begin after a space, a hyphen or an apostrophe.

    expression: SQL of type string.
#}
{% macro initial_capitals(expression) -%}
    {{ return(adapter.dispatch('initial_capitals', 'audience360')(expression)) }}
{%- endmacro %}

{% macro default__initial_capitals(expression) -%}
    array_to_string(
        list_transform(
            regexp_extract_all(lower({{ expression }}), '[^ ''-]+|[ ''-]'),
            lambda word: upper(substr(word, 1, 1)) || substr(word, 2)
        ),
        ''
    )
{%- endmacro %}

{% macro spark__initial_capitals(expression) -%}
    array_join(
        transform(
            regexp_extract_all(lower({{ expression }}), '[^ \'-]+|[ \'-]', 0),
            word -> concat(upper(substr(word, 1, 1)), substr(word, 2))
        ),
        ''
    )
{%- endmacro %}
