with

customers as (

    select * from {{ ref('int_customers') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}
    where customer_id is not null

),

loyalty_accounts as (

    select * from {{ ref('stg_crm__loyalty_accounts') }}
    where is_current

),

preferences as (

    select * from {{ ref('stg_crm__preferences') }}
    where is_current

),

demographics as (

    select * from {{ ref('stg_third_party__demographics') }}
    where is_current

),

psychographics as (

    select * from {{ ref('stg_third_party__psychographics') }}
    where is_current

),

ranked_loyalty as (

    select
        identity_map.customer_id,
        loyalty_accounts.tier,
        loyalty_accounts.points,
        loyalty_accounts.joined_at,
        row_number() over (
            partition by identity_map.customer_id
            order by loyalty_accounts.points desc nulls last, loyalty_accounts.updated_at desc, loyalty_accounts.loyalty_id asc
        ) as loyalty_rank
    from loyalty_accounts
    inner join identity_map
        on {{ identifier_key('loyalty_id', 'loyalty_accounts.loyalty_id') }} = identity_map.identifier_key

),

ranked_preferences as (

    select
        identity_map.customer_id,
        preferences.topics,
        preferences.frequency,
        row_number() over (
            partition by identity_map.customer_id
            order by preferences.updated_at desc, preferences.contact_id asc
        ) as preference_rank
    from preferences
    inner join identity_map
        on {{ identifier_key('crm_contact_id', 'preferences.contact_id') }} = identity_map.identifier_key

),

ranked_demographics as (

    select
        identity_map.customer_id,
        demographics.income_band,
        demographics.household_size,
        demographics.education,
        demographics.is_homeowner,
        row_number() over (
            partition by identity_map.customer_id
            order by demographics.updated_at desc, demographics.email asc
        ) as demographic_rank
    from demographics
    inner join identity_map
        on {{ identifier_key('email', 'demographics.email') }} = identity_map.identifier_key

),

ranked_psychographics as (

    select
        identity_map.customer_id,
        psychographics.interests,
        psychographics.lifestyle,
        psychographics.price_attitude,
        row_number() over (
            partition by identity_map.customer_id
            order by psychographics.updated_at desc, psychographics.email asc
        ) as psychographic_rank
    from psychographics
    inner join identity_map
        on {{ identifier_key('email', 'psychographics.email') }} = identity_map.identifier_key

),

final as (

    select
        customers.customer_id,
        ranked_loyalty.tier as loyalty_tier,
        ranked_loyalty.points as loyalty_points,
        ranked_loyalty.joined_at as loyalty_joined_at,
        ranked_preferences.topics as preferred_topics,
        ranked_preferences.frequency as preferred_frequency,
        ranked_demographics.income_band,
        ranked_demographics.household_size,
        ranked_demographics.education,
        ranked_demographics.is_homeowner,
        ranked_psychographics.interests,
        ranked_psychographics.lifestyle,
        ranked_psychographics.price_attitude
    from customers
    left join ranked_loyalty
        on customers.customer_id = ranked_loyalty.customer_id and ranked_loyalty.loyalty_rank = 1
    left join ranked_preferences
        on customers.customer_id = ranked_preferences.customer_id and ranked_preferences.preference_rank = 1
    left join ranked_demographics
        on customers.customer_id = ranked_demographics.customer_id and ranked_demographics.demographic_rank = 1
    left join ranked_psychographics
        on customers.customer_id = ranked_psychographics.customer_id and ranked_psychographics.psychographic_rank = 1

)

select * from final
