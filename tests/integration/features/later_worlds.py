"""One landing zone, and what else might have happened after a date: rows that vanish, change or come, none of them before it."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb

# Of every later row: a third vanishes, a third is changed, a third stays; what comes is made of rows from before or after.
_FATE = "hash({key}) % 3"
_LATER = "getvariable('later')"
_LOADED = f"{_LATER} + interval 1 hour as _loaded_at"
_ANOTHERS_BROWSER = "coalesce(lead(anonymous_id) over (order by hash(identify_id)), anonymous_id) as anonymous_id"
_ORDERED = f"{_LATER} as ordered_at, {_LATER} as updated_at"
_ANOTHERS_LOGIN = "coalesce(lag(user_id ignore nulls) over (order by hash(event_id)), user_id) as user_id"


def poison(source: Path, target: Path, day: date) -> dict[str, int]:
    """Copy a landing zone; what lies at or after the day is deleted, changed and added to. Returns the rows that differ per table.

    Browsers change hands: people log in where nobody or somebody else had. So do accounts, addresses and numbers: what is told of them
    later joins people who had a past of their own, makes numbers everybody's, and no longer joins those whom it had.
    """
    shutil.copytree(source, target)
    after = day + timedelta(days=1)
    touched = {}
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"set variable day = timestamp '{day}'")
        connection.execute(f"set variable later = timestamp '{after} 12:00:00'")
        for table, (time, key, changed) in _CHANGED.items():
            touched[table] = _rewrite(connection, target / table, time, key, changed)
        for number, (table, query, condition) in enumerate(_ADDED):
            added = target / table / f"poison_{number}.parquet"
            touched[table] = touched.get(table, 0) + _add(connection, source / table, added, query, condition)
    return touched


def cut(source: Path, target: Path, day: date, loaded_before: date) -> None:
    """Copy what of a landing zone had happened before a day and been loaded before another."""
    with duckdb.connect() as connection:
        for file in sorted(source.rglob("*.parquet")):
            copy = target / file.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            times = [time for table, (time, _, _) in _CHANGED.items() if file.is_relative_to(source / table)]
            happened = [f"{time} < timestamp '{day}'" for time in times]
            condition = " and ".join([f"_loaded_at < timestamp '{loaded_before}'", *happened])
            connection.execute(
                f"copy (select * from read_parquet('{file}', hive_partitioning = false) where {condition}) to '{copy}' (format parquet)"
            )


def _rewrite(connection: duckdb.DuckDBPyConnection, folder: Path, time: str, key: str, changed: str) -> int:
    fate = _FATE.format(key=key)
    found = 0
    for file in sorted(folder.rglob("*.parquet")):
        rows = f"read_parquet('{file}', hive_partitioning = false)"
        is_later = f"{time} >= getvariable('day')"
        [(count,)] = connection.execute(f"select count(*) from {rows} where {is_later} and {fate} < 2").fetchall()
        if count:
            whole = file.with_suffix(".new")
            connection.execute(
                f"""
                copy (
                    select * from {rows} where not ({is_later}) or {fate} = 2
                    union all by name
                    select * replace ({changed}) from {rows} where {is_later} and {fate} = 1
                ) to '{whole}' (format parquet)
                """
            )
            whole.replace(file)
            found += count
    return found


def _add(connection: duckdb.DuckDBPyConnection, source: Path, target: Path, replaced: str, condition: str) -> int:
    rows = f"read_parquet('{source}/**/*.parquet', union_by_name = true, hive_partitioning = false)"
    query = f"select * replace ({replaced}) from {rows} where {condition}"
    connection.execute(f"copy ({query}) to '{target}' (format parquet)")
    [(count,)] = connection.execute(f"select count(*) from ({query})").fetchall()
    return int(count)


def _anothers(column: str, key: str) -> str:
    return f"coalesce(lag({column} ignore nulls) over (order by hash({key})), {column}) as {column}"


# By table: when a row happened, its key, and what becomes of a row that is changed.
_CHANGED = {
    "web/events": (
        "event_at",
        "event_id",
        "'product_view' as event_type, 'tablet' as device_type, 'JP' as geo_country, 900.0 as dwell_seconds",
    ),
    "esp/events": ("event_at", "event_id", "case when event_type = 'open' then 'click' else event_type end as event_type"),
    "shop/orders": ("ordered_at", "order_id", "discount_amount + 1 as discount_amount, 'POISON' as coupon_code"),
    "shop/order_items": ("created_at", "order_item_id", "quantity * 5 as quantity, unit_price / 2 as unit_price"),
    "shop/refunds": ("refunded_at", "refund_id", "reason || ' and more' as reason"),
    "crm/consent_events": (
        "occurred_at",
        "consent_event_id",
        "case when status = 'granted' then 'withdrawn' else 'granted' end as status",
    ),
    # What ties accounts, addresses and numbers: a third is never told, a third is told of an address that nobody had.
    "crm/contacts": ("updated_at", "contact_id", "'poison-' || email as email"),
    "crm/loyalty_accounts": ("updated_at", "loyalty_id", "points + 1 as points"),
    "shop/customers": ("updated_at", "shop_customer_id", "'poison-' || email as email"),
    "web/identifies": ("identified_at", "identify_id", "'poison-' || email as email"),
}
# By table: how rows that come differ from the rows they are made of, and which rows those are.
_ADDED = (
    (
        "web/events",
        "event_id || '-again' as event_id, event_at + interval 7 minute as event_at, received_at + interval 7 minute as received_at",
        "event_at >= getvariable('day') and hash(event_id, 'added') % 3 = 0",
    ),
    (
        "esp/events",
        f"event_id || '-again' as event_id, {_LATER} as event_at, 'click' as event_type, {_LOADED}",
        "event_type = 'open' and event_at < getvariable('day') and hash(event_id, 'added') % 2 = 0",
    ),
    # Orders from before the date that are cancelled after it, and refunds of others.
    (
        "shop/orders",
        f"'cancelled' as status, {_LATER} as cancelled_at, {_LATER} as updated_at, {_LOADED}",
        "ordered_at < getvariable('day') and cancelled_at is null and hash(order_id, 'added') % 4 = 0",
    ),
    (
        "shop/refunds",
        f"refund_id || '-again' as refund_id, {_LATER} as refunded_at, {_LOADED}",
        "refunded_at < getvariable('day')",
    ),
    (
        "crm/consent_events",
        f"consent_event_id || '-again' as consent_event_id, 'withdrawn' as status, {_LATER} as occurred_at, {_LOADED}",
        "occurred_at < getvariable('day') and hash(consent_event_id, 'added') % 2 = 0",
    ),
    (
        "crm/contacts",
        f"'Asia/Tokyo' as time_zone, 'ja' as language, 'referral' as acquisition_source, {_LATER} as updated_at, {_LOADED}",
        "created_at < getvariable('day') and hash(contact_id, 'added') % 2 = 0",
    ),
    (
        "crm/loyalty_accounts",
        f"points + 5000 as points, {_LATER} as updated_at, {_LOADED}",
        "joined_at < getvariable('day')",
    ),
    (
        "crm/preferences",
        f"'monthly' as frequency, {_LATER} as updated_at, {_LOADED}",
        "updated_at < getvariable('day')",
    ),
    (
        "shop/products",
        f"'999.99' as price, 'poison' as category, {_LATER} as updated_at, {_LOADED}",
        "updated_at < getvariable('day') and hash(product_id, 'added') % 2 = 0",
    ),
    # Somebody logs in after the date on a browser that had been nobody's, or another's; and tells of himself on another's.
    (
        "web/events",
        f"event_id || '-login' as event_id, {_ANOTHERS_LOGIN}, {_LATER} as event_at, {_LATER} as received_at, {_LOADED}",
        "event_at < getvariable('day') and hash(event_id, 'login') % 10 = 0",
    ),
    (
        "web/identifies",
        f"identify_id || '-elsewhere' as identify_id, {_ANOTHERS_BROWSER}, {_LATER} as identified_at, {_LOADED}",
        "identified_at < getvariable('day') and hash(identify_id, 'elsewhere') % 3 = 0",
    ),
    # Accounts, addresses and numbers of people with a past are told to be one person's: by a visit, checkouts, the shop and the CRM.
    (
        "web/identifies",
        f"identify_id || '-joined' as identify_id, {_anothers('email', 'identify_id')}, {_LATER} as identified_at, {_LOADED}",
        "identified_at < getvariable('day') and email is not null and hash(identify_id, 'joined') % 10 = 0",
    ),
    (
        "shop/orders",
        f"order_id || '-joined' as order_id, {_anothers('email', 'order_id')}, {_ORDERED}, {_LOADED}",
        "ordered_at < getvariable('day') and hash(order_id, 'joined') % 30 = 0",
    ),
    (
        "shop/orders",
        f"order_id || '-called' as order_id, {_anothers('phone', 'order_id')}, {_ORDERED}, {_LOADED}",
        "ordered_at < getvariable('day') and hash(order_id, 'called') % 30 = 0",
    ),
    (
        "shop/customers",
        f"{_anothers('contact_id', 'shop_customer_id')}, {_LATER} as updated_at, {_LOADED}",
        "updated_at < getvariable('day') and hash(shop_customer_id, 'owned') % 20 = 0",
    ),
    (
        "crm/contacts",
        f"{_anothers('email', 'contact_id')}, {_anothers('phone', 'contact_id')}, {_LATER} + interval 1 second as updated_at, {_LOADED}",
        "updated_at < getvariable('day') and hash(contact_id, 'moved') % 10 = 0",
    ),
)
