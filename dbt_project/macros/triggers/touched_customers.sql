{#
    The table beside a model of strategy replace_touched with the keys that an incremental run works out anew (see find_touched).
#}
{% macro touched_customers() %}
    {{ return(this.incorporate(path={'identifier': this.identifier ~ '__touched'}, type='table')) }}
{% endmacro %}
