{#
    Fails for every range that is not longer than zero, or that reaches beyond the start of the next one.

    Arguments:
        lower_bound_column, upper_bound_column: bounds of the range; the upper bound is exclusive.
        partition_by: column or expression within which ranges must not overlap.
        gaps: 'allowed', 'not_allowed' or 'required' between one range and the next.
        zero_length_range_allowed: whether both bounds may be equal.
#}
{% test mutually_exclusive_ranges(model, lower_bound_column, upper_bound_column, partition_by=none, gaps='allowed', zero_length_range_allowed=false) %}
    {{ return(adapter.dispatch('test_mutually_exclusive_ranges', 'dbt_utils')(model, lower_bound_column, upper_bound_column, partition_by, gaps, zero_length_range_allowed)) }}
{% endtest %}

{% macro default__test_mutually_exclusive_ranges(model, lower_bound_column, upper_bound_column, partition_by=none, gaps='allowed', zero_length_range_allowed=false) %}
    {%- set next_operators = {'allowed': '<=', 'not_allowed': '=', 'required': '<'} -%}
    {%- if gaps not in next_operators -%}
        {{ exceptions.raise_compiler_error("mutually_exclusive_ranges: gaps must be 'allowed', 'not_allowed' or 'required', not '" ~ gaps ~ "'.") }}
    {%- endif -%}
    {%- set partition_clause = 'partition by ' ~ partition_by if partition_by else '' -%}
    with

    ranges as (

        select
            {{ (partition_by ~ ' as partition_by_col,') if partition_by }}
            {{ lower_bound_column }} as lower_bound,
            {{ upper_bound_column }} as upper_bound,
            lead({{ lower_bound_column }}) over (
                {{ partition_clause }}
                order by {{ lower_bound_column }}, {{ upper_bound_column }}
            ) as next_lower_bound,
            row_number() over (
                {{ partition_clause }}
                order by {{ lower_bound_column }} desc, {{ upper_bound_column }} desc
            ) = 1 as is_last_record
        from {{ model }}

    )

    select *
    from ranges
    where
        not coalesce(lower_bound {{ '<=' if zero_length_range_allowed else '<' }} upper_bound, false)
        or not coalesce(upper_bound {{ next_operators[gaps] }} next_lower_bound, is_last_record, false)
{% endmacro %}
