with

priority_digests as (

    select {{ exact_sum(transient_hash(['attribute_group', 'source_name', 'priority'])) }} as priority_digest
    from {{ ref('survivorship_priorities') }}

),

record_sums as (

    select
        customer_id,
        {{ exact_sum(transient_hash([
            'source_name',
            'source_key',
            'updated_at',
            'first_name',
            'last_name',
            'gender',
            'birth_date',
            'language_code',
            'time_zone',
            'city',
            'postcode',
            'region_code',
            'country_code',
            'acquisition_source',
        ])) }} as input_sum
    from {{ ref('int_customer_records') }}
    group by customer_id

),

email_sums as (

    select
        customer_id,
        {{ exact_sum(transient_hash(["'email'", 'email_as_given', 'source_name', 'last_seen_at', 'email_rank'])) }} as input_sum
    from {{ ref('int_customer_emails') }}
    group by customer_id

),

phone_sums as (

    select
        customer_id,
        {{ exact_sum(transient_hash(["'phone'", 'phone', 'source_name', 'last_seen_at', 'phone_rank'])) }} as input_sum
    from {{ ref('int_customer_phones') }}
    group by customer_id

),

input_sums as (

    select * from record_sums

    union all

    select * from email_sums

    union all

    select * from phone_sums

),

customers as (

    select
        customer_id,
        sum(input_sum) as input_sum
    from input_sums
    group by customer_id

),

final as (

    select
        customers.customer_id,
        cast(customers.input_sum + coalesce(priority_digests.priority_digest, 0) as decimal(38, 0)) as input_digest
    from customers
    cross join priority_digests

)

select * from final
