{#
    The policy of one custom segment, from `config.meta.segment` in the YAML beside it. What is not stated takes the value below, so
    that one SQL file alone is a segment: it is worked out in every run, reported and kept in the history, but nobody owns it, and
    a segment without an owner is not published. A key that is unknown or a value that makes no sense stops the run.

    node: the model of the segment, from graph.nodes.
#}
{% macro segment_policy(node) %}
    {% set defaults = {
        'owner': none,
        'is_static': false,
        'refresh_cadence': 'every_run',
        'minimum_size': 500,
        'priority': 1000,
        'description': node.description or 'No description.',
    } %}
    {% set stated = node.config.get('meta', {}).get('segment', {}) %}
    {% set problems = [] %}
    {% for key in stated if key not in defaults %}
        {% do problems.append("'" ~ key ~ "' is not one of " ~ defaults.keys() | join(', ')) %}
    {% endfor %}
    {% set policy = dict(defaults, **stated) %}
    {% if policy.is_static and 'refresh_cadence' not in stated %}
        {% do policy.update({'refresh_cadence': 'once'}) %}
    {% endif %}
    {% if policy.is_static is not boolean %}
        {% do problems.append('is_static is true or false') %}
    {% elif policy.is_static != (policy.refresh_cadence == 'once') %}
        {% do problems.append("refresh_cadence is 'once' exactly for static segments") %}
    {% endif %}
    {% for key in ['minimum_size', 'priority'] if policy[key] is not integer or policy[key] is boolean or policy[key] < 0 %}
        {% do problems.append(key ~ ' is a whole number from 0') %}
    {% endfor %}
    {% if policy.owner is not none and policy.owner is not string %}
        {% do problems.append('owner is a word') %}
    {% endif %}
    {% if problems %}
        {% do exceptions.raise_compiler_error(
            'The policy of ' ~ node.name ~ ' in ' ~ (node.patch_path or node.original_file_path) ~ ' cannot be read: '
            ~ problems | join('; ') ~ '.'
        ) %}
    {% endif %}
    {{ return(policy) }}
{% endmacro %}
