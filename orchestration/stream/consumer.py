"""Lands a stream: reads, collects a batch, writes its file, acknowledges. Exactly once, wherever it is stopped.

| stopped | what the next start finds |
|---|---|
| after entries were handed out | they are pending: it is handed them again, before anything new |
| while the file was being written | a hidden file that is written over; the entries are pending |
| after the rename, before the acknowledgement | pending entries up to the newest file's last id: acknowledged, not written |
| after the acknowledgement | nothing to do |

A lost connection is treated as a stop: what was collected is forgotten, and everything begins again from the files and from Redis.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from filelock import FileLock, Timeout
from redis.backoff import ExponentialWithJitterBackoff

from orchestration.landing.contract import Table
from orchestration.paths import DataFolder
from orchestration.stream.batch import Batch
from orchestration.stream.entries import START, Entry, arrived_at, line_of, utc_now, with_all_columns
from orchestration.stream.errors import StreamError, StreamUnavailableError
from orchestration.stream.generations import Generation, open_generation
from orchestration.stream.landed_files import Landed
from orchestration.stream.redis_stream import RedisStream
from orchestration.stream.report import Counts, Progress, own_file
from orchestration.stream.settings import BatchLimits, StreamSettings

READ_COUNT = 1_000
# A wait for new entries is cut into pieces, so that a stop is heeded.
WAIT_SECONDS = 1.0
REPORT_SECONDS = 30.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0


class Consumer:
    """Lands one stream into one data folder; a lock sees to it that there is one at a time."""

    def __init__(
        self, folder: DataFolder, table: Table, settings: StreamSettings, limits: BatchLimits, tell: Callable[[str], None]
    ) -> None:
        self._table_folder = folder.landing / table.folder
        self._columns = [column.name.lower() for column in table.columns]
        self._mandatory = [column.name.lower() for column in table.columns if column.is_mandatory]
        self._settings = settings
        self._limits = limits
        self._tell = tell
        self._lock_file = own_file(folder, settings, "lock")
        self._status_file = own_file(folder, settings, "status.json")
        self._stopping = threading.Event()
        self._counts = Counts()
        self._reported_at: float | None = None
        self._said = ""

    def stop(self) -> None:
        """Write what was collected, then end."""
        self._stopping.set()

    def run(self, until_empty: bool = False) -> Counts:
        """Land until `stop` is called, or until nothing is left to land.

        While Redis does not answer it waits and tries again, unless it is to run until nothing is left.
        """
        self._lock_file.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._lock_file)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise StreamError(f"another process lands {self._settings.name} into {self._table_folder} already: one is enough") from None
        try:
            self._keep_landing(until_empty)
        finally:
            lock.release()
        return self._counts

    def _keep_landing(self, until_empty: bool) -> None:
        pauses = ExponentialWithJitterBackoff(cap=LONGEST_PAUSE_SECONDS, base=FIRST_PAUSE_SECONDS)
        failures = 0
        while True:
            stream = RedisStream(self._settings)
            before = self._counts
            try:
                self._land(stream, until_empty)
            except StreamUnavailableError as error:
                if until_empty:
                    raise
                failures = 1 if self._counts.events > before.events else failures + 1
                pause = pauses.compute(failures)
                if not self._stopping.is_set():
                    self._tell(f"{error}. The batch does not need the stream and goes on; trying again in {pause:.1f} s.")
                self._counts = replace(self._counts, reconnections=self._counts.reconnections + 1)
                if self._stopping.wait(pause):
                    return
            else:
                return
            finally:
                stream.close()

    def _land(self, stream: RedisStream, until_empty: bool) -> None:
        generation = open_generation(stream, self._settings, self._table_folder, self._tell)
        landed = generation.files.landed()
        vanished = stream.claim_all()
        self._counts = replace(self._counts, vanished=self._counts.vanished + vanished)
        position = START
        while entries := stream.handed_out(position, READ_COUNT):
            position = entries[-1].id
            landed = self._write(stream, generation, landed, entries)
        batch = Batch(self._limits)
        while not self._stopping.is_set():
            entries = stream.new(min(READ_COUNT, batch.room), min(batch.seconds_left, WAIT_SECONDS))
            batch.add(entries)
            is_last = until_empty and not entries
            if batch.is_due or is_last:
                landed = self._write(stream, generation, landed, batch.entries)
                batch = Batch(self._limits)
            if is_last:
                break
            if self._reported_at is None or time.monotonic() - self._reported_at >= REPORT_SECONDS:
                self._report(stream, generation, landed)
        landed = self._write(stream, generation, landed, batch.entries)
        self._report(stream, generation, landed)

    def _write(self, stream: RedisStream, generation: Generation, landed: Landed, entries: Sequence[Entry]) -> Landed:
        """Write what is not landed yet as one file, then acknowledge all of it."""
        if not entries:
            return landed
        present = [(entry.id, entry.fields) for entry in entries if entry.fields is not None]
        fresh = [(entry_id, fields) for entry_id, fields in present if entry_id > landed.last]
        malformed = 0
        if fresh:
            ids = [entry_id for entry_id, _ in fresh]
            lines = [line_of(fields, self._mandatory) for _, fields in fresh]
            malformed = sum(1 for line in lines if not line.is_well_formed)
            landed = generation.files.write(landed, ids, with_all_columns(lines, self._columns), arrived_at(ids[-1], utc_now()))
        counts = self._counts
        self._counts = replace(
            counts,
            events=counts.events + len(fresh),
            malformed=counts.malformed + malformed,
            files=counts.files + bool(fresh),
            already_landed=counts.already_landed + len(present) - len(fresh),
            vanished=counts.vanished + len(entries) - len(present),
        )
        stream.acknowledge([entry.id for entry in entries])
        return landed

    def _report(self, stream: RedisStream, generation: Generation, landed: Landed) -> None:
        """To the status file always, in words when there is something new; and the stream is trimmed."""
        self._reported_at = time.monotonic()
        if self._settings.trims:
            stream.trim()
        state = stream.state(landed.last)
        waiting = state.waiting_id
        progress = Progress(
            settings=self._settings,
            generation=generation.files.generation,
            landed=landed,
            state=state,
            removed_unread=generation.removed_unread(state, landed),
            lag_seconds=0.0 if waiting is None else max(time.time() - waiting.milliseconds / 1000, 0.0),
            counts=self._counts,
        )
        progress.write(self._status_file)
        if progress.complaint:
            self._tell(progress.complaint)
        if progress.sentence != self._said:
            self._said = progress.sentence
            self._tell(progress.sentence)
