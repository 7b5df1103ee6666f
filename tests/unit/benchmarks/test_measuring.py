"""What the stopwatch computes; never how long anything takes."""

import sys
from pathlib import Path

import pytest

from benchmarks.measuring import Cost, StepFailedError, measure, median_cost, spread
from benchmarks.process_io import ProcessIo, descendants, parse_io, parse_stat

MEGABYTE = 1_000_000


def test_the_median_is_one_whole_run() -> None:
    runs = [Cost(wall_seconds=9, cpu_seconds=3), Cost(wall_seconds=1, cpu_seconds=2), Cost(wall_seconds=5, cpu_seconds=1)]
    assert median_cost(runs) == Cost(wall_seconds=1, cpu_seconds=2)


def test_of_two_runs_the_cheaper_one_counts() -> None:
    assert median_cost([Cost(2, 2), Cost(1, 1)]) == Cost(1, 1)


def test_no_runs_have_no_median() -> None:
    with pytest.raises(ValueError, match="no runs"):
        median_cost([])


def test_equal_runs_have_no_spread() -> None:
    assert spread([Cost(2, 1), Cost(2, 1)]) == 0


def test_children_count(tmp_path: Path) -> None:
    target = tmp_path / "written"
    script = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1], sys.argv[2]], check=True)"
    child = "import sys; block = bytes(50_000_000); open(sys.argv[1], 'wb').write(block[:5_000_000])"
    cost = measure([sys.executable, "-c", script, child, target], tmp_path)
    assert target.stat().st_size == 5 * MEGABYTE
    assert cost.cpu_seconds > 0
    assert cost.peak_bytes > MEGABYTE
    if Path("/proc/self/io").exists():
        assert cost.bytes_written >= 5 * MEGABYTE


def test_a_failed_step_says_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(StepFailedError, match="no such luck"):
        measure([sys.executable, "-c", "raise SystemExit('no such luck')"], tmp_path)


def test_calls_are_counted_not_disk_blocks() -> None:
    assert parse_io("rchar: 7\nwchar: 9\nsyscr: 1\nread_bytes: 4096\n") == ProcessIo(7, 9)


def test_a_process_may_have_any_name() -> None:
    assert parse_stat("42 (a) b (c) S 7 42 42 0") == (42, 7)


def test_descendants_are_found_at_any_depth() -> None:
    assert descendants(1, {2: 1, 3: 2, 4: 9, 9: 0}) == {1, 2, 3}
