"""Components under limits in a real dbt, on a small project of its own, against Kruskal's algorithm taken edge by edge."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt_common.invocation import reset_invocation_id

from orchestration.paths import DBT_PROJECT
from tests.integration.test_connected_components import PROFILE, PROJECT, as_partition

CLAIMS = "select node_key, claim_name, claim_count, claim_limit from read_parquet('{path}')"
EDGES = """
{{{{ config(materialized='connected_components', claims='{claims}'{config}) }}}}
-- depends_on: {{{{ ref('{claims}') }}}}
select node_key, neighbour_key, rule_rank, first_loaded_at from read_parquet('{path}')
"""


@dataclass(frozen=True)
class Graph:
    """Edges as (node, neighbour, rule rank, load time), claims as node -> {name: count}, and the limits."""

    edges: list[tuple[int, int, int, int]]
    claims: dict[int, dict[str, int]] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)

    def shuffled(self, seed: int) -> "Graph":
        """The same graph in another order, each edge in a random direction."""
        generator = np.random.default_rng(seed)
        edges = [self.edges[position] for position in generator.permutation(len(self.edges))]
        turned = [(b, a, rank, at) if generator.random() < 0.5 else (a, b, rank, at) for a, b, rank, at in edges]
        return Graph(turned, self.claims, self.limits)


def kruskal(graph: Graph) -> set[frozenset[int]]:
    """One edge after the other, from the strongest, unless it breaks a limit."""
    parent: dict[int, int] = {node: node for edge in graph.edges for node in edge[:2]}
    held = {node: Counter(graph.claims.get(node, {})) for node in parent}

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for node, neighbour, rank, _ in sorted(graph.edges, key=lambda edge: (edge[2], edge[3], min(edge[:2]), max(edge[:2]))):
        one, other = root(node), root(neighbour)
        if one == other:
            continue
        broken = any(
            held[one][name] > 0 and held[other][name] > 0 and held[one][name] + held[other][name] > graph.limits[name] for name in held[one]
        )
        if rank > 0 and broken:
            continue
        parent[other] = one
        held[one] = held[one] + held[other]
    return as_partition({node: root(node) for node in parent})


def write_graph(root: Path, name: str, graph: Graph) -> None:
    """What the model of that name and its claims read from now on."""
    with duckdb.connect() as connection:
        columns = np.array(graph.edges, dtype=np.int64)
        names = ("node_key", "neighbour_key", "rule_rank", "second")
        connection.register("edges", pa.table(dict(zip(names, columns.T, strict=True))))
        connection.execute(
            f"""
            copy (select * exclude (second), timestamp '2026-01-01' + to_seconds(second) as first_loaded_at from edges)
            to '{root / f"{name}.parquet"}'
            """
        )
        claims = [(node, claim, count, graph.limits[claim]) for node, held in graph.claims.items() for claim, count in held.items()]
        keys, claim_names, counts, limits = zip(*claims, strict=True) if claims else ((), (), (), ())
        connection.register(
            "claims",
            pa.table(
                {
                    "node_key": pa.array(keys, pa.int64()),
                    "claim_name": pa.array(claim_names, pa.string()),
                    "claim_count": pa.array(counts, pa.int64()),
                    "claim_limit": pa.array(limits, pa.int64()),
                }
            ),
        )
        connection.execute(f"copy claims to '{root / f'{name}_claims.parquet'}'")


def write_project(root: Path, graphs: dict[str, Graph], config: str = "") -> None:
    """One model per graph with the materialisation of the repository."""
    (root / "models").mkdir(parents=True)
    for folder in ("identity", "engine"):
        (root / folder).symlink_to(DBT_PROJECT / "macros" / folder)
    (root / "dbt_project.yml").write_text(PROJECT, encoding="utf-8")
    (root / "profiles.yml").write_text(PROFILE.format(path=root / "warehouse.duckdb", autocommit="false"), encoding="utf-8")
    for name, graph in graphs.items():
        write_graph(root, name, graph)
        claims_model = CLAIMS.format(path=root / f"{name}_claims.parquet")
        (root / "models" / f"{name}_claims.sql").write_text(claims_model, encoding="utf-8")
        edges_model = EDGES.format(path=root / f"{name}.parquet", claims=f"{name}_claims", config=config)
        (root / "models" / f"{name}.sql").write_text(edges_model, encoding="utf-8")


def run_limited(root: Path, *arguments: str) -> dict[str, str]:
    """Builds the models. Returns the messages of those that failed."""
    reset_invocation_id()
    try:
        result = dbtRunner().invoke(["--quiet", "run", "--project-dir", str(root), "--profiles-dir", str(root), *arguments])
        assert result.exception is None
        return {item.node.name: str(item.message) for item in getattr(result.result, "results", []) if item.status != "success"}
    finally:
        DuckDBConnectionManager.close_all_connections()


def random_graph(seed: int) -> Graph:
    """Clusters that strong rules make, joined by weak ones beyond what their limits allow, with splits and with links by decision."""
    generator = np.random.default_rng(seed)
    nodes = 300
    claims: dict[int, dict[str, int]] = defaultdict(dict)
    for node in range(nodes):
        claims[node]["contact" if generator.random() < 0.2 else "email"] = 1
    limits = {"contact": 1, "email": 6}
    for number in range(15):
        left, right = (int(node) for node in generator.choice(nodes, 2, replace=False))
        limits[f"split {number}"] = 1
        claims[left][f"split {number}"] = claims[right][f"split {number}"] = 1
    pairs = generator.integers(0, nodes, size=(500, 2))
    edges = [(int(a), int(b), int(generator.integers(1, 4)), int(generator.integers(0, 30))) for a, b in pairs if a != b]
    forced = [(int(a), int(b), 0, int(generator.integers(0, 30))) for a, b in generator.integers(0, nodes, size=(12, 2)) if a != b]
    return Graph(edges + forced, dict(claims), limits)


def graphs_to_solve() -> dict[str, Graph]:
    """Graphs that each break some way of doing it."""
    star = [(0, leaf, 1, leaf) for leaf in range(1, 2_000)]
    chain = [(node, node + 1, 1, node) for node in range(60)]
    return {
        **{f"random_{seed}": random_graph(seed) for seed in range(3)},
        # The weakest link on the way between the two gives way, not the nearest one.
        "split_chain": Graph([(1, 2, 1, 0), (2, 3, 3, 0), (3, 4, 2, 0), (4, 5, 1, 0)], {1: {"split": 1}, 5: {"split": 1}}, {"split": 1}),
        # Every way between them is cut.
        "split_two_ways": Graph(
            [(1, 2, 1, 0), (2, 3, 2, 1), (1, 4, 1, 0), (4, 3, 2, 0), (3, 5, 1, 5)], {1: {"split": 1}, 5: {"split": 1}}, {"split": 1}
        ),
        # The latest of equally strong links gives way, then the one with the larger key.
        "latest_gives_way": Graph([(1, 3, 1, 5), (2, 3, 1, 4), (7, 9, 1, 4), (8, 9, 1, 4)], {n: {"c": 1} for n in (1, 2, 7, 8)}, {"c": 1}),
        "star_over_the_limit": Graph(star, {leaf: {"email": 1} for leaf in range(1, 2_000)}, {"email": 8}),
        "star_with_a_split": Graph(star, {3: {"split": 1}, 1_500: {"split": 1}}, {"split": 1}),
        "chain_in_order": Graph(chain, {node: {"contact": 1} for node in range(0, 61, 20)}, {"contact": 1}),
        # What a decision has joined beyond a limit still takes what lays no claim to it.
        "decisions_exceed_limits": Graph(
            [(1, 2, 0, 0), (2, 3, 0, 0), (3, 4, 1, 0), (3, 5, 1, 0)], {1: {"c": 1}, 2: {"c": 1}, 3: {"c": 1}, 4: {"c": 1}}, {"c": 1}
        ),
        "within_all_limits": Graph([(1, 2, 1, 0), (2, 3, 1, 0)], {1: {"c": 1}, 3: {"c": 1}}, {"c": 2}),
        "without_claims": Graph([(1, 2, 1, 0), (2, 3, 1, 0), (4, 5, 1, 0)]),
    }


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("limited") / "project"
    graphs = {name: graph.shuffled(1) for name, graph in graphs_to_solve().items()}
    write_project(root, graphs, ", max_limited_rounds=80")
    assert run_limited(root) == {}
    return root


def found(root: Path, name: str) -> dict[int, int]:
    with duckdb.connect(str(root / "warehouse.duckdb"), read_only=True) as connection:
        return dict(connection.execute(f"select node_key, component_key from {name}").fetchall())


@pytest.mark.parametrize("name", graphs_to_solve())
def test_components_equal_those_of_kruskal_whatever_the_order_of_rows(solved: Path, name: str) -> None:
    component_of = found(solved, name)
    assert as_partition(component_of) == kruskal(graphs_to_solve()[name])
    assert all(component_of[component] == component for component in component_of.values())


def test_the_random_graphs_have_something_to_refuse() -> None:
    for seed in range(3):
        graph = random_graph(seed)
        assert kruskal(graph) != kruskal(Graph(graph.edges))


def changed(graph: Graph, seed: int) -> Graph:
    """A day later: edges came and went, some nodes claim something else, one decision was withdrawn."""
    generator = np.random.default_rng(seed)
    kept = [edge for edge in graph.edges if generator.random() < 0.97]
    came = [(int(a), int(b), 1, 40) for a, b in generator.integers(0, 330, size=(15, 2)) if a != b]
    claims = {node: held for node, held in graph.claims.items() if generator.random() < 0.97}
    return Graph(kept + came, claims, graph.limits)


def test_a_day_on_top_equals_a_rebuild_row_by_row(tmp_path: Path) -> None:
    days = [{f"graph_{seed}": random_graph(seed) for seed in range(4)}]
    days.append({name: changed(graph, 5) for name, graph in days[0].items()})
    # Only claims change: no edge says that a component has to be looked at again.
    days.append({name: Graph(graph.edges, {}, graph.limits) for name, graph in days[1].items()})
    root = tmp_path / "project"
    write_project(root, days[0], ", rebuild_above=1000")
    for graphs in days:
        for name, graph in graphs.items():
            write_graph(root, name, graph)
        assert run_limited(root) == {}
        updated = {name: found(root, name) for name in graphs}
        assert {name: as_partition(components) for name, components in updated.items()} == {n: kruskal(g) for n, g in graphs.items()}
        assert run_limited(root, "--full-refresh") == {}
        assert {name: found(root, name) for name in graphs} == updated


def test_too_few_rounds_fail_and_leave_the_model_as_it_was(tmp_path: Path) -> None:
    root = tmp_path / "project"
    write_project(root, {"chain": graphs_to_solve()["chain_in_order"]}, ", max_limited_rounds=3")
    messages = run_limited(root)
    assert "not settled after 3 rounds" in messages["chain"]
    with duckdb.connect(str(root / "warehouse.duckdb"), read_only=True) as connection:
        tables = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
    assert tables == {"chain__edges", "chain__state", "chain__unlimited"}
