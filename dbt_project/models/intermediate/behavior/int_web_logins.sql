{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='load_date') }}
{%- set load_dates = ref('stg_landing__load_dates') -%}
{%- set touched_dates = landing_touched_dates(load_dates, 'web', 'events', 'last_file_id') -%}

with

{% if is_incremental() -%}
    touched_load_dates as (

        {{ touched_dates }}

    ),

{%- endif %}

touched_events as (

    select * from {{ ref('stg_web__events') }}
    {% if is_incremental() -%}
        where
            {{ landing_touched_files_predicate(load_dates, 'web', 'events', touched_dates) }}
            and load_date in (select touched_load_dates.load_date from touched_load_dates)
    {%- endif %}

),

events as (

    select
        anonymous_id,
        user_id,
        event_at,
        load_date,
        _loaded_at,
        _file_id
    from touched_events
    where
        user_id is not null
        and not is_too_late

),

final as (

    select
        anonymous_id,
        user_id,
        load_date,
        min(event_at) as first_event_at,
        max(event_at) as last_event_at,
        min(_loaded_at) as first_loaded_at,
        max(_file_id) as last_file_id
    from events
    group by
        anonymous_id,
        user_id,
        load_date

)

select * from final
