"""Turns what the stream brings into the trigger audience, round after round, beside the nightly build and without its lock.

| stopped | what the next start finds |
|---|---|
| while files were being judged | nothing of them was kept: they are judged again |
| after events were kept | their people are marked as due: they are looked at first |
| after people were looked at, before the audience was written | the result is kept: it is written first |
| while the audience was being written | the old version in place, and a hidden folder that is removed |

A round is: a newer base, if the build published one; micro-batches that are new; people who are due, by an event or by the clock; the
audience, if any of it changed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from filelock import FileLock, Timeout

from orchestration.paths import DataFolder
from orchestration.stream.entries import EARLIEST, utc_now
from orchestration.stream.run import declared_table
from orchestration.triggers.base import TriggerBase, current_base
from orchestration.triggers.compiled import CompiledProject, compiled_project
from orchestration.triggers.delivery import deliver
from orchestration.triggers.errors import TriggerError
from orchestration.triggers.evaluation import evaluate
from orchestration.triggers.events import FILES_AT_ONCE, Events, Intake
from orchestration.triggers.store import BY_BASE, BY_EVENT, PROVIDED, attach_base, open_store
from orchestration.warehouse import transaction

# So many people are looked at at once: their whole histories are in memory together.
PEOPLE_AT_ONCE = 5_000
# After a publication everybody is looked at once, in parts that take about so long.
PART_SECONDS = 4.0
SMALLEST_PART = 500
# After a round that left nothing over it waits so long for the next one: timers that are up in between are looked at together.
PAUSE_SECONDS = 2.0


@dataclass(frozen=True)
class Totals:
    """What this process did since it was started."""

    rounds: int = 0
    files: int = 0
    events: int = 0
    accepted: int = 0
    people: int = 0
    deliveries: int = 0
    bases: int = 0

    def with_intake(self, intake: Intake) -> Totals:
        """After files were taken in."""
        files, events, accepted = self.files + intake.files, self.events + intake.events, self.accepted + intake.accepted
        return replace(self, files=files, events=events, accepted=accepted)

    @property
    def sentence(self) -> str:
        """In words."""
        return (
            f"{self.accepted:,} of {self.events:,} events accepted from {self.files:,} files; looked at people {self.people:,} times, "
            f"wrote the audience {self.deliveries:,} times"
        )


class TriggerRunner:
    """One runner per data folder; a lock sees to it."""

    def __init__(
        self,
        folder: DataFolder,
        tell: Callable[[str], None],
        clock: Callable[[], datetime] = utc_now,
        people_at_once: int = PEOPLE_AT_ONCE,
    ) -> None:
        self._folder = folder
        self._tell = tell
        self._clock = clock
        self._people_at_once = people_at_once
        self._stopping = threading.Event()
        self._totals = Totals()
        self._base: TriggerBase | None = None
        self._project: CompiledProject | None = None
        self._said = ""
        self._is_written = False
        self._is_behind = False
        self._part = min(SMALLEST_PART, people_at_once)

    def stop(self) -> None:
        """End after the round that is running."""
        self._stopping.set()

    def run(self, until_idle: bool = False) -> Totals:
        """Go on until `stop` is called, or until nothing is left to do."""
        lock = FileLock(self._folder.root / "triggers.lock")
        self._folder.root.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise TriggerError(f"another process runs the triggers of {self._folder.root} already: one is enough") from None
        try:
            self._connection = open_store(self._folder)
            self._events = Events(self._connection, self._folder, declared_table("web/events"))
            try:
                self._keep_going(until_idle)
            finally:
                self._connection.close()
        finally:
            lock.release()
        return self._totals

    def _keep_going(self, until_idle: bool) -> None:
        while not self._stopping.is_set():
            has_base = self._follow_base()
            is_busy = has_base and self.round()
            if until_idle and not is_busy:
                if not has_base:
                    raise TriggerError(f"nothing is published in {self._folder.serving}: run `make run` first")
                return
            if not (has_base and self._is_behind) and not until_idle:
                self._stopping.wait(PAUSE_SECONDS)

    def round(self) -> bool:
        """One round on the base that is open; whether there was anything to do."""
        waiting = self._events.waiting()
        if waiting:
            self._totals = self._totals.with_intake(self._events.take_in(waiting))
        now = self._clock()
        people, left_over = self._due(now)
        if people:
            self._look_at(people, now)
        if waiting or people or not self._is_written:
            self._write(now)
        self._totals = replace(self._totals, rounds=self._totals.rounds + 1, people=self._totals.people + len(people))
        self._is_behind = left_over > 0 or len(waiting) > FILES_AT_ONCE
        return bool(waiting or people)

    def _follow_base(self) -> bool:
        """Open the newest base; whether there is one."""
        base = current_base(self._folder.serving)
        if base is None:
            if self._base is None:
                self._say(f"Waiting for the first publication in {self._folder.serving}: `make run` makes it.")
            return self._base is not None
        if self._base is not None and base.version == self._base.version:
            return True
        # The build may have been made by a newer version of the models.
        project = compiled_project(self._folder)
        if missing := project.missing_inputs(PROVIDED):
            raise TriggerError(f"the trigger models read what the runner does not provide: {', '.join(missing)}")
        attach_base(self._connection, base, project)
        self._base, self._project = base, project
        self._events.forget_known()
        if self._fact("base") != base.version:
            self._begin_with(base)
        self._totals = replace(self._totals, bases=self._totals.bases + 1)
        return True

    def _begin_with(self, base: TriggerBase) -> None:
        """Drop what the build knows now, and look at everybody once. Whoever is in a trigger stays until then, except who is gone."""
        connection = self._connection
        with transaction(connection):
            connection.execute("delete from state.events where _file_id in (select _file_id from state.files where file_path in "
                               "(select file_path from base.main.stream_files))")  # fmt: skip
            connection.execute("delete from state.files where file_path in (select file_path from base.main.stream_files)")
            connection.execute("delete from state.firings where customer_id not in (select customer_id from base.marts.dim_customers)")
            connection.execute("delete from state.activity")
            connection.execute("delete from state.watch")
            connection.execute(
                "insert into state.watch select customer_id, cast($due as timestamp), $rank from base.marts.dim_customers",
                {"due": EARLIEST, "rank": BY_BASE},
            )
            # Whoever did something since is looked at first.
            connection.execute(
                """
                update state.watch set reason_rank = $rank
                where customer_id in (
                    select identities.customer_id
                    from (
                        select device_key as identifier_key from state.events
                        union
                        select account_key from state.events
                    ) as seen
                    inner join warehouse.main.identities as identities on seen.identifier_key = identities.identifier_key
                )
                """,
                {"rank": BY_EVENT},
            )
            self._keep_fact("base", base.version)
        self._is_written = False
        self._tell(f"The build of {base.as_of_at:%Y-%m-%d %H:%M} is published: everybody is looked at once.")

    def _due(self, now: datetime) -> tuple[list[str], int]:
        """Who is looked at in this round, and how many have to wait for the next one.

        Those who did something and those whose time is up; of the others, when there are none of these, as many as a few seconds allow.
        """
        rows = self._connection.execute(
            """
            select customer_id, min(reason_rank) as first_rank from state.watch
            where due_at <= $now
            group by customer_id
            order by first_rank, min(due_at), customer_id
            limit $limit
            """,
            {"now": now, "limit": self._people_at_once + 1},
        ).fetchall()
        urgent = [customer_id for customer_id, rank in rows if rank != BY_BASE][: self._people_at_once]
        people = urgent or [customer_id for customer_id, _ in rows][: self._part]
        return people, len(rows) - len(people)

    def _look_at(self, people: list[str], now: datetime) -> None:
        if self._project is None:
            raise TriggerError("no base is open")
        connection = self._connection
        started = time.monotonic()
        evaluate(connection, self._project, people, now)
        # Small enough that whoever does something meanwhile waits for seconds only, large enough to get through.
        affordable = int(len(people) / max(time.monotonic() - started, 0.001) * PART_SECONDS)
        self._part = min(max(affordable, SMALLEST_PART), self._people_at_once)
        with transaction(connection):
            for table, found in (("firings", "found_firings"), ("activity", "counted_activity"), ("watch", "found_dues")):
                connection.execute(f"delete from state.{table} where customer_id in (select customer_id from warehouse.main.chosen)")
                connection.execute(f"insert into state.{table} by name select * from {found}")

    def _write(self, now: datetime) -> None:
        connection = self._connection
        [(behind, due)] = connection.execute(
            "select count(case when reason_rank = $rank then 1 end), count(*) from state.watch where due_at <= $now",
            {"now": now, "rank": BY_EVENT},
        ).fetchall()
        if not behind:
            # Everybody whom the newest file is about has been looked at.
            newest = connection.execute("select max_by(last_entry, _file_id), sum(event_count) from state.files").fetchall()[0]
            with transaction(connection):
                self._keep_fact("last_entry", newest[0] or "")
        facts = {
            "as_of_at": now.isoformat(sep=" "),
            "written_at": utc_now().isoformat(sep=" "),
            "base": self._base.version if self._base else None,
            "last_entry": self._fact("last_entry") or None,
            # Those who did something, and all whose time has come.
            "people_waiting": int(behind),
            "people_due": int(due),
        }
        deliver(connection, self._folder.serving / "triggers", facts)
        self._is_written = True
        self._totals = replace(self._totals, deliveries=self._totals.deliveries + 1)

    def _fact(self, name: str) -> str | None:
        rows = self._connection.execute("select value from state.facts where name = ?", [name]).fetchall()
        return str(rows[0][0]) if rows else None

    def _keep_fact(self, name: str, value: str) -> None:
        self._connection.execute("insert or replace into state.facts values (?, ?)", [name, value])

    def _say(self, sentence: str) -> None:
        if sentence != self._said:
            self._said = sentence
            self._tell(sentence)
