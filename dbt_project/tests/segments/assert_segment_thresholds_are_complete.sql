-- Every threshold that a segment asks for has exactly one value in the seed, and every line of the seed is asked for. A missing
-- threshold would be empty, and a comparison with it would quietly leave the segment empty.
{% set asked = [] %}
{% if execute %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' and 'thresholds([' in node.raw_code %}
        {% set call = node.raw_code.split('thresholds([')[1].split(') }}')[0] %}
        {% for name in modules.re.findall("'(\\w+)'", call) %}
            {% do asked.append((node.name, name)) %}
        {% endfor %}
    {% endfor %}
{% endif %}

with

asked as (

    {% for segment_name, threshold_name in asked %}
        select
            '{{ segment_name }}' as segment_name,
            '{{ threshold_name }}' as threshold_name
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

given as (

    select
        segment_name,
        threshold_name
    from {{ ref('segment_thresholds') }}
    where
        threshold_value is not null
        or threshold_text is not null

)

select
    coalesce(asked.segment_name, given.segment_name) as segment_name,
    coalesce(asked.threshold_name, given.threshold_name) as threshold_name,
    case when given.threshold_name is null then 'missing in the seed' else 'not used by the segment' end as problem
from asked
full outer join given
    on
        asked.segment_name = given.segment_name
        and asked.threshold_name = given.threshold_name
where
    asked.threshold_name is null
    or given.threshold_name is null
