{#
    One row with the thresholds of the calling model, one column each, from seeds/segment_thresholds.csv, where a marketer can read
    and change them. Cross join it. A name that the seed does not have fails assert_segment_thresholds_are_complete.

    names: thresholds that are numbers. text_names: thresholds that are words, such as a category.
#}
{% macro thresholds(names, text_names=[]) %}
    {% set segment_name = (model.tested_node_unique_id or model.unique_id).split('.')[-1] %}
    select
        {% for name in names + text_names %}
            {% set value = 'threshold_text' if name in text_names else 'threshold_value' %}
            max(case when threshold_name = '{{ name }}' then {{ value }} end) as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('segment_thresholds') }}
    where segment_name = '{{ segment_name }}'
{% endmacro %}
