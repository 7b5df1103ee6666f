{# A table, not a view: versions are put in order and texts matched once, not by every reader. #}
{{ config(materialized='table') }}

with

accepted as (

    select * from {{ ref('base_crm__contacts') }}
    where _row_status = 'accepted'

),

countries as (

    select * from {{ ref('countries') }}

),

country_names as (

    select * from {{ ref('country_names') }}

),

-- few spellings, many rows: each spelling is looked up once
spelled_countries as (

    select distinct country as spelling
    from {{ ref('base_crm__contacts') }}

),

known_countries as (

    select
        spelled_countries.spelling,
        countries.country_code,
        countries.calling_code,
        countries.trunk_prefix,
        countries.min_phone_digits,
        countries.max_phone_digits
    from spelled_countries
    inner join country_names on {{ lookup_key('spelled_countries.spelling') }} = country_names.country_name
    inner join countries on country_names.country_code = countries.country_code

),

languages as (

    select * from {{ ref('languages') }}

),

time_zones as (

    select * from {{ ref('time_zones') }}

),

keyed as (

    select
        *,
        {{ email_as_given('email') }} as email_as_given,
        {{ dialled_digits('phone') }} as dialled_digits,
        {{ language_lookup_key('language') }} as language_key,
        replace(lower(trim(time_zone)), ' ', '_') as time_zone_key,
        upper(trim(region)) as region_key,
        case
            when lower(trim(gender)) in ('f', 'female', 'woman', 'w') then 'female'
            when lower(trim(gender)) in ('m', 'male', 'man') then 'male'
            when lower(trim(gender)) in ('x', 'd', 'other', 'diverse', 'non-binary', 'nonbinary') then 'other'
        end as known_gender,
        case
            when
                birth_date <= cast(_loaded_at as date)
                and birth_date > cast(_loaded_at - interval '{{ var("max_age_years") }}' year as date)
                then birth_date
        end as plausible_birth_date,
        lead(updated_at) over (partition by contact_id order by updated_at) as valid_to
    from accepted

),

located as (

    select
        keyed.*,
        known_countries.country_code,
        known_countries.calling_code,
        known_countries.trunk_prefix,
        known_countries.min_phone_digits,
        known_countries.max_phone_digits,
        case
            when {{ matches_pattern('keyed.region_key', '^[A-Z0-9]{1,3}$') }} then known_countries.country_code || '-' || keyed.region_key
            when not {{ matches_pattern('keyed.region_key', '^[A-Z]{2}-[A-Z0-9]{1,3}$') }} then null
            -- not split_part: DuckDB 2.0 cannot plan its comparison where statistics say that nobody has a region
            when substr(keyed.region_key, 1, 2) <> known_countries.country_code then null
            else keyed.region_key
        end as region_code,
        {{ international_digits('keyed.dialled_digits', 'known_countries') }} as international_digits
    from keyed
    left join known_countries on keyed.country = known_countries.spelling

),

normalised as (

    select
        located.*,
        {{ email_identity('located.email_as_given') }} as identity_email,
        {{ phone_e164('located.international_digits', 'located') }} as phone_e164,
        languages.language_code,
        time_zones.time_zone as known_time_zone
    from located
    left join languages on located.language_key = languages.language_name
    left join time_zones on located.time_zone_key = time_zones.time_zone_key

),

final as (

    select
        contact_id,
        identity_email as email,
        email_as_given,
        phone_e164 as phone,
        {{ person_name('first_name') }} as first_name,
        {{ person_name('last_name') }} as last_name,
        plausible_birth_date as birth_date,
        known_gender as gender,
        language_code,
        known_time_zone as time_zone,
        nullif(trim(street), '') as street,
        {{ person_name('city') }} as city,
        nullif(upper(trim(postcode)), '') as postcode,
        region_code,
        country_code,
        nullif(lower(trim(acquisition_source)), '') as acquisition_source,
        created_at,
        updated_at,
        updated_at as valid_from,
        valid_to,
        valid_to is null as is_current,
        nullif(concat_ws(
            ';',
            {{ lost_attribute('email', 'email_as_given', 'email') }},
            {{ lost_attribute('phone', 'phone_e164', 'phone') }},
            {{ lost_attribute('birth_date', 'plausible_birth_date', 'birth_date') }},
            {{ lost_attribute('gender', 'known_gender', 'gender') }},
            {{ lost_attribute('language', 'language_code', 'language') }},
            {{ lost_attribute('time_zone', 'known_time_zone', 'time_zone') }},
            {{ lost_attribute('region', 'region_code', 'region') }},
            {{ lost_attribute('country', 'country_code', 'country') }}
        ), '') as invalid_attributes,
        _loaded_at
    from normalised

)

select * from final
