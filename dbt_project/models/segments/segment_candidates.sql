with

final as (

    {% for name in models_in_folder('models/segments/custom') %}
        select
            '{{ name }}' as segment_name,
            customer_id
        from {{ ref(name) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
