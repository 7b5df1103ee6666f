-- look-ups must neither lose nor multiply rows between base and staging
with

accepted as (

    select
        source_name,
        table_name,
        accepted
    from {{ ref('stg_landing__row_counts') }}

),

staged as (

    {% for source_name, table_name, key in landing_tables() %}
        select
            '{{ source_name }}' as source_name,
            '{{ table_name }}' as table_name,
            count(*) as staged
        from {{ ref('stg_' ~ source_name ~ '__' ~ table_name) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    accepted.source_name,
    accepted.table_name,
    accepted.accepted,
    staged.staged
from accepted
left join staged
    on
        accepted.source_name = staged.source_name
        and accepted.table_name = staged.table_name
where accepted.accepted is distinct from staged.staged
