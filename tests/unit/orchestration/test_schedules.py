"""Schedules and the sensor, with a real Dagster instance and a landing folder: no run twice for the same files."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from orchestration.defs.publish.schedules import landing_files, street_daily, street_hourly
from orchestration.landing_watch import LANDING_TAG, landing_digest
from orchestration.paths import DATA_DIR_VARIABLE

NIGHT = datetime(2026, 11, 2, 3, tzinfo=UTC)


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    home = tmp_path / "dagster"
    home.mkdir()
    with dg.DagsterInstance.local_temp(str(home)) as local:
        yield local


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(DATA_DIR_VARIABLE, str(tmp_path))
    folder = tmp_path / "landing" / "shop" / "orders"
    folder.mkdir(parents=True)
    return folder


def built(instance: dg.DagsterInstance, orders: Path, status: dg.DagsterRunStatus) -> None:
    digest = landing_digest(orders.parents[1])
    assert digest is not None
    run = dg.DagsterRun(job_name="street", run_id="0b4c1f0e-0000-4000-8000-000000000001", tags={LANDING_TAG: digest}, status=status)
    instance.add_run(run)


def looks(instance: dg.DagsterInstance, count: int) -> list[int]:
    """Number of runs asked for at each of several looks of the sensor."""
    cursor, asked = None, []
    for _ in range(count):
        result = landing_files(dg.build_sensor_context(instance=instance, cursor=cursor))
        assert isinstance(result, dg.SensorResult)
        asked.append(len(result.run_requests or []))
        cursor = result.cursor
    return asked


def test_sensor_asks_for_one_run_when_files_are_at_rest(instance: dg.DagsterInstance, orders: Path) -> None:
    (orders / "a.csv").write_text("order_id\n1\n")
    assert looks(instance, 4) == [0, 1, 0, 0]


def test_sensor_leaves_files_alone_that_a_run_was_built_on(instance: dg.DagsterInstance, orders: Path) -> None:
    (orders / "a.csv").write_text("order_id\n1\n")
    built(instance, orders, dg.DagsterRunStatus.SUCCESS)
    assert looks(instance, 3) == [0, 0, 0]


def test_a_failed_run_is_no_reason_to_rest(instance: dg.DagsterInstance, orders: Path) -> None:
    (orders / "a.csv").write_text("order_id\n1\n")
    built(instance, orders, dg.DagsterRunStatus.FAILURE)
    assert looks(instance, 2) == [0, 1]


def test_hourly_skips_when_nothing_was_delivered_since(instance: dg.DagsterInstance, orders: Path) -> None:
    context = dg.build_schedule_context(instance=instance, scheduled_execution_time=NIGHT)
    assert isinstance(street_hourly(context), dg.SkipReason)
    (orders / "a.csv").write_text("order_id\n1\n")
    assert isinstance(street_hourly(context), dg.RunRequest)
    built(instance, orders, dg.DagsterRunStatus.SUCCESS)
    assert isinstance(street_hourly(context), dg.SkipReason)


def test_daily_runs_whether_or_not_files_came(instance: dg.DagsterInstance, orders: Path) -> None:
    request = street_daily(dg.build_schedule_context(instance=instance, scheduled_execution_time=NIGHT))
    assert isinstance(request, dg.RunRequest)
    assert request.tags["a360/trigger"] == "daily"
