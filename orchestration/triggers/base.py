"""What the runner knows of the nightly build: one DuckDB file beside the serving copy, published and swapped in together with it.

It holds what the trigger models read, under the names and in the schemas that they have in the warehouse, and no more columns than are
read: no address, no name. Readers of the serving copy never see it.

`open_load_date`: of the load dates from there on the single events are kept, since events that are still to come belong to the same
device days; of the days before, the shopping events as the model has folded them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import yaml

from orchestration.landing.files import STREAM_PREFIX
from orchestration.paths import DBT_PROJECT, DataFolder
from orchestration.variables import dbt_vars
from orchestration.warehouse import literal

BASE_NAME = "triggers.duckdb"
STORAGE_VERSION = "v1.4.0"
# A consumer that was away lands events with the load dates that they had when they arrived.
OPEN_DAYS = 3
# Keys are kept a little longer than a repetition can be in time: by the clock of the data, which may be a day behind.
SPARE_DAYS = 3
SEEDS = ("trigger_policies", "trigger_exits", "frequency_caps", "bot_user_agents", "bot_limits")
EVENT_COLUMNS = (
    "event_id, event_type, event_at, event_date, load_date, product_id, cart_id, quantity, anonymous_id, user_id, user_agent, "
    "_loaded_at, _file_id, _row_number"
)


def key_of(text: str) -> str:
    """SQL of the 60-bit key of a text, as the macro `identifier_hash` makes it."""
    return f"cast(('0x' || substr(md5({text}), 1, 15)) as bigint)"


def keyed_events(source: str) -> str:
    """SQL of events of a staged source with the keys by which they are found."""
    return f"""
        select
            {EVENT_COLUMNS},
            {key_of("event_id")} as event_key,
            {key_of("'anonymous_id|' || anonymous_id")} as device_key,
            {key_of("'shop_customer_id|' || user_id")} as account_key
        from {source}
    """


# Every table of the file: schema, name, and what it holds of the relation of that name.
TABLES: dict[tuple[str, str], str] = {
    ("intermediate", "int_clock"): "select as_of_at, as_of_date from intermediate.int_clock",
    ("intermediate", "int_shopping_events"): """
        select * from intermediate.int_shopping_events
        where load_date < (select open_load_date from known)
    """,
    ("staging", "stg_web__events"): """
        select * from recent_events
        where load_date >= (select open_load_date from known)
    """,
    ("main", "event_keys"): "select distinct event_key from recent_events",
    ("intermediate", "int_identity_map"): """
        select identifier_key, component_key, customer_id, is_shared or is_junk as is_nobodys
        from intermediate.int_identity_map
        where customer_id is not null or is_shared or is_junk
    """,
    ("intermediate", "int_product_versions"): """
        select product_id, category, valid_from, valid_to from intermediate.int_product_versions
    """,
    ("intermediate", "int_product_changes"): "select * from intermediate.int_product_changes",
    ("intermediate", "int_order_customers"): """
        select order_id, customer_id, customer_key from intermediate.int_order_customers where customer_id is not null
    """,
    ("intermediate", "int_orders_priced"): "select order_id, ordered_at, is_credit_note from intermediate.int_orders_priced",
    ("intermediate", "int_order_items_priced"): """
        select order_id, product_id, category, quantity from intermediate.int_order_items_priced where quantity > 0
    """,
    ("intermediate", "int_refunds_priced"): "select order_id, refunded_at, is_credit_note from intermediate.int_refunds_priced",
    ("intermediate", "int_trigger_delivery_signals"): "select * from intermediate.int_trigger_delivery_signals",
    ("intermediate", "int_trigger_inactivity_signals"): "select * from intermediate.int_trigger_inactivity_signals",
    ("intermediate", "int_trigger_replenishment_signals"): "select * from intermediate.int_trigger_replenishment_signals",
    ("marts", "fct_triggers"): "select trigger_firing_id from marts.fct_triggers where is_active",
    # Whether there is an address is all that is asked for; which one stays in the warehouse.
    ("marts", "dim_customers"): """
        select
            customer_id,
            case when email is not null then 'known' end as email,
            preferred_frequency,
            is_email_valid,
            is_email_suppressed,
            has_email_marketing_consent
        from marts.dim_customers
    """,
    ("marts", "fct_email_days"): """
        select customer_id, activity_date, sent_count from marts.fct_email_days
        where
            sent_count > 0
            and activity_date >= (select as_of_date from intermediate.int_clock)
                - (select cast(coalesce(max(window_days), 0) as integer) from seeds.frequency_caps)
    """,
    ("main", "stream_files"): """
        select distinct files.file_path
        from staging.base_web__events_exceptions as verdicts
        inner join ops.main.file_register as files on verdicts._file_id = files.file_id
        where
            verdicts._row_status = 'read'
            and files.vanished_at is null
            and contains(files.file_path, $stream)
    """,
    **{("seeds", seed): f"select * from seeds.{seed}" for seed in SEEDS},
}


# Changes whenever the file holds something else: a runner reads only what its own version of the project would publish.
LAYOUT = hashlib.md5(json.dumps([[*name, query] for name, query in TABLES.items()]).encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class TriggerBase:
    """One published version of the file."""

    version: str
    database: Path
    as_of_at: datetime


def base_exporter(folder: DataFolder) -> Callable[[duckdb.DuckDBPyConnection, Path], None]:
    """What the publication calls to add the file to a version of the serving copy."""
    days = _max_lateness_days(folder) + SPARE_DAYS

    def export(connection: duckdb.DuckDBPyConnection, version_folder: Path) -> None:
        export_base(connection, version_folder / BASE_NAME, days)

    return export


def export_base(connection: duckdb.DuckDBPyConnection, file: Path, recent_days: int) -> None:
    """Write the file from an open warehouse. Events repeat within so many days, or they are too late anyway."""
    connection.execute(f"attach {literal(file)} as trigger_base (storage_version '{STORAGE_VERSION}')")
    connection.execute(
        f"""
        create or replace temporary table known as
        select coalesce(max(load_date), date '1970-01-01') - {OPEN_DAYS - 1} as open_load_date
        from intermediate.int_shopping_events
        """
    )
    connection.execute(
        f"""
        create or replace temporary table recent_events as
        {keyed_events("staging.stg_web__events")}
        where
            not is_too_late
            and (
                load_date >= (select open_load_date from known)
                or event_date >= (select as_of_date from intermediate.int_clock) - {recent_days}
            )
        """
    )
    for (schema, name), query in TABLES.items():
        connection.execute(f"create schema if not exists trigger_base.{schema}")
        parameters = {"stream": f"/{STREAM_PREFIX}"} if "$stream" in query else None
        connection.execute(f"create table trigger_base.{schema}.{name} as {query}", parameters)
    connection.execute("create table trigger_base.main.layout as select $layout as layout", {"layout": LAYOUT})
    connection.execute("drop table known")
    connection.execute("drop table recent_events")
    connection.execute("checkpoint trigger_base")
    connection.execute("detach trigger_base")
    file.chmod(0o444)


def current_base(serving_dir: Path) -> TriggerBase | None:
    """The newest version, or None when nothing was published yet, or only by a version of the project without triggers."""
    current = serving_dir / "current"
    if not current.exists():
        return None
    # The link is followed once: what is opened belongs together, whatever is published meanwhile.
    version_folder = current.resolve()
    database = version_folder / BASE_NAME
    if not database.exists():
        return None
    manifest = json.loads((version_folder / "manifest.json").read_text(encoding="utf-8"))
    return TriggerBase(str(manifest["version"]), database, datetime.fromisoformat(manifest["as_of_at"]))


def _max_lateness_days(folder: DataFolder) -> int:
    declared = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    return int((declared | dbt_vars(folder))["max_lateness_days"])
