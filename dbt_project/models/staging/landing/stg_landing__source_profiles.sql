-- the newest loads only: a break shows at once, and a long history costs nothing
with

-- Rows that came in together share their moment, so that there are few.
loads as (

    select
        source_name,
        table_name,
        _loaded_at,
        sum(row_count) as row_count
    from {{ ref('stg_landing__file_loads') }}
    group by
        source_name,
        table_name,
        _loaded_at

),

newest_loads as (

    select
        source_name,
        table_name,
        max(_loaded_at) as last_loaded_at
    from loads
    group by
        source_name,
        table_name

),

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
            and {{ landing_recent_files_predicate(ref('stg_landing__file_loads'), source_name, table_name, var('profile_days')) }}
            and _loaded_at > (
                select newest_loads.last_loaded_at - interval '{{ var("profile_days") }}' day
                from newest_loads
                where
                    newest_loads.source_name = '{{ source_name }}'
                    and newest_loads.table_name = '{{ table_name }}'
            )

    ),

    -- one row per measure, by a number: a union with one branch each would read the table once per measure on engines that inline
    {{ source_name }}_{{ table_name }}_numbers as (

        {% for column in contract.columns %}
            select
                {{ loop.index }} as measure_number,
                '{{ column }}' as column_name,
                'null_share' as measure
            union all
        {% endfor %}
        {% for column in contract.categorical_columns %}
            select
                {{ contract.columns | length + loop.index }} as measure_number,
                '{{ column }}' as column_name,
                'distinct_count' as measure
            union all
        {% endfor %}
        select
            0 as measure_number,
            cast(null as string) as column_name,
            'row_count' as measure

    ),

    {{ source_name }}_{{ table_name }}_measures as (

        select
            numbers.column_name,
            numbers.measure,
            case numbers.measure_number
                {% for column in contract.columns %}
                    when {{ loop.index }} then profile.{{ column }}__null_share
                {% endfor %}
                {% for column in contract.categorical_columns %}
                    when {{ contract.columns | length + loop.index }} then cast(profile.{{ column }}__values as double)
                {% endfor %}
                else cast(profile.row_count as double)
            end as measured_value
        from {{ source_name }}_{{ table_name }} as profile
        cross join {{ source_name }}_{{ table_name }}_numbers as numbers
        where
            profile.row_count > 0
            and numbers.measure_number > 0

    ),

{% endfor %}
-- days of 24 hours back from the table's newest load: calendar days would compare a day that has only begun
load_days as (

    select
        loads.source_name,
        loads.table_name,
        cast(floor(
            ({{ epoch_micros('newest_loads.last_loaded_at') }} - {{ epoch_micros('loads._loaded_at') }}) / 86400000000.0
        ) as bigint) as days_back,
        sum(loads.row_count) as row_count,
        max(loads._loaded_at) as last_loaded_at
    from loads
    inner join newest_loads
        on
            loads.source_name = newest_loads.source_name
            and loads.table_name = newest_loads.table_name
    group by
        loads.source_name,
        loads.table_name,
        days_back

),

newest_load as (

    select max(last_loaded_at) as last_loaded_at
    from load_days

),

volumes as (

    select
        load_days.source_name,
        load_days.table_name,
        sum(load_days.row_count) as row_count,
        min({{ days_between('cast(load_days.last_loaded_at as date)', 'cast(newest_load.last_loaded_at as date)') }}) as days_behind,
        sum(case when load_days.days_back = 0 then load_days.row_count end)
        / median(case when load_days.days_back between 1 and {{ var('profile_days') }} then load_days.row_count end) as newest_day_ratio,
        count(*) as load_day_count
    from load_days
    cross join newest_load
    group by
        load_days.source_name,
        load_days.table_name

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
        union all
        select
            '{{ source_name }}' as source_name,
            '{{ table_name }}' as table_name,
            column_measures.column_name,
            column_measures.measure,
            column_measures.measured_value
        from {{ source_name }}_{{ table_name }}_measures as column_measures
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
