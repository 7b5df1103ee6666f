-- One customer today and on every date before is whoever's accounts and addresses were each linked to one known before, on the day on which
-- they came, by rules that ask for nothing else. That is nearly everybody, and needs no second look.

with

as_of_dates as (

    select as_of_date
    from {{ ref('feature_as_of_dates') }}
    where not is_scoring_date

),

identity_links as (

    select * from {{ ref('feature_identity_links') }}

),

identifier_types as (

    select * from {{ ref('identity_identifier_types') }}

),

identifiers as (

    select
        identity_map.component_key,
        identity_map.identifier_key,
        identity_map.identifier_type,
        identity_map.identifier_key = identity_map.anchor_key as is_anchor,
        identity_map.identifier_type = 'phone' as is_phone,
        -- Of one day the address first, since the others are linked to it rather than to each other.
        case when identity_map.identifier_type = 'email' then 0 else identifier_types.type_rank end as type_place,
        {{ knowledge_date('identity_map.first_seen_at', 'identity_map.first_loaded_at') }} as known_date
    from {{ ref('int_identity_map') }} as identity_map
    inner join identifier_types
        on identity_map.identifier_type = identifier_types.identifier_type
    where
        identity_map.is_known
        and not identity_map.is_shared
        and identity_map.customer_id is not null

),

placed as (

    select
        component_key,
        identifier_key,
        is_phone,
        known_date,
        row_number() over (
            partition by component_key
            order by is_phone asc, known_date asc, type_place asc, identifier_key asc
        ) as place,
        count(*) over (partition by component_key) as identifier_count
    from identifiers

),

accepted_links as (

    select
        identifier_key,
        linked_key,
        identity_stage,
        known_date
    from identity_links
    where
        component_key = linked_component_key
        and shared_date is null
        and identity_stage <= 2

),

both_ways as (

    select
        identifier_key,
        linked_key,
        identity_stage,
        known_date
    from accepted_links

    union all

    select
        linked_key as identifier_key,
        identifier_key as linked_key,
        identity_stage,
        known_date
    from accepted_links

),

-- A phone number joins whoever gives it, as long as they are few: it is with one of them, and must not be what joins two.
supports as (

    select
        placed.identifier_key,
        min(both_ways.known_date) as supported_date
    from placed
    inner join both_ways
        on placed.identifier_key = both_ways.identifier_key
    inner join placed as earlier
        on
            both_ways.linked_key = earlier.identifier_key
            and placed.place > earlier.place
            and not earlier.is_phone
    where placed.is_phone or both_ways.identity_stage = 1
    group by placed.identifier_key

),

-- From a day to a day (none: until today) it is not sure that the component was one.
doubts as (

    select
        placed.component_key,
        placed.known_date as from_date,
        supports.supported_date as until_date
    from placed
    left join supports
        on placed.identifier_key = supports.identifier_key
    where
        placed.place > 1
        and placed.identifier_count > 1
        and (supports.supported_date is null or supports.supported_date > placed.known_date)

    union all

    -- The customer would have had another name before today's anchor was known.
    select
        component_key,
        min(known_date) as from_date,
        min(case when is_anchor then known_date end) as until_date
    from identifiers
    group by component_key
    having min(case when is_anchor then known_date end) > min(known_date)

    union all

    -- Over what is shared today, a link joined while it was not; what a limit refuses was perhaps not refused.
    select
        component_key,
        known_date as from_date,
        shared_date as until_date
    from identity_links
    where component_key <> linked_component_key

    union all

    select
        linked_component_key as component_key,
        known_date as from_date,
        shared_date as until_date
    from identity_links
    where component_key <> linked_component_key

),

final as (

    select distinct doubts.component_key
    from doubts
    inner join as_of_dates
        on
            doubts.from_date < as_of_dates.as_of_date
            and (doubts.until_date is null or doubts.until_date >= as_of_dates.as_of_date)

)

select * from final
