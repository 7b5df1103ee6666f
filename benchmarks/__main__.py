"""The stopwatch behind `make bench`: one size, every phase, figures beside their references.

Usage: python -m benchmarks --size 20k
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import nodes, phases
from benchmarks.growth import write_growth
from benchmarks.machine import machine, versions
from benchmarks.measuring import StepFailedError
from benchmarks.plot import draw
from benchmarks.report import Report, read_records
from benchmarks.sizes import HOME, RESULTS, folders_of, parse_size
from benchmarks.worlds import append_day, fresh_run, landed, make_world, size_of

# A step that takes minutes is run once.
REPEATED_UP_TO = 50_000
REPEATS = 3
SLOWEST = 25
OPTIONAL = ("unchanged_build", "customer_360", "sessions", "street", "increment", "peers")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=parse_size, default="20k", help="customers: 20k, 200k, 1m or a number")
    parser.add_argument("--memory-limit", default="6GB", help="of DuckDB; it spills to the data folder beyond")
    parser.add_argument("--home", type=Path, default=HOME, help="where worlds are kept")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--without", nargs="*", default=[], choices=OPTIONAL, help="phases to leave out")
    parsed = parser.parse_args()
    bench = phases.Bench(
        folders=folders_of(parsed.size, parsed.home.resolve()),
        customers=parsed.size,
        memory_limit=parsed.memory_limit,
        repeats=REPEATS if parsed.size <= REPEATED_UP_TO else 1,
        tell=lambda line: print(line, flush=True),
    )
    report = Report(
        customers=parsed.size,
        measured_at=datetime.now(UTC).isoformat(timespec="minutes"),
        memory_limit=parsed.memory_limit,
        repeats=bench.repeats,
        machine=machine(),
        versions=versions(),
    )
    bench.folders.root.mkdir(parents=True, exist_ok=True)
    try:
        run(bench, report, set(parsed.without))
    except StepFailedError as error:
        report.failures["the rest of the run"] = str(error).splitlines()[0]
        print(error, file=sys.stderr)
        return 1
    finally:
        page = report.write(parsed.results)
        records = read_records(parsed.results)
        draw(records, parsed.results / "cost_against_size.png")
        write_growth(records, parsed.results / "cost_against_size.md")
        print(f"Figures: {page}")
    return 0


def run(bench: phases.Bench, report: Report, left_out: set[str]) -> None:
    """Every phase in order; what is measured is in the report even when a later phase fails."""
    print(f"The bench with {bench.customers:,} customers, in {bench.folders.root}")
    generated = make_world(bench.folders, bench.customers, bench.memory_limit)
    if generated:
        report.costs["generate the world"] = generated
    report.costs |= phases.roofline(bench)
    run_folder = fresh_run(bench.folders, bench.customers)
    report.sizes |= landed(run_folder)
    built, full = phases.full_build(bench)
    report.costs |= built
    report.slowest = nodes.slowest(full, SLOWEST)
    report.sizes |= {"warehouse_bytes": size_of(run_folder.warehouse), "ops_bytes": size_of(run_folder.ops)}
    report.costs |= phases.rebuilds(bench)
    later: list[tuple[str, Callable[[], None]]] = [
        ("unchanged_build", lambda: report.costs.update(phases.unchanged_build(bench))),
        ("customer_360", lambda: report.costs.update(phases.customer_360(bench))),
        ("sessions", lambda: report.costs.update(phases.sessions(bench))),
        ("street", lambda: _street(bench, report)),
        ("increment", lambda: report.costs.update(phases.increment(bench, full, lambda: append_day(bench.folders, bench.memory_limit)))),
        ("peers", lambda: _peers(bench, report)),
    ]
    for name, phase in later:
        if name not in left_out:
            phase()


def _street(bench: phases.Bench, report: Report) -> None:
    report.costs |= phases.street(bench)
    report.sizes["serving_bytes"] = size_of(bench.folders.run.serving)


def _peers(bench: phases.Bench, report: Report) -> None:
    costs, report.peer_versions, failures = phases.peers(bench)
    report.costs |= costs
    report.failures |= failures


if __name__ == "__main__":
    sys.exit(main())
