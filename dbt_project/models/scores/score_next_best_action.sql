with

customers as (

    select * from {{ ref('dim_customers') }}

),

features as (

    select * from {{ ref('feature_customers') }}
    where is_scoring_date

),

customer_values as (

    select * from {{ ref('score_customer_value') }}

),

uplifts as (

    select * from {{ ref('score_uplift') }}

),

action_policies as (

    select * from {{ ref('action_policies') }}

),

options as (

    select
        customers.customer_id,
        action_policies.action,
        action_policies.action_order,
        action_policies.message_cost,
        action_policies.fatigue_cost,
        action_policies.offer_share,
        action_policies.margin_share,
        customers.is_email_mailable,
        coalesce(features.email_delivered_count_30d, 0) as delivered_count_30d,
        coalesce(cast(customer_values.expected_order_amount as double), action_policies.default_order_value) as order_value,
        coalesce(uplifts.uplift, action_policies.assumed_uplift) as uplift,
        coalesce(uplifts.expected_purchase_rate, action_policies.assumed_purchase_rate) as expected_purchase_rate,
        coalesce(uplifts.uplift_source, 'assumed') as uplift_source,
        action_policies.action = 'silence'
        or (
            customers.is_email_mailable
            and coalesce(features.email_delivered_count_7d, 0) < action_policies.maximum_messages_7d
        ) as is_allowed
    from customers
    cross join action_policies
    left join features
        on customers.customer_id = features.customer_id
    left join customer_values
        on customers.customer_id = customer_values.customer_id
    left join uplifts
        on
            customers.customer_id = uplifts.customer_id
            and action_policies.has_offer = uplifts.has_offer
            and action_policies.action <> 'silence'

),

-- An offer is given to those as well who would have bought anyway.
valued as (

    select
        *,
        case
            when action = 'silence' then 0
            else {{ rounded(
                'uplift * order_value * margin_share'
                ~ ' - offer_share * order_value * (expected_purchase_rate + uplift)'
                ~ ' - message_cost - fatigue_cost * delivered_count_30d', 4) }}
        end as expected_value
    from options

),

ranked as (

    select
        *,
        row_number() over (partition by customer_id order by expected_value desc, action_order asc) as action_rank
    from valued
    where is_allowed

),

chosen as (

    select
        customer_id,
        max(case when action_rank = 1 then action end) as best_action,
        max(case when action_rank = 1 then expected_value end) as expected_value,
        max(case when action_rank = 1 then uplift_source end) as uplift_source,
        max(case when action_rank = 2 then action end) as runner_up_action,
        max(case when action_rank = 2 then expected_value end) as runner_up_value,
        count(*) as allowed_count
    from ranked
    group by customer_id

),

final as (

    select
        chosen.customer_id,
        chosen.best_action,
        cast(chosen.expected_value as decimal(18, 4)) as expected_value,
        chosen.runner_up_action,
        cast(chosen.runner_up_value as decimal(18, 4)) as runner_up_value,
        case
            when chosen.best_action <> 'silence' then 'worth_its_cost'
            when not customers.is_email_mailable then 'not_mailable'
            when chosen.allowed_count = 1 then 'had_enough_messages'
            else 'not_worth_its_cost'
        end as action_reason,
        case when chosen.best_action <> 'silence' then chosen.uplift_source end as uplift_source
    from chosen
    inner join customers
        on chosen.customer_id = customers.customer_id

)

select * from final
