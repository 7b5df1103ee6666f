"""The connected_components materialisation in a real dbt, on a small project of its own, against scipy."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt_common.exceptions import DbtRuntimeError
from dbt_common.invocation import reset_invocation_id
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from orchestration.paths import DBT_PROJECT

PROJECT = """
name: audience360
version: 1.0.0
config-version: 2
profile: components
macro-paths: [identity, engine]
flags:
  send_anonymous_usage_stats: false
"""
PROFILE = "components: {{target: dev, outputs: {{dev: {{type: duckdb, path: '{path}', threads: 1, disable_transactions: {autocommit}}}}}}}"
MODEL = """
{{{{ config(materialized='connected_components'{config}) }}}}
select node_key, neighbour_key, arrived_at from read_parquet('{path}')
"""
ARRIVAL = ", arrival_column='arrived_at'"
# Whatever share of the edges has changed.
ALWAYS_UPDATED = ", rebuild_above=1000"

Edges = Sequence[tuple[int, int]]
# With the time at which each became known.
DatedEdges = Sequence[tuple[int, int, int]]


@dataclass(frozen=True)
class Project:
    """A dbt project with one model per graph and the macros of the repository."""

    root: Path

    @classmethod
    def create(cls, root: Path, configs: Mapping[str, str], autocommit: bool = False) -> Project:
        (root / "models").mkdir(parents=True)
        for folder in ("identity", "engine"):
            (root / folder).symlink_to(DBT_PROJECT / "macros" / folder)
        (root / "dbt_project.yml").write_text(PROJECT, encoding="utf-8")
        profile = PROFILE.format(path=root / "warehouse.duckdb", autocommit=str(autocommit).lower())
        (root / "profiles.yml").write_text(profile, encoding="utf-8")
        for name, config in configs.items():
            (root / "models" / f"{name}.sql").write_text(MODEL.format(config=config, path=root / f"{name}.parquet"), encoding="utf-8")
        return cls(root)

    def put(self, name: str, edges: Edges | DatedEdges) -> None:
        """What the model of that name reads from now on."""
        rows = np.array([edge if len(edge) == 3 else (*edge, 0) for edge in edges], dtype=np.int64).reshape(-1, 3)
        columns = {column: rows[:, position] for position, column in enumerate(("node_key", "neighbour_key", "arrived_at"))}
        pq.write_table(pa.table(columns), self.root / f"{name}.parquet")

    def run(self, *arguments: str) -> dict[str, str]:
        """Runs dbt. Returns the messages of the models that failed."""
        # Each run says who it is in the names of its scratch tables, as a process of its own does.
        reset_invocation_id()
        try:
            result = dbtRunner().invoke(["--quiet", "run", "--project-dir", str(self.root), "--profiles-dir", str(self.root), *arguments])
            assert result.exception is None
            return {item.node.name: str(item.message) for item in getattr(result.result, "results", []) if item.status != "success"}
        finally:
            DuckDBConnectionManager.close_all_connections()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.root / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def components(self, name: str) -> dict[int, int]:
        """The component of each node; fails when a node has several rows."""
        rows = self.rows(f"select node_key, component_key from {name}")
        assert len({node for node, _ in rows}) == len(rows)
        return dict(rows)

    def tables(self) -> set[str]:
        return {row[0] for row in self.rows("select table_name from information_schema.tables")}


def smallest_keys(edges: Edges | DatedEdges) -> dict[int, int]:
    """A plain union-find: each node with an edge to another one, and the smallest node of its component."""
    parent: dict[int, int] = {}

    def root_of(node: int) -> int:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for left, right, *_ in edges:
        if left != right:
            smaller, larger = sorted((root_of(left), root_of(right)))
            parent[larger] = smaller
    return {node: root_of(node) for node in parent}


def as_partition(component_of: dict[int, int]) -> set[frozenset[int]]:
    """The components as sets of nodes: what matters, whatever node stands for them."""
    members: dict[int, set[int]] = {}
    for node, component in component_of.items():
        members.setdefault(component, set()).add(node)
    return {frozenset(nodes) for nodes in members.values()}


def scipy_partition(edges: Iterable[tuple[int, int]]) -> set[frozenset[int]]:
    """The same from scipy."""
    pairs = np.array(list(edges), dtype=np.int64)
    nodes, positions = np.unique(pairs, return_inverse=True)
    positions = positions.reshape(pairs.shape)
    matrix = coo_array((np.ones(len(pairs)), (positions[:, 0], positions[:, 1])), shape=(len(nodes), len(nodes)))
    _, labels = connected_components(matrix, directed=False)
    return as_partition({int(node): int(label) for node, label in zip(nodes, labels, strict=True)})


def graphs_to_solve() -> dict[str, list[tuple[int, int]]]:
    """Graphs that each break some way of doing it."""
    generator = np.random.default_rng(7)
    keys = generator.permutation(2**60 - 1 - np.arange(1001, dtype=np.int64) * 7_919)
    sparse = generator.integers(0, 40_000, size=(20_000, 2))
    return {
        "chain_in_order": [(node, node + 1) for node in range(1_000)],
        "chain_of_digests": [(int(left), int(right)) for left, right in pairwise(keys)],
        "star": [(0, leaf) for leaf in range(1, 5_000)],
        "two_rings_and_a_bridge": [(node, (node + 1) % 500) for node in range(500)]
        + [(1_000 + node, 1_000 + (node + 1) % 500) for node in range(500)]
        + [(250, 1_250)],
        "two_pairs": [(1, 2), (2, 1), (1, 2), (3, 4)],
        "random_sparse": [(int(left), int(right)) for left, right in sparse if left != right],
    }


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Project:
    graphs = {**graphs_to_solve(), "nothing": [], "a_loop_only": [(5, 5)]}
    # Contraction needs a number of rounds that grows with the logarithm of the longest chain: 15 suffice for all of these.
    project = Project.create(tmp_path_factory.mktemp("components") / "project", dict.fromkeys(graphs, ", max_rounds=15"))
    for name, edges in graphs.items():
        project.put(name, edges)
    assert project.run() == {}
    return project


@pytest.mark.parametrize("name", graphs_to_solve())
def test_components_equal_those_of_scipy(solved: Project, name: str) -> None:
    assert as_partition(solved.components(name)) == scipy_partition(graphs_to_solve()[name])


@pytest.mark.parametrize("name", graphs_to_solve())
def test_a_component_is_named_after_its_smallest_node(solved: Project, name: str) -> None:
    assert solved.components(name) == smallest_keys(graphs_to_solve()[name])


@pytest.mark.parametrize("name", ["nothing", "a_loop_only"])
def test_a_graph_without_edges_has_no_nodes(solved: Project, name: str) -> None:
    assert solved.components(name) == {}


def test_keys_are_bigints_and_no_scratch_table_stays(solved: Project) -> None:
    columns = solved.rows("select distinct column_name, data_type from information_schema.columns where column_name like '%key'")
    assert set(columns) == {("node_key", "BIGINT"), ("neighbour_key", "BIGINT"), ("component_key", "BIGINT")}
    models = {*graphs_to_solve(), "nothing", "a_loop_only"}
    assert solved.tables() == {f"{model}{suffix}" for model in models for suffix in ("", "__edges", "__state")}


def test_too_few_rounds_are_an_error_that_writes_nothing(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "project", {"chain": ", max_rounds=3"})
    project.put("chain", [(node, node + 1) for node in range(1_000)])
    message = project.run()["chain"]
    assert "edges are left after 3 rounds" in message
    assert "Raise the config max_rounds" in message
    assert project.tables() == set()


@pytest.mark.parametrize("edge", [(-1, 5), (5, 2**60)])
def test_keys_that_no_round_could_order_are_an_error_that_writes_nothing(tmp_path: Path, edge: tuple[int, int]) -> None:
    project = Project.create(tmp_path / "project", {"pair": ""})
    project.put("pair", [edge, (1, 2)])
    assert "1 edges have a key outside" in project.run()["pair"]
    assert project.tables() == set()


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything that dbt asks the database, as it does."""
    asked: list[str] = []
    execute = DuckDBConnectionManager.execute

    def listen(self: DuckDBConnectionManager, sql: str, *arguments: Any, **named: Any) -> Any:
        asked.append(sql)
        return execute(self, sql, *arguments, **named)

    monkeypatch.setattr(DuckDBConnectionManager, "execute", listen)
    return asked


def was_rebuilt(statements: Iterable[str], name: str) -> bool:
    """Whether the whole graph was contracted, not only what had changed."""
    return any(re.search(rf'"{name}__tmp_\w+_components"', statement) for statement in statements)


def history() -> list[DatedEdges]:
    """A graph on several days, on each of which edges come and go."""
    generator = np.random.default_rng(11)
    keys = [int(key) for key in generator.integers(0, 2**60, size=3_000)]
    chain = list(pairwise(keys[:1_001]))
    star = [(keys[1_500], leaf) for leaf in keys[1_501:2_000]]
    ring = [(keys[2_000 + node], keys[2_000 + (node + 1) % 200]) for node in range(200)]
    sparse = [(int(left), int(right)) for left, right in generator.integers(2**40, 2**40 + 3_000, size=(1_600, 2))]
    dated: dict[tuple[int, int], int] = dict.fromkeys([*chain[:600], *star[:250], *ring, *sparse[:800]], 1)
    days: list[DatedEdges] = []

    def close_day(*more: tuple[int, int, int]) -> None:
        days.append([*((*edge, arrived) for edge, arrived in dated.items()), *more])

    close_day((7, 7, 1), (keys[0], keys[1], 1))
    # The chain grows to its length, the star gets leaves, other components meet; an edge comes again the other way round.
    dated |= dict.fromkeys([*chain[600:], *star[250:], *sparse[800:1_000]], 2)
    close_day((keys[1], keys[0], 2))
    # The chain breaks in two places, the ring in one (which parts nobody), the star loses leaves, the hub of which joins the chain.
    for gone in (chain[300], chain[301], chain[700], ring[17], *star[100:140], *sparse[:60]):
        dated.pop(gone, None)
    dated[keys[1_500], keys[5]] = 3
    close_day((2**60 - 1, 0, 3))
    # The ring breaks a second time; what was gone comes back with its old date, which a look at new dates alone would miss.
    for gone in (ring[120], *sparse[200:300]):
        dated.pop(gone, None)
    dated |= {chain[300]: 1, chain[301]: 1, sparse[3]: 1}
    # Late in this day one edge is seen anew: an old row with a new date.
    dated[chain[10]] = 4
    close_day()
    # Nothing happens.
    close_day()
    # Two pairs of nodes swap partners, so that counts and sums of keys stay.
    (first, second), (third, fourth) = chain[50], chain[400]
    for gone in (chain[50], chain[400]):
        dated.pop(gone)
    dated |= {(first, fourth): 1, (third, second): 1}
    close_day()
    dated.clear()
    close_day()
    dated |= dict.fromkeys(sparse[1_000:], 8)
    close_day((keys[2], keys[2], 8))
    return days


@pytest.fixture(scope="module")
def growing(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, list[dict[str, list[tuple[Any, ...]]]]]:
    """The graph of history() built day by day: with and without dates, and wholly; the tables after each day."""
    configs = {"compared": ALWAYS_UPDATED, "dated": ALWAYS_UPDATED + ARRIVAL, "whole": ARRIVAL + ", rebuild_above=-1"}
    project = Project.create(tmp_path_factory.mktemp("growing") / "project", configs)
    days = []
    for edges in history():
        for name in configs:
            project.put(name, edges)
        assert project.run() == {}
        tables = [name + suffix for name in configs for suffix in ("", "__edges", "__state")]
        days.append({table: project.rows(f"select * from {table} order by all") for table in tables})
    return project, days


@pytest.mark.parametrize("day", range(len(history())))
@pytest.mark.parametrize("name", ["compared", "dated"])
def test_each_day_equals_a_search_from_scratch(growing: tuple[Project, list[dict[str, Any]]], name: str, day: int) -> None:
    _, days = growing
    assert days[day][name] == sorted(smallest_keys(history()[day]).items())
    assert days[day][name] == days[day]["whole"]


@pytest.mark.parametrize("day", range(len(history())))
def test_what_is_kept_beside_the_model_equals_that_of_a_rebuild(growing: tuple[Project, list[dict[str, Any]]], day: int) -> None:
    _, days = growing
    kept = sorted((min(left, right), max(left, right)) for left, right, _ in history()[day] if left != right)
    assert days[day]["compared__edges"] == days[day]["dated__edges"] == days[day]["whole__edges"] == kept
    assert days[day]["dated__state"] == days[day]["whole__state"]
    assert days[day]["compared__state"] == [(1,)]


def test_a_full_refresh_changes_nothing(growing: tuple[Project, list[dict[str, Any]]]) -> None:
    project, days = growing
    assert project.run("--full-refresh") == {}
    for table, rows in days[-1].items():
        assert project.rows(f"select * from {table} order by all") == rows, table


@pytest.mark.parametrize("config", ["", ARRIVAL])
def test_the_work_follows_what_has_changed(tmp_path: Path, statements: list[str], config: str) -> None:
    project = Project.create(tmp_path / "project", {"graph": config})
    edges = [(2 * node, 2 * node + 1, 1) for node in range(1_000)]

    def build(edges: DatedEdges, *arguments: str) -> list[str]:
        project.put("graph", edges)
        statements.clear()
        assert project.run(*arguments) == {}
        assert project.components("graph") == smallest_keys(edges)
        return list(statements)

    assert was_rebuilt(build(edges), "graph")
    unchanged = build(edges)
    assert not was_rebuilt(unchanged, "graph")
    assert not any("insert into" in statement for statement in unchanged)
    # A hundred edges are a tenth of all, and still looked at one by one; one more is a reason to begin anew.
    edges += [(2 * node, 2 * node + 2, 2) for node in range(100)]
    assert not was_rebuilt(build(edges), "graph")
    edges += [(2 * node, 2 * node + 2, 3) for node in range(200, 311)]
    assert was_rebuilt(build(edges), "graph")
    assert was_rebuilt(build(edges, "--full-refresh"), "graph")
    assert not was_rebuilt(build(edges), "graph")


@pytest.mark.parametrize("lost", ["graph", "graph__edges", "graph__state"])
def test_whatever_is_lost_is_built_again(tmp_path: Path, statements: list[str], lost: str) -> None:
    project = Project.create(tmp_path / "project", {"graph": ALWAYS_UPDATED})
    project.put("graph", [(1, 2), (3, 4)])
    assert project.run() == {}
    with duckdb.connect(str(project.root / "warehouse.duckdb")) as connection:
        connection.execute(f"drop table {lost}")
    project.put("graph", [(1, 2), (2, 3)])
    statements.clear()
    assert project.run() == {}
    assert was_rebuilt(statements, "graph")
    assert project.components("graph") == {1: 1, 2: 1, 3: 1}


def test_dates_may_be_named_later(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "project", {"graph": ALWAYS_UPDATED})
    project.put("graph", [(1, 2, 1), (3, 4, 1)])
    assert project.run() == {}
    model = MODEL.format(config=ALWAYS_UPDATED + ARRIVAL, path=project.root / "graph.parquet")
    (project.root / "models" / "graph.sql").write_text(model, encoding="utf-8")
    for edges in ([(1, 2, 1)], [(1, 2, 1), (2, 3, 2)]):
        project.put("graph", edges)
        assert project.run() == {}
        assert project.components("graph") == smallest_keys(edges)


# More than the statements that change what is there, so that the last run is not killed at all.
KILLED = 14
BEFORE = [(2 * node, 2 * node + 1, 1) for node in range(20)] + [(100, leaf, 1) for leaf in range(101, 110)]
BETWEEN = [edge for edge in BEFORE if edge != (2, 3, 1)] + [(0, 2, 2), (5, 3, 2), (109, 1, 2), (200, 201, 2)]
AFTER = [*(edge for edge in BETWEEN if edge != (109, 1, 2)), (2, 3, 1), (20, 30, 3)]


@pytest.mark.parametrize("autocommit", [False, True], ids=["with transactions", "without"])
def test_a_run_that_dies_at_any_change_is_repaired_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, autocommit: bool) -> None:
    # The same graph many times over; the second run dies in each of them at another statement.
    kinds = {"compared": ALWAYS_UPDATED, "dated": ALWAYS_UPDATED + ARRIVAL, "rebuilt": ", rebuild_above=-1"}
    configs = {f"{kind}_{number:02}": config for kind, config in kinds.items() for number in range(KILLED)}
    project = Project.create(tmp_path / "project", configs, autocommit)

    def build(edges: DatedEdges) -> dict[str, str]:
        for name in configs:
            project.put(name, edges)
        return project.run()

    assert build(BEFORE) == {}
    execute = DuckDBConnectionManager.execute
    seen: Counter[str] = Counter()

    def die(self: DuckDBConnectionManager, sql: str, *arguments: Any, **named: Any) -> Any:
        name = self.get_thread_connection().name.rpartition(".")[2]
        # Scratch tables are made until the first kept one is dropped; from there on each statement counts.
        if name in configs and (seen[name] or re.search(r"drop\b.*__state", sql)):
            seen[name] += 1
            if seen[name] > int(name[-2:]):
                raise DbtRuntimeError("killed")
        return execute(self, sql, *arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(DuckDBConnectionManager, "execute", die)
        failed = build(BETWEEN)
    assert all("killed" in message for message in failed.values())
    for kind in kinds:
        assert 4 < sum(name.startswith(kind) for name in failed) < KILLED, kind
    if not autocommit:
        # A transaction is there wholly or not at all.
        found = {name: project.components(name) for name in failed}
        assert all(components in (smallest_keys(BEFORE), smallest_keys(BETWEEN)) for components in found.values())
        assert all(found[f"{kind}_{number:02}"] == smallest_keys(BEFORE) for kind in kinds for number in range(4))

    assert build(AFTER) == {}
    assert {name: project.components(name) for name in configs} == dict.fromkeys(configs, smallest_keys(AFTER))
    assert project.tables() == {f"{name}{suffix}" for name in configs for suffix in ("", "__edges", "__state")}
