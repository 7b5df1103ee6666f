"""A small shop with a published base, what lands in its stream, and a runner with a clock of its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from benchmarks.trigger_world import make_warehouse, publish_base
from orchestration.paths import DataFolder
from orchestration.stream.entries import EntryId, line_of, with_all_columns
from orchestration.stream.landed_files import Landed, LandedFiles
from orchestration.stream.run import declared_table
from orchestration.triggers.compiled import compiled_project
from orchestration.triggers.runner import Totals, TriggerRunner
from orchestration.warehouse import Warehouse

MIDNIGHT = datetime(2026, 10, 5)
PEOPLE = 40


@dataclass
class Shop:
    """People `c_0`, `c_1`, … with the accounts `u-0`, `u-1`, …; every tenth has not consented. The build is of midnight."""

    folder: DataFolder
    now: datetime = MIDNIGHT + timedelta(hours=12)
    landed: Landed = field(default_factory=Landed)
    files: LandedFiles | None = None
    events: int = 0
    said: list[str] = field(default_factory=list)

    def at(self, clock: str) -> datetime:
        """A time of the day of the tests."""
        hour, minute = clock.split(":")
        return MIDNIGHT + timedelta(hours=int(hour), minutes=int(minute))

    def event(self, kind: str, clock: str, person: int | None, **more: Any) -> dict[str, Any]:
        self.events += 1
        at = self.at(clock).isoformat()
        who = {"anonymous_id": f"d-{person}", "user_id": None if person is None else f"u-{person}"}
        return (
            {"event_id": f"e-{self.events}", "event_type": kind, "event_at": at, "received_at": at, "product_id": "product-1"} | who | more
        )

    def views(self, person: int | None, *clocks: str, **more: Any) -> list[dict[str, Any]]:
        return [self.event("product_view", clock, person, **more) for clock in clocks]

    def land(self, *events: dict[str, Any] | bytes, loaded_at: datetime | None = None) -> None:
        """One file, as the consumer writes it."""
        table = declared_table("web/events")
        if self.files is None:
            self.files = LandedFiles.new(self.folder.landing / table.folder)
        lines = [line_of({b"payload": event if isinstance(event, bytes) else json.dumps(event).encode()}, ["event_id"]) for event in events]
        ids = [EntryId(1, self.landed.events + number + 1) for number in range(len(lines))]
        contents = with_all_columns(lines, [column.name for column in table.columns])
        self.landed = self.files.write(self.landed, ids, contents, loaded_at or self.now)

    def runner(self, **options: Any) -> TriggerRunner:
        return TriggerRunner(self.folder, self.said.append, clock=lambda: self.now, **options)

    def run(self, **options: Any) -> Totals:
        return self.runner(**options).run(until_idle=True)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Answers about what other programs read."""
        current = self.folder.serving / "triggers" / "current"
        with duckdb.connect() as connection:
            for name in ("trigger_audience", "customer_activity"):
                connection.execute(f"create view {name} as select * from '{current / name}.parquet'")
            return connection.execute(query).fetchall()

    @property
    def audience(self) -> set[tuple[str, str]]:
        return set(self.rows("select trigger_name, customer_id from trigger_audience"))

    @property
    def manifest(self) -> dict[str, Any]:
        return dict(json.loads((self.folder.serving / "triggers" / "current" / "manifest.json").read_text()))

    def publish(self) -> str:
        return publish_base(self.folder, MIDNIGHT)

    def change(self, *statements: str) -> None:
        """Another state of the warehouse, to be published."""
        with Warehouse(self.folder.root).connect() as connection:
            for statement in statements:
                connection.execute(statement)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """dbt compiles once for all tests."""
    folder = DataFolder(tmp_path_factory.mktemp("compiled"))
    compiled_project(folder)
    return folder.root / "dbt" / "triggers" / "compiled.json"


@pytest.fixture
def shop(compiled: Path, tmp_path: Path) -> Iterator[Shop]:
    folder = DataFolder(tmp_path / "data")
    make_warehouse(folder, PEOPLE, MIDNIGHT)
    kept = folder.root / "dbt" / "triggers" / "compiled.json"
    kept.parent.mkdir(parents=True)
    shutil.copy(compiled, kept)
    publish_base(folder, MIDNIGHT)
    yield Shop(folder)
    shutil.rmtree(folder.root)
