{#
    Pre-hook of feature_customer_dates: as plan_dates, but the customers to make anew are found here, by a digest of everything that features
    read of them, by the first date that it counts for (feature_customer_inputs). It compares states, not files or times: late rows, merges,
    splits, erasures and changed attributes all are another digest. What the rows were made from is kept beside the model in `__customers`.

    During a run `__touched` lies there too: whose rows of which dates are made anew. Dates that are made anew, and on the others whoever
    had a row that goes now, are listed in `__changes` for the models after this one; keep_customer_dates adds those who have one then.
#}
{% macro plan_customer_dates() %}
    {% set date_inputs = ref('feature_date_inputs') %}
    {% set customer_inputs = ref('feature_customer_inputs') %}
    {% if not builds_whole() %}
        {% set changes = beside(this, 'changes') %}
        {{ create_changes_table(this) }};
        {{ create_inputs_table(this) }};
        create table if not exists {{ beside(this, 'customers') }} (customer_id varchar, grid_number bigint, input_digest decimal(38, 0));
        {{ create_plan(date_inputs, 'kept_inputs.generation = (select max(changes.generation) from ' ~ changes ~ ' as changes)') }};

        insert into {{ changes }}
        select
            (select greatest(coalesce(max(changes.generation) + 1, 0), epoch_us(now())) from {{ changes }} as changes),
            null,
            plan.as_of_date
        from {{ beside(this, 'plan') }} as plan
        where not plan.is_kept;

        create or replace table {{ beside(this, 'touched') }} as
        with

        customers as (

            select
                coalesce(customer_inputs.customer_id, kept_inputs.customer_id) as customer_id,
                min(
                    case
                        when customer_inputs.input_digest is distinct from kept_inputs.input_digest
                            then coalesce(customer_inputs.grid_number, kept_inputs.grid_number)
                    end
                ) as changed_grid_number
            from {{ customer_inputs }} as customer_inputs
            full outer join {{ beside(this, 'customers') }} as kept_inputs
                on
                    customer_inputs.customer_id = kept_inputs.customer_id
                    and customer_inputs.grid_number = kept_inputs.grid_number
            group by 1

        )

        select
            customers.customer_id,
            plan.as_of_date
        from customers
        inner join {{ beside(this, 'plan') }} as plan
            on (not plan.is_kept or customers.changed_grid_number <= plan.grid_number);

        create or replace table {{ beside(this, 'due') }} (customer_id varchar, as_of_date date);

        {% if load_relation(this) is not none and not should_full_refresh() %}
            insert into {{ beside(this, 'due') }}
            {{ touched_rows() }};
            {{ list_changes() }}
        {% endif %}
    {% endif %}
{% endmacro %}

{# Rows of feature_customer_dates, on dates that are kept, of those whom its `__touched` names. #}
{% macro touched_rows() %}
    select
        customer_dates.customer_id,
        customer_dates.as_of_date
    from {{ this }} as customer_dates
    inner join {{ beside(this, 'touched') }} as touched
        on
            coalesce(customer_dates.current_customer_id, customer_dates.customer_id) = touched.customer_id
            and customer_dates.as_of_date = touched.as_of_date
    inner join {{ beside(this, 'plan') }} as plan
        on customer_dates.as_of_date = plan.as_of_date
    where plan.is_kept
{% endmacro %}

{# Lists them in the newest generation of `__changes`. #}
{% macro list_changes() %}
    {% set changes = beside(this, 'changes') %}
    insert into {{ changes }}
    select
        (select max(changes.generation) from {{ changes }} as changes),
        changed_rows.customer_id,
        changed_rows.as_of_date
    from ({{ touched_rows() }}) as changed_rows
{% endmacro %}
