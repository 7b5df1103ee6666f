-- What an observer with perfect identity resolution sees of the people of the sample, day by day.
select
    activity.p,
    activity.t,
    case when activity.is_visit then activity.outcome end as outcome,
    activity.depth,
    activity.is_store_order,
    activity.is_join_day,
    online.has_coupon,
    (online.item_count > 1)::int + (online.item_count > 3)::int as basket,
    in_store.has_coupon as store_has_coupon,
    (in_store.item_count > 1)::int + (in_store.item_count > 3)::int as store_basket,
    people.device_count = 3
    and coalesce(activity.outcome, 0) <> 2
    and u01(activity.kd, 40) >= 1 - getvariable('unlinked_visit_share') as is_on_unlinked_device
from activity
inner join people on activity.p = people.p
left join order_plan as online on activity.p = online.p and activity.t = online.t and online.kind = 0
left join order_plan as in_store on activity.p = in_store.p and activity.t = in_store.t and in_store.kind = 4
where activity.p % getvariable('sample_step') = 0 and activity.t >= getvariable('window_first_day')
