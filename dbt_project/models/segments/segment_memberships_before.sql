with

clock as (

    select * from {{ ref('int_clock') }}

),

ranked as (

    select
        history.segment_name,
        history.customer_id,
        history.change_type,
        history.changed_at,
        row_number() over (
            partition by history.segment_name, history.customer_id
            order by history.changed_at desc
        ) as change_rank
    from {{ ref('stg_ops__segment_membership_history') }} as history
    cross join clock
    where history.changed_at < clock.as_of_at

),

final as (

    select
        segment_name,
        customer_id,
        changed_at as entered_at
    from ranked
    where
        change_rank = 1
        and change_type = 'entered'

)

select * from final
