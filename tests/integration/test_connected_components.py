"""The connected_components materialisation in a real dbt, on a small project of its own, against scipy."""

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from orchestration.paths import DBT_PROJECT

PROJECT = """
name: audience360
version: 1.0.0
config-version: 2
profile: components
macro-paths: [macros]
flags:
  send_anonymous_usage_stats: false
"""
PROFILE = "components: {{target: dev, outputs: {{dev: {{type: duckdb, path: '{path}', threads: 1}}}}}}"
MODEL = """
{{{{ config(materialized='connected_components'{config}) }}}}
select node_key, neighbour_key from read_parquet('{path}')
"""

Edges = list[tuple[int, int]]


def run_components(root: Path, graphs: dict[str, Edges], config: str = "") -> dict[str, str]:
    """Builds one model per graph with the materialisation of the repository. Returns the messages of those that failed."""
    (root / "models").mkdir(parents=True)
    (root / "macros").symlink_to(DBT_PROJECT / "macros" / "identity")
    (root / "dbt_project.yml").write_text(PROJECT, encoding="utf-8")
    (root / "profiles.yml").write_text(PROFILE.format(path=root / "warehouse.duckdb"), encoding="utf-8")
    with duckdb.connect() as connection:
        for name, edges in graphs.items():
            path = root / f"{name}.parquet"
            connection.execute("create or replace table edges (node_key bigint, neighbour_key bigint)")
            if edges:
                # Through NumPy, since inserting row by row takes minutes.
                columns = np.array(edges, dtype=np.int64)
                connection.register("edge_columns", {"node_key": columns[:, 0], "neighbour_key": columns[:, 1]})
                connection.execute("insert into edges select node_key, neighbour_key from edge_columns")
                connection.unregister("edge_columns")
            connection.execute(f"copy edges to '{path}'")
            (root / "models" / f"{name}.sql").write_text(MODEL.format(config=config, path=path), encoding="utf-8")
    try:
        result = dbtRunner().invoke(["--quiet", "run", "--project-dir", str(root), "--profiles-dir", str(root)])
        assert result.exception is None
        return {item.node.name: str(item.message) for item in getattr(result.result, "results", []) if item.status != "success"}
    finally:
        DuckDBConnectionManager.close_all_connections()


def found_components(root: Path, name: str) -> dict[int, int]:
    """The component of each node."""
    with duckdb.connect(str(root / "warehouse.duckdb"), read_only=True) as connection:
        return dict(connection.execute(f"select node_key, component_key from {name}").fetchall())


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


def graphs_to_solve() -> dict[str, Edges]:
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
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("components") / "project"
    graphs = {**graphs_to_solve(), "nothing": [], "a_loop_only": [(5, 5)]}
    # Contraction needs a number of rounds that grows with the logarithm of the longest chain: 15 suffice for all of these.
    assert run_components(root, graphs, ", max_rounds=15") == {}
    return root


@pytest.mark.parametrize("name", graphs_to_solve())
def test_components_equal_those_of_scipy(solved: Path, name: str) -> None:
    assert as_partition(found_components(solved, name)) == scipy_partition(graphs_to_solve()[name])


@pytest.mark.parametrize("name", graphs_to_solve())
def test_a_component_is_named_after_one_of_its_nodes(solved: Path, name: str) -> None:
    component_of = found_components(solved, name)
    assert all(component_of[component] == component for component in component_of.values())


@pytest.mark.parametrize("name", ["nothing", "a_loop_only"])
def test_a_graph_without_edges_has_no_nodes(solved: Path, name: str) -> None:
    assert found_components(solved, name) == {}


def test_columns_are_bigints_and_no_scratch_table_stays(solved: Path) -> None:
    with duckdb.connect(str(solved / "warehouse.duckdb"), read_only=True) as connection:
        columns = connection.execute("select distinct column_name, data_type from information_schema.columns").fetchall()
        tables = {row[0] for row in connection.execute("select table_name from information_schema.tables").fetchall()}
    assert set(columns) == {("node_key", "BIGINT"), ("component_key", "BIGINT")}
    assert tables == {*graphs_to_solve(), "nothing", "a_loop_only"}


def test_too_few_rounds_are_an_error_that_writes_nothing(tmp_path: Path) -> None:
    root = tmp_path / "project"
    failures = run_components(root, {"chain": [(node, node + 1) for node in range(1_000)]}, ", max_rounds=3")
    assert "edges are left after 3 rounds" in failures["chain"]
    assert "raise the config max_rounds" in failures["chain"]
    with duckdb.connect(str(root / "warehouse.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from information_schema.tables").fetchone() == (0,)
