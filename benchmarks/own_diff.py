"""Our own difference between two states of an audience, as the ledger of the file drop computes it, on the files that peers read.

Usage: python -m benchmarks.own_diff <folder with Parquet files>
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from orchestration.connectors.ledger import SyncLedger
from orchestration.paths import DBT_PROJECT
from orchestration.warehouse import literal

DESTINATION = "bench"


def payload(file: Path) -> str:
    """A relation with the key of a member and the hash of the other fields, as the file drop makes it."""
    return f"""
        select audience_name, customer_id, md5(cast(to_json(compared) as varchar)) as payload_hash
        from (
            select audience_name, customer_id,
                struct_pack(
                    email, first_name, last_name, country_code, order_count_lifetime, net_revenue_lifetime, lifecycle_stage
                ) as compared
            from {literal(file)}
        )
    """


def own_diff(folder: Path) -> int:
    """Deliver the first state, compare the second with it; the number of changes."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as ops")
        ledger = SyncLedger(connection, DESTINATION)
        ledger.create_tables(DBT_PROJECT / "models")
        # What was delivered before lies in the ledger as hashes: that is not part of a day's work, but is measured with it.
        connection.execute(
            f"""
            insert into ops.main.sync_runs by name
            select '{DESTINATION}' as destination, 'first' as sync_run_key, 1 as sequence_number, 'delivered' as status;
            insert into ops.main.sync_ledger by name
            select '{DESTINATION}' as destination, 'first' as sync_run_key, audience_name, customer_id, 'added' as action, payload_hash
            from ({payload(folder / "audience_before.parquet")})
            """
        )
        connection.execute(f"create temp table sync_payload as {payload(folder / 'audience_after.parquet')}")
        ledger.compare("sync_payload")
        [(count,)] = connection.execute("select count(*) from sync_difference").fetchall()
    return int(count)


if __name__ == "__main__":
    print(own_diff(Path(sys.argv[1])))
