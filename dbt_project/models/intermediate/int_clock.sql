with

{% if var('as_of_at') -%}
    final as (

        select
            cast('{{ var("as_of_at") }}' as timestamp) as as_of_at,
            cast(cast('{{ var("as_of_at") }}' as timestamp) as date) as as_of_date

    )
{%- else -%}
    dated_activity as (

        select
            cast(ordered_at as date) as activity_date,
            cast(_loaded_at as date) as load_date
        from {{ ref('stg_shop__orders') }}

        union all

        select
            event_date as activity_date,
            load_date
        from {{ ref('int_web_days') }}
        where not is_bot

        union all

        select
            event_date as activity_date,
            load_date
        from {{ ref('int_email_days') }}

        union all

        select
            cast(created_at as date) as activity_date,
            cast(_loaded_at as date) as load_date
        from {{ ref('stg_crm__contacts') }}

        union all

        select
            cast(created_at as date) as activity_date,
            cast(_loaded_at as date) as load_date
        from {{ ref('stg_shop__customers') }}

    ),

    newest_activity as (

        select coalesce(max(activity_date), date '1970-01-01') as newest_activity_date
        from dated_activity
        where activity_date <= load_date

    ),

    final as (

        select
            cast(newest_activity_date + interval 1 day as timestamp) as as_of_at,
            cast(newest_activity_date + interval 1 day as date) as as_of_date
        from newest_activity

    )
{%- endif %}

select * from final
