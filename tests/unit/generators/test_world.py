"""A world is a function of its specification: whoever makes it, in whatever steps, on however many threads."""

import shutil
import threading
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from orchestration.generators.__main__ import main
from orchestration.generators.landing import Window, batches, landing_file, month_windows
from orchestration.generators.manifest import WorldMismatchError, manifest_path, read_manifest, write_manifest
from orchestration.generators.spec import WorldSpec, first_day_of_history
from orchestration.generators.tables import LANDING_TABLES
from orchestration.generators.world import Resources, alone, append_days, generate_world
from tests.unit.generators.conftest import RESOURCES, SPEC

TINY = WorldSpec(customers=120, seed=5, start_date=date(2026, 7, 1), end_date=date(2026, 8, 2))


def landing_files(data_dir: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every landing file."""
    files = sorted((data_dir / "landing").rglob("*.parquet"))
    return {str(file.relative_to(data_dir)): (file.stat().st_size, file.stat().st_mtime_ns) for file in files}


def differing_rows(one: Path, other: Path) -> dict[str, int]:
    """For each table and truth file the number of rows that only one of two worlds has, counting equal rows."""
    patterns = [f"landing/{table.source}/{table.table}/*.parquet" for table in LANDING_TABLES]
    patterns += [f"truth/{name}.parquet" for name in ("people", "identifiers", "effects", "purchase_probability")]
    result = {}
    for pattern in patterns:
        left, right = (f"(from read_parquet('{data_dir}/{pattern}'))" for data_dir in (one, other))
        query = f"select count(*) from ((from {left} except all from {right}) union all (from {right} except all from {left}))"
        result[pattern] = duckdb.sql(query).fetchall()[0][0]
    return result


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data_dir = tmp_path_factory.mktemp("tiny")
    generate_world(TINY, data_dir, RESOURCES)
    return data_dir


def test_threads_and_appended_days_make_no_difference(world: Path, tmp_path: Path) -> None:
    generate_world(replace(SPEC, end_date=date(2026, 8, 19)), tmp_path, Resources(memory_limit="1GB", threads=2))
    before = landing_files(tmp_path)
    assert append_days(tmp_path, 1, RESOURCES) == date(2026, 8, 20)
    assert append_days(tmp_path, 3, RESOURCES) == date(2026, 8, 23)
    after = landing_files(tmp_path)
    assert {name: after[name] for name in before} == before
    assert "landing/shop/orders/orders_2026-08-20.parquet" in after
    assert set(differing_rows(world, tmp_path).values()) == {0}


def test_the_comparison_sees_a_difference(world: Path, tiny: Path) -> None:
    assert min(differing_rows(world, tiny).values()) > 0


def test_another_seed_is_another_world(tiny: Path, tmp_path: Path) -> None:
    generate_world(replace(TINY, seed=6), tmp_path, RESOURCES)
    differing = differing_rows(tiny, tmp_path)
    assert differing["landing/web/events/*.parquet"] > 0
    assert differing["landing/shop/orders/*.parquet"] > 0


def test_a_second_run_touches_nothing(tiny: Path) -> None:
    before = landing_files(tiny)
    assert not generate_world(TINY, tiny, RESOURCES)
    assert landing_files(tiny) == before


def test_a_second_generator_waits_for_the_first(tiny: Path) -> None:
    answers: list[bool] = []
    second = threading.Thread(target=lambda: answers.append(generate_world(TINY, tiny, RESOURCES)))
    with alone(tiny):
        second.start()
        second.join(timeout=0.5)
        assert second.is_alive()
        assert answers == []
    second.join(timeout=30)
    assert answers == [False]


@pytest.mark.parametrize(
    "other", [replace(TINY, seed=6), replace(TINY, customers=121), replace(TINY, end_date=date(2026, 8, 3))], ids=["seed", "size", "end"]
)
def test_another_world_is_refused_and_said_what_to_do(tiny: Path, other: WorldSpec) -> None:
    with pytest.raises(WorldMismatchError, match=r"Remove|--append-days"):
        generate_world(other, tiny, RESOURCES)


def test_somebody_elses_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "landing" / "shop" / "orders").mkdir(parents=True)
    (tmp_path / "landing" / "shop" / "orders" / "mine.csv").write_text("order_id\n1\n")
    with pytest.raises(WorldMismatchError, match=r"mine\.csv.*Choose another --data-dir"):
        generate_world(TINY, tmp_path, RESOURCES)
    assert not manifest_path(tmp_path).exists()


@pytest.fixture
def copy_of_tiny(tiny: Path, tmp_path: Path) -> Path:
    shutil.copytree(tiny, tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_a_killed_run_is_finished_without_touching_what_it_wrote(tiny: Path, copy_of_tiny: Path) -> None:
    # As a kill leaves it: the manifest still says what was begun, files are missing, one is half written.
    manifest = read_manifest(copy_of_tiny)
    assert manifest is not None
    write_manifest(copy_of_tiny, replace(manifest, generated_until=None, pending_until=TINY.end_date))
    for name in ("web/events/events_2026-08", "web/identifies/identifies_2026-07", "web/identifies/identifies_2026-08"):
        (copy_of_tiny / "landing" / f"{name}.parquet").unlink()
    half_written = copy_of_tiny / "landing" / "web" / "events" / "events_2026-08.parquet.tmp"
    half_written.write_bytes(b"PAR1")
    kept = landing_files(copy_of_tiny)
    with pytest.raises(WorldMismatchError, match="no complete demo world"):
        append_days(copy_of_tiny, 1, RESOURCES)
    assert generate_world(TINY, copy_of_tiny, RESOURCES)
    repaired = landing_files(copy_of_tiny)
    assert {name: repaired[name] for name in kept} == kept
    assert not half_written.exists()
    assert set(differing_rows(tiny, copy_of_tiny).values()) == {0}


def test_a_killed_append_is_finished(copy_of_tiny: Path) -> None:
    append_days(copy_of_tiny, 2, RESOURCES)
    manifest = read_manifest(copy_of_tiny)
    assert manifest is not None
    write_manifest(copy_of_tiny, replace(manifest, generated_until=TINY.end_date, pending_until=date(2026, 8, 4)))
    lost = copy_of_tiny / "landing" / "shop" / "products" / "products_2026-08-04.parquet"
    lost.unlink()
    assert append_days(copy_of_tiny, 1, RESOURCES) == date(2026, 8, 4)
    assert lost.exists()


def test_months_follow_each_other_without_a_gap() -> None:
    windows = list(month_windows(WorldSpec()))
    assert [window.label for window in windows[:3]] == ["2024-11", "2024-12", "2025-01"]
    assert len(windows) == 24
    assert windows[0].first_day == 0
    assert all(one.end_day == following.first_day for one, following in pairwise(windows))
    assert windows[-1].end_day == WorldSpec().day_count


@pytest.mark.parametrize(("customers", "count"), [(20_000, 1), (100_000, 6), (1_000_000, 24)])
def test_large_worlds_go_month_by_month(customers: int, count: int) -> None:
    made = list(batches(list(month_windows(WorldSpec(customers=customers))), customers))
    assert [window for batch in made for window in batch] == list(month_windows(WorldSpec()))
    assert abs(len(made) - count) <= 1


def test_a_file_says_its_table_and_month() -> None:
    table = next(table for table in LANDING_TABLES if table.table == "order_items")
    assert landing_file(Path("d"), table, Window(0, 31, "2026-07")) == Path("d/landing/shop/order_items/order_items_2026-07.parquet")


@pytest.mark.parametrize(("end", "first"), [(date(2026, 10, 31), date(2024, 11, 1)), (date(2026, 1, 15), date(2024, 2, 1))])
def test_the_history_is_twenty_four_months(end: date, first: date) -> None:
    assert first_day_of_history(end) == first


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--customers", "3"], "customers must lie between"),
        (["--seed", "-1"], "seed must be"),
        (["--start-date", "2026-01-05"], "first day of a month"),
        (["--append-days", "1"], "generate it first"),
        (["--append-days", "0"], "at least one day"),
    ],
)
def test_the_command_line_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(["--data-dir", str(tmp_path), *arguments]) == 2
    assert message in capsys.readouterr().err
