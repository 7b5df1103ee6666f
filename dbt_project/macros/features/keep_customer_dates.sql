{#
    Post-hook of feature_customer_dates, in the transaction that changes its rows: lists those who have a row that was made anew, keeps what
    was known of everybody, and forgets changes that are older than sixty days, or all where no date was kept.
#}
{% macro keep_customer_dates() %}
    {% set customer_inputs = ref('feature_customer_inputs') %}
    {% if not builds_whole() %}
        {% set changes = beside(this, 'changes') %}
        {{ list_changes() }};
        create or replace table {{ beside(this, 'customers') }} as
        select
            customer_id,
            grid_number,
            input_digest
        from {{ customer_inputs }};
        delete from {{ changes }}
        where
            generation < (select max(changes.generation) from {{ changes }} as changes)
            and (
                generation < (select max(changes.generation) from {{ changes }} as changes) - {{ 60 * 86400 * 1000000 }}
                or not exists (select 1 from {{ beside(this, 'plan') }} as plan where plan.is_kept)
            );
        drop table {{ beside(this, 'touched') }};
        {{ keep_dates(this) }}
    {% endif %}
{% endmacro %}
