"""Sizes, sums over nodes, goals and the report."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import nodes
from benchmarks.goals import GOALS, esp_arithmetic, judge
from benchmarks.growth import growth_page
from benchmarks.measuring import Cost
from benchmarks.peers.environment import NEEDS, missing_for, versions_of
from benchmarks.peers.jobs import JOBS
from benchmarks.plot import draw, series
from benchmarks.report import Report, read_records
from benchmarks.sizes import parse_size, size_label


def node(name: str, cpu: float, kind: str = "model") -> dict[str, Any]:
    return {
        "unique_id": f"{kind}.audience360.{name}",
        "resource_type": kind,
        "status": "success",
        "wall_seconds": cpu,
        "cpu_seconds": cpu,
        "bytes_read": 10,
        "bytes_written": 1,
    }


def report(customers: int = 20_000) -> Report:
    return Report(
        customers=customers,
        measured_at="2026-11-22T12:00+00:00",
        memory_limit="6GB",
        repeats=3,
        machine={"cores": 2},
        versions={"duckdb": "2.0.0"},
        costs={"roofline": Cost(1, 2), "layer staging": Cost(4, 8), "no-op build": Cost(31, 31)},
        slowest=[node("int_web_sessions", 5)],
    )


@pytest.mark.parametrize(("text", "customers"), [("20k", 20_000), ("200K", 200_000), ("1m", 1_000_000), ("1500", 1_500)])
def test_sizes_are_read(text: str, customers: int) -> None:
    assert parse_size(text) == customers


@pytest.mark.parametrize("text", ["", "k", "1.5m", "-3", "1g"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a size is"):
        parse_size(text)


def test_labels_are_read_back() -> None:
    assert [size_label(size) for size in (20_000, 1_000_000, 1_500)] == ["20k", "1m", "1500"]
    assert all(parse_size(size_label(size)) == size for size in (20_000, 200_000, 1_000_000, 1_500))


def test_sums_are_by_layer_and_leave_out_tests() -> None:
    costs = [node("a", 1), node("b", 2), node("a_is_unique", 7, "test")]
    manifest = {"nodes": {row["unique_id"]: {"layer": "marts"} for row in costs}}
    found = nodes.layers(costs, manifest, lambda resource: str(resource["layer"]))
    assert found == {"marts": Cost(3, 3, 0, 20, 2)}


def test_sums_over_named_models_do_not_take_tests_of_that_name() -> None:
    assert nodes.of_models([node("a", 1), node("a", 4, "test")], ["a"]).cpu_seconds == 1


def test_a_probe_is_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "figures.jsonl"
    file.write_text("".join(json.dumps(node(name, 1)) + "\n" for name in "ab"))
    assert [nodes.name_of(row) for row in nodes.read_nodes(file)] == ["a", "b"]


def test_goals_are_ratios_of_cpu_time() -> None:
    verdicts = {verdict.text: verdict for verdict in judge(report().costs)}
    staging = verdicts["staging with dedupe ≤ 5 x roofline"]
    assert (staging.value, staging.is_met) == (4, True)
    assert verdicts["no-op build ≤ 30 s"].is_met is False


def test_a_goal_without_figures_is_not_judged() -> None:
    verdict = next(verdict for verdict in judge({}) if "polars" in verdict.text)
    assert (verdict.value, verdict.is_met) == (None, None)


def test_faster_than_means_at_least() -> None:
    costs = {"peer diff_pandas": Cost(0, 16), "own diff": Cost(0, 2)}
    assert next(verdict for verdict in judge(costs) if "diff" in verdict.text).is_met is True
    assert sum(goal.is_at_least for goal in GOALS) == 4


def test_single_calls_take_days_and_bulk_calls_a_minute() -> None:
    single, bulk = esp_arithmetic(1_000_000)
    assert single == pytest.approx(111, abs=1)
    assert bulk * 60 < 1


def test_every_job_says_what_it_needs() -> None:
    assert set(NEEDS) == set(JOBS)
    assert missing_for("sessions_polars", {"pandas": "3"}) == ["polars"]


def test_packages_are_known_by_one_name() -> None:
    assert versions_of(["Lifetimes==0.11.3", "pymc_marketing==1.0", "numpy==2.4", "junk"]) == {
        "lifetimes": "0.11.3",
        "pymc-marketing": "1.0",
    }


def test_the_page_names_what_was_not_measured(tmp_path: Path) -> None:
    finished = report()
    finished.failures["rfm_lifetimes"] = "cannot be installed here: lifetimes"
    page = finished.write(tmp_path).read_text()
    assert "| rfm_lifetimes | cannot be installed here: lifetimes |" in page
    assert "| layer staging | 4.0 | 8.0 | 4.0 |" in page
    assert "| staging with dedupe ≤ 5 x roofline | 4.00 | yes |" in page
    assert "| whole street ≤ 15 minutes | not measured |  |" in page


def test_growth_is_marked_where_it_is_more_than_proportional() -> None:
    def record(customers: int, staging: float, roofline: float) -> dict[str, object]:
        return {"customers": customers, "costs": {"layer staging": {"cpu_seconds": staging}, "roofline": {"cpu_seconds": roofline}}}

    page = growth_page([record(200_000, 10, 2), record(1_000_000, 56, 10.5)])
    assert "200k to 1m at most 5.5" in page
    assert "| layer staging | 10.0 | 56.0 | 5.6 ! |" in page
    assert "| roofline | 2.0 | 10.5 | 5.2 |" in page
    assert growth_page([record(200_000, 10, 2)]) == ""


def test_the_plot_has_every_size_that_was_measured(tmp_path: Path) -> None:
    for customers in (200_000, 20_000):
        report(customers).write(tmp_path)
    records = read_records(tmp_path)
    assert series(records)["roofline"] == [(20_000, 2.0), (200_000, 2.0)]
    draw(records, tmp_path / "plot.png")
    assert (tmp_path / "plot.png").stat().st_size > 0
