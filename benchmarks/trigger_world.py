"""A warehouse with nothing in it but what the trigger runner's base is made of: people, their accounts, products and the policies.

For the bench and for tests of the runner, where a whole build would only take time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from orchestration.paths import REPOSITORY, DataFolder
from orchestration.serving import ServedTable, publish
from orchestration.triggers.base import SEEDS, base_exporter, key_of
from orchestration.warehouse import Warehouse, literal

PRODUCTS = 700
SIGNALS = (
    "trigger_name varchar, customer_key bigint, subject_type varchar, subject_id varchar, condition_started_at timestamp, "
    "signalled_at timestamp, condition_ended_at timestamp"
)
EMPTY_TABLES = {
    "intermediate.int_shopping_events": (
        "device_key bigint, account_key bigint, event_type varchar, event_at timestamp, event_date date, load_date date, _file_id bigint, "
        "_row_number bigint, identifier_key bigint, product_id varchar, cart_id varchar, quantity bigint, is_bot boolean"
    ),
    "intermediate.int_product_changes": (
        "product_id varchar, change_type varchar, changed_at timestamp, change_ended_at timestamp, previous_price decimal(18, 4), "
        "price decimal(18, 4)"
    ),
    "intermediate.int_order_customers": "order_id varchar, customer_id varchar, customer_key bigint",
    "intermediate.int_orders_priced": "order_id varchar, ordered_at timestamp, is_credit_note boolean",
    "intermediate.int_order_items_priced": "order_id varchar, product_id varchar, category varchar, quantity bigint",
    "intermediate.int_refunds_priced": "order_id varchar, refunded_at timestamp, is_credit_note boolean",
    "intermediate.int_trigger_delivery_signals": SIGNALS,
    "intermediate.int_trigger_inactivity_signals": SIGNALS,
    "intermediate.int_trigger_replenishment_signals": SIGNALS,
    "marts.fct_triggers": "trigger_firing_id varchar, is_active boolean",
    "marts.fct_email_days": "customer_id varchar, activity_date date, sent_count bigint",
    "staging.base_web__events_exceptions": "_file_id bigint, _row_status varchar",
    "staging.stg_web__events": (
        "event_id varchar, event_type varchar, event_at timestamp, event_date date, load_date date, product_id varchar, cart_id varchar, "
        "quantity bigint, anonymous_id varchar, user_id varchar, user_agent varchar, is_too_late boolean, _loaded_at timestamp, "
        "_file_id bigint, _row_number bigint"
    ),
    "ops.main.file_register": "file_id bigint, file_path varchar, vanished_at timestamp",
}


def make_warehouse(folder: DataFolder, people: int, as_of_at: datetime, events_per_person: int = 0) -> Warehouse:
    """A warehouse of people `c_<n>` with the account `u-<n>`: everybody may be written to, except every tenth, who never said yes.

    With a history, if asked for: views of the two years before, and in every fourth event something about a cart.
    """
    warehouse = Warehouse(folder.root)
    folder.root.mkdir(parents=True, exist_ok=True)
    with warehouse.connect() as connection:
        for schema in ("staging", "intermediate", "marts", "seeds"):
            connection.execute(f"create schema {schema}")
        for name, columns in EMPTY_TABLES.items():
            connection.execute(f"create table {name} ({columns})")
        for seed in SEEDS:
            connection.execute(f"create table seeds.{seed} as select * from read_csv({literal(REPOSITORY / 'seeds' / f'{seed}.csv')})")
        connection.execute(
            "create table intermediate.int_clock as select cast($at as timestamp) as as_of_at, cast($at as date) as as_of_date",
            {"at": as_of_at},
        )
        connection.execute(
            f"""
            create table intermediate.int_identity_map as
            select {key_of("'shop_customer_id|u-' || range")} as identifier_key, range as component_key, 'c_' || range as customer_id,
                false as is_shared, false as is_junk
            from range({people})
            """
        )
        connection.execute(
            f"""
            create table marts.dim_customers as
            select 'c_' || range as customer_id, 'somebody' as email, cast(null as varchar) as preferred_frequency, true as is_email_valid,
                false as is_email_suppressed, range % 10 <> 9 as has_email_marketing_consent
            from range({people})
            """
        )
        connection.execute(
            f"""
            create table intermediate.int_product_versions as
            select 'product-' || range as product_id, 'category-' || range % 30 as category,
                timestamp '1900-01-01 00:00:00' as valid_from, timestamp '9999-12-31 00:00:00' as valid_to
            from range({PRODUCTS})
            """
        )
        connection.execute(
            f"""
            insert into intermediate.int_shopping_events
            select
                {key_of("'anonymous_id|history-' || person.range")} as device_key,
                {key_of("'shop_customer_id|u-' || person.range")} as account_key,
                case when turn.range % 4 = 3 then 'add_to_cart' else 'product_view' end as event_type,
                -- Spread by two primes: no two people have the same rhythm.
                cast($at as timestamp) - to_minutes(1440 + (person.range * 7919 + turn.range * 104729) % 1051200) as event_at,
                cast(event_at as date) as event_date,
                cast(event_at as date) as load_date,
                1 as _file_id,
                person.range * 1000 + turn.range as _row_number,
                account_key as identifier_key,
                'product-' || (person.range * 31 + turn.range * 17) % {PRODUCTS} as product_id,
                case when event_type = 'add_to_cart' then 'cart-' || person.range || '-' || turn.range end as cart_id,
                1 as quantity,
                false as is_bot
            from range({people}) as person
            cross join range({events_per_person}) as turn
            """,
            {"at": as_of_at},
        )
    return warehouse


def prepare_base(folder: DataFolder, world: Path | None, people: int, events_per_person: int) -> list[str]:
    """Publish a base into the folder, from a world that was built or from one made up; accounts that may be written to."""
    if world is None:
        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        make_warehouse(folder, people, midnight, events_per_person)
        publish_base(folder, midnight)
        return [f"u-{number}" for number in range(people) if number % 10 != 9]
    warehouse = Warehouse(world.resolve())
    as_of_at = warehouse.value("select as_of_at from intermediate.int_clock")
    publish(warehouse, folder.serving, [ServedTable("marts", "fct_triggers", "Firings.")], as_of_at, [base_exporter(folder)])
    # One account each, of people who would get mail; the caps count by the clock of the bench.
    rows = warehouse.rows(
        """
        select min(identities.identifier_value)
        from intermediate.int_identity_map as identities
        inner join marts.dim_customers as customers on identities.customer_id = customers.customer_id
        where
            identities.identifier_type = 'shop_customer_id' and customers.is_email_valid
            and customers.has_email_marketing_consent and not customers.is_email_suppressed
            and coalesce(customers.preferred_frequency, '') not in ('never', 'weekly', 'monthly')
        group by identities.customer_id
        order by all
        """
    )
    return [account for (account,) in rows]


def publish_base(folder: DataFolder, as_of_at: datetime) -> str:
    """Publish the warehouse as the street does; the version."""
    tables = [ServedTable("marts", "fct_triggers", "Firings.")]
    return publish(Warehouse(folder.root), folder.serving, tables, as_of_at, [base_exporter(folder)]).version
