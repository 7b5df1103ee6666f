{{ config(materialized='view') }}
-- A view, because it only adds what few decisions change.

with

account_components as (

    select * from {{ ref('int_identity_account_components') }}

),

linked_components as (

    select * from {{ ref('int_identity_linked_components') }}

),

final as (

    select
        coalesce(account_components.node_key, linked_components.node_key) as node_key,
        coalesce(linked_components.component_key, account_components.component_key) as component_key
    from account_components
    full outer join linked_components
        on account_components.node_key = linked_components.node_key

)

select * from final
