{# A view: it only puts one under the other what is stored already. #}
{{ config(materialized='view') }}

with

{% set signal_models = [
    'int_trigger_cart_signals',
    'int_trigger_view_signals',
    'int_trigger_browse_signals',
    'int_trigger_delivery_signals',
    'int_trigger_product_signals',
    'int_trigger_inactivity_signals',
    'int_trigger_replenishment_signals',
    'int_trigger_spike_signals',
] -%}

final as (

    {% for signal_model in signal_models -%}
        select
            trigger_name,
            customer_key,
            subject_type,
            subject_id,
            condition_started_at,
            signalled_at,
            condition_ended_at
        from {{ ref(signal_model) }}
        {% if not loop.last -%}
            union all
        {% endif -%}
    {%- endfor %}

)

select * from final
