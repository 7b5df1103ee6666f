with

versions as (

    select
        *,
        1 as version,
        case when is_store then 'delivered' when u01(ko, 20) < 0.3 then 'placed' else 'paid' end as status,
        ordered_at as updated_at,
        available_at as version_available_at
    from order_plan

    union all

    select
        *,
        2 as version,
        final_status as status,
        case final_status when 'cancelled' then cancelled_at else delivered_at end as updated_at,
        greatest(
            available_at, case final_status when 'cancelled' then cancelled_at else delivered_at end + interval 2 minutes
        ) as version_available_at
    from order_plan
    where not is_store

)

select
    versions.order_id,
    case account_kind
        when 1 then first_account(p)
        when 2 then second_account(p)
        when 3 then guest_account(versions.order_number)
    end as shop_customer_id,
    case
        when p is null then null
        when is_junk_email then pick_from(['test@test.com', 'noreply@shop.com', 'none@none.com'], ko, 21)
        when is_store and account_kind in (1, 2) and u01(ko, 22) < 0.6 then null
        when is_store and account_kind = 4 and u01(ko, 22) < 0.15 then null
        else as_typed(email, ko)
    end as email,
    case
        when p is null then null
        when is_junk_email or is_store and account_kind = 4 and u01(ko, 22) < 0.15 or u01(ko, 23) < 0.5
            then phone_as_typed(phone_prefix, trunk, national_number, ko)
    end as phone,
    channel,
    case when u01(ko, 24) < 0.0006 then null else status end as status,
    case when u01(ko, 24) > 0.9996 then 'XXX' else currency end as currency,
    case
        when has_coupon then round(greatest(goods_amount, 0) * (0.05 + 0.05 * pick(ko, 25, 3)), 2)
        else 0
    end::decimal(18, 4) as discount_amount,
    case when is_store or goods_amount > 60 then 0 else 4.95 end::decimal(18, 4) as shipping_amount,
    round(greatest(goods_amount, 0) * 0.16, 2)::decimal(18, 4) as tax_amount,
    case when has_coupon then pick_from(['SAVE10', 'SAVE15', 'WELCOME5', 'FREESHIP'], ko, 26) end as coupon_code,
    case
        when is_store then null
        when u01(ko, 27) < 0.8 then country
        when country = 'GB' then 'United Kingdom'
        when country = 'US' then 'USA'
        else lower(country)
    end as shipping_country,
    case when not is_store then postcode end as shipping_postcode,
    ordered_at,
    case when status = 'cancelled' then cancelled_at end as cancelled_at,
    updated_at,
    version_available_at as available_at,
    case when u01(ko, 28) < 0.003 then 7 end as redelivered_after_hours
from versions
inner join order_totals on versions.order_number = order_totals.order_number
