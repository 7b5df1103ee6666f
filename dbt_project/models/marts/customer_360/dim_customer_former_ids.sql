with

kept_anchors as (

    select * from {{ ref('int_identity_kept_anchors') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

changes as (

    select * from {{ ref('int_identity_changes') }}
    where change_type = 'merged'

),

latest_merges as (

    select
        before_customer_id,
        max(changed_at) as merged_at
    from changes
    group by before_customer_id

),

final as (

    select
        kept_anchors.customer_id as former_customer_id,
        identity_map.customer_id,
        latest_merges.merged_at
    from kept_anchors
    inner join identity_map
        on kept_anchors.identifier_key = identity_map.identifier_key
    left join latest_merges
        on kept_anchors.customer_id = latest_merges.before_customer_id
    where kept_anchors.customer_id <> identity_map.customer_id

)

select * from final
