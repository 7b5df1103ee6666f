-- macro landing_tables() is written out by hand and must name exactly the landing tables, and their keys, that the sources declare
with

declared as (

    select cast(null as string) as landing_table
    where false
    {% if execute %}
        {% for source in graph.sources.values() if source.schema == 'landing_' ~ source.source_name %}
            union all
            select '{{ source.source_name }}.{{ source.name }}: {{ source.config.meta.key | join(", ") }}' as landing_table
        {% endfor %}
    {% endif %}

),

listed as (

    {% for source_name, table_name, key in landing_tables() %}
        select '{{ source_name }}.{{ table_name }}: {{ key }}' as landing_table
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    declared.landing_table as declared_table,
    listed.landing_table as listed_table
from declared
full outer join listed on declared.landing_table = listed.landing_table
where declared.landing_table is null or listed.landing_table is null
