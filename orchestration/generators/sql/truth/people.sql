select
    people.p::bigint as person_id,
    latent_types.latent_type,
    activity_levels.factor as activity_factor,
    people.is_founder,
    getvariable('start_date') + people.join_day as joined_on,
    ['contact_and_account', 'contact_only', 'account_only', 'guest_only'][people.kind + 1] as known_as,
    is_alive_on(people.starts_dormant, people.spell_ends, getvariable('last_day')) as is_alive_at_end,
    people.is_tracked,
    people.has_machine_opens,
    categories.category_name as favourite_category,
    (people.peak_hour % 24 + 24) % 24 as peak_hour_local,
    people.time_zone,
    people.country as country_code,
    people.email,
    people.p % getvariable('sample_step') = 0 as is_in_probability_sample
from people
inner join latent_types on people.z = latent_types.type_number
inner join activity_levels on people.activity_level = activity_levels.level_number
inner join categories on people.favourite_category = categories.category_number
where people.join_day <= getvariable('last_day')
