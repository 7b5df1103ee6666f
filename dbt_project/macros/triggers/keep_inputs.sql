{#
    Post-hook of a model of strategy replace_touched, in the transaction that changes its rows: keeps what they were made from.

    inputs, key: as for find_touched.
#}
{% macro keep_inputs(inputs, key) %}
    {% if not builds_whole() %}
        create or replace table {{ kept_inputs() }} as
        select
            {{ key }},
            input_digest,
            '{{ model.checksum.checksum }}' as model_digest
        from {{ inputs }};
        drop table if exists {{ touched_customers() }}
    {% endif %}
{% endmacro %}
