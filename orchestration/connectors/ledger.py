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

# What the destination holds, row by row the last that it was given. Only members of later deliveries have an earlier row to leave out:
# most of a ledger is the first delivery, and putting all of it in order would cost more than the rest of the comparison.
CURRENT_STATE = """
    with delivered as not materialized (
        select ledger.audience_name, ledger.customer_id, ledger.action, ledger.payload_hash, ledger.sync_run_key, runs.sequence_number
        from ops.main.sync_ledger as ledger
        inner join ops.main.sync_runs as runs
            on ledger.destination = runs.destination and ledger.sync_run_key = runs.sync_run_key
        where ledger.destination = $destination and runs.status = 'delivered'
    ),
    newest as (
        select audience_name, customer_id, max(sequence_number) as sequence_number
        from delivered
        where sequence_number > (
            select min(sequence_number) from ops.main.sync_runs where destination = $destination and status = 'delivered'
        )
        group by audience_name, customer_id
    )
    select delivered.audience_name, delivered.customer_id, delivered.payload_hash, delivered.sync_run_key
    from delivered
    left join newest on delivered.audience_name = newest.audience_name and delivered.customer_id = newest.customer_id
    where delivered.action <> 'removed' and delivered.sequence_number = coalesce(newest.sequence_number, delivered.sequence_number)
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

    def compare(self, payload: str, former_hash: str | None = None) -> None:
        """Make the temporary table `sync_difference`: what changes between the delivered state and `payload`.

        `payload` is a relation with audience_name, customer_id and payload_hash. The hash covers the first two as well, so that equal
        hashes are all that has to be found: who is left on one side or on both was removed, added or changed. Audiences that the payload
        no longer has are removed as a whole. `former_hash` is how an earlier version of the connector wrote payload_hash: a row that
        still holds it has not changed, and is given the hash of today.
        """
        self._find_difference(payload)
        if former_hash is not None and self._renew_hashes(payload, former_hash):
            self._find_difference(payload)

    def _find_difference(self, payload: str) -> None:
        self.connection.execute(
            f"""
            create or replace temp table sync_difference as
            select
                audience_name,
                customer_id,
                case
                    when max(delivered_hash) is null then 'added'
                    when max(payload_hash) is null then 'removed'
                    else 'changed'
                end as action,
                max(payload_hash) as payload_hash
            from (
                select
                    coalesce(payload.audience_name, delivered.audience_name) as audience_name,
                    coalesce(payload.customer_id, delivered.customer_id) as customer_id,
                    payload.payload_hash,
                    delivered.payload_hash as delivered_hash
                from (select audience_name, customer_id, payload_hash from {payload}) as payload
                full outer join ({CURRENT_STATE}) as delivered on payload.payload_hash = delivered.payload_hash
                where payload.payload_hash is null or delivered.payload_hash is null
            )
            group by audience_name, customer_id
            """,
            {"destination": self.destination},
        )

    def _renew_hashes(self, payload: str, former_hash: str) -> int:
        self.connection.execute(
            f"""
            create or replace temp table sync_former as
            select delivered.sync_run_key, payload.audience_name, payload.customer_id, payload.payload_hash
            from (
                select audience_name, customer_id, payload_hash, {former_hash} as former_hash
                from {payload}
                semi join (from sync_difference where action = 'changed') as changed using (audience_name, customer_id)
            ) as payload
            inner join ({CURRENT_STATE}) as delivered
                on payload.audience_name = delivered.audience_name and payload.customer_id = delivered.customer_id
                and payload.former_hash = delivered.payload_hash
            """,
            {"destination": self.destination},
        )
        [(count,)] = self.connection.execute("select count(*) from sync_former").fetchall()
        if count:
            with transaction(self.connection):
                self.connection.execute(
                    """
                    update ops.main.sync_ledger set payload_hash = sync_former.payload_hash
                    from sync_former
                    where
                        sync_ledger.destination = $destination
                        and sync_ledger.sync_run_key = sync_former.sync_run_key
                        and sync_ledger.audience_name = sync_former.audience_name
                        and sync_ledger.customer_id = sync_former.customer_id
                    """,
                    {"destination": self.destination},
                )
        return int(count)

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
