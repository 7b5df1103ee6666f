{#
    The table beside a model that keeps something about it; its name says what.

    relation: of the model. purpose: what the table is for, in one word.
#}
{% macro beside(relation, purpose) %}
    {{ return(relation.incorporate(path={'identifier': relation.identifier ~ '__' ~ purpose}, type='table')) }}
{% endmacro %}
