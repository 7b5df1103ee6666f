-- Only browsers on which somebody logged in whose accounts were joined later; of all others int_identifier_ownerships tells.

with

as_of_dates as (

    select * from {{ ref('feature_as_of_dates') }}

),

identifier_parts as (

    select * from {{ ref('feature_identifier_parts') }}

),

parted_components as (

    select * from {{ ref('feature_parted_components') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

identifier_types as (

    select * from {{ ref('identity_identifier_types') }}
    where identifier_type = 'anonymous_id'

),

logins as (

    select
        linked_key as browser_key,
        identifier_key,
        {{ knowledge_date('first_seen_at', 'first_loaded_at') }} as known_date
    from {{ ref('int_identity_edges') }}
    where
        linked_type = 'anonymous_id'
        and blocked_reason is null

),

overrides as (

    select * from {{ ref('int_identity_overrides') }}
    where
        decision = 'link'
        and is_effective

),

corrections as (

    select
        linked_key as browser_key,
        identifier_key
    from overrides

    union all

    select
        identifier_key as browser_key,
        linked_key as identifier_key
    from overrides

),

links as (

    select
        browser_key,
        identifier_key,
        known_date
    from logins

    union all

    -- Corrections hold on every date on which the browser was there.
    select
        corrections.browser_key,
        corrections.identifier_key,
        {{ knowledge_date('browsers.first_seen_at', 'browsers.first_loaded_at') }} as known_date
    from corrections
    inner join identity_map as browsers
        on corrections.browser_key = browsers.identifier_key
    where not browsers.is_known

),

parted_links as (

    select
        links.browser_key,
        links.identifier_key,
        links.known_date,
        identity_map.customer_id,
        parted_components.component_key is not null as is_parted
    from links
    inner join identity_map
        on links.identifier_key = identity_map.identifier_key
    left join parted_components
        on identity_map.component_key = parted_components.component_key

),

browsers as (

    select browser_key
    from parted_links
    where is_parted

    union

    select identity_map.identifier_key as browser_key
    from identity_map
    inner join parted_components
        on identity_map.component_key = parted_components.component_key
    where not identity_map.is_known

),

people as (

    select
        parted_links.browser_key,
        as_of_dates.as_of_date,
        coalesce(identifier_parts.customer_id, parted_links.customer_id) as customer_id,
        min(parted_links.known_date) as known_date
    from parted_links
    inner join browsers
        on parted_links.browser_key = browsers.browser_key
    inner join as_of_dates
        on parted_links.known_date < as_of_dates.as_of_date
    left join identifier_parts
        on
            parted_links.identifier_key = identifier_parts.identifier_key
            and as_of_dates.as_of_date = identifier_parts.as_of_date
    where identifier_parts.customer_id is not null or not parted_links.is_parted
    group by
        parted_links.browser_key,
        as_of_dates.as_of_date,
        coalesce(identifier_parts.customer_id, parted_links.customer_id)

),

ranked as (

    select
        browser_key,
        as_of_date,
        customer_id,
        row_number() over (partition by browser_key, as_of_date order by known_date, customer_id) as person_rank,
        count(*) over (partition by browser_key, as_of_date) as people_count
    from people
    where customer_id is not null

),

-- A browser that nobody had logged in on by then is listed without an owner: it is not for its owner of today either.
final as (

    select
        browsers.browser_key as identifier_key,
        as_of_dates.as_of_date,
        ranked.customer_id
    from browsers
    cross join as_of_dates
    cross join identifier_types
    left join ranked
        on
            browsers.browser_key = ranked.browser_key
            and as_of_dates.as_of_date = ranked.as_of_date
            and ranked.person_rank = 1
            and identifier_types.max_people >= ranked.people_count

)

select * from final
