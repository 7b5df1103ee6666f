{#
    Makes sure that `ops.settings` holds the secret that customer ids derive from: the environment variable A360_IDENTITY_KEY, else
    a random one, generated once. The secret comes from a function of the plugin and never stands in the text of a query.
#}
{% macro keep_identity_key() %}
    {% set settings = landing_source('ops', 'settings') %}
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
