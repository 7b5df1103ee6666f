{#
    Stops a run whose variables differ from those that the data folder is built with (`dbt_vars.json` in it, written by the demo and
    by example shops): half of the tables would be in another currency.

    kept_variables: the variables of the data folder, as JSON.
#}
{% macro require_kept_variables(kept_variables) %}
    {% set kept = fromjson(kept_variables) %}
    {% set different = [] %}
    {% for name, value in kept.items() if var(name) | string != value | string %}
        {% do different.append(name ~ ' is ' ~ var(name) | string | tojson ~ ', not ' ~ value | string | tojson) %}
    {% endfor %}
    {% if different %}
        {{ exceptions.raise_compiler_error(
            'This data folder is built with variables of its own (dbt_vars.json in it), and this run has others: '
            ~ different | join('; ') ~ ". Run `make build`, or add --vars '" ~ tojson(kept)
            ~ "' to the dbt command; to build it otherwise from now on, edit that file."
        ) }}
    {% endif %}
{% endmacro %}
