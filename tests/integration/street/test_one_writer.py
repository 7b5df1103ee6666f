"""One writer: two Dagster runs and a dbt build that start together take turns, while somebody reads the serving copy and the UI is up."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.dbt_part import prepared_manifest
from orchestration.lock import warehouse_turn
from orchestration.paths import DBT_PROJECT, PROFILES, REPOSITORY, DataFolder
from orchestration.run_street import dagster_home
from orchestration.serving import ServedTable, current_database, publish
from orchestration.source_tables import landing_sources
from orchestration.warehouse import Warehouse
from tests.integration.street.conftest import World

BIN = Path(sys.executable).parent
MATERIALIZE = [
    str(BIN / "dagster"),
    "asset",
    "materialize",
    "-m",
    "orchestration.definitions",
    "--select",
    "shop/orders,seeds/frequency_caps",
]
DBT = [str(BIN / "dbt"), "seed", "--select", "frequency_caps", "--project-dir", str(DBT_PROJECT)]
PATIENCE = 600
AS_OF_AT = datetime.fromisoformat("2026-11-01")


@pytest.fixture
def stage(tmp_path: Path) -> World:
    """A shop whose first delivery is empty, with something published."""
    world = World(tmp_path)
    for name in ("orders", "order_items"):
        folder = world.folder / "landing" / "shop" / name
        folder.mkdir(parents=True)
        with duckdb.connect() as connection:
            connection.execute(landing_sources(DBT_PROJECT / "models")["shop"][name].create_statement("delivered"))
            connection.execute(f"copy delivered to '{folder}/{name}.parquet'")
    with world.warehouse.connect() as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.dim_people as select 1 as customer_id")
    parsed = prepared_manifest(DataFolder(world.folder)).with_name("partial_parse.msgpack")
    (world.folder / "target").mkdir()
    shutil.copy(parsed, world.folder / "target")
    publish(world.warehouse, world.folder / "serving", [ServedTable("marts", "dim_people", "People.")], AS_OF_AT)
    return world


def environment(world: World) -> dict[str, str]:
    folder = DataFolder(world.folder)
    target = str(world.folder / "target")
    return {
        **world.environment,
        "DAGSTER_HOME": str(dagster_home(folder)),
        "DBT_PROFILES_DIR": str(PROFILES),
        "DBT_TARGET_PATH": target,
        "DBT_LOG_PATH": target,
    }


def start(world: World, command: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as stream:
        return subprocess.Popen(
            command, cwd=REPOSITORY, env=environment(world), stdout=stream, stderr=subprocess.STDOUT, start_new_session=True
        )


def end(process: subprocess.Popen[bytes]) -> None:
    """A server that is asked to stop, and does not, must not keep the tests waiting, nor outlive them with what it started."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(60)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.5)
    raise TimeoutError(what)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_two_dagster_runs_and_a_dbt_build_queue_while_the_ui_is_open(stage: World, tmp_path: Path) -> None:
    port = free_port()
    ui = start(
        stage, [str(BIN / "dagster"), "dev", "-m", "orchestration.definitions", "-p", str(port), "-h", "127.0.0.1"], tmp_path / "ui.log"
    )
    try:
        wait_until(lambda: is_listening(port), "the UI does not listen")
        logs = [tmp_path / f"{name}.log" for name in ("first", "second", "dbt")]
        # Nobody can begin while we hold the turn, so that all three really wait at the same time.
        with warehouse_turn(stage.folder, "test"):
            commands = (MATERIALIZE, MATERIALIZE, DBT)
            waiting = [start(stage, command, log) for command, log in zip(commands, logs, strict=True)]
            wait_until(lambda: all("Waiting for the warehouse" in log.read_text(errors="replace") for log in logs), "not everybody waits")
            assert [process.poll() for process in waiting] == [None, None, None]
            with duckdb.connect(str(current_database(stage.folder / "serving").resolve()), read_only=True) as reader:
                assert reader.execute("select count(*) from marts.dim_people").fetchall() == [(1,)]
        codes = [process.wait(PATIENCE) for process in waiting]
        assert codes == [0, 0, 0], "\n".join(log.read_text(errors="replace")[-3000:] for log in logs)
        assert ui.poll() is None
        assert Warehouse(stage.folder).value("select count(*) from seeds.frequency_caps") > 0
    finally:
        end(ui)


HOLD = """
import sys, time
from pathlib import Path
from orchestration.dbt_part import prepared_manifest
from orchestration.lock import warehouse_turn
with warehouse_turn(Path(sys.argv[1]), "victim"):
    print("held", flush=True)
    time.sleep(600)
"""


def test_the_lock_dies_with_its_holder(stage: World) -> None:
    command = [sys.executable, "-c", HOLD, str(stage.folder)]
    holder = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == "held"
    holder.kill()
    holder.wait()
    with warehouse_turn(stage.folder, "next", timeout_seconds=5):
        assert stage.warehouse.value("select count(*) from marts.dim_people") == 1
