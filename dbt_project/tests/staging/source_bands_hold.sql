-- one row per broken band; a table that nobody delivers has no measures and so no bands
with

bands as (

    select * from {{ ref('source_bands') }}

),

profiles as (

    select * from {{ ref('stg_landing__source_profiles') }}

)

select
    bands.source_name,
    bands.table_name,
    bands.column_name,
    bands.measure,
    profiles.measured_value,
    bands.lower_bound,
    bands.upper_bound
from bands
inner join profiles
    on
        bands.source_name = profiles.source_name
        and bands.table_name = profiles.table_name
        and coalesce(bands.column_name, '') = coalesce(profiles.column_name, '')
        and bands.measure = profiles.measure
where
    profiles.measured_value < bands.lower_bound
    or profiles.measured_value > bands.upper_bound
