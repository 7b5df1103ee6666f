"""Connected components of five million edges with text keys: ours through dbt, and what somebody would use instead.

Usage: python -m benchmarks.components [--edges 5000000] [--without components_networkx]

Two graphs of that many edges: people with three to eight identifiers each, and chains of 1,000 edges. Ours is two dbt models on DuckDB,
keys made from the texts and the materialisation connected_components, as CPU time of their nodes; peers are one process each, without
the time that Python takes to start and import. After the full build more days are delivered: five of 0.2 % new edges, of which the median
counts, then one of as many on which one in 50,000 edges goes. The same builds of a thousand edges show what dbt itself takes, most of it
for compiling macros in a new process.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks import nodes
from benchmarks.measuring import Cost, measure, median_cost
from benchmarks.peers.environment import interpreter, missing_for, prepare
from benchmarks.sizes import HOME
from orchestration.paths import DBT_PROJECT, REPOSITORY
from orchestration.warehouse import literal

JOBS_FILE = Path(__file__).parent / "peers" / "jobs.py"
PEERS = ("components_scipy", "components_igraph", "components_networkx")
IMPORTS = "import numpy, pyarrow.parquet, scipy.sparse.csgraph"
CHAIN_LENGTH = 1_000
# Persons have 5.5 identifiers on average, hence 4.5 edges, and a tenth of the identifiers is seen with a second one.
EDGES_PER_PERSON = 4.95
DAYS = 500
GONE_EVERY = 50_000
GONE, NOTHING_GONE = 17, -1
REPEATED_DAYS = 5
SMALL = 1_000
FULL, DAY, DAY_WITH_GONE, CHAINS_NAME = "people", "a day's new edges", "a day with edges gone", "chains"
GOALS = {"ours / scipy, people": 2.0, "ours, chains / people": 2.0, "a day's new edges / full": 0.03}

# Everything is arithmetic over numbers in order, so that the graph is the same on every machine.
PEOPLE = """
    with persons as (
        select person, 3 + person * 48271 % 2147483647 % 6 as identifier_count
        from range({first}, {last}) as numbers (person)
    ),
    identifiers as (
        select person, unnest(range(1, identifier_count)) as position from persons
    ),
    pairs as (
        select person, position, person * 69621 % 2147483647 % position as linked_position from identifiers
        union all
        select person, position, person * 16807 % 2147483647 % position as linked_position from identifiers
        where (person * 7 + position) % 10 = 0
    )
    select
        'type_' || position || '|customer.' || person || '@example.com' as identifier_key,
        'type_' || linked_position || '|customer.' || person || '@example.com' as linked_key
    from pairs
"""
# New persons, and persons of every tenth of them who turn out to be the one before.
MERGES = """
    union all
    select 'type_0|customer.' || person || '@example.com', 'type_1|customer.' || (person * 31 % {first}) || '@example.com'
    from range({first}, {last}) as numbers (person)
    where person % 10 = 0
"""
CHAINS = """
    select
        'device|' || number // {length} || '.' || number % {length} as identifier_key,
        'device|' || number // {length} || '.' || (number % {length} + 1) as linked_key
    from range({edges}) as numbers (number)
"""

PROJECT = """
name: audience360
version: 1.0.0
config-version: 2
profile: components
model-paths: [models]
macro-paths: [identity, engine]
vars: {gone: -1}
flags:
  send_anonymous_usage_stats: false
"""
PROFILE = """
components:
  target: dev
  outputs:
    dev:
      type: duckdb
      path: '{path}'
      threads: 1
      settings: {{memory_limit: '{memory_limit}', preserve_insertion_order: false}}
      config_options: {{storage_compatibility_version: v1.4.0}}
"""
EDGE_KEYS = """
{{{{ config(materialized='incremental', incremental_strategy='append') }}}}
select
    {{{{ identifier_hash('identifier_key') }}}} as node_key,
    {{{{ identifier_hash('linked_key') }}}} as neighbour_key,
    delivery
from read_parquet('{files}', hive_partitioning = true)
{{% if is_incremental() %}}where delivery > (select max(delivery) from {{{{ this }}}}){{% endif %}}
"""
COMPONENTS = f"""
{{{{ config(materialized='connected_components', arrival_column='delivery') }}}}
select node_key, neighbour_key, delivery from {{{{ ref('edge_keys') }}}}
{{% if var('gone') >= 0 %}}where node_key % {GONE_EVERY} <> {{{{ var('gone') }}}}{{% endif %}}
"""


@dataclass(frozen=True)
class Graph:
    """A folder with the edges of one graph as a peer reads them, and a dbt project that makes its components."""

    root: Path

    @property
    def edges(self) -> Path:
        return self.root / "delivery=1"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    def deliver(self, delivery: int, query: str) -> int:
        """Write the rows of a query as one delivery; the number of edges."""
        folder = self.root / f"delivery={delivery}"
        folder.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as connection:
            [(count,)] = connection.execute(f"copy ({query}) to {literal(folder / 'edges.parquet')} (format parquet)").fetchall()
        return int(count)

    def make_project(self, memory_limit: str) -> None:
        (self.root / "models").mkdir()
        for folder in ("identity", "engine"):
            (self.root / folder).symlink_to(DBT_PROJECT / "macros" / folder)
        files = {
            "dbt_project.yml": PROJECT,
            "profiles.yml": PROFILE.format(path=self.warehouse, memory_limit=memory_limit),
            "models/edge_keys.sql": EDGE_KEYS.format(files=self.root / "delivery=*" / "edges.parquet"),
            "models/components.sql": COMPONENTS,
        }
        for name, content in files.items():
            (self.root / name).write_text(content, encoding="utf-8")

    def build(self, *arguments: str) -> dict[str, Cost]:
        """Run dbt in a process of its own; what its two models cost, and both together."""
        figures = self.root / "figures.jsonl"
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "benchmarks.dbt_probe",
            figures,
            "run",
            "--project-dir",
            self.root,
            "--profiles-dir",
            self.root,
        ]
        measure([*command, *arguments], REPOSITORY, {"DBT_LOG_PATH": str(self.root / "logs"), "DBT_TARGET_PATH": str(self.root / "target")})
        rows = nodes.read_nodes(figures)
        return {
            "keys": nodes.of_models(rows, ["edge_keys"]),
            "components": nodes.of_models(rows, ["components"]),
            "both": nodes.total(rows),
        }

    def component_count(self) -> int:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            [(count,)] = connection.execute("select count(distinct component_key) from components").fetchall()
        return int(count)


def make_graph(root: Path, query: str, memory_limit: str) -> tuple[Graph, int]:
    """A graph that nothing has been computed of yet, and the number of its edges."""
    shutil.rmtree(root, ignore_errors=True)
    graph = Graph(root.resolve())
    count = graph.deliver(1, query)
    graph.make_project(memory_limit)
    return graph, count


def expect(found: int, expected: int) -> None:
    """Figures of a wrong answer are worth nothing."""
    if found != expected:
        raise AssertionError(f"{found:,} components instead of {expected:,}")


def deliver_day(people: Graph, delivery: int, persons: int, newcomers: int, gone: int) -> dict[str, Cost]:
    """What a day costs on which people arrive, a tenth of whom turn out to be somebody known."""
    first, last = persons + (delivery - 2) * newcomers, persons + (delivery - 1) * newcomers
    count = people.deliver(delivery, PEOPLE.format(first=first, last=last) + MERGES.format(first=first, last=last))
    before = people.component_count()
    print(f"{count:,} new edges", flush=True)
    costs = people.build("--vars", json.dumps({"gone": gone}))
    if gone == NOTHING_GONE:
        # Each newcomer is somebody new, but for the tenth: no two of them the same but by chance.
        found = people.component_count() - before
        if not 0.8 * newcomers < found <= 0.9 * newcomers:
            raise AssertionError(f"{newcomers:,} newcomers made {found:,} components")
    return costs


def run_ours(home: Path, edges: int, memory_limit: str) -> dict[str, Cost]:
    """Ours on both graphs, and on more days of the first."""
    persons = round(edges / EDGES_PER_PERSON)
    newcomers = max(persons // DAYS // 10 * 10, 10)
    costs: dict[str, Cost] = {}

    def add(name: str, found: dict[str, Cost]) -> None:
        costs.update({f"ours, {name}: {part}": cost for part, cost in found.items()})

    people, count = make_graph(home / "people", PEOPLE.format(first=0, last=persons), memory_limit)
    print(f"{count:,} edges of {persons:,} people", flush=True)
    add(FULL, people.build())
    expect(people.component_count(), persons)

    days = [deliver_day(people, delivery, persons, newcomers, NOTHING_GONE) for delivery in range(2, 2 + REPEATED_DAYS)]
    add(DAY, {part: median_cost([day[part] for day in days]) for part in days[0]})
    add(DAY_WITH_GONE, deliver_day(people, 2 + REPEATED_DAYS, persons, newcomers, GONE))

    chains, _ = make_graph(home / "chains", CHAINS.format(edges=edges, length=CHAIN_LENGTH), memory_limit)
    add(CHAINS_NAME, chains.build())
    expect(chains.component_count(), -(-edges // CHAIN_LENGTH))
    return costs


def run_peers(home: Path, environment: Path, left_out: Sequence[str]) -> tuple[dict[str, Cost], list[str]]:
    """Peers on the same files; costs without the start of Python, and which are not there."""
    versions = prepare(environment)
    costs: dict[str, Cost] = {}
    lacking = []
    for job in (job for job in PEERS if job not in left_out):
        # scipy is a dependency of ours, hence there in any case.
        python = Path(sys.executable) if job == "components_scipy" else interpreter(environment)
        if job != "components_scipy" and missing_for(job, versions):
            lacking.append(job)
            continue
        start = measure([python, "-c", IMPORTS], REPOSITORY)
        for graph in ("people", "chains"):
            cost = measure([python, JOBS_FILE, job, Graph(home.resolve() / graph).edges], REPOSITORY)
            costs[f"{job}, {graph}"] = Cost(cost.wall_seconds - start.wall_seconds, cost.cpu_seconds - start.cpu_seconds, cost.peak_bytes)
    return costs, lacking


def ratios(costs: dict[str, Cost], small: dict[str, Cost]) -> dict[str, float]:
    """The figures that have a goal, as ratios of CPU times of one run; those of a day also without what dbt itself takes."""
    full, day, with_gone = (costs[f"ours, {name}: both"].cpu_seconds for name in (FULL, DAY, DAY_WITH_GONE))
    own_full, own_day, own_with_gone = (small[f"ours, {name}: both"].cpu_seconds for name in (FULL, DAY, DAY_WITH_GONE))
    found = {
        "ours, chains / people": costs[f"ours, {CHAINS_NAME}: both"].cpu_seconds / full,
        "a day's new edges / full": day / full,
        "the same without dbt's own": (day - own_day) / (full - own_full),
        "with edges gone, without dbt's own": (with_gone - own_with_gone) / (full - own_full),
    }
    if "components_scipy, people" in costs:
        found["ours / scipy, people"] = full / costs["components_scipy, people"].cpu_seconds
    return found


def page(costs: dict[str, Cost], small: dict[str, Cost], lacking: Sequence[str]) -> str:
    """The figures as Markdown."""
    lines = [f"| what | CPU s | wall s | CPU s with {SMALL:,} edges |", "|---|---|---|---|"]
    for name, cost in costs.items():
        own = f"{small[name].cpu_seconds:.2f}" if name in small else ""
        lines.append(f"| {name} | {cost.cpu_seconds:.2f} | {cost.wall_seconds:.2f} | {own} |")
    lines += [f"| {job} | not installed here | | |" for job in lacking]
    lines += ["", "| ratio of CPU times | found | goal |", "|---|---|---|"]
    lines += [f"| {name} | {value:.3f} | {GOALS.get(name, '')} |" for name, value in ratios(costs, small).items()]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edges", type=int, default=5_000_000)
    parser.add_argument("--memory-limit", default="6GB", help="of DuckDB")
    parser.add_argument("--home", type=Path, default=HOME / "components")
    parser.add_argument("--peers", type=Path, default=HOME / "peers", help="the environment of the peers")
    parser.add_argument("--without", nargs="*", default=[], choices=PEERS, help="peers to leave out")
    parsed = parser.parse_args(arguments)
    os.environ.setdefault("PYTHONPATH", str(REPOSITORY))
    small = run_ours(parsed.home / "small", SMALL, parsed.memory_limit)
    costs = run_ours(parsed.home, parsed.edges, parsed.memory_limit)
    peer_costs, lacking = ({}, []) if set(parsed.without) == set(PEERS) else run_peers(parsed.home, parsed.peers, parsed.without)
    print(page(costs | peer_costs, small, lacking))
    return 0


if __name__ == "__main__":
    sys.exit(main())
