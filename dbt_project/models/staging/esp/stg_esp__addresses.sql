{{ config(materialized='incremental', incremental_strategy='append') }}

with

delivered as (

    select
        email,
        _file_id
    from {{ ref('base_esp__messages') }}
    {% if is_incremental() -%}
        where {{ landing_new_files_predicate('esp', 'messages') }}
    {%- endif %}

    union all

    select
        email,
        _file_id
    from {{ ref('base_esp__events') }}
    {% if is_incremental() -%}
        where {{ landing_new_files_predicate('esp', 'events') }}
    {%- endif %}

),

spellings as (

    select
        email as email_spelling,
        min(_file_id) as _file_id
    from delivered
    where email is not null
    {% if is_incremental() -%}
        and email not in (select this_model.email_spelling from {{ this }} as this_model)
    {%- endif %}
    group by email

),

addressed as (

    select
        email_spelling,
        _file_id,
        {{ email_as_given('email_spelling') }} as email_as_given
    from spellings

),

identified as (

    select
        *,
        {{ email_identity('email_as_given') }} as email
    from addressed

),

final as (

    select
        email_spelling,
        email,
        email_as_given,
        {{ identifier_key('email', 'email') }} as email_key,
        _file_id
    from identified

)

select * from final
