"""The phases of one bench run, each returning named costs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import nodes
from benchmarks.measuring import Cost, StepFailedError, measure, median_cost
from benchmarks.own_diff import deliver_first
from benchmarks.peers.environment import interpreter, missing_for, prepare
from benchmarks.peers.inputs import export
from benchmarks.peers.jobs import JOBS
from benchmarks.sizes import BenchFolders
from orchestration.cli import DEMO_IDENTITY_KEY
from orchestration.dbt_part import group_of
from orchestration.identity_key import IDENTITY_KEY_VARIABLE
from orchestration.paths import DATA_DIR_VARIABLE, DBT_PROJECT, PROFILES, REPOSITORY
from orchestration.variables import dbt_vars

JOBS_FILE = Path(__file__).parent / "peers" / "jobs.py"
# The probe is not `make build`, which would have done this.
KEEP_STATE = "from orchestration.plain_build import data_folder, keep_state; keep_state(data_folder())"
WITHOUT_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
WITHOUT_TESTS = (*WITHOUT_UNIT_TESTS, "--exclude-resource-type", "test")


@dataclass(frozen=True)
class Bench:
    """One size on one machine: where it works and what it may use."""

    folders: BenchFolders
    customers: int
    memory_limit: str
    repeats: int
    tell: Callable[[str], None]

    def environment(self, memory_limit: str | None = None) -> dict[str, str]:
        """What child processes see."""
        run = self.folders.run.root
        return {
            DATA_DIR_VARIABLE: str(run),
            "DBT_PROFILES_DIR": str(PROFILES),
            "DBT_TARGET_PATH": str(run / "dbt"),
            "DBT_LOG_PATH": str(run / "logs"),
            "A360_MEMORY_LIMIT": memory_limit or self.memory_limit,
            # The one key for every phase: a data folder that was built with another one is refused.
            IDENTITY_KEY_VARIABLE: DEMO_IDENTITY_KEY,
            # The package need not be installed where the bench runs.
            "PYTHONPATH": os.pathsep.join([str(REPOSITORY), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
        }

    def step(self, name: str, command: Sequence[str | Path], folder: Path, memory_limit: str | None = None) -> Cost:
        """Measure one command and say so."""
        cost = measure(command, folder, self.environment(memory_limit))
        self.tell(f"  {name:<44} {cost.wall_seconds:8.1f} s wall {cost.cpu_seconds:8.1f} s CPU {cost.peak_bytes / 1e9:6.2f} GB")
        return cost

    def median(self, name: str, command: Sequence[str | Path], folder: Path) -> Cost:
        """Warm up once, then the median run; large sizes can afford one run only."""
        if self.repeats > 1:
            measure(command, folder, self.environment())
        return median_cost([self.step(name, command, folder) for _ in range(self.repeats)])


def roofline(bench: Bench) -> dict[str, Cost]:
    """The scan-and-group-by over the world's Parquet files."""
    command: list[str | Path] = [sys.executable, "-m", "benchmarks.roofline", bench.folders.world.root]
    return {"roofline": bench.median("roofline", command, REPOSITORY)}


def dbt(
    bench: Bench, name: str, arguments: Sequence[str], memory_limit: str | None = None, variables: Mapping[str, Any] | None = None
) -> tuple[Cost, list[nodes.Node]]:
    """Probe one dbt command; the cost of the process, and of its nodes."""
    figures = bench.folders.root / f"{name.replace(' ', '_')}.jsonl"
    kept = json.dumps(dbt_vars(bench.folders.run) | dict(variables or {}))
    command: list[str | Path] = [sys.executable, "-m", "benchmarks.dbt_probe", figures, *arguments, "--vars", kept]
    return bench.step(name, command, DBT_PROJECT, memory_limit), nodes.read_nodes(figures)


def manifest(bench: Bench) -> Mapping[str, Any]:
    """The manifest of the last dbt command."""
    content: Mapping[str, Any] = json.loads((bench.folders.run.root / "dbt" / "manifest.json").read_text(encoding="utf-8"))
    return content


def full_build(bench: Bench) -> tuple[dict[str, Cost], list[nodes.Node]]:
    """A build of everything on an empty warehouse: as a whole, by layer, by kind, and the models that peers are compared with."""
    whole, costs = dbt(bench, "full build", ["build", *WITHOUT_UNIT_TESTS])
    found = {"full build": whole}
    found |= {f"layer {name}": cost for name, cost in nodes.layers(costs, manifest(bench), group_of).items()}
    kinds = nodes.by(costs, lambda node: str(node["resource_type"]))
    found |= {f"all nodes of kind {name}": cost for name, cost in kinds.items()}
    inside = nodes.total(costs)
    found["dbt outside of nodes"] = Cost(whole.wall_seconds - inside.wall_seconds, whole.cpu_seconds - inside.cpu_seconds)
    found |= {"own rfm": nodes.of_models(costs, nodes.RFM), "own components": nodes.of_models(costs, nodes.COMPONENTS)}
    return found, costs


def unchanged_build(bench: Bench) -> dict[str, Cost]:
    """What `dbt build` costs when nothing is new: as-of tables are made anew all the same."""
    unchanged, _ = dbt(bench, "no-op dbt build", ["build", *WITHOUT_UNIT_TESTS])
    return {"no-op dbt build": unchanged}


def rebuilds(bench: Bench) -> dict[str, Cost]:
    """What `make build` costs when nothing is new, which it sees; and what one model costs."""
    measure([sys.executable, "-c", KEEP_STATE], REPOSITORY, bench.environment())
    unneeded = bench.step("no-op build", [sys.executable, "-m", "orchestration.plain_build"], REPOSITORY)
    one, _ = dbt(bench, "one model", ["build", *WITHOUT_UNIT_TESTS, "-s", "segment_rfm"])
    return {"no-op build": unneeded, "one model": one}


def customer_360(bench: Bench) -> dict[str, Cost]:
    """What the 360 counts of a customer: the roofline's aggregates from accepted events, and today's features from daily state."""
    command: list[str | Path] = [sys.executable, "-m", "benchmarks.roofline", bench.folders.run.root, "--accepted"]
    from_events = bench.median("360 from accepted events", command, REPOSITORY)
    _, costs = dbt(
        bench, "360 from daily state", ["run", "--full-refresh", "-s", *nodes.CUSTOMER_360], variables={"training_date_count": 0}
    )
    return {"360 from accepted events": from_events, "360 from daily state": nodes.total(costs)}


def sessions(bench: Bench) -> dict[str, Cost]:
    """Our sessions from accepted events, at the usual memory limit and at 2 GB."""
    arguments = ["run", "--full-refresh", "-s", *nodes.SESSIONS]
    found = {}
    for name, limit in (("own sessions", bench.memory_limit), ("own sessions at 2 GB", "2GB")):
        _, costs = dbt(bench, name, arguments, limit)
        found[name] = nodes.total(costs)
    return found


def street(bench: Bench) -> dict[str, Cost]:
    """The whole street through Dagster, with the wall time of each of its steps."""
    figures = bench.folders.root / "street.json"
    whole = bench.step("street", [sys.executable, "-m", "benchmarks.street_probe", figures], REPOSITORY)
    steps: dict[str, float] = json.loads(figures.read_text(encoding="utf-8"))
    return {"street": whole} | {f"step {name}": Cost(seconds, 0.0) for name, seconds in steps.items()}


def increment(bench: Bench, full: Sequence[nodes.Node], append: Callable[[], Cost]) -> dict[str, Cost]:
    """One more day: incremental models against their full build, and the build as a whole."""
    appended = append()
    whole, costs = dbt(bench, "one-day increment", ["build", *WITHOUT_TESTS])
    events = nodes.incremental_names(manifest(bench))
    others = {nodes.name_of(node) for node in full if node["resource_type"] == "model"} - events
    return {
        "one day generated": appended,
        "one-day increment": whole,
        "event-grain models, one day": nodes.of_models(costs, events),
        "event-grain models, full build": nodes.of_models(full, events),
        "other models, one day": nodes.of_models(costs, others),
        "other models, full build": nodes.of_models(full, others),
    }


def peers(bench: Bench) -> tuple[dict[str, Cost], dict[str, str], dict[str, str]]:
    """What others take for the same rows; costs, versions, and why a job has no figure."""
    home = bench.folders.root.parent / "peers"
    versions = prepare(home)
    export(bench.folders.run, bench.folders.peers)
    deliver_first(bench.folders.peers)
    found = {"own diff": bench.median("own diff", [sys.executable, "-m", "benchmarks.own_diff", bench.folders.peers], REPOSITORY)}
    failures = {}
    for job in JOBS:
        lacking = missing_for(job, versions)
        if lacking:
            failures[job] = f"cannot be installed here: {', '.join(lacking)}"
            continue
        try:
            found[f"peer {job}"] = bench.median(f"peer {job}", [interpreter(home), JOBS_FILE, job, bench.folders.peers], REPOSITORY)
        except StepFailedError as error:
            failures[job] = str(error).strip().splitlines()[-1]
    return found, versions, failures
