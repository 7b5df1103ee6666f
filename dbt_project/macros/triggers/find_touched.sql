{#
    Pre-hook of a model of strategy replace_touched: finds the keys whose inputs are not those that their rows were made from, by a digest
    of everything that the model reads about a key. It compares states, not files or times: late rows, merges, splits, policies, and a clock
    that moves either way all are another digest. A model that was changed itself, or has rows and no record of inputs, is touched in all keys.

    inputs: relation with one row per key and its input_digest. key: the column that both it and the model have.
#}
{% macro find_touched(inputs, key) %}
    {% if not builds_whole() and load_relation(this) is not none and not should_full_refresh() %}
        {% if load_relation(kept_inputs()) is none %}
            create table {{ kept_inputs() }} as
            select distinct
                {{ key }},
                cast(null as decimal(38, 0)) as input_digest,
                '' as model_digest
            from {{ this }};
        {% endif %}
        create or replace table {{ touched_customers() }} as
        select coalesce(inputs.{{ key }}, kept_inputs.{{ key }}) as {{ key }}
        from {{ inputs }} as inputs
        full outer join {{ kept_inputs() }} as kept_inputs
            on inputs.{{ key }} = kept_inputs.{{ key }}
        where
            inputs.input_digest is distinct from kept_inputs.input_digest
            or kept_inputs.model_digest is distinct from '{{ model.checksum.checksum }}'
    {% endif %}
{% endmacro %}
