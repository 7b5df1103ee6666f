-- What people do on the days from_day <= t < to_day, at the grain person and day. Missions that began up to
-- mission_max_days earlier must already be in the table missions (missions_only fills it for days before the window).

-- One 32-bit number per person and day decides both on a quiet visit (upper half) and on the start of a mission (lower half).
create or replace temp table candidate_days as
with

person_days as (

    select
        people.p,
        calendar.t,
        mix32(xor(people.k, calendar.kt)) as kd,
        people.quiet_visit_cut * calendar.weekday_factors[1 + people.rhythm] as visit_cut,
        65536 * least(people.mission_rate * calendar.season, getvariable('mission_max_rate')) as mission_cut,
        calendar.t = people.join_day as is_join_day,
        people.starts_dormant,
        people.spell_ends
    from people
    cross join calendar
    where
        calendar.t >= getvariable('from_day')
        and calendar.t < getvariable('to_day')
        and calendar.t >= people.enter_day

)

select
    p,
    t,
    kd,
    (kd >> 16) < visit_cut as is_quiet_visit,
    (kd & 65535) < mission_cut or is_join_day as is_mission_start,
    is_alive_on(starts_dormant, spell_ends, t) as is_alive
from person_days
where (kd >> 16) < visit_cut or (kd & 65535) < mission_cut or is_join_day;

insert into missions
select
    p,
    t,
    t + least(geometric_days(u01(kd, 1), getvariable('mission_end_rate')), getvariable('mission_max_days')) as end_day
from candidate_days
where is_mission_start and is_alive;
