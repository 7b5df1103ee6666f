"""The sync ledger: what every destination was given, so that the next delivery is a difference and a crash is harmless.

A delivery goes through three steps, each a transaction in `ops` or one atomic effect outside:

1. *planned*: the run and its differences are written, as planned.
2. the effect: the connector delivers exactly the plan.
3. *delivered*: the run is marked; only now do its rows count as the destination's state.

After a crash a planned run is settled before anything else: the connector knows whether the effect took place (then the run is marked
delivered) or not (then the plan is withdrawn, and a new one is made from what is true now).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.source_tables import read_source_tables
from orchestration.warehouse import transaction

PLANNED, DELIVERED = "planned", "delivered"
ACTIONS = ("added", "changed", "removed")

CURRENT_STATE = """
    select audience_name, customer_id, payload_hash
    from (
        select ledger.audience_name, ledger.customer_id, ledger.action, ledger.payload_hash
        from ops.main.sync_ledger as ledger
        inner join ops.main.sync_runs as runs
            on ledger.destination = runs.destination and ledger.sync_run_key = runs.sync_run_key
        where ledger.destination = $destination and runs.status = 'delivered'
        qualify row_number() over (
            partition by ledger.audience_name, ledger.customer_id order by runs.sequence_number desc
        ) = 1
    )
    where action <> 'removed'
"""


@dataclass(frozen=True)
class SyncRun:
    """One delivery to one destination; the key follows from the previous delivery and the new content."""

    destination: str
    sync_run_key: str
    sequence_number: int
    previous_sync_run_key: str | None


@dataclass(frozen=True)
class SyncLedger:
    """The ledger of one destination, on a connection that has `ops` attached."""

    connection: duckdb.DuckDBPyConnection
    destination: str

    def create_tables(self, models_dir: Path) -> None:
        """Make the tables from their declaration when dbt has not run yet."""
        tables = read_source_tables(models_dir, "ops")
        for name in ("sync_ledger", "sync_runs"):
            self.connection.execute(tables[name].create_statement(f"ops.main.{name}"))

    def settle(self, took_place: Callable[[str], bool]) -> None:
        """Close the runs that a crash left planned."""
        planned = self.connection.execute(
            "select sync_run_key from ops.main.sync_runs where destination = ? and status = ? order by sequence_number",
            [self.destination, PLANNED],
        ).fetchall()
        for (sync_run_key,) in planned:
            if took_place(sync_run_key):
                self.confirm(sync_run_key)
            else:
                self._withdraw(sync_run_key)

    def compare(self, payload: str) -> None:
        """Make the temporary table `sync_difference`: what changes between the delivered state and `payload`.

        `payload` is a relation with audience_name, customer_id and payload_hash. Audiences that it no longer has are removed as a whole.
        """
        self.connection.execute(
            f"""
            create or replace temp table sync_difference as
            select
                coalesce(payload.audience_name, delivered.audience_name) as audience_name,
                coalesce(payload.customer_id, delivered.customer_id) as customer_id,
                case
                    when delivered.customer_id is null then 'added'
                    when payload.customer_id is null then 'removed'
                    else 'changed'
                end as action,
                payload.payload_hash
            from {payload} as payload
            full outer join ({CURRENT_STATE}) as delivered
                on payload.audience_name = delivered.audience_name and payload.customer_id = delivered.customer_id
            where payload.payload_hash is distinct from delivered.payload_hash
            """,
            {"destination": self.destination},
        )

    def plan(self, as_of_at: datetime) -> SyncRun | None:
        """Write the difference as a planned run; None when nothing changed."""
        digest = self.connection.execute(
            """
            select
                count(*),
                sha256(coalesce(string_agg(concat_ws('|', audience_name, customer_id, action, payload_hash), chr(10)
                    order by audience_name, customer_id), ''))
            from sync_difference
            """
        ).fetchall()
        [(change_count, content)] = digest
        if not change_count:
            return None
        sequence_number, previous = self.last_delivered()
        [(key,)] = self.connection.execute(
            "select substr(sha256(concat_ws('|', ?, ?, ?)), 1, 16)", [self.destination, previous or "", content]
        ).fetchall()
        run = SyncRun(self.destination, f"{sequence_number + 1:06d}-{key}", sequence_number + 1, previous)
        with transaction(self.connection):
            self.connection.execute(
                """
                insert into ops.main.sync_runs by name
                select
                    $destination as destination, $sync_run_key as sync_run_key, $sequence_number as sequence_number,
                    $previous as previous_sync_run_key, 'planned' as status, $as_of_at::timestamp as as_of_at,
                    count(*) filter (where action = 'added') as added_count,
                    count(*) filter (where action = 'changed') as changed_count,
                    count(*) filter (where action = 'removed') as removed_count
                from sync_difference
                """,
                {
                    "destination": run.destination,
                    "sync_run_key": run.sync_run_key,
                    "sequence_number": run.sequence_number,
                    "previous": previous,
                    "as_of_at": as_of_at,
                },
            )
            self.connection.execute(
                """
                insert into ops.main.sync_ledger by name
                select
                    $destination as destination, $sync_run_key as sync_run_key, audience_name, customer_id, action, payload_hash,
                    $as_of_at::timestamp as as_of_at
                from sync_difference
                """,
                {"destination": run.destination, "sync_run_key": run.sync_run_key, "as_of_at": as_of_at},
            )
        return run

    def confirm(self, sync_run_key: str) -> None:
        """The effect took place: the run's rows become the destination's state."""
        with transaction(self.connection):
            self.connection.execute(
                "update ops.main.sync_runs set status = ? where destination = ? and sync_run_key = ?",
                [DELIVERED, self.destination, sync_run_key],
            )

    def last_delivered(self) -> tuple[int, str | None]:
        """Sequence number and key of the last delivery; (0, None) before the first."""
        rows = self.connection.execute(
            """
            select sequence_number, sync_run_key from ops.main.sync_runs
            where destination = ? and status = ? order by sequence_number desc limit 1
            """,
            [self.destination, DELIVERED],
        ).fetchall()
        return rows[0] if rows else (0, None)

    def counts(self, sync_run_key: str) -> Sequence[tuple[str, str, int]]:
        """Rows per audience and action of one run."""
        return self.connection.execute(
            """
            select audience_name, action, count(*)
            from ops.main.sync_ledger
            where destination = ? and sync_run_key = ?
            group by audience_name, action
            order by audience_name, action
            """,
            [self.destination, sync_run_key],
        ).fetchall()

    def _withdraw(self, sync_run_key: str) -> None:
        with transaction(self.connection):
            for table in ("sync_ledger", "sync_runs"):
                self.connection.execute(
                    f"delete from ops.main.{table} where destination = ? and sync_run_key = ?", [self.destination, sync_run_key]
                )
