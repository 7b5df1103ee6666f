-- Whatever the models of customers on dates read has to be in here: what is not would stay as it was on the dates before today.

with

dates as (

    -- What holds for today counts for the date of the grid that comes next, if it stays.
    select
        as_of_date,
        coalesce(grid_number, {{ grid_number('as_of_date') }} + 1) as grid_number
    from {{ ref('feature_as_of_dates') }}

),

parts as (

    select
        identifier_parts.identifier_key,
        identifier_parts.as_of_date,
        identifier_parts.customer_id,
        identifier_parts.first_seen_date,
        dates.grid_number,
        cast(identifier_parts.identifier_key as string) as member_id,
        -- Whoever is nobody today stands for himself.
        coalesce(identifier_parts.current_customer_id, identifier_parts.customer_id) as current_customer_id
    from {{ ref('feature_identifier_parts') }} as identifier_parts
    inner join dates
        on identifier_parts.as_of_date = dates.as_of_date

),

part_names as (

    select distinct
        customer_id,
        as_of_date,
        current_customer_id
    from parts

),

browsers as (

    select
        browser_owners.identifier_key,
        browser_owners.customer_id,
        dates.grid_number,
        coalesce(part_names.current_customer_id, browser_owners.customer_id) as current_customer_id
    from {{ ref('feature_browser_owners') }} as browser_owners
    inner join dates
        on browser_owners.as_of_date = dates.as_of_date
    left join part_names
        on
            browser_owners.customer_id = part_names.customer_id
            and browser_owners.as_of_date = part_names.as_of_date

),

listed_identifiers as (

    select identifier_key from parts
    union
    select identifier_key from browsers

),

identity_map as (

    select
        identity_map.customer_id,
        identity_map.identifier_key,
        identity_map.first_seen_at,
        identity_map.first_loaded_at,
        parted_components.component_key is not null as is_parted
    from {{ ref('int_identity_map') }} as identity_map
    left join {{ ref('feature_parted_components') }} as parted_components
        on identity_map.component_key = parted_components.component_key
    where
        identity_map.customer_id is not null
        and identity_map.is_known

),

ownerships as (

    select
        ownerships.*,
        listed_identifiers.identifier_key is not null as is_listed
    from {{ ref('int_identifier_ownerships') }} as ownerships
    left join listed_identifiers
        on ownerships.identifier_key = listed_identifiers.identifier_key

),

-- Of a member that is not listed the facts are those of the customer that it names.
part_members as (

    select
        member_id,
        current_customer_id as customer_id,
        min(grid_number) as grid_number
    from parts
    group by
        member_id,
        current_customer_id

),

order_members as (

    select * from {{ ref('feature_order_members') }}

),

orders as (

    select
        orders.*,
        coalesce(order_members.member_id, orders.customer_id) as member_id
    from {{ ref('fct_orders') }} as orders
    left join order_members
        on orders.order_id = order_members.order_id

),

order_items as (

    select
        items.*,
        coalesce(order_members.member_id, items.customer_id) as member_id
    from {{ ref('fct_order_items') }} as items
    left join order_members
        on items.order_id = order_members.order_id

),

refunds as (

    select
        refunds.*,
        coalesce(order_members.member_id, refunds.customer_id) as member_id
    from {{ ref('fct_refunds') }} as refunds
    left join order_members
        on refunds.order_id = order_members.order_id

),

email_days as (

    select * from {{ ref('int_email_days') }}

),

web_days as (

    select * from {{ ref('int_web_days') }}
    where not is_bot

),

visits as (

    select
        *,
        coalesce(account_key, device_key) as identifier_key
    from {{ ref('int_web_visit_pieces') }}
    where not is_bot

),

category_days as (

    select * from {{ ref('int_category_view_days') }}

),

member_facts as (

    select
        member_id,
        {{ first_grid_number('ordered_date', 'loaded_at') }} as grid_number,
        {{ transient_hash([
            'order_id', 'ordered_date', 'unit_count', 'is_discounted', 'gross_revenue', 'discount_amount', 'is_cancelled', 'cancelled_at'
        ]) }} as fact_digest
    from orders

    union all

    select
        member_id,
        {{ first_grid_number('ordered_at', 'loaded_at') }} as grid_number,
        {{ transient_hash(['order_id', 'product_id', 'category', 'quantity > 0', 'is_cancelled']) }} as fact_digest
    from order_items

    union all

    select
        member_id,
        {{ first_grid_number('refunded_at', 'loaded_at') }} as grid_number,
        {{ transient_hash(['order_id', 'refunded_at', 'refund_amount', 'is_credit_note']) }} as fact_digest
    from refunds

),

member_sums as (

    select
        member_id,
        grid_number,
        {{ exact_sum('fact_digest') }} as input_sum
    from member_facts
    where member_id is not null
    group by
        member_id,
        grid_number

),

identifier_facts as (

    select
        identifier_key,
        {{ first_grid_number('event_date', 'load_date') }} as grid_number,
        {{ transient_hash([
            'event_date', 'session_count', 'page_view_count', 'product_view_count', 'add_to_cart_count', 'search_count'
        ]) }} as fact_digest
    from web_days

    union all

    select
        identifier_key,
        {{ first_grid_number('event_date', 'load_date') }} as grid_number,
        {{ transient_hash(['event_date', 'device_type', 'geo_country', local_hour('first_event_at', "'UTC'")]) }} as fact_digest
    from visits

    union all

    select
        identifier_key,
        {{ first_grid_number('event_date', 'load_date') }} as grid_number,
        {{ transient_hash(['event_date', 'category', 'product_view_count']) }} as fact_digest
    from category_days

),

identifier_sums as (

    select
        identifier_key,
        grid_number,
        {{ exact_sum('fact_digest') }} as input_sum
    from identifier_facts
    group by
        identifier_key,
        grid_number

),

address_sums as (

    select
        identifier_key,
        {{ first_grid_number('event_date', 'load_date') }} as grid_number,
        {{ exact_sum(transient_hash([
            'event_date', 'delivered_count', 'human_open_count', 'machine_open_count', 'click_count'
        ])) }} as input_sum
    from email_days
    group by
        identifier_key,
        {{ first_grid_number('event_date', 'load_date') }}

),

address_owners as (

    select
        identifier_key,
        customer_id
    from identity_map

    union

    select
        identifier_key,
        current_customer_id as customer_id
    from parts

),

-- Whose the visits of an identifier are, and from which date on.
owners as (

    select
        identifier_key,
        customer_id,
        {{ grid_number('known_date') }} + 1 as grid_number
    from ownerships

    union

    select
        identifier_key,
        current_customer_id as customer_id,
        min(grid_number) as grid_number
    from parts
    group by
        identifier_key,
        current_customer_id

    union

    select
        identifier_key,
        current_customer_id as customer_id,
        min(grid_number) as grid_number
    from browsers
    where current_customer_id is not null
    group by
        identifier_key,
        current_customer_id

),

inputs as (

    select
        coalesce(part_members.customer_id, member_sums.member_id) as customer_id,
        greatest(member_sums.grid_number, coalesce(part_members.grid_number, member_sums.grid_number)) as grid_number,
        member_sums.input_sum
    from member_sums
    left join part_members
        on member_sums.member_id = part_members.member_id

    union all

    select
        owners.customer_id,
        greatest(owners.grid_number, identifier_sums.grid_number) as grid_number,
        identifier_sums.input_sum
    from identifier_sums
    inner join owners
        on identifier_sums.identifier_key = owners.identifier_key

    union all

    select
        address_owners.customer_id,
        address_sums.grid_number,
        address_sums.input_sum
    from address_sums
    inner join address_owners
        on address_sums.identifier_key = address_owners.identifier_key

    union all

    select
        customer_id,
        {{ first_grid_number('first_seen_at', 'first_loaded_at') }} as grid_number,
        cast({{ transient_hash(['identifier_key', 'cast(first_seen_at as date)', 'is_parted']) }} as decimal(38, 0)) as input_sum
    from identity_map

    union all

    select
        customer_id,
        {{ grid_number('known_date') }} + 1 as grid_number,
        cast({{ transient_hash(['identifier_key', "'known'", 'is_listed']) }} as decimal(38, 0)) as input_sum
    from ownerships

    union all

    select
        customer_id,
        {{ grid_number('shared_date') }} + 1 as grid_number,
        cast({{ transient_hash(['identifier_key', "'shared'"]) }} as decimal(38, 0)) as input_sum
    from ownerships
    where shared_date is not null

    union all

    select
        current_customer_id as customer_id,
        grid_number,
        cast({{ transient_hash(['identifier_key', 'grid_number', 'customer_id', 'first_seen_date']) }} as decimal(38, 0)) as input_sum
    from parts

    union all

    select
        current_customer_id as customer_id,
        grid_number,
        cast({{ transient_hash(['identifier_key', 'grid_number', 'customer_id']) }} as decimal(38, 0)) as input_sum
    from browsers
    where current_customer_id is not null

),

final as (

    select
        customer_id,
        grid_number,
        cast(sum(input_sum) as decimal(38, 0)) as input_digest
    from inputs
    group by
        customer_id,
        grid_number

)

select * from final
