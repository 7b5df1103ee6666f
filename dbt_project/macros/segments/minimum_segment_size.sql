{#
    The smallest size at which a segment is published: the policy of the segment, or for small worlds such as the demo the variable
    `minimum_segment_size` (environment: A360_MINIMUM_SEGMENT_SIZE), which then holds for every segment.

    policy_minimum_size: expression with the policy of the segment.
#}
{% macro minimum_segment_size(policy_minimum_size) %}
    {{- env_var('A360_MINIMUM_SEGMENT_SIZE', '') or var('minimum_segment_size') or policy_minimum_size -}}
{% endmacro %}
