{#
    Makes sure that `ops.settings` holds the secret that customer ids derive from: the environment variable A360_IDENTITY_KEY, else
    a random one, generated once. The secret comes from a function of the plugin and never stands in the text of a query.

    A warehouse with landing views beside an `ops` store without a key means that the store was lost: every customer id and file
    number would silently change, so that only a full refresh may go on.
#}
{% macro keep_identity_key() %}
    {% set settings = landing_source('ops', 'settings') %}
    {% set is_new = run_query("select count(*) from " ~ settings ~ " where setting_name = 'identity_key'").rows[0][0] == 0 %}
    {% if is_new and not flags.FULL_REFRESH %}
        {% for name in existing_view_comments(declared_tables('landing')) if name.startswith(target.database | lower ~ '.landing_') %}
            {{ exceptions.raise_compiler_error(
                'The warehouse was built with another ops store, which is gone. Restore ops.duckdb from its backup, or start over with '
                ~ 'new customer ids and file numbers: dbt build --full-refresh'
            ) }}
        {% endfor %}
    {% endif %}
    {% set query %}
        insert into {{ settings }} (setting_name, setting_value, created_at)
        select 'identity_key', a360_identity_key(), {{ landing_now() }}
        where not exists (select 1 from {{ settings }} where setting_name = 'identity_key');
        select count(*) from {{ settings }} where setting_name = 'identity_key' and a360_identity_key_differs(setting_value)
    {% endset %}
    {% if run_query(query).rows[0][0] > 0 %}
        {{ exceptions.raise_compiler_error(
            'A360_IDENTITY_KEY is not the key that this data folder was built with, so every customer id would change. '
            ~ 'Unset it or restore the old one; to start over with new ids, delete warehouse.duckdb and ops.duckdb.'
        ) }}
    {% endif %}
{% endmacro %}
