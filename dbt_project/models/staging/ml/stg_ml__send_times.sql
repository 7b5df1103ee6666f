with

send_times as (

    select * from {{ source('ml', 'send_times') }}

),

final as (

    select
        customer_id,
        as_of_date,
        best_local_hour,
        send_local_hour,
        expected_read_rate,
        lift,
        own_read_count,
        hour_source,
        is_exploring,
        model_version,
        scored_at
    from send_times

)

select * from final
