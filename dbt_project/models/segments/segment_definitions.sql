{%- set nodes = [] -%}
{%- if execute -%}
    {%- for node in graph.nodes.values() if node.original_file_path.startswith('models/segments/custom/') -%}
        {%- if node.resource_type == 'model' -%}
            {%- do nodes.append(node) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endif -%}

with

policies as (

    {% for node in nodes | sort(attribute='name') %}
        {%- set policy = segment_policy(node) -%}
        {%- set description = dbt.string_literal(dbt.escape_single_quotes(policy.description | trim)) -%}
        {%- set segment_owner = dbt.string_literal(dbt.escape_single_quotes(policy.owner)) if policy.owner else 'null' -%}
        select
            '{{ node.name }}' as segment_name,
            {{ description }} as segment_description,
            cast({{ segment_owner }} as {{ dbt.type_string() }}) as segment_owner,
            {{ policy.is_static }} as is_static,
            '{{ policy.refresh_cadence }}' as refresh_cadence,
            {{ policy.minimum_size }} as policy_minimum_size,
            {{ policy.priority }} as priority
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

cadences as (

    select * from {{ ref('segment_refresh_cadences') }}

),

final as (

    select
        policies.segment_name,
        policies.segment_description,
        policies.segment_owner,
        policies.is_static,
        policies.refresh_cadence,
        cadences.interval_days as refresh_interval_days,
        policies.policy_minimum_size,
        cast({{ minimum_segment_size('policies.policy_minimum_size') }} as bigint) as minimum_size,
        policies.priority
    from policies
    left join cadences
        on policies.refresh_cadence = cadences.refresh_cadence

)

select * from final
