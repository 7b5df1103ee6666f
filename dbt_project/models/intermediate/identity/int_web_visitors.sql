with

visit_pieces as (

    select * from {{ ref('int_web_visit_pieces') }}

),

identifies as (

    select * from {{ ref('stg_web__identifies') }}
    where not is_too_late

),

sightings as (

    select
        anonymous_id,
        first_event_at as first_seen_at,
        last_event_at as last_seen_at,
        first_loaded_at
    from visit_pieces

    union all

    select
        anonymous_id,
        identified_at as first_seen_at,
        identified_at as last_seen_at,
        _loaded_at as first_loaded_at
    from identifies

),

visitors as (

    select
        anonymous_id,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at,
        min(first_loaded_at) as first_loaded_at
    from sightings
    group by anonymous_id

),

final as (

    select
        {{ identifier_key('anonymous_id', 'anonymous_id') }} as identifier_key,
        anonymous_id,
        first_seen_at,
        last_seen_at,
        first_loaded_at
    from visitors

)

select * from final
