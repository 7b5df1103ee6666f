"""What the runner remembers, in a small DuckDB file of its own, and the one connection with everything attached.

| catalog | what it is |
|---|---|
| `state` | `<data folder>/triggers.duckdb`: accepted events since the build, who is in which trigger, who is to be looked at when |
| `base` | what the nightly build published, read only |
| `warehouse`, `ops` | in memory: inputs and results of the models, under the names that the compiled SQL uses |

DuckDB writes to one catalog per transaction. Each step of the runner is therefore worked out in memory first and kept in one transaction.
The file may be deleted while nobody runs: landing files and base are all that it was made from, except for `detected_at`.
"""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from orchestration.paths import DataFolder
from orchestration.triggers.base import LAYOUT, SEEDS, STORAGE_VERSION, TriggerBase
from orchestration.triggers.compiled import STAGING_MODELS, CompiledProject
from orchestration.triggers.errors import TriggerError
from orchestration.warehouse import literal

MEMORY_VARIABLE = "A360_TRIGGERS_MEMORY"
DEFAULT_MEMORY = "1GB"
STATE_TABLES = (
    """
    create table if not exists state.files (
        file_path varchar primary key, _file_id bigint, first_entry varchar, last_entry varchar,
        event_count bigint, accepted_count bigint, taken_in_at timestamp
    )
    """,
    """
    create table if not exists state.events (
        event_id varchar, event_type varchar, event_at timestamp, event_date date, load_date date, product_id varchar, cart_id varchar,
        quantity bigint, anonymous_id varchar, user_id varchar, user_agent varchar, _loaded_at timestamp, _file_id bigint,
        _row_number bigint, event_key bigint, device_key bigint, account_key bigint
    )
    """,
    """
    create table if not exists state.firings (
        trigger_firing_id varchar, trigger_name varchar, condition varchar, customer_id varchar, subject_type varchar, subject_id varchar,
        priority bigint, entered_at timestamp, expires_at timestamp, detected_at timestamp, event_id varchar, stream_entries varchar,
        is_eligible boolean, exclusion varchar
    )
    """,
    """
    create table if not exists state.activity (
        customer_id varchar, product_view_count_24h bigint, last_event_at timestamp, last_product_id varchar, open_cart_id varchar,
        open_cart_unit_count bigint, last_cart_event_at timestamp, last_purchase_at timestamp, counted_at timestamp
    )
    """,
    "create table if not exists state.watch (customer_id varchar, due_at timestamp, reason_rank bigint)",
    "create table if not exists state.facts (name varchar primary key, value varchar)",
)
# Earlier stores numbered files from 10**12 on, for which the position of an event (macro event_position) has no room.
RENUMBERED = tuple(
    f"update state.{table} set _file_id = _file_id - {10**12 - 10**9} where _file_id >= {10**12}" for table in ("files", "events")
)
# Who is who: what the build says, and browsers in which one customer logged in since (kept up to date by `events`).
IDENTITIES_SQL = (
    """
    create or replace table warehouse.main.links as
    select logins.device_key, min(accounts.component_key) as component_key, min(accounts.customer_id) as customer_id
    from (select distinct device_key, account_key from state.events where account_key is not null) as logins
    inner join base.intermediate.int_identity_map as accounts on logins.account_key = accounts.identifier_key
    where logins.device_key not in (select identifier_key from base.intermediate.int_identity_map)
    group by logins.device_key
    having count(distinct accounts.customer_id) = 1 and count(*) = count(accounts.customer_id)
    """,
    """
    create or replace view warehouse.main.identities as
    select identifier_key, component_key, customer_id from base.intermediate.int_identity_map where customer_id is not null
    union all
    select device_key, component_key, customer_id from warehouse.main.links
    """,
)
# Why somebody is due: something happened, a time is up, or the base is new and everybody is looked at once. In this order.
BY_EVENT, BY_CLOCK, BY_BASE = 0, 1, 2
SCHEMAS = ("staging", "intermediate", "marts", "audiences", "seeds", "landing_web")
# Read from the base as they are.
VIEWS = (
    ("intermediate", "int_product_versions"),
    ("intermediate", "int_product_changes"),
    ("marts", "dim_customers"),
    ("marts", "fct_email_days"),
    *(("seeds", seed) for seed in SEEDS),
)
# Made for the customers who are looked at.
INPUTS = (
    "int_clock",
    "int_identity_map",
    "int_order_customers",
    "int_orders_priced",
    "int_order_items_priced",
    "int_refunds_priced",
    "int_trigger_delivery_signals",
    "int_trigger_inactivity_signals",
    "int_trigger_replenishment_signals",
    "audience_candidates",
    "events",
)
# Named by models that the runner makes whole: only an increment reads them.
UNREAD = ("stg_landing__load_dates", "int_trigger_event_inputs", "int_trigger_spell_inputs")
# All that the compiled models may read.
PROVIDED = frozenset({name for _, name in VIEWS} | set(INPUTS) | set(UNREAD))


def state_file(folder: DataFolder) -> Path:
    """The runner's own store."""
    return folder.root / "triggers.duckdb"


def open_store(folder: DataFolder) -> duckdb.DuckDBPyConnection:
    """A connection with the runner's own catalogs; the base is attached when there is one."""
    connection = duckdb.connect(":memory:")
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set preserve_insertion_order = false")
    connection.execute("set threads = 2")
    connection.execute(f"set memory_limit = {literal(os.environ.get(MEMORY_VARIABLE) or DEFAULT_MEMORY)}")
    connection.execute(f"set temp_directory = {literal(folder.root / 'dbt' / 'triggers' / 'spill')}")
    connection.execute(f"attach {literal(state_file(folder))} as state (storage_version '{STORAGE_VERSION}')")
    for name in ("warehouse", "ops"):
        connection.execute(f"attach ':memory:' as {name}")
    for statement in (*STATE_TABLES, *RENUMBERED):
        connection.execute(statement)
    for schema in SCHEMAS:
        connection.execute(f"create schema warehouse.{schema}")
    return connection


def attach_base(connection: duckdb.DuckDBPyConnection, base: TriggerBase, project: CompiledProject) -> None:
    """Open a version of the base instead of the one before, and make what is read from it as it is."""
    if connection.execute("select 1 from duckdb_databases() where database_name = 'base'").fetchall():
        connection.execute("detach base")
    connection.execute(f"attach {literal(base.database)} as base (read_only)")
    if connection.execute("select layout from base.main.layout").fetchall() != [(LAYOUT,)]:
        raise TriggerError(
            f"{base.database} was published by another version of the project: publish again, with the next run or with "
            "`python -m orchestration.cli publish`, and start the runner anew"
        )
    for schema, name in VIEWS:
        connection.execute(f"create or replace view warehouse.{schema}.{name} as select * from base.{schema}.{name}")
    connection.execute(
        """
        create or replace view warehouse.main.all_events as
        select * from base.staging.stg_web__events
        union all by name
        select * from state.events
        """
    )
    for statement in IDENTITIES_SQL:
        connection.execute(statement)
    make_landed_tables(connection)
    connection.execute(f"create or replace view warehouse.landing_web.events as {project.landing_sql}")
    for model in project.in_order(STAGING_MODELS):
        connection.execute(f"create or replace view {model.relation} as {model.sql}")
    # What an accepted event looks like: the columns that the models after staging find.
    connection.execute("create or replace table warehouse.main.staged_columns as select * from warehouse.staging.stg_web__events limit 0")


def make_landed_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Empty tables for the lines of files that are being taken in, and for the files."""
    columns = ", ".join(f'"{name}" varchar' for name in landed_columns())
    connection.execute(
        f"create or replace table warehouse.main.landed_rows "
        f"({columns}, _a360_row_number bigint, _a360_problem varchar, _a360_raw varchar, _a360_file varchar)"
    )
    connection.execute(
        "create or replace table ops.main.file_register "
        "(file_id bigint, file_path varchar, loaded_at timestamp, vanished_at timestamp, row_count bigint)"
    )


def landed_columns() -> list[str]:
    """The columns of an event as it is delivered."""
    # Late: the declaration is YAML, which takes a moment to read.
    from orchestration.stream.run import declared_table

    return [column.name for column in declared_table("web/events").readable_columns]
