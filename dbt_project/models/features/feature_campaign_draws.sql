with

customer_dates as (

    select * from {{ ref('feature_customer_dates') }}

),

campaigns as (

    select
        campaign_id,
        campaign_type,
        cast(first_sent_at as date) as campaign_date,
        offer_code is not null as has_offer
    from {{ ref('dim_campaigns') }}
    where first_sent_at is not null

),

campaign_draws as (

    select * from {{ ref('campaign_draws') }}

),

mail_spells as (

    select * from {{ ref('int_customer_mail_spells') }}

),

preferences as (

    select
        identity_map.customer_id,
        preferences.frequency,
        cast(preferences.valid_from as date) as from_date,
        cast(preferences.valid_to as date) as to_date
    from {{ ref('stg_crm__preferences') }} as preferences
    inner join {{ ref('int_identity_map') }} as identity_map
        on {{ identifier_key('crm_contact_id', 'preferences.contact_id') }} = identity_map.identifier_key
    where
        identity_map.customer_id is not null
        and preferences.frequency is not null

),

messages as (

    select distinct
        customer_id,
        campaign_id
    from {{ ref('fct_email_messages') }}
    where
        customer_id is not null
        and campaign_id is not null

),

sampling as (

    select ceil(100.0 * {{ var('uplift_customer_limit') }} / greatest(count(*), 1)) as sample_percent
    from customer_dates
    where is_scoring_date

),

drawn_campaigns as (

    select distinct
        campaigns.campaign_id,
        campaigns.campaign_type,
        campaigns.has_offer,
        campaigns.campaign_date
    from campaigns
    inner join campaign_draws
        on campaigns.campaign_type = campaign_draws.campaign_type

),

-- The newest as-of date strictly before the campaign: the message cannot have changed what the features say.
candidates as (

    select distinct
        customer_dates.customer_id,
        customer_dates.current_customer_id,
        customer_dates.as_of_date,
        customer_dates.sample_bucket,
        drawn_campaigns.campaign_id,
        drawn_campaigns.campaign_type,
        drawn_campaigns.has_offer,
        drawn_campaigns.campaign_date
    from customer_dates
    cross join sampling
    inner join mail_spells
        on customer_dates.current_customer_id = mail_spells.customer_id
    inner join drawn_campaigns
        on
            customer_dates.as_of_date < drawn_campaigns.campaign_date
            and mail_spells.granted_date < drawn_campaigns.campaign_date
            and (mail_spells.ended_date is null or mail_spells.ended_date >= drawn_campaigns.campaign_date)
    where
        not customer_dates.is_scoring_date
        and customer_dates.sample_bucket < sampling.sample_percent
        and {{ days_between('customer_dates.as_of_date', 'drawn_campaigns.campaign_date') }} <= {{ var('training_date_step_days') }}

),

-- What the customer wanted before the campaign; whose contacts disagree is in no draw by frequency.
wanted as (

    select
        candidates.customer_id,
        candidates.campaign_id,
        min(preferences.frequency) as frequency
    from candidates
    inner join preferences
        on
            candidates.current_customer_id = preferences.customer_id
            and candidates.campaign_date > preferences.from_date
            and (preferences.to_date is null or candidates.campaign_date <= preferences.to_date)
    group by
        candidates.customer_id,
        candidates.campaign_id
    having min(preferences.frequency) = max(preferences.frequency)

),

final as (

    select
        candidates.customer_id,
        candidates.current_customer_id,
        candidates.campaign_id,
        candidates.campaign_type,
        candidates.campaign_date,
        candidates.as_of_date,
        candidates.sample_bucket,
        candidates.has_offer,
        campaign_draws.preferred_frequency,
        campaign_draws.assignment_share,
        messages.customer_id is not null as is_treated
    from candidates
    left join wanted
        on
            candidates.customer_id = wanted.customer_id
            and candidates.campaign_id = wanted.campaign_id
    inner join campaign_draws
        on
            candidates.campaign_type = campaign_draws.campaign_type
            and (campaign_draws.preferred_frequency = 'any' or wanted.frequency = campaign_draws.preferred_frequency)
    left join messages
        on
            candidates.current_customer_id = messages.customer_id
            and candidates.campaign_id = messages.campaign_id

)

select * from final
