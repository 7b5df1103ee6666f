{#
    Nodes of the feature models that this model reads, directly or not, in no order.

    nearest_of_strategy: only models of this incremental strategy, and not those that are read through one of them.
#}
{% macro feature_sources(nearest_of_strategy=none) %}
    {% set found = {} %}
    {% set waiting = [model] if execute else [] %}
    {% for _ in graph.nodes %}
        {% if waiting %}
            {% for source_id in waiting.pop().depends_on.nodes %}
                {% set node = graph.nodes.get(source_id) %}
                {% if node and node.resource_type == 'model' and node.fqn[1] == 'features' and source_id not in found %}
                    {% do found.update({source_id: node}) %}
                    {% if nearest_of_strategy is none or node.config.incremental_strategy != nearest_of_strategy %}
                        {% do waiting.append(node) %}
                    {% endif %}
                {% endif %}
            {% endfor %}
        {% endif %}
    {% endfor %}
    {% set nodes = [] %}
    {% for node in found.values() if nearest_of_strategy is none or node.config.incremental_strategy == nearest_of_strategy %}
        {% do nodes.append(node) %}
    {% endfor %}
    {{ return(nodes) }}
{% endmacro %}
