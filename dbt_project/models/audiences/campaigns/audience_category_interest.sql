with

clock as (

    select * from {{ ref('int_clock') }}

),

recipients as (

    select * from {{ ref('audience_recipients') }}
    where audience_name = 'category_interest'

),

lookback as (

    select max(threshold_value) as lookback_days
    from {{ ref('segment_thresholds') }}
    where
        segment_name = 'segment_category_interested'
        and threshold_name = 'lookback_days'

),

category_views as (

    select
        view_days.customer_id,
        view_days.category,
        sum(view_days.product_view_count) as product_view_count
    from {{ ref('fct_category_view_days') }} as view_days
    cross join clock
    cross join lookback
    where
        view_days.category is not null
        and view_days.view_date < clock.as_of_date
        and view_days.view_date >= {{ dbt.dateadd('day', '-lookback.lookback_days', 'clock.as_of_date') }}
    group by
        view_days.customer_id,
        view_days.category

),

ranked_categories as (

    select
        customer_id,
        category,
        row_number() over (partition by customer_id order by product_view_count desc, category asc) as category_rank
    from category_views

),

final as (

    select
        recipients.audience_name,
        recipients.customer_id,
        recipients.email,
        recipients.first_name,
        recipients.language_code,
        recipients.top_category,
        recipients.last_product_name,
        cast(null as {{ dbt.type_string() }}) as featured_product_id,
        cast(null as {{ dbt.type_string() }}) as featured_product_name,
        ranked_categories.category as featured_category,
        cast(null as decimal(18, 2)) as cart_value,
        recipients.offer_code,
        recipients.experiment_id
    from recipients
    inner join ranked_categories
        on recipients.customer_id = ranked_categories.customer_id
    where ranked_categories.category_rank = 1

)

select * from final
