{#
    Pre-hook of a model of strategy replace_dates, whose rows are about a customer on a date: finds the rows to make anew. The rows of a
    date stay where they are as long as what holds for the whole date (feature_date_inputs) is what it was, but for customers of whom
    something else is known on the date now: feature_customer_dates finds and lists those (see plan_customer_dates). Today is always made
    anew, and so is all of a model that was changed.

    Beside the model lie, during a run, `__plan`, which dates are kept, and `__due`, which customers of which dates are made anew, with
    those that are none any more. Not where a model is always built whole (builds_whole).

    dates: relation whose dates the model has.
#}
{% macro plan_dates(dates) %}
    {% set customer_dates = ref('feature_customer_dates') %}
    {% set date_inputs = ref('feature_date_inputs') %}
    {% if not builds_whole() %}
        {% set changes = beside(customer_dates, 'changes') %}
        {{ create_changes_table(customer_dates) }};
        {{ create_inputs_table(this) }};
        {%- set is_listed %}
            kept_inputs.generation >= (select min(changes.generation) from {{ changes }} as changes)
            and not exists (
                select 1
                from {{ changes }} as changes
                where
                    changes.customer_id is null
                    and changes.as_of_date = date_inputs.as_of_date
                    and changes.generation > kept_inputs.generation
            )
        {%- endset %}
        {{ create_plan(dates, is_listed) }};

        create or replace table {{ beside(this, 'due') }} as
        select
            customer_dates.customer_id,
            customer_dates.as_of_date
        from {{ customer_dates }} as customer_dates
        inner join {{ beside(this, 'plan') }} as plan
            on customer_dates.as_of_date = plan.as_of_date
        where not plan.is_kept

        union

        select
            changes.customer_id,
            changes.as_of_date
        from {{ changes }} as changes
        inner join {{ beside(this, 'plan') }} as plan
            on changes.as_of_date = plan.as_of_date
        where
            plan.is_kept
            and changes.generation > (select min(kept_inputs.generation) from {{ beside(this, 'inputs') }} as kept_inputs)
    {% endif %}
{% endmacro %}
