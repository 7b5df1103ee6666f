{#
    The variables that features of a date depend on: a row that was made with others is made anew. tests/project/test_feature_variables.py
    holds this list against the models.
#}
{% macro feature_variables() %}
    {{ return([
        'churn_horizon_gaps',
        'churn_horizon_maximum_days',
        'churn_horizon_minimum_days',
        'email_click_prior_message_count',
        'email_open_prior_message_count',
        'recommendation_just_bought_days',
        'rhythm_prior_gap_count',
        'snapshot_grace_days',
        'training_date_step_days',
        'training_grid_date',
    ]) }}
{% endmacro %}
