{{ config(materialized='view') }}
-- A view, because corrections are few and it only looks up whom they concern.

with

links as (

    select * from {{ ref('int_identity_overrides') }}
    where
        decision = 'link'
        and is_effective

),

components as (

    select * from {{ ref('int_identity_components') }}

),

final as (

    select distinct components.component_key
    from links
    inner join components
        on links.identifier_key = components.identifier_key

)

select * from final
