{#
    A text that is another one when this model, a feature model that it reads, directly or not, or one of the feature_variables() has changed.
#}
{% macro features_digest() %}
    {% set parts = [] %}
    {% for node in feature_sources() + [model] %}
        {% do parts.append(node.name ~ ':' ~ node.checksum.checksum) %}
    {% endfor %}
    {% for name in feature_variables() %}
        {% do parts.append(name ~ '=' ~ var(name)) %}
    {% endfor %}
    {{ return(local_md5(parts | sort | join(' '))) }}
{% endmacro %}
