"""File drop: audience members as CSV files that any ESP can import by hand, by SFTP or by a watched folder.

    file_drop/latest                         symbolic link to the newest delivery
    file_drop/deliveries/<sync_run_key>/     manifest.json and, per audience, <audience>__full.csv and <audience>__delta.csv

It makes no network call, sends nothing and deletes nothing that it delivered. A delivery appears by one atomic rename; one that changes
nothing is not made. Files of the newest delivery that somebody removed are made again, without deltas. The whole delivery is refused
when a single member lacks consent or an address, or is suppressed.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import duckdb

from orchestration.atomic_files import swap_link, sync, sync_tree
from orchestration.connectors.ledger import ACTIONS, SyncLedger, SyncRun
from orchestration.warehouse import literal

PAYLOAD = "warehouse.sync.sync_file_drop__audience_members"
# What must hold for every member at the door, whatever the models before it did.
MUST_HOLD = {
    "email is not null and email like '%_@_%'": "have no e-mail address",
    "is_email_valid": "have an address that is not valid",
    "has_email_marketing_consent": "have not consented to marketing by e-mail",
    "not is_email_suppressed": "are suppressed",
}
# Checked at the door and of no use behind it.
DOOR_COLUMNS = ("is_email_valid", "has_email_marketing_consent", "is_email_suppressed")
# Columns that move with the clock and say nothing about the member.
NOT_COMPARED = ("as_of_at", "as_of_date", *DOOR_COLUMNS)


class DeliveryRefusedError(Exception):
    """Somebody in the payload must not be written to: nothing was delivered."""


@dataclass(frozen=True)
class Delivery:
    """What one run delivered; no folder when there was nothing new."""

    sync_run_key: str | None
    folder: Path | None
    member_counts: Mapping[str, int]
    change_counts: Mapping[str, Mapping[str, int]]


class FileDrop:
    """The file-drop destination on one data folder."""

    name = "file_drop"

    def __init__(self, folder: Path, models_dir: Path, payload: str = PAYLOAD) -> None:
        self._folder = folder
        self._models_dir = models_dir
        self._payload = payload

    def deliver(self, connection: duckdb.DuckDBPyConnection, as_of_at: datetime) -> Delivery:
        """Deliver the difference since the last delivery; safe to repeat after a crash at any point."""
        ledger = SyncLedger(connection, self.name)
        ledger.create_tables(self._models_dir)
        self._remove_unfinished()
        ledger.settle(took_place=lambda key: self._delivery(key).is_dir())
        self._refuse_forbidden(connection)
        self._stage_payload(connection)
        ledger.compare("sync_payload", former_hash(self._compared(connection)))
        run = ledger.plan(as_of_at)
        member_counts = dict(
            connection.execute("select audience_name, count(*) from sync_payload group by audience_name order by audience_name").fetchall()
        )
        if run is None:
            self._restore_latest(connection, ledger, member_counts, as_of_at)
            self._point_to_latest(ledger)
            return Delivery(None, None, member_counts, {})
        delivery = Delivery(
            run.sync_run_key, self._delivery(run.sync_run_key), member_counts, _by_audience(ledger.counts(run.sync_run_key))
        )
        self._write(connection, run, delivery, as_of_at)
        ledger.confirm(run.sync_run_key)
        self._point_to_latest(ledger)
        return delivery

    def _refuse_forbidden(self, connection: duckdb.DuckDBPyConnection) -> None:
        # An unknown state is as forbidden as a wrong one.
        counts = ", ".join(f"count(*) filter (where not coalesce({condition}, false))" for condition in MUST_HOLD)
        [found] = connection.execute(f"select {counts} from {self._payload}").fetchall()
        reasons = [f"{count} {reason}" for count, reason in zip(found, MUST_HOLD.values(), strict=True) if count]
        if reasons:
            raise DeliveryRefusedError(
                f"refusing to deliver {self._payload}: members of whom {'; '.join(reasons)}. "
                "Nothing was delivered; find out why the audience models let them through."
            )

    def _stage_payload(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(
            f"""
            create or replace temp table sync_payload as
            select *, {payload_hash(self._compared(connection))} as payload_hash
            from {self._payload}
            """
        )

    def _compared(self, connection: duckdb.DuckDBPyConnection) -> list[str]:
        columns = [row[0] for row in connection.execute(f"describe select * from {self._payload}").fetchall()]
        return [name for name in columns if name not in NOT_COMPARED]

    def _write(self, connection: duckdb.DuckDBPyConnection, run: SyncRun, delivery: Delivery, as_of_at: datetime) -> None:
        final = self._delivery(run.sync_run_key)
        if final.exists():
            # Restored from an older backup of `ops`: the same key names the same content.
            return
        building = self._start_building(final)
        for audience_name in sorted({*delivery.member_counts, *delivery.change_counts}):
            full = _members_of(audience_name)
            _copy_csv(connection, f"{full} order by customer_id", building / f"{audience_name}__full.csv")
            delta = f"""
                select sync_difference.action, sync_difference.audience_name, sync_difference.customer_id,
                    members.* exclude (audience_name, customer_id)
                from sync_difference
                left join ({full}) as members on sync_difference.customer_id = members.customer_id
                where sync_difference.audience_name = {literal(audience_name)}
                order by sync_difference.customer_id
            """
            _copy_csv(connection, delta, building / f"{audience_name}__delta.csv")
        _finish_building(building, final, {**asdict(run), "as_of_at": as_of_at.isoformat(), "audiences": _manifest(delivery)})

    def _restore_latest(
        self, connection: duckdb.DuckDBPyConnection, ledger: SyncLedger, member_counts: Mapping[str, int], as_of_at: datetime
    ) -> None:
        # Somebody removed the files, and nothing changed since: the ledger knows no changes to deliver, but `latest` must not dangle.
        _, sync_run_key = ledger.last_delivered()
        if sync_run_key is None or self._delivery(sync_run_key).is_dir():
            return
        final = self._delivery(sync_run_key)
        building = self._start_building(final)
        for audience_name in sorted(member_counts):
            _copy_csv(connection, f"{_members_of(audience_name)} order by customer_id", building / f"{audience_name}__full.csv")
        counts = {name: {"members": count} for name, count in sorted(member_counts.items())}
        manifest = {"sync_run_key": sync_run_key, "restored_at": as_of_at.isoformat(), "audiences": counts}
        _finish_building(building, final, manifest)

    def _start_building(self, final: Path) -> Path:
        building = final.with_name(f".building-{uuid4().hex[:8]}")
        building.mkdir(parents=True)
        return building

    def _delivery(self, sync_run_key: str) -> Path:
        return self._folder / "deliveries" / sync_run_key

    def _point_to_latest(self, ledger: SyncLedger) -> None:
        _, sync_run_key = ledger.last_delivered()
        if sync_run_key is not None:
            swap_link(self._folder / "latest", Path("deliveries") / sync_run_key)

    def _remove_unfinished(self) -> None:
        for leftover in self._folder.glob("deliveries/.building-*"):
            shutil.rmtree(leftover)
        for leftover in self._folder.glob(".latest-*"):
            leftover.unlink()


def payload_hash(columns: Sequence[str]) -> str:
    """SQL for what the ledger keeps of a member: values only, since names would double what is to be hashed."""
    return f"md5(cast(json_array({', '.join(_quoted(columns))}) as varchar))"


def former_hash(columns: Sequence[str]) -> str:
    """As ledgers have it that were written before December 2026."""
    return f"md5(cast(to_json(struct_pack({', '.join(f'{name} := {name}' for name in _quoted(columns))})) as varchar))"


def _quoted(columns: Sequence[str]) -> list[str]:
    return [f'"{name}"' for name in columns]


def _members_of(audience_name: str) -> str:
    inside = ", ".join(("payload_hash", *DOOR_COLUMNS))
    return f"select * exclude ({inside}) from sync_payload where audience_name = {literal(audience_name)}"


def _finish_building(building: Path, final: Path, manifest: Mapping[str, object]) -> None:
    (building / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    sync_tree(building)
    building.rename(final)
    sync(final.parent)


def _copy_csv(connection: duckdb.DuckDBPyConnection, query: str, file: Path) -> None:
    connection.execute(f"copy ({query}) to {literal(file)} (format csv, header)")


def _by_audience(counts: Sequence[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    by_audience: dict[str, dict[str, int]] = {}
    for audience_name, action, count in counts:
        by_audience.setdefault(audience_name, dict.fromkeys(ACTIONS, 0))[action] = count
    return by_audience


def _manifest(delivery: Delivery) -> dict[str, dict[str, int]]:
    names = sorted({*delivery.member_counts, *delivery.change_counts})
    unchanged = dict.fromkeys(ACTIONS, 0)
    return {name: {"members": delivery.member_counts.get(name, 0), **delivery.change_counts.get(name, unchanged)} for name in names}
