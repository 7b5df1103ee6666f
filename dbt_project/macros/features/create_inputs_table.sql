{#
    The table beside a model of strategy replace_dates that says from which inputs its rows were made (see keep_dates), empty if it is new.

    relation: of the model.
#}
{% macro create_inputs_table(relation) %}
    create table if not exists {{ beside(relation, 'inputs') }} (
        as_of_date date,
        input_digest decimal(38, 0),
        model_digest varchar,
        generation bigint
    )
{% endmacro %}
