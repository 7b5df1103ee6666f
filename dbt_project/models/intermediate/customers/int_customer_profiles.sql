with

records as (

    select * from {{ ref('int_customer_records') }}

),

priorities as (

    select * from {{ ref('survivorship_priorities') }}

),

ranked_records as (

    select
        records.*,
        row_number() over (
            partition by records.customer_id
            order by
                case when records.first_name is null and records.last_name is null then 1 else 0 end,
                name_priorities.priority asc nulls last,
                records.updated_at desc,
                records.source_key asc
        ) as name_rank,
        row_number() over (
            partition by records.customer_id
            order by
                case when records.country_code is null and records.postcode is null then 1 else 0 end,
                address_priorities.priority asc nulls last,
                records.updated_at desc,
                records.source_key asc
        ) as address_rank,
        row_number() over (
            partition by records.customer_id
            order by records.updated_at desc, records.source_name asc, records.source_key asc
        ) as recency_rank
    from records
    left join priorities as name_priorities
        on
            records.source_name = name_priorities.source_name
            and name_priorities.attribute_group = 'name'
    left join priorities as address_priorities
        on
            records.source_name = address_priorities.source_name
            and address_priorities.attribute_group = 'address'

),

-- Name and address are taken whole from one record each; the rest, which only the CRM knows, from the newest record that has it.
newest_with_value as (

    select
        customer_id,
        min(case when gender is not null then recency_rank end) as gender_rank,
        min(case when birth_date is not null then recency_rank end) as birth_date_rank,
        min(case when language_code is not null then recency_rank end) as language_rank,
        min(case when time_zone is not null then recency_rank end) as time_zone_rank,
        max(case when acquisition_source is not null then recency_rank end) as acquisition_rank
    from ranked_records
    group by customer_id

),

final as (

    select
        ranked_records.customer_id,
        max(case when ranked_records.name_rank = 1 then ranked_records.first_name end) as first_name,
        max(case when ranked_records.name_rank = 1 then ranked_records.last_name end) as last_name,
        max(case when ranked_records.recency_rank = newest_with_value.gender_rank then ranked_records.gender end) as gender,
        max(case when ranked_records.recency_rank = newest_with_value.birth_date_rank then ranked_records.birth_date end) as birth_date,
        max(case when ranked_records.recency_rank = newest_with_value.language_rank then ranked_records.language_code end) as language_code,
        max(case when ranked_records.recency_rank = newest_with_value.time_zone_rank then ranked_records.time_zone end) as time_zone,
        max(case when ranked_records.address_rank = 1 then ranked_records.city end) as city,
        max(case when ranked_records.address_rank = 1 then ranked_records.postcode end) as postcode,
        max(case when ranked_records.address_rank = 1 then ranked_records.region_code end) as region_code,
        max(case when ranked_records.address_rank = 1 then ranked_records.country_code end) as country_code,
        max(case when ranked_records.recency_rank = newest_with_value.acquisition_rank then ranked_records.acquisition_source end)
            as acquisition_source
    from ranked_records
    inner join newest_with_value
        on ranked_records.customer_id = newest_with_value.customer_id
    group by ranked_records.customer_id

)

select * from final
