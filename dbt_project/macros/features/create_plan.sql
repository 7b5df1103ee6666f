{#
    The table `__plan` beside a model of strategy replace_dates: one row per date of the model, and whether its rows stay where they are.

    dates: relation whose dates the model has. condition: SQL that has to be true too, of date_inputs, and of kept_inputs, what the rows
    were made from.
#}
{% macro create_plan(dates, condition) %}
    {% set date_inputs = ref('feature_date_inputs') %}
    create or replace table {{ beside(this, 'plan') }} as
    select
        date_inputs.as_of_date,
        date_inputs.grid_number,
        date_inputs.input_digest,
        {% if load_relation(this) is none or should_full_refresh() -%}
            false
        {%- else -%}
            coalesce(
                date_inputs.input_digest = kept_inputs.input_digest
                and kept_inputs.model_digest = '{{ features_digest() }}'
                and {{ condition }},
                false
            )
        {%- endif %} as is_kept
    from {{ date_inputs }} as date_inputs
    inner join {{ dates }} as dates
        on date_inputs.as_of_date = dates.as_of_date
    left join {{ beside(this, 'inputs') }} as kept_inputs
        on date_inputs.as_of_date = kept_inputs.as_of_date
{% endmacro %}
