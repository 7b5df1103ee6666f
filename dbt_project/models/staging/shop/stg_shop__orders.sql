{#
    A table, not a view: versions are put in order and texts matched once, not by every reader. An order with a version in a new file is made
    anew from all of its versions.
#}
{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='order_id') }}

with

countries as (

    select * from {{ ref('countries') }}

),

country_names as (

    select * from {{ ref('country_names') }}

),

-- What phone numbers and countries are read by: with another one all orders are.
look_ups as (

    select
        'country ' || country_code as look_up_key,
        coalesce(calling_code, '') || '|' || coalesce(trunk_prefix, '') || '|' || coalesce(cast(min_phone_digits as string), '') || '|'
        || coalesce(cast(max_phone_digits as string), '') as look_up_value
    from countries

    union all

    select
        'name ' || country_name as look_up_key,
        country_code as look_up_value
    from country_names

),

digests as (

    select {{ identifier_hash(joined_text("look_up_key || ' ' || look_up_value", ';', 'look_up_key')) }} as countries_digest
    from look_ups

),

{% if is_incremental() -%}
    touched_orders as (

        select new_versions.order_id
        from {{ ref('base_shop__orders') }} as new_versions
        where {{ landing_new_files_predicate('shop', 'orders') }}

        union

        select this_model.order_id
        from {{ this }} as this_model
        cross join digests
        where this_model._countries_digest <> coalesce(digests.countries_digest, -1)

    ),

{%- endif %}

accepted as (

    select
        orders.*,
        coalesce(digests.countries_digest, -1) as _countries_digest
    from {{ ref('base_shop__orders') }} as orders
    cross join digests
    where
        orders._row_status = 'accepted'
    {% if is_incremental() -%}
        and orders.order_id in (select touched_orders.order_id from touched_orders)
    {%- endif %}

),

-- few spellings, many rows: each spelling is looked up once
spelled_countries as (

    select distinct shipping_country as spelling
    from accepted

),

known_countries as (

    select
        spelled_countries.spelling,
        countries.country_code,
        countries.calling_code,
        countries.trunk_prefix,
        countries.min_phone_digits,
        countries.max_phone_digits
    from spelled_countries
    inner join country_names on {{ lookup_key('spelled_countries.spelling') }} = country_names.country_name
    inner join countries on country_names.country_code = countries.country_code

),

-- put in order by key and time alone: a window over all columns of every version spills at a million customers
versions as (

    select
        order_id,
        updated_at,
        lead(updated_at) over (partition by order_id order by updated_at) as valid_to
    from accepted

),

followed as (

    select * from versions
    where valid_to is not null

),

keyed as (

    select
        accepted.*,
        followed.valid_to,
        {{ email_as_given('accepted.email') }} as email_as_given,
        {{ dialled_digits('accepted.phone') }} as dialled_digits,
        case when lower(trim(accepted.channel)) in ('web', 'app', 'store') then lower(trim(accepted.channel)) end as known_channel
    from accepted
    left join followed
        on
            accepted.order_id = followed.order_id
            and accepted.updated_at = followed.updated_at

),

located as (

    select
        keyed.*,
        known_countries.country_code as shipping_country_code,
        known_countries.calling_code,
        known_countries.trunk_prefix,
        known_countries.min_phone_digits,
        known_countries.max_phone_digits,
        {{ international_digits('keyed.dialled_digits', 'known_countries') }} as international_digits
    from keyed
    left join known_countries on keyed.shipping_country = known_countries.spelling

),

normalised as (

    select
        located.*,
        {{ email_identity('located.email_as_given') }} as identity_email,
        {{ phone_e164('located.international_digits', 'located') }} as phone_e164
    from located

),

final as (

    select
        order_id,
        nullif(trim(shop_customer_id), '') as shop_customer_id,
        identity_email as email,
        email_as_given,
        phone_e164 as phone,
        known_channel as channel,
        lower(trim(status)) as status,
        upper(currency) as currency,
        coalesce(discount_amount, 0) as discount_amount,
        shipping_amount,
        tax_amount,
        nullif(upper(trim(coupon_code)), '') as coupon_code,
        shipping_country_code,
        nullif(upper(trim(shipping_postcode)), '') as shipping_postcode,
        ordered_at,
        cancelled_at,
        updated_at,
        updated_at as valid_from,
        valid_to,
        valid_to is null as is_current,
        nullif(concat_ws(
            ';',
            {{ lost_attribute('email', 'email_as_given', 'email') }},
            {{ lost_attribute('phone', 'phone_e164', 'phone') }},
            {{ lost_attribute('channel', 'known_channel', 'channel') }},
            {{ lost_attribute('shipping_country', 'shipping_country_code', 'shipping_country') }}
        ), '') as invalid_attributes,
        _loaded_at,
        _file_id,
        _countries_digest
    from normalised

)

select * from final
