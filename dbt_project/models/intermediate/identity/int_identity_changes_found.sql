with

clock as (

    select * from {{ ref('int_clock') }}

),

moves as (

    select * from {{ ref('int_identity_moves') }}

),

merge_causes as (

    select * from {{ ref('int_identity_merge_causes') }}

),

split_causes as (

    select * from {{ ref('int_identity_split_causes') }}

),

final as (

    select
        moves.change_type,
        moves.before_customer_id,
        moves.after_customer_id,
        clock.as_of_at as changed_at,
        case moves.change_type
            when 'new' then 'first_seen'
            when 'merged' then coalesce(merge_causes.cause, 'unknown')
            when 'split' then coalesce(split_causes.cause, 'unlinked')
            else 'vanished'
        end as cause,
        coalesce(merge_causes.override_id, split_causes.override_id) as override_id
    from moves
    cross join clock
    left join merge_causes
        on
            moves.change_type = 'merged'
            and moves.before_customer_id = merge_causes.before_customer_id
    left join split_causes
        on
            moves.change_type = 'split'
            and moves.after_customer_id = split_causes.after_customer_id

)

select * from final
