{#
    Names of all models whose SQL file lies under a folder such as 'models/segments/custom', sorted. A model that loops over them
    and calls ref() on each gets its lineage without a list to keep: adding a file adds the model.

    dbt fixes ref() at parse time, before `graph` is filled, and reads only changed files when it parses again. Hence
    - while parsing, the names come from the list of files that dbt has just read (`ref.manifest.files`);
    - the calling file is marked to be read again at the next parse, by noting that it uses an environment variable whose value
      differs from the one noted. That is dbt's own rule for env_var(), so partial parsing stays on for everything else;
    - while running, the names come from `graph`, and one that ref() did not see stops the run with what to do.
    tests/integration/test_add_a_segment.py adds and removes a file under partial parsing and fails if dbt stops working this way.

    folder: path inside the project, without a slash at the end.
#}
{% macro models_in_folder(folder) %}
    {% set names = [] %}
    {% if execute %}
        {% set unseen = [] %}
        {% for node in graph.nodes.values() %}
            {% if node.resource_type == 'model' and node.original_file_path.startswith(folder ~ '/') %}
                {% do names.append(node.name) %}
                {% if model.resource_type == 'model' and node.unique_id not in model.depends_on.nodes %}
                    {% do unseen.append(node.name) %}
                {% endif %}
            {% endif %}
        {% endfor %}
        {% if unseen %}
            {% do exceptions.raise_compiler_error(
                model.name ~ " was parsed before " ~ unseen | join(', ') ~ " was added. Run dbt once with --no-partial-parse."
            ) %}
        {% endif %}
    {% else %}
        {% for file in ref.manifest.files.values() %}
            {% set path = file.path.original_file_path %}
            {% if file.parse_file_type == 'model' and path.startswith(folder ~ '/') and path.endswith('.sql') %}
                {% do names.append(path.split('/')[-1][:-4]) %}
            {% endif %}
        {% endfor %}
        {% set marker = 'A360_MODELS_IN_FOLDER' %}
        {% do ref.manifest.env_vars.update({marker: 'read this file again'}) %}
        {% do ref.manifest.files[ref.model.file_id].env_vars.append(marker) %}
    {% endif %}
    {{ return(names | sort) }}
{% endmacro %}
