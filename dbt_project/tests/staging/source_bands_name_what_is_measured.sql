-- a band with a typing error would never fail: every band must name a declared table or column and a measure that it has
with

bands as (

    select * from {{ ref('source_bands') }}

),

measurable as (

    {% for source_name, table_name, key in landing_tables() %}
        {% set contract = source_contract(source_name, table_name) %}
        {% for measure in ['row_count', 'days_behind', 'newest_day_ratio'] %}
            select
                '{{ source_name }}' as source_name,
                '{{ table_name }}' as table_name,
                '' as column_name,
                '{{ measure }}' as measure
            union all
        {% endfor %}
        {% for column in contract.columns %}
            select
                '{{ source_name }}' as source_name,
                '{{ table_name }}' as table_name,
                '{{ column }}' as column_name,
                'null_share' as measure
            union all
        {% endfor %}
        {% for column in contract.categorical_columns %}
            select
                '{{ source_name }}' as source_name,
                '{{ table_name }}' as table_name,
                '{{ column }}' as column_name,
                'distinct_count' as measure
            union all
        {% endfor %}
    {% endfor %}
    select
        cast(null as string) as source_name,
        cast(null as string) as table_name,
        cast(null as string) as column_name,
        cast(null as string) as measure
    where false

)

select
    bands.source_name,
    bands.table_name,
    bands.column_name,
    bands.measure
from bands
left join measurable
    on
        bands.source_name = measurable.source_name
        and bands.table_name = measurable.table_name
        and coalesce(bands.column_name, '') = measurable.column_name
        and bands.measure = measurable.measure
where measurable.measure is null or (bands.lower_bound is null and bands.upper_bound is null)
