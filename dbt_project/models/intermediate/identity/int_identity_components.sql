with

identifiers as (

    select * from {{ ref('int_identifiers') }}

),

account_components as (

    select * from {{ ref('int_identity_account_components') }}

),

phone_components as (

    select * from {{ ref('int_identity_phone_components') }}

),

device_components as (

    select * from {{ ref('int_identity_device_components') }}

),

with_accounts as (

    select
        identifiers.identifier_key,
        coalesce(account_components.component_key, identifiers.identifier_key) as component_key
    from identifiers
    left join account_components
        on identifiers.identifier_key = account_components.node_key

),

with_phones as (

    select
        with_accounts.identifier_key,
        coalesce(phone_components.component_key, with_accounts.component_key) as component_key
    from with_accounts
    left join phone_components
        on with_accounts.component_key = phone_components.node_key

),

final as (

    select
        with_phones.identifier_key,
        coalesce(device_components.component_key, with_phones.component_key) as component_key
    from with_phones
    left join device_components
        on with_phones.component_key = device_components.node_key

)

select * from final
