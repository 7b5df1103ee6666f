with

customers as (

    select * from {{ ref('int_customers') }}

),

profiles as (

    select * from {{ ref('int_customer_profiles') }}

),

attributes as (

    select * from {{ ref('int_customer_attributes') }}

),

contactability as (

    select * from {{ ref('int_customer_contactability') }}

),

completeness_weights as (

    select
        max(case when attribute_name = 'email' then weight end) as email_weight,
        max(case when attribute_name = 'first_name' then weight end) as first_name_weight,
        max(case when attribute_name = 'last_name' then weight end) as last_name_weight,
        max(case when attribute_name = 'country_code' then weight end) as country_code_weight,
        max(case when attribute_name = 'birth_date' then weight end) as birth_date_weight,
        max(case when attribute_name = 'gender' then weight end) as gender_weight,
        max(case when attribute_name = 'postcode' then weight end) as postcode_weight,
        max(case when attribute_name = 'phone' then weight end) as phone_weight,
        max(case when attribute_name = 'language_code' then weight end) as language_code_weight,
        max(case when attribute_name = 'preferred_topics' then weight end) as preferred_topics_weight,
        sum(weight) as total_weight
    from {{ ref('profile_completeness_weights') }}

),

clock as (

    select * from {{ ref('int_clock') }}

),

completeness as (

    select
        customers.customer_id,
        cast(
            round(
                cast(
                    case when contactability.email is null then 0 else completeness_weights.email_weight end
                    + case when profiles.first_name is null then 0 else completeness_weights.first_name_weight end
                    + case when profiles.last_name is null then 0 else completeness_weights.last_name_weight end
                    + case when profiles.country_code is null then 0 else completeness_weights.country_code_weight end
                    + case when profiles.birth_date is null then 0 else completeness_weights.birth_date_weight end
                    + case when profiles.gender is null then 0 else completeness_weights.gender_weight end
                    + case when profiles.postcode is null then 0 else completeness_weights.postcode_weight end
                    + case when contactability.phone is null then 0 else completeness_weights.phone_weight end
                    + case when profiles.language_code is null then 0 else completeness_weights.language_code_weight end
                    + case when attributes.preferred_topics is null then 0 else completeness_weights.preferred_topics_weight end
                    as double
                ) / cast(completeness_weights.total_weight as double),
                4
            ) as decimal(5, 4)
        ) as profile_completeness
    from customers
    inner join contactability
        on customers.customer_id = contactability.customer_id
    inner join attributes
        on customers.customer_id = attributes.customer_id
    left join profiles
        on customers.customer_id = profiles.customer_id
    cross join completeness_weights

),

final as (

    select
        customers.customer_id,
        contactability.email,
        contactability.email_hash,
        contactability.phone,
        profiles.first_name,
        profiles.last_name,
        profiles.gender,
        profiles.birth_date,
        cast(
            extract(year from clock.as_of_date) - extract(year from profiles.birth_date)
            - case
                when
                    extract(month from clock.as_of_date) * 100 + extract(day from clock.as_of_date)
                    < extract(month from profiles.birth_date) * 100 + extract(day from profiles.birth_date)
                    then 1
                else 0
            end as bigint
        ) as age_years,
        profiles.language_code,
        profiles.time_zone,
        profiles.city,
        profiles.postcode,
        profiles.region_code,
        profiles.country_code,
        profiles.acquisition_source,
        customers.has_crm_contact,
        customers.has_shop_account,
        customers.is_guest_only,
        attributes.loyalty_tier,
        attributes.loyalty_points,
        attributes.loyalty_joined_at,
        attributes.income_band,
        attributes.household_size,
        attributes.education,
        attributes.is_homeowner,
        attributes.interests,
        attributes.lifestyle,
        attributes.price_attitude,
        attributes.preferred_topics,
        attributes.preferred_frequency,
        customers.identifier_count,
        customers.email_count,
        customers.device_count,
        contactability.email_verdict,
        contactability.is_email_valid,
        contactability.has_email_marketing_consent,
        contactability.email_marketing_consent_at,
        contactability.has_newsletter_consent,
        contactability.newsletter_consent_at,
        contactability.has_sms_marketing_consent,
        contactability.has_push_marketing_consent,
        contactability.is_email_suppressed,
        contactability.email_suppression_reason,
        contactability.is_email_valid
        and contactability.has_email_marketing_consent
        and not contactability.is_email_suppressed as is_email_mailable,
        completeness.profile_completeness,
        completeness.profile_completeness < {{ var('profile_incomplete_below') }} as is_profile_incomplete,
        customers.first_seen_at,
        customers.last_seen_at,
        customers.first_known_at
    from customers
    inner join contactability
        on customers.customer_id = contactability.customer_id
    inner join attributes
        on customers.customer_id = attributes.customer_id
    inner join completeness
        on customers.customer_id = completeness.customer_id
    cross join clock
    left join profiles
        on customers.customer_id = profiles.customer_id

)

select * from final
