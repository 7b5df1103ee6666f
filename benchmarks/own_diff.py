"""Our own difference between two states of an audience, as the ledger of the file drop computes it, on the files that peers read.

Usage: python -m benchmarks.own_diff <folder with Parquet files>

What was delivered before lies in a ledger, as it does on any day but the first: `deliver_first` makes it, as others' first state is made.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from orchestration.connectors.file_drop import payload_hash
from orchestration.connectors.ledger import SyncLedger
from orchestration.paths import DBT_PROJECT
from orchestration.warehouse import STORAGE_VERSION, literal

DESTINATION = "bench"
COLUMNS = (
    "audience_name",
    "customer_id",
    "email",
    "first_name",
    "last_name",
    "country_code",
    "order_count_lifetime",
    "net_revenue_lifetime",
    "lifecycle_stage",
)


def payload(file: Path) -> str:
    """A relation with the key of a member and the hash of all that is compared, as the file drop makes it."""
    return f"select audience_name, customer_id, {payload_hash(COLUMNS)} as payload_hash from {literal(file)}"


def ledger_file(folder: Path) -> Path:
    """The `ops` store of the bench."""
    return folder / "delivered_before.duckdb"


def deliver_first(folder: Path) -> None:
    """Write the ledger of somebody who was given the first state."""
    ledger_file(folder).unlink(missing_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(ledger_file(folder))} as ops (storage_version '{STORAGE_VERSION}')")
        SyncLedger(connection, DESTINATION).create_tables(DBT_PROJECT / "models")
        connection.execute(
            f"""
            insert into ops.main.sync_runs by name
            select '{DESTINATION}' as destination, 'first' as sync_run_key, 1 as sequence_number, 'delivered' as status
            """
        )
        connection.execute(
            f"""
            insert into ops.main.sync_ledger by name
            select '{DESTINATION}' as destination, 'first' as sync_run_key, audience_name, customer_id, 'added' as action, payload_hash
            from ({payload(folder / "audience_before.parquet")})
            """
        )


def own_diff(folder: Path) -> int:
    """Compare the second state with what was delivered; the number of changes."""
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(ledger_file(folder))} as ops (storage_version '{STORAGE_VERSION}')")
        ledger = SyncLedger(connection, DESTINATION)
        ledger.create_tables(DBT_PROJECT / "models")
        connection.execute(f"create temp table sync_payload as {payload(folder / 'audience_after.parquet')}")
        ledger.compare("sync_payload")
        [(count,)] = connection.execute("select count(*) from sync_difference").fetchall()
    return int(count)


if __name__ == "__main__":
    print(own_diff(Path(sys.argv[1])))
