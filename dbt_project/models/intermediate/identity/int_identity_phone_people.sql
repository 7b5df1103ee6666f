{{ config(materialized='view') }}
-- A view, because it only puts the components of two stages one behind the other.

with

account_people as (

    select * from {{ ref('int_identity_account_people') }}

),

phone_components as (

    select * from {{ ref('int_identity_phone_components') }}

),

final as (

    select
        coalesce(account_people.node_key, phone_components.node_key) as node_key,
        coalesce(person_components.component_key, account_people.component_key, phone_components.component_key) as component_key
    from account_people
    full outer join phone_components
        on account_people.node_key = phone_components.node_key
    left join phone_components as person_components
        on account_people.component_key = person_components.node_key

)

select * from final
