{#
    The rows of a source table that repeat an accepted row: same delivery key, later in (_file_id, _row_number). A subquery with
    _file_id and _row_number, to be used in a base model. An incremental run reads only new files and also counts as repeated what
    an accepted row of an earlier run already holds, so it gives each row the verdict that a full rebuild gives.

    Only keys and positions are read, never whole rows: keys that occur twice are found by an integer that is never stored, then
    only those few are compared in full and put in order.

    source_name, table_name: the declared source table. delivery_key: columns that tell one delivery of a row from another: the key of
    an event, the key and the time of a version. reject_reason: SQL over the source's columns, null for a row in order.
    file_register: the relation of registered files, for a table whose key may be empty. Such rows are repeated only when their whole
    file comes a second time, byte for byte: equal lines of one delivery are genuine.
#}
{% macro repeated_deliveries(source_name, table_name, delivery_key, reject_reason, file_register=none) %}
{%- set new_rows = landing_new_files_predicate(source_name, table_name) if is_incremental() else 'true' -%}
        with

        repeated_keys as (

            {{ repeated_hashes(source(source_name, table_name), delivery_key, new_rows) }}

        ),

        {% if is_incremental() -%}
        new_keys as (

            select distinct {{ delivery_key | join(', ') }}
            from {{ source(source_name, table_name) }}
            where {{ new_rows }}

        ),

        delivered_before as (

            select
                {%- for column in delivery_key %}
                delivered.{{ column }},
                {%- endfor %}
                delivered._file_id,
                delivered._row_number
            from {{ this }} as delivered
            inner join new_keys
                on
                {%- for column in delivery_key %}
                    {{ 'and ' if not loop.first }}delivered.{{ column }} = new_keys.{{ column }}
                {%- endfor %}
            where delivered._row_status = 'accepted'

        ),

        {% endif -%}
        candidates as (

            select
                {{ delivery_key | join(', ') }},
                _file_id,
                _row_number
            from {{ source(source_name, table_name) }}
            where
                {{ new_rows }}
                {%- if file_register %}
                and {{ delivery_key[0] }} <> ''
                {%- endif %}
                and {{ transient_hash(delivery_key) }} in (
                    select repeated_keys.key_hash from repeated_keys
                    {%- if is_incremental() %}
                    union all
                    select {{ transient_hash(delivery_key) }} as key_hash from delivered_before
                    {%- endif %}
                )
                and {{ reject_reason }} is null
            {%- if is_incremental() %}
            union all
            select * from delivered_before
            {%- endif %}

        ),

        numbered as (

            select
                _file_id,
                _row_number,
                row_number() over (
                    partition by {{ delivery_key | join(', ') }}
                    order by _file_id, _row_number
                ) as delivery_number
            from candidates

        )

        select
            _file_id,
            _row_number
        from numbered
        where delivery_number > 1
        {%- if file_register %}

        union all

        select
            _file_id,
            _row_number
        from {{ source(source_name, table_name) }}
        where
            {{ new_rows }}
            and coalesce({{ delivery_key[0] }}, '') = ''
            and _file_id in (
                select later_files.file_id
                from {{ file_register }} as later_files
                inner join {{ file_register }} as earlier_files
                    on
                        later_files.content_hash = earlier_files.content_hash
                        and later_files.source_name = earlier_files.source_name
                        and later_files.table_name = earlier_files.table_name
                        and later_files.file_id > earlier_files.file_id
            )
        {%- endif %}
{%- endmacro %}
