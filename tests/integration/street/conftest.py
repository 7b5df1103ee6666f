"""One small world for all tests here: a first day, an appended day, and a rebuild that was killed half-way."""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from orchestration.lock import TURN_VARIABLE
from orchestration.paths import REPOSITORY
from orchestration.warehouse import Warehouse

CUSTOMERS = 1_500
IDENTITY_KEY = "a key for tests"
# How far the rebuild gets before it is killed: the marts are half built then.
KILL_AFTER_TABLE = ("marts", "fct_orders")


@dataclass(frozen=True)
class World:
    """A data folder and how to run commands on it."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        # Whoever is started here is a stranger that has to wait, not a child that works on our turn.
        inherited = {name: value for name, value in os.environ.items() if name != TURN_VARIABLE}
        return {**inherited, "A360_DATA_DIR": str(self.folder), "A360_IDENTITY_KEY": IDENTITY_KEY}

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(self.folder)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "orchestration.cli", *arguments]
        return subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> str:
        with self.start(*arguments) as process:
            output = process.communicate()[0]
        assert process.returncode == 0, output
        return output

    def serve(self, query: str) -> list[tuple[object, ...]]:
        """Ask the serving copy, as BI does."""
        database = (self.folder / "serving" / "current" / "audience360.duckdb").resolve()
        with duckdb.connect(str(database), read_only=True) as connection:
            return list(connection.execute(query).fetchall())


@dataclass(frozen=True)
class Day:
    """What a run left behind."""

    output: str
    digests: dict[str, tuple[int, int]]
    deliveries: list[str]


def look(world: World, output: str) -> Day:
    deliveries = sorted(path.name for path in (world.folder / "serving" / "file_drop" / "deliveries").iterdir())
    return Day(output, digests(world), deliveries)


def digests(world: World) -> dict[str, tuple[int, int]]:
    """Row count and an order-free digest of every relation of the warehouse; of the `ml` history only the newest as-of date.

    What is kept of how tables came about, by generation of runs, is no function of the data.
    """
    found = {}
    with world.warehouse.connect(read_only=True) as connection:
        relations = connection.execute(
            """
            select table_schema, table_name, list(column_name)
            from information_schema.columns
            where table_catalog = 'warehouse' and table_schema not like 'landing%'
            group by table_schema, table_name
            having not list_contains(list(column_name), 'generation')
            """
        ).fetchall()
        for schema, name, columns in relations:
            is_scored = schema == "ml" or name.startswith("stg_ml__")
            newest = (
                f'where as_of_date = (select max(as_of_date) from "{schema}"."{name}")' if is_scored and "as_of_date" in columns else ""
            )
            query = (
                f'select count(*), coalesce(sum(hash(compared)::hugeint), 0) from (select * from "{schema}"."{name}" {newest}) as compared'
            )
            [found[f"{schema}.{name}"]] = connection.execute(query).fetchall()
    return found


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("street"))


@pytest.fixture(scope="session")
def first_day(world: World) -> Day:
    """The demo: a world is written and built in full, with every data test."""
    return look(world, world.run("demo", "--size", str(CUSTOMERS), "--seed", "11"))


@pytest.fixture(scope="session")
def second_day(world: World, first_day: Day) -> Day:
    """One more day of deliveries, built incrementally."""
    world.run("generate", "--append-days", "1")
    return look(world, world.run("run", "--skip-data-tests"))


@pytest.fixture(scope="session")
def rebuilt(world: World, second_day: Day, tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Day]:
    """The same landing and ops without a warehouse; the first attempt dies by kill -9 with everything it started."""
    copy = World(tmp_path_factory.mktemp("rebuilt"))
    shutil.copytree(world.folder / "landing", copy.folder / "landing")
    for name in ("ops.duckdb", "dbt_vars.json"):
        shutil.copy(world.folder / name, copy.folder)
    shutil.copytree(world.folder / "serving" / "file_drop", copy.folder / "serving" / "file_drop", symlinks=True)
    victim = copy.start("run", "--skip-data-tests")
    wait_for_log(copy, "OK created sql table model " + ".".join(KILL_AFTER_TABLE))
    os.killpg(victim.pid, signal.SIGKILL)
    victim.communicate()
    return copy, look(copy, copy.run("run", "--skip-data-tests"))


def wait_for_log(world: World, text: str, seconds: float = 900) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if any(text in file.read_text(encoding="utf-8") for file in (world.folder / "logs").glob("*.log")):
            return
        time.sleep(0.2)
    raise TimeoutError(f"{text!r} was not logged within {seconds} s")
