{#
    The rows of a large source table that are not accepted, and one row with number 0 per file that was read: the whole text of a
    model. What is accepted stays where it landed, so that a table of events is not written a second time.

    Each pass reads the view anew and no more columns than it needs; one shared subquery would be kept in memory with all of its columns,
    and at a million customers spills. Keys that occur twice are found by an integer that is never stored, then
    only those few are compared in full and put in order. An incremental run reads only new files, except for the keys of earlier
    rows, and gives each row the verdict that a full rebuild gives.

    source_name, table_name: the declared source table. delivered: its rows, with _reject_reason null for a row in order. delivery_key:
    columns that tell one delivery of a row from another: the key of an event, the key and the time of a version.
    file_register: the relation of registered files, for a table whose key may be empty. Such rows are repeated only when their whole
    file comes a second time, byte for byte: equal lines of one delivery are genuine.
#}
{% macro delivery_exceptions(source_name, table_name, delivered, delivery_key, file_register=none) %}
{%- set new_rows = landing_new_files_predicate(source_name, table_name) if is_incremental() else 'true' -%}
with

files_read as (

    select distinct _file_id
    from {{ delivered }}
    where {{ new_rows }}

),

rejected as (

    select * from {{ delivered }}
    where
        {{ new_rows }}
        and _reject_reason is not null

),

{% if is_incremental() -%}
    -- What was rejected is stored: to ask for the reasons of earlier rows would read all columns of every row.
    earlier_rows as (

        select
            {{ delivery_key | join(',\n            ') }},
            _file_id,
            _row_number
        from {{ delivered }} as earlier
        where
            not ({{ new_rows }})
            and {{ transient_hash(delivery_key) }} in (
                select {{ transient_hash(delivery_key) }}
                from {{ delivered }}
                where {{ new_rows }}
            )
            and not exists (
                select 1
                from {{ this }} as this_model
                where
                    this_model._file_id = earlier._file_id
                    and this_model._row_number = earlier._row_number
                    and this_model._row_status = 'quarantined'
            )

    ),

{%- endif %}

repeated_keys as (

    {{ repeated_hashes(delivered, delivery_key, new_rows) }}
    {% if is_incremental() -%}
        union all
        select {{ transient_hash(delivery_key) }} as key_hash from earlier_rows
    {%- endif %}

),

candidates as (

    select
        {{ delivery_key | join(',\n        ') }},
        _file_id,
        _row_number,
        1 as is_new
    from {{ delivered }}
    where
        {{ new_rows }}
        and {{ transient_hash(delivery_key) }} in (select repeated_keys.key_hash from repeated_keys)
        and _reject_reason is null
        {%- if file_register %}
            and {{ delivery_key[0] }} <> ''
        {%- endif %}

    {% if is_incremental() -%}
        union all

        select
            {{ delivery_key | join(',\n            ') }},
            _file_id,
            _row_number,
            0 as is_new
        from earlier_rows
        {%- if file_register %}
            where {{ delivery_key[0] }} <> ''
        {%- endif %}

    {%- endif %}

),

numbered as (

    select
        _file_id,
        _row_number,
        is_new,
        row_number() over (
            partition by {{ delivery_key | join(', ') }}
            order by _file_id, _row_number
        ) as delivery_number
    from candidates

),

repeated as (

    select
        _file_id,
        _row_number
    from numbered
    where delivery_number > 1 and is_new = 1
    {%- if file_register %}

        union all

        select
            _file_id,
            _row_number
        from {{ delivered }}
        where
            {{ new_rows }}
            and coalesce({{ delivery_key[0] }}, '') = ''
            and _reject_reason is null
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

),

final as (

    select
        _file_id,
        cast(0 as bigint) as _row_number,
        'read' as _row_status,
        cast(null as string) as _reject_reason,
        cast(null as string) as _raw
    from files_read

    union all

    select
        _file_id,
        _row_number,
        'duplicate' as _row_status,
        cast(null as string) as _reject_reason,
        cast(null as string) as _raw
    from repeated

    union all

    select
        _file_id,
        _row_number,
        'quarantined' as _row_status,
        _reject_reason,
        coalesce(_raw, {{ row_as_json('rejected') }}) as _raw
    from rejected

)

select * from final
{%- endmacro %}
