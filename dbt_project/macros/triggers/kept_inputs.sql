{#
    The table beside a model of strategy replace_touched that says from which inputs each of its keys was made (see keep_inputs).
#}
{% macro kept_inputs() %}
    {{ return(this.incorporate(path={'identifier': this.identifier ~ '__inputs'}, type='table')) }}
{% endmacro %}
