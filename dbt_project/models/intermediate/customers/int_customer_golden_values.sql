{# Customers with another record, address or number are looked at anew. #}
{{
    config(
        materialized='incremental',
        incremental_strategy='replace_touched',
        unique_key='customer_id',
        full_refresh=builds_whole(),
        pre_hook="{{ find_touched(ref('int_customer_golden_inputs'), 'customer_id') }}",
        post_hook="{{ keep_inputs(ref('int_customer_golden_inputs'), 'customer_id') }}"
    )
}}
-- depends_on: {{ ref('int_customer_golden_inputs') }}

with

records as (

    select * from {{ ref('int_customer_records') }}
    {% if is_incremental() -%}
        where customer_id in (select touched.customer_id from {{ touched_customers() }} as touched)
    {%- endif %}

),

priorities as (

    select * from {{ ref('survivorship_priorities') }}

),

emails as (

    select * from {{ ref('int_customer_emails') }}
    {% if is_incremental() -%}
        where customer_id in (select touched.customer_id from {{ touched_customers() }} as touched)
    {%- endif %}

),

phones as (

    select * from {{ ref('int_customer_phones') }}
    {% if is_incremental() -%}
        where customer_id in (select touched.customer_id from {{ touched_customers() }} as touched)
    {%- endif %}

),

-- Attributes of one group are taken together from one record; the others each from the record that its rule prefers.
attributes as (

    select
        'first_name' as attribute_name,
        'name' as attribute_group,
        'source_priority' as rule_name

    union all

    select
        'last_name' as attribute_name,
        'name' as attribute_group,
        'source_priority' as rule_name

    union all

    select
        'gender' as attribute_name,
        'gender' as attribute_group,
        'newest' as rule_name

    union all

    select
        'birth_date' as attribute_name,
        'birth_date' as attribute_group,
        'newest' as rule_name

    union all

    select
        'language_code' as attribute_name,
        'language_code' as attribute_group,
        'newest' as rule_name

    union all

    select
        'time_zone' as attribute_name,
        'time_zone' as attribute_group,
        'newest' as rule_name

    union all

    select
        'city' as attribute_name,
        'address' as attribute_group,
        'source_priority' as rule_name

    union all

    select
        'postcode' as attribute_name,
        'address' as attribute_group,
        'source_priority' as rule_name

    union all

    select
        'region_code' as attribute_name,
        'address' as attribute_group,
        'source_priority' as rule_name

    union all

    select
        'country_code' as attribute_name,
        'address' as attribute_group,
        'source_priority' as rule_name

    union all

    select
        'acquisition_source' as attribute_name,
        'acquisition_source' as attribute_group,
        'oldest' as rule_name

),

candidates as (

    select
        records.customer_id,
        attributes.attribute_name,
        attributes.attribute_group,
        attributes.rule_name,
        records.source_name,
        records.source_key,
        records.updated_at as seen_at,
        priorities.priority,
        case attributes.attribute_name
            when 'first_name' then records.first_name
            when 'last_name' then records.last_name
            when 'gender' then records.gender
            when 'birth_date' then cast(records.birth_date as string)
            when 'language_code' then records.language_code
            when 'time_zone' then records.time_zone
            when 'city' then records.city
            when 'postcode' then records.postcode
            when 'region_code' then records.region_code
            when 'country_code' then records.country_code
            when 'acquisition_source' then records.acquisition_source
        end as attribute_value,
        case attributes.attribute_group
            when 'name' then records.first_name is not null or records.last_name is not null
            when 'address' then records.country_code is not null or records.postcode is not null
        end as has_group
    from records
    cross join attributes
    left join priorities
        on
            attributes.attribute_group = priorities.attribute_group
            and records.source_name = priorities.source_name

),

-- A record without the value and without its group neither wins nor counts: most know an attribute or two.
eligible_candidates as (

    select *
    from candidates
    where coalesce(has_group, false) or attribute_value is not null

),

ranked as (

    select
        customer_id,
        attribute_name,
        rule_name,
        source_name,
        source_key,
        seen_at,
        attribute_value,
        count(attribute_value) over (partition by customer_id, attribute_name) as candidate_count,
        row_number() over (
            partition by customer_id, attribute_name
            order by
                case when coalesce(has_group, attribute_value is not null) then 0 else 1 end asc,
                priority asc nulls last,
                case when rule_name = 'oldest' then seen_at end asc,
                seen_at desc,
                case when rule_name = 'oldest' then source_name end desc,
                case when rule_name = 'newest' then source_name end asc,
                case when rule_name = 'oldest' then source_key end desc,
                source_key asc
        ) as survivor_rank
    from eligible_candidates

),

value_counts as (

    select
        customer_id,
        attribute_name,
        count(distinct attribute_value) as value_count
    from eligible_candidates
    group by
        customer_id,
        attribute_name

),

email_counts as (

    select
        customer_id,
        count(*) as value_count
    from emails
    group by customer_id

),

phone_counts as (

    select
        customer_id,
        count(*) as candidate_count,
        count(distinct phone) as value_count
    from phones
    group by customer_id

),

final as (

    select
        ranked.customer_id,
        ranked.attribute_name,
        ranked.attribute_value,
        ranked.source_name,
        ranked.source_key,
        ranked.seen_at,
        ranked.rule_name,
        ranked.candidate_count,
        value_counts.value_count - 1 as conflict_count
    from ranked
    inner join value_counts
        on
            ranked.customer_id = value_counts.customer_id
            and ranked.attribute_name = value_counts.attribute_name
    where
        ranked.survivor_rank = 1
        and ranked.attribute_value is not null

    union all

    select
        emails.customer_id,
        'email' as attribute_name,
        emails.email_as_given as attribute_value,
        emails.source_name,
        cast(null as string) as source_key,
        emails.last_seen_at as seen_at,
        'usable_then_source_priority' as rule_name,
        email_counts.value_count as candidate_count,
        email_counts.value_count - 1 as conflict_count
    from emails
    inner join email_counts
        on emails.customer_id = email_counts.customer_id
    where emails.email_rank = 1

    union all

    select
        phones.customer_id,
        'phone' as attribute_name,
        phones.phone as attribute_value,
        phones.source_name,
        cast(null as string) as source_key,
        phones.last_seen_at as seen_at,
        'source_priority' as rule_name,
        phone_counts.candidate_count,
        phone_counts.value_count - 1 as conflict_count
    from phones
    inner join phone_counts
        on phones.customer_id = phone_counts.customer_id
    where phones.phone_rank = 1

)

select * from final
