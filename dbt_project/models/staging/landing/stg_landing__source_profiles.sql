-- the newest loads only: a break shows at once, and a long history costs nothing
with

{% for source_name, table_name, key in landing_tables() %}
    {% set contract = source_contract(source_name, table_name) %}
    {{ source_name }}_{{ table_name }} as (

        select
            {% for column in contract.columns %}
                1 - count({{ column }}) / cast(nullif(count(*), 0) as double) as {{ column }}__null_share,
            {% endfor %}
            {% for column in contract.categorical_columns %}
                count(distinct {{ column }}) as {{ column }}__values,
            {% endfor %}
            count(*) as row_count
        from {{ ref('base_' ~ source_name ~ '__' ~ table_name) }}
        where
            _row_status = 'accepted'
            and _loaded_at > (
                select max(newest._loaded_at) - interval '{{ var("profile_days") }}' day
                from {{ ref('base_' ~ source_name ~ '__' ~ table_name) }} as newest
            )

    ),

{% endfor %}
load_days as (

    {% for source_name, table_name, key in landing_tables() %}
        select
            '{{ source_name }}' as source_name,
            '{{ table_name }}' as table_name,
            cast(_loaded_at as date) as load_date,
            count(*) as row_count
        from {{ ref('base_' ~ source_name ~ '__' ~ table_name) }}
        group by load_date
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

newest_load as (

    select max(load_date) as newest_load_date
    from load_days

),

ranked_days as (

    select
        load_days.*,
        {{ days_between('load_days.load_date', 'newest_load.newest_load_date') }} as days_old,
        row_number() over (
            partition by load_days.source_name, load_days.table_name
            order by load_days.load_date desc
        ) as days_back
    from load_days
    cross join newest_load

),

volumes as (

    select
        source_name,
        table_name,
        sum(row_count) as row_count,
        min(days_old) as days_behind,
        sum(case when days_back = 1 then row_count end)
        / median(case when days_back between 2 and {{ var('profile_days') }} then row_count end) as newest_day_ratio,
        count(*) as load_day_count
    from ranked_days
    group by
        source_name,
        table_name

),

measured as (

    select
        source_name,
        table_name,
        cast(null as string) as column_name,
        'row_count' as measure,
        cast(row_count as double) as measured_value
    from volumes
    union all
    select
        source_name,
        table_name,
        cast(null as string) as column_name,
        'days_behind' as measure,
        cast(days_behind as double) as measured_value
    from volumes
    union all
    -- a week of loads is the least that tells a usual day
    select
        source_name,
        table_name,
        cast(null as string) as column_name,
        'newest_day_ratio' as measure,
        cast(newest_day_ratio as double) as measured_value
    from volumes
    where load_day_count > 7
    {% for source_name, table_name, key in landing_tables() %}
        {% set contract = source_contract(source_name, table_name) %}
        {% for column in contract.columns %}
            union all
            select
                '{{ source_name }}' as source_name,
                '{{ table_name }}' as table_name,
                '{{ column }}' as column_name,
                'null_share' as measure,
                {{ column }}__null_share as measured_value
            from {{ source_name }}_{{ table_name }}
            where row_count > 0
        {% endfor %}
        {% for column in contract.categorical_columns %}
            union all
            select
                '{{ source_name }}' as source_name,
                '{{ table_name }}' as table_name,
                '{{ column }}' as column_name,
                'distinct_count' as measure,
                cast({{ column }}__values as double) as measured_value
            from {{ source_name }}_{{ table_name }}
            where row_count > 0
        {% endfor %}
    {% endfor %}

),

final as (

    select
        source_name,
        table_name,
        column_name,
        measure,
        measured_value
    from measured

)

select * from final
