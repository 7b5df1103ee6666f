{#
    The reason why a row of a source table is rejected, or null: the first breach of the contract that the source's YAML declares.

    A mandatory column must be there and must have an accepted value; an unreadable value rejects the row in any column. An optional
    column with a readable but implausible value does not: staging empties that one attribute and says so in invalid_attributes.
    The SQL reads the landing relation's columns unqualified.

    source_name, table_name: the declared source table.
#}
{% macro contract_breach(source_name, table_name) %}
        case
            when _malformed is not null then _malformed
            {%- for check in source_contract(source_name, table_name).checks %}
            {%- if check.is_mandatory %}
            when {{ check.name }} is null{{ ' or ' ~ check.name ~ " = ''" if check.data_type == 'string' }} then '{{ check.name }} is missing'
            {%- endif %}
            {%- if check.is_mandatory and check.accepted_values %}
            when lower(trim({{ check.name }})) not in ('{{ check.accepted_values | join("', '") }}') then '{{ check.name }} is not an accepted value'
            {%- endif %}
            {%- if check.pattern %}
            when not {{ matches_pattern(check.name, check.pattern) }} then '{{ check.name }} is malformed'
            {%- endif %}
            {%- if check.is_email %}
            when not {{ is_email_address(check.name) }} then '{{ check.name }} is not an e-mail address'
            {%- endif %}
            {%- if check.is_plausible_time %}
            {%- set arrival = check.arrival_column or check.name %}
            when {{ check.name }} < cast('{{ var("earliest_plausible_at") }}' as timestamp) then '{{ check.name }} is implausibly early'
            when least({{ check.name }}, coalesce({{ arrival }}, {{ check.name }})) > _loaded_at + interval '{{ var("max_hours_ahead_of_load") }}' hour
                then '{{ check.name }} is later than the delivery'
            {%- endif %}
            {%- endfor %}
        end
{%- endmacro %}
