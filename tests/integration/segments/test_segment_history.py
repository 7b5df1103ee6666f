"""The history of memberships lives in the ops store: it is exact, may be rerun, and outlives the warehouse."""

import shutil

import pytest

from tests.integration.segments.conftest import Stage


def test_entries_and_exits_are_dated_by_the_clock(stage: Stage) -> None:
    stage.build("2026-11-01")
    stage.customers(ann="red", bob="blue", cat="red")
    stage.build("2026-11-02")
    stage.customers(ann="red", bob="red", cat="red")
    stage.build("2026-11-05")
    assert stage.stays("segment_red") == [("ann", "11-01", None), ("bob", "11-01", "11-02"), ("bob", "11-05", None), ("cat", "11-02", None)]


def test_a_rerun_of_the_same_clock_changes_nothing(stage: Stage) -> None:
    stage.segment("segment_first", "red", owner="crm", is_static=True)
    stage.build("2026-11-01")
    stage.customers(ann="red", bob="blue", cat="red")
    stage.build("2026-11-02")
    before = (stage.ops(), stage.stays("segment_red"), stage.stays("segment_first"))
    stage.build("2026-11-02")
    assert (stage.ops(), stage.stays("segment_red"), stage.stays("segment_first")) == before


def test_a_corrected_rerun_of_the_same_clock_replaces_what_it_said(stage: Stage) -> None:
    stage.build("2026-11-01")
    stage.customers(ann="blue", bob="red", cat="red")
    stage.build("2026-11-02")
    stage.customers(ann="red", bob="blue", cat="blue")
    stage.build("2026-11-02")
    assert stage.stays("segment_red") == [("ann", "11-01", None), ("bob", "11-01", "11-02")]


def test_an_older_clock_leaves_the_history_alone(stage: Stage) -> None:
    stage.build("2026-11-01")
    stage.customers(ann="red", bob="blue", cat="red")
    stage.build("2026-11-05")
    before = (stage.ops(), stage.stays("segment_red"))
    stage.customers(ann="blue", bob="blue", cat="blue")
    stage.build("2026-11-03")
    assert (stage.ops(), stage.stays("segment_red")) == before


def test_deleting_the_warehouse_keeps_the_history(stage: Stage) -> None:
    stage.build("2026-11-01")
    stage.customers(ann="red", bob="blue", cat="red")
    stage.build("2026-11-02")
    before = (stage.ops(), stage.stays("segment_red"))
    (stage.root / "warehouse.duckdb").unlink()
    shutil.rmtree(stage.root / "target")
    stage.build("2026-11-02")
    assert (stage.ops(), stage.stays("segment_red")) == before


def test_a_static_segment_is_frozen_by_its_first_run_with_members(stage: Stage) -> None:
    stage.segment("segment_frozen", "green", owner="crm", is_static=True)
    stage.build("2026-11-01")
    stage.customers(ann="green", bob="green", cat="red")
    stage.build("2026-11-02")
    stage.customers(ann="green", bob="red", cat="green", dan="green")
    stage.build("2026-11-03")
    assert stage.stays("segment_frozen") == [("ann", "11-02", None), ("bob", "11-02", None)]
    (stage.root / "warehouse.duckdb").unlink()
    stage.build("2026-11-04")
    assert stage.stays("segment_frozen") == [("ann", "11-02", None), ("bob", "11-02", None)]


def test_a_weekly_segment_keeps_its_members_for_a_week(stage: Stage) -> None:
    stage.segment("segment_weekly", "red", owner="crm", refresh_cadence="weekly")
    stage.build("2026-11-01")
    stage.customers(ann="red", bob="blue", cat="blue")
    stage.build("2026-11-07")
    assert stage.stays("segment_weekly") == [("ann", "11-01", None), ("bob", "11-01", None)]
    stage.build("2026-11-08")
    assert stage.stays("segment_weekly") == [("ann", "11-01", None), ("bob", "11-01", "11-08")]


def test_an_empty_run_sends_nobody_home(stage: Stage) -> None:
    stage.build("2026-11-01")
    before = stage.ops()
    stage.build("2026-11-02", "--empty")
    assert stage.ops() == before


def test_a_run_that_died_before_it_was_recorded_is_made_up_for(stage: Stage) -> None:
    stage.build("2026-11-01")
    stage.customers(ann="red", bob="blue", cat="red")
    stage.build("2026-11-02", "--exclude", "segment_memberships")
    stage.build("2026-11-03")
    assert stage.stays("segment_red") == [("ann", "11-01", None), ("bob", "11-01", "11-03"), ("cat", "11-03", None)]


def test_a_run_with_a_clock_in_the_future_can_be_rewound(stage: Stage) -> None:
    stage.build("2026-11-01")
    before = stage.ops()
    stage.customers(ann="blue", bob="blue", cat="red")
    stage.build("2030-01-01")
    run = stage.dbt("run-operation", "rewind_segment_history", "--args", "{to: '2026-11-01 00:00:00'}")
    assert run.succeeded, run.text
    assert stage.ops() == before


@pytest.mark.parametrize("as_of", ["2026-11-02", "2026-11-01"])
def test_a_customer_that_no_longer_exists_leaves(stage: Stage, as_of: str) -> None:
    stage.build("2026-11-01")
    stage.customers(ann="red", cat="blue")
    stage.build(as_of)
    expected = [("ann", "11-01", None), ("bob", "11-01", "11-02")]
    assert stage.stays("segment_red") == (expected if as_of == "2026-11-02" else expected[:1])
