"""From the stream to the trigger audience with real processes: both killed again and again, everybody enters once."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from benchmarks.trigger_world import make_warehouse, publish_base
from orchestration.paths import DATA_DIR_VARIABLE, REPOSITORY, DataFolder
from orchestration.stream.entries import EntryId
from orchestration.triggers.compiled import compiled_project
from tests.stream.conftest import World

pytestmark = pytest.mark.redis

PEOPLE = 60
KILLS = 4
DEADLINE_SECONDS = 240
TRIGGER = "product_viewed_3_in_24h"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """dbt compiles once for all tests."""
    folder = DataFolder(tmp_path_factory.mktemp("compiled"))
    compiled_project(folder)
    return folder.root / "dbt"


def start_triggers(world: World, log: Path, *options: str) -> subprocess.Popen[bytes]:
    """The runner as everybody starts it."""
    environment = os.environ | {DATA_DIR_VARIABLE: str(world.folder.root)}
    with log.open("ab") as stream:
        command = [sys.executable, "-m", "orchestration.cli", "triggers", *options]
        return subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=stream, stderr=subprocess.STDOUT)


def view(person: int, number: int) -> bytes:
    at = datetime.now(UTC).isoformat()
    event = {"event_id": f"v-{person}-{number}", "event_type": "product_view", "event_at": at, "received_at": at}
    return json.dumps(event | {"anonymous_id": f"d-{person}", "user_id": f"u-{person}", "product_id": "product-1"}).encode()


def newest_entry(world: World) -> int:
    """When the newest entry came that the audience knows, in milliseconds; 0 when there is none."""
    manifest = world.folder.serving / "triggers" / "current" / "manifest.json"
    last_entry = json.loads(manifest.read_text())["last_entry"] if manifest.exists() else None
    return 0 if last_entry is None else EntryId.parse(last_entry).milliseconds


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def entries(world: World) -> dict[str, tuple[datetime, datetime]]:
    """When each person entered, and when that was found, as a reader of the audience sees it."""
    file = world.folder.serving / "triggers" / "current" / "trigger_audience.parquet"
    if not file.exists():
        return {}
    rows = duckdb.execute(f"select customer_id, entered_at, detected_at from '{file}' where trigger_name = ?", [TRIGGER]).fetchall()
    assert len(rows) == len({customer for customer, *_ in rows})
    return {customer: (entered_at, detected_at) for customer, entered_at, detected_at in rows}


def test_killed_again_and_again_everybody_enters_once(world: World, compiled: Path, tmp_path: Path) -> None:
    draw = random.Random(3)
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    make_warehouse(world.folder, PEOPLE, midnight)
    publish_base(world.folder, midnight)
    shutil.copytree(compiled, world.folder.root / "dbt")
    log = tmp_path / "triggers.log"
    views = [(person, number) for number in range(3) for person in range(PEOPLE)]
    found: dict[str, tuple[datetime, datetime]] = {}
    for part in range(KILLS):
        landing = world.process("--seconds", "0.2", log=tmp_path / "stream.log")
        running = start_triggers(world, log)
        before = newest_entry(world)
        for person, number in views[part::KILLS]:
            world.add(view(person, number))
            time.sleep(0.01)
        # Both are at work: the kill comes while something is taken in, looked at or written, and once after each.
        wait_until(lambda known=before: newest_entry(world) > known)
        time.sleep(draw.uniform(0, 3))
        for process in (landing, running):
            process.kill()
            process.wait()
        found = entries(world) | found
    assert found
    world.consumer(events=1_000, seconds=0.1).run(until_empty=True)
    assert start_triggers(world, log, "--until-idle").wait() == 0, log.read_text()
    final = entries(world)
    # Everybody but those who never consented; whoever was found before a kill is found no second time.
    assert final.keys() == {f"c_{person}" for person in range(PEOPLE) if person % 10 != 9}, log.read_text()
    assert {customer: final[customer] for customer in found} == found


def test_when_the_stream_and_the_runner_are_down_nothing_else_stops(world: World, compiled: Path, tmp_path: Path) -> None:
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    make_warehouse(world.folder, PEOPLE, midnight)
    shutil.copytree(compiled, world.folder.root / "dbt")
    running = start_triggers(world, tmp_path / "triggers.log")
    try:
        # Nothing is published yet: the runner waits. The publication neither waits for it nor needs it.
        version = publish_base(world.folder, midnight)
        manifest = world.folder.serving / "triggers" / "current" / "manifest.json"
        wait_until(manifest.exists)
        assert json.loads(manifest.read_text())["base"] == version
        assert publish_base(world.folder, midnight) != version
    finally:
        running.terminate()
        assert running.wait() == 0
