-- The days of people on which anything happens: a visit (and how it ended) or a purchase in a store.
insert into activity
with

mission_days as (

    select distinct
        p,
        unnest(range(greatest(t, getvariable('from_day')), least(end_day, getvariable('to_day'))))::int as t
    from missions
    where t < getvariable('to_day') and end_day > getvariable('from_day')

),

mission_visits as (

    select
        mission_days.p,
        mission_days.t,
        mix32(xor(people.k, calendar.kt)) as kd,
        true as is_mission,
        mission_days.t = people.join_day as is_join_day,
        65536 * latent_types.visit_mission * calendar.weekday_factors[1 + people.rhythm] as visit_cut,
        (kd >> 16) < visit_cut as is_visit
    from mission_days
    inner join people on mission_days.p = people.p
    inner join calendar on mission_days.t = calendar.t
    inner join latent_types on people.z = latent_types.type_number
    where is_alive_on(people.starts_dormant, people.spell_ends, mission_days.t)

),

quiet_visits as (

    select
        candidate_days.p,
        candidate_days.t,
        candidate_days.kd,
        false as is_mission,
        false as is_join_day,
        candidate_days.is_alive or (candidate_days.kd >> 16) < 65536 * getvariable('visit_dormant') as is_visit
    from candidate_days
    where candidate_days.is_quiet_visit

),

days as (

    select
        p,
        t,
        any_value(kd) as kd,
        bool_or(is_mission) as is_mission,
        bool_or(is_join_day) as is_join_day,
        bool_or(is_visit) as is_visit
    from (
        select * exclude (visit_cut) from mission_visits
        union all
        select * from quiet_visits
    )
    group by p, t

),

outcomes as (

    select
        days.*,
        people.z,
        people.kind,
        people.is_tracked,
        is_alive_on(people.starts_dormant, people.spell_ends, days.t) as is_alive,
        case when calendar.is_sale then latent_types.sale_lift else 1.0 end as lift,
        latent_types.* exclude (type_number)
    from days
    inner join people on days.p = people.p
    inner join calendar on days.t = calendar.t
    inner join latent_types on people.z = latent_types.type_number

),

decided as (

    select
        p,
        t,
        kd,
        z,
        is_mission,
        is_join_day,
        is_tracked,
        (is_visit or is_join_day) as is_visit,
        case
            when not (is_visit or is_join_day) then null
            when is_join_day and (kind = 3 or u01(kd, 2) < 0.45) then 2
            when not is_alive then 0
            when u01(kd, 2) < least(case when is_mission then order_mission else order_quiet end * lift, getvariable('order_cap')) then 2
            when u01(kd, 2) >= 1 - case when is_mission then cart_mission else cart_quiet end then 1
            else 0
        end as outcome,
        is_mission and u01(kd, 3) < store_order as is_store_order,
        case when u01(kd, 4) < depth[1] then 0 when u01(kd, 4) < depth[1] + depth[2] then 1 else 2 end as depth
    from outcomes

)

select *
from decided
where is_visit or is_store_order;
