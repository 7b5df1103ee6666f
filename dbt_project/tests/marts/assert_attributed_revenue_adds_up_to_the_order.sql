with

credits as (

    select
        attribution_model,
        order_id,
        sum(credited_share) as credited_share,
        sum(credited_net_revenue) as credited_net_revenue
    from {{ ref('fct_order_attributions') }}
    group by
        attribution_model,
        order_id

)

select
    credits.attribution_model,
    credits.order_id,
    credits.credited_share,
    credits.credited_net_revenue,
    orders.net_revenue
from credits
inner join {{ ref('fct_orders') }} as orders
    on credits.order_id = orders.order_id
where
    credits.credited_share <> 1
    or (orders.net_revenue is not null and coalesce(credits.credited_net_revenue, 0) <> orders.net_revenue)
    or (orders.net_revenue is null and credits.credited_net_revenue is not null)
