"""Takes in the micro-batches that the consumer landed: finds them, judges their events by the staging models, keeps the accepted ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.landing.columns import match_columns
from orchestration.landing.contract import Table
from orchestration.landing.files import STREAM_PREFIX, DeliveredFile, stamped_loaded_at
from orchestration.landing.register import RegisteredFile, inspect
from orchestration.paths import DataFolder
from orchestration.stream.entries import EARLIEST, utc_now
from orchestration.stream.landed_files import DAYS_LOOKED_AT, NAME
from orchestration.triggers.base import keyed_events
from orchestration.triggers.store import BY_EVENT
from orchestration.warehouse import literal, transaction

# Numbers of files that no build has registered yet: larger than any that it gave, so that their events come after.
FIRST_FILE_ID = 10**9
# Bounds what one step takes into memory.
FILES_AT_ONCE = 50
EVENTS_AT_ONCE = 50_000


@dataclass(frozen=True)
class StreamFile:
    """A micro-batch of the stream; `path` is relative to the landing folder."""

    path: str
    first_entry: str
    last_entry: str
    loaded_at: datetime


@dataclass(frozen=True)
class Intake:
    """What was taken in."""

    files: int = 0
    events: int = 0
    accepted: int = 0


def stream_files(folder: DataFolder, table: Table, days: int | None = None) -> list[StreamFile]:
    """The micro-batches in the order in which the build will register them; only those of the newest days, if asked for.

    Between two builds files appear in the newest days only, and looking at all of them takes longer every week.
    """
    found: list[StreamFile] = []
    for generation in (folder.landing / table.folder).glob(f"{STREAM_PREFIX}*"):
        looked_at = sorted(generation.glob("day=*"))[-(days or 0) :]
        found += _named(folder.landing, (file for day in looked_at for file in day.glob("loaded_at=*/*.jsonl")))
    return sorted(found, key=lambda file: (file.loaded_at, file.path))


def _named(landing: Path, files: Iterable[Path]) -> Iterable[StreamFile]:
    for file in files:
        match = NAME.fullmatch(file.name)
        path = file.relative_to(landing).as_posix()
        loaded_at = stamped_loaded_at(path)
        if match and loaded_at is not None:
            yield StreamFile(path, match[1], match[2], loaded_at)


class Events:
    """The accepted events that no build has taken in yet."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: DataFolder, table: Table) -> None:
        self._connection = connection
        self._folder = folder
        self._table = table
        self._known: set[str] | None = None

    def forget_known(self) -> None:
        """After the base was swapped, and at the start: what is known is read again, and all files are looked at once."""
        self._known = None

    def waiting(self) -> list[StreamFile]:
        """Files that neither the base nor the runner has taken in, oldest first."""
        days = None if self._known is None else DAYS_LOOKED_AT
        if self._known is None:
            rows = self._connection.execute("select file_path from base.main.stream_files union select file_path from state.files")
            self._known = {path for (path,) in rows.fetchall()}
        known = self._known
        return [file for file in stream_files(self._folder, self._table, days) if file.path not in known]

    def take_in(self, files: Sequence[StreamFile]) -> Intake:
        """Judge some of the files and keep their accepted events, in one transaction with the names of the files."""
        registered = self._land(files[:FILES_AT_ONCE])
        connection = self._connection
        for statement in JUDGE_SQL:
            connection.execute(statement)
        entries = {file.path: file for file in files}
        now = utc_now()
        with transaction(connection):
            for file in registered:
                known = entries[file.file_path]
                connection.execute(
                    """
                    insert into state.files
                    select $path, $number, $first, $last, $count, (select count(*) from accepted_events where _file_id = $number), $now
                    """,
                    {
                        "path": file.file_path,
                        "number": file.file_id,
                        "first": known.first_entry,
                        "last": known.last_entry,
                        "count": file.row_count,
                        "now": now,
                    },
                )
            connection.execute("insert into state.events by name select * from accepted_events")
            connection.execute(TOUCHED_SQL, [EARLIEST, BY_EVENT])
        if self._known is not None:
            self._known.update(file.file_path for file in registered)
        [(accepted,)] = connection.execute("select count(*) from accepted_events").fetchall()
        return Intake(len(registered), sum(file.row_count for file in registered), int(accepted))

    def _land(self, files: Sequence[StreamFile]) -> list[RegisteredFile]:
        """The lines of the files in `landed_rows`, converted as the build converts them; it will find the copies and use them."""
        connection = self._connection
        connection.execute("delete from warehouse.main.landed_rows")
        connection.execute("delete from ops.main.file_register")
        [(last_id,)] = connection.execute("select coalesce(max(_file_id), $first) from state.files", {"first": FIRST_FILE_ID}).fetchall()
        registered: list[RegisteredFile] = []
        for file in files:
            if sum(earlier.row_count for earlier in registered) >= EVENTS_AT_ONCE:
                break
            status = (self._folder.landing / file.path).stat()
            delivered = DeliveredFile(file.path, "jsonl", status.st_size, status.st_mtime_ns)
            found = inspect(self._folder, self._table, delivered, utc_now()).with_id(last_id + 1 + len(registered))
            self._read(found)
            registered.append(found)
        return registered

    def _read(self, file: RegisteredFile) -> None:
        stored = match_columns(self._table, file)
        values = ", ".join(
            f'{_quoted(column.stored_name)} as "{name}"' if column.stored_name else f'cast(null as varchar) as "{name}"'
            for name, column in stored.items()
        )
        self._connection.execute(
            f"""
            insert into warehouse.main.landed_rows by name
            select {values}, _a360_row_number, _a360_problem, _a360_raw, '/' || $path || '.00000000.parquet' as _a360_file
            from read_parquet({literal(file.scan_path(self._folder))}, hive_partitioning = false)
            """,
            {"path": file.file_path},
        )
        self._connection.execute(
            "insert into ops.main.file_register values (?, ?, ?, null, ?)", [file.file_id, file.file_path, file.loaded_at, file.row_count]
        )


# The first delivery of an event counts: earlier ones are in the base, or were taken in before. Keys are looked up in the large tables,
# never the other way round, so that it costs a scan of one column and no memory.
JUDGE_SQL = (
    f"""
    create or replace temporary table staged_events as
    {keyed_events("(select * from warehouse.staging.stg_web__events where not is_too_late)")}
    """,
    """
    create or replace temporary table seen_keys as
    select event_key from base.main.event_keys where event_key in (select event_key from staged_events)
    union
    select event_key from state.events where event_key in (select event_key from staged_events)
    """,
    """
    create or replace temporary table accepted_events as
    select * from staged_events where event_key not in (select event_key from seen_keys)
    """,
    # A browser that the build knows nothing of, in which one customer logged in since, is that customer's until the build decides.
    """
    create or replace temporary table login_devices as
    select distinct device_key from accepted_events
    where account_key is not null and device_key not in (select identifier_key from base.intermediate.int_identity_map)
    """,
    """
    create or replace temporary table device_logins as
    select device_key, account_key from state.events
    where account_key is not null and device_key in (select device_key from login_devices)
    union
    select device_key, account_key from accepted_events
    where account_key is not null and device_key in (select device_key from login_devices)
    """,
    "delete from warehouse.main.links where device_key in (select device_key from login_devices)",
    """
    insert into warehouse.main.links
    select logins.device_key, min(accounts.component_key), min(accounts.customer_id)
    from device_logins as logins
    inner join base.intermediate.int_identity_map as accounts on logins.account_key = accounts.identifier_key
    group by logins.device_key
    having count(distinct accounts.customer_id) = 1 and count(*) = count(accounts.customer_id)
    """,
)

# Whoever may have entered or left a trigger by an accepted event: its person by account or by device, and the people of its cart.
TOUCHED_SQL = """
    insert into state.watch
    with

    touched_keys as (
        select unnest([device_key, account_key]) as identifier_key from accepted_events
        union
        select account_key from device_logins
        union
        select unnest([events.device_key, events.account_key])
        from warehouse.main.all_events as events
        where events.cart_id in (select cart_id from accepted_events where cart_id is not null)
        union
        select unnest([events.device_key, events.identifier_key])
        from base.intermediate.int_shopping_events as events
        where events.cart_id in (select cart_id from accepted_events where cart_id is not null)
    )

    select distinct identities.customer_id, cast(? as timestamp), ?
    from touched_keys
    inner join warehouse.main.identities on touched_keys.identifier_key = identities.identifier_key
"""


def _quoted(name: str | None) -> str:
    return '"' + (name or "").replace('"', '""') + '"'
