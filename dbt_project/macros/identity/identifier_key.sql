{#-
    The key of a typed identifier: the type is part of what is hashed, so that an account "17" and a contact "17" differ.
    identifier_type: one of seeds/identity_identifier_types.csv, as text.
    value: SQL of type string, normalised by staging; null gives null.
-#}
{% macro identifier_key(identifier_type, value) -%}
    {{ identifier_hash("'" ~ identifier_type ~ "|' || " ~ value) }}
{%- endmacro %}
