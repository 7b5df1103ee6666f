"""The file drop: differences, refusals, and a kill at any point that neither loses nor repeats a delivery."""

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.connectors import file_drop
from orchestration.connectors.file_drop import DeliveryRefusedError, FileDrop
from orchestration.paths import DBT_PROJECT, REPOSITORY
from orchestration.warehouse import Warehouse

AS_OF_AT = datetime(2026, 11, 1, tzinfo=UTC).replace(tzinfo=None)
MODELS_DIR = DBT_PROJECT / "models"
Member = tuple[str, str, str]
FIRST: list[Member] = [("vip", "c_1", "one@example.com"), ("vip", "c_2", "two@example.com"), ("win_back", "c_3", "three@example.com")]
SECOND: list[Member] = [("vip", "c_1", "one@example.com"), ("vip", "c_2", "new@example.com"), ("vip", "c_4", "four@example.com")]

# Delivers from the folder in argv[1] and dies without a goodbye when the method named in argv[2] is called, or returns.
DYING_DELIVERY = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from orchestration.connectors import file_drop
from orchestration.connectors.ledger import SyncLedger
from orchestration.paths import DBT_PROJECT
from orchestration.warehouse import Warehouse

folder, where, when = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
owner, name = {
    "plan": (SyncLedger, "plan"), "sync_tree": (file_drop, "sync_tree"), "sync": (file_drop, "sync"),
    "confirm": (SyncLedger, "confirm"), "swap_link": (file_drop, "swap_link"),
}[where]
original = getattr(owner, name)

def dying(*args, **kwargs):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    original(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(owner, name, dying)
with Warehouse(folder).connect() as connection:
    file_drop.FileDrop(folder / "drop", DBT_PROJECT / "models").deliver(connection, datetime(2026, 11, 1))
"""


@contextmanager
def payload(folder: Path, members: list[Member], **columns: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """The sync model with these members; a keyword replaces the SQL of one of the columns that the connector checks."""
    door = {"is_email_valid": "true", "has_email_marketing_consent": "true", "is_email_suppressed": "false"} | columns
    with Warehouse(folder).connect() as connection:
        connection.execute("create schema if not exists warehouse.sync")
        values = ", ".join(f"('{audience}', '{customer}', '{email}')" for audience, customer, email in members) or "(null, null, null)"
        checked = ", ".join(f"{sql} as {name}" for name, sql in door.items())
        connection.execute(
            f"""
            create or replace table warehouse.sync.sync_file_drop__audience_members as
            select *, {checked} from (values {values}) as members (audience_name, customer_id, email) where customer_id is not null
            """
        )
        yield connection


def deliver(folder: Path, members: list[Member], **columns: str) -> dict[str, dict[str, int]] | None:
    """Deliver and return the manifest's counts; None when nothing was delivered."""
    with payload(folder, members, **columns) as connection:
        delivery = FileDrop(folder / "drop", MODELS_DIR).deliver(connection, AS_OF_AT)
    return None if delivery.folder is None else dict(json.loads((delivery.folder / "manifest.json").read_text())["audiences"])


def deliveries(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "drop" / "deliveries").iterdir())


def rows(folder: Path, file: str) -> list[dict[str, str]]:
    with (folder / "drop" / "latest" / file).open() as stream:
        return list(csv.DictReader(stream))


def state_from_deltas(folder: Path) -> dict[tuple[str, str], str]:
    """What a consumer knows who applied every delta in order, each exactly once."""
    state: dict[tuple[str, str], str] = {}
    for name in deliveries(folder):
        for file in sorted((folder / "drop" / "deliveries" / name).glob("*__delta.csv")):
            with file.open() as stream:
                for row in csv.DictReader(stream):
                    key = row["audience_name"], row["customer_id"]
                    assert (key in state) == (row["action"] != "added"), f"{name}: {row['action']} of {key}"
                    if row["action"] == "removed":
                        del state[key]
                    else:
                        state[key] = row["email"]
    return state


def ledger_hashes(folder: Path) -> set[tuple[str, str, str, str | None]]:
    with Warehouse(folder).connect(read_only=True) as connection:
        columns = "sync_run_key, audience_name, customer_id, payload_hash"
        return set(connection.execute(f"select {columns} from ops.main.sync_ledger").fetchall())


def as_state(members: list[Member]) -> dict[tuple[str, str], str]:
    return {(audience, customer): email for audience, customer, email in members}


def test_first_delivery_adds_everybody(tmp_path: Path) -> None:
    counts = deliver(tmp_path, FIRST)
    assert counts == {
        "vip": {"members": 2, "added": 2, "changed": 0, "removed": 0},
        "win_back": {"members": 1, "added": 1, "changed": 0, "removed": 0},
    }
    assert [row["customer_id"] for row in rows(tmp_path, "vip__full.csv")] == ["c_1", "c_2"]
    assert "is_email_suppressed" not in rows(tmp_path, "vip__full.csv")[0]


def test_second_delivery_holds_what_changed(tmp_path: Path) -> None:
    deliver(tmp_path, FIRST)
    counts = deliver(tmp_path, SECOND)
    assert counts == {
        "vip": {"members": 3, "added": 1, "changed": 1, "removed": 0},
        "win_back": {"members": 0, "added": 0, "changed": 0, "removed": 1},
    }
    assert {row["customer_id"]: row["action"] for row in rows(tmp_path, "vip__delta.csv")} == {"c_2": "changed", "c_4": "added"}
    assert rows(tmp_path, "win_back__full.csv") == []
    assert state_from_deltas(tmp_path) == as_state(SECOND)


def test_the_same_content_is_not_delivered_again(tmp_path: Path) -> None:
    deliver(tmp_path, FIRST)
    assert deliver(tmp_path, FIRST) is None
    assert len(deliveries(tmp_path)) == 1


def test_files_that_somebody_removed_are_made_again(tmp_path: Path) -> None:
    deliver(tmp_path, FIRST)
    [name] = deliveries(tmp_path)
    shutil.rmtree(tmp_path / "drop")
    assert deliver(tmp_path, FIRST) is None
    assert deliveries(tmp_path) == [name]
    assert [row["customer_id"] for row in rows(tmp_path, "vip__full.csv")] == ["c_1", "c_2"]
    manifest = json.loads((tmp_path / "drop" / "latest" / "manifest.json").read_text())
    assert manifest["audiences"] == {"vip": {"members": 2}, "win_back": {"members": 1}}
    assert deliver(tmp_path, SECOND) is not None


def test_going_back_to_earlier_content_is_a_delivery(tmp_path: Path) -> None:
    for members in (FIRST, SECOND, FIRST, SECOND):
        assert deliver(tmp_path, members) is not None
    assert state_from_deltas(tmp_path) == as_state(SECOND)


def test_members_that_differ_in_their_key_alone_are_told_apart(tmp_path: Path) -> None:
    same = "one@example.com"
    deliver(tmp_path, [("vip", "c_1", same), ("vip", "c_2", same), ("win_back", "c_1", same)])
    counts = deliver(tmp_path, [("vip", "c_2", same), ("vip", "c_3", same), ("win_back", "c_1", same)])
    assert counts is not None
    assert counts["vip"] == {"members": 2, "added": 1, "changed": 0, "removed": 1}
    assert counts["win_back"] == {"members": 1, "added": 0, "changed": 0, "removed": 0}


def test_what_was_delivered_before_hashes_were_written_otherwise_is_not_delivered_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(file_drop, "payload_hash", file_drop.former_hash)
        deliver(tmp_path, SECOND)
        deliver(tmp_path, FIRST)
    old = ledger_hashes(tmp_path)
    assert deliver(tmp_path, FIRST) is None
    # Who holds a state has the hash of today; what lies behind stays as it was.
    renewed = ledger_hashes(tmp_path)
    assert len(renewed) == len(old)
    assert len(old - renewed) == len(FIRST)
    counts = deliver(tmp_path, SECOND)
    assert counts is not None
    assert counts["vip"] == {"members": 3, "added": 1, "changed": 1, "removed": 0}
    assert state_from_deltas(tmp_path) == as_state(SECOND)


def test_a_value_that_went_is_a_change(tmp_path: Path) -> None:
    deliver(tmp_path, FIRST, note="''")
    counts = deliver(tmp_path, FIRST, note="cast(null as varchar)")
    assert counts is not None
    assert counts["vip"] == {"members": 2, "added": 0, "changed": 2, "removed": 0}


def test_an_empty_audience_removes_its_members(tmp_path: Path) -> None:
    deliver(tmp_path, FIRST)
    deliver(tmp_path, [])
    assert state_from_deltas(tmp_path) == {}


@pytest.mark.parametrize(
    ("column", "sql", "reason"),
    [
        ("has_email_marketing_consent", "customer_id <> 'c_2'", "1 have not consented"),
        ("has_email_marketing_consent", "cast(null as boolean)", "3 have not consented"),
        ("is_email_suppressed", "customer_id = 'c_1'", "1 are suppressed"),
        ("is_email_suppressed", "cast(null as boolean)", "3 are suppressed"),
        ("is_email_valid", "false", "3 have an address that is not valid"),
    ],
)
def test_one_forbidden_member_stops_the_whole_delivery(tmp_path: Path, column: str, sql: str, reason: str) -> None:
    deliver(tmp_path, FIRST)
    with pytest.raises(DeliveryRefusedError, match=reason):
        deliver(tmp_path, SECOND if sql != "customer_id <> 'c_2'" else FIRST, **{column: sql})
    assert len(deliveries(tmp_path)) == 1
    assert state_from_deltas(tmp_path) == as_state(FIRST)


def test_a_refusal_names_no_person(tmp_path: Path) -> None:
    with pytest.raises(DeliveryRefusedError) as refusal:
        deliver(tmp_path, FIRST, is_email_valid="false")
    assert "@" not in str(refusal.value)
    assert "c_1" not in str(refusal.value)


def test_a_missing_address_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeliveryRefusedError, match="1 have no e-mail address"):
        deliver(tmp_path, [*FIRST, ("vip", "c_9", "no address")])


@pytest.mark.parametrize(
    ("where", "when"),
    [
        ("plan", "before"),
        ("plan", "after"),
        ("sync_tree", "before"),
        ("sync_tree", "after"),
        ("sync", "before"),
        ("confirm", "before"),
        ("confirm", "after"),
        ("swap_link", "before"),
    ],
)
def test_a_kill_at_any_point_neither_loses_nor_repeats(tmp_path: Path, where: str, when: str) -> None:
    deliver(tmp_path, FIRST)
    with payload(tmp_path, SECOND):
        pass
    killed = subprocess.run(
        [sys.executable, "-c", DYING_DELIVERY, str(tmp_path), where, when], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert killed.returncode == -9, killed.stderr
    deliver(tmp_path, SECOND)
    assert len(deliveries(tmp_path)) == 2
    assert state_from_deltas(tmp_path) == as_state(SECOND)
    assert (tmp_path / "drop" / "latest").resolve().name == deliveries(tmp_path)[-1]
    assert deliver(tmp_path, SECOND) is None
