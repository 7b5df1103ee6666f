"""The bench of components runs, and what it times are the right answers."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from benchmarks import components
from benchmarks.measuring import Cost
from benchmarks.peers.jobs import components_scipy

EDGES = 3_000


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Cost]]:
    home = tmp_path_factory.mktemp("bench")
    return home, components.run_ours(home, EDGES, "1GB")


@pytest.mark.parametrize("graph", ["people", "chains"])
def test_the_components_are_those_that_scipy_finds(measured: tuple[Path, dict[str, Cost]], graph: str) -> None:
    home, _ = measured
    with duckdb.connect(str(home / graph / "warehouse.duckdb"), read_only=True) as connection:
        pairs = connection.execute("select node_key, neighbour_key from edge_keys where node_key % 50000 <> 17").fetchnumpy()
        ours = connection.execute("select node_key, component_key from components order by node_key").fetchnumpy()
    ends = np.concatenate([pairs["node_key"], pairs["neighbour_key"]])
    keys, codes = np.unique(ends, return_inverse=True)
    count = len(pairs["node_key"])
    matrix = coo_array((np.ones(count), (codes[:count], codes[count:])), shape=(len(keys), len(keys)))
    _, labels = connected_components(matrix, directed=False)
    # Keys are in order, so the first of each label is the smallest.
    _, first, label_of = np.unique(labels, return_index=True, return_inverse=True)
    assert np.array_equal(ours["node_key"], keys)
    assert np.array_equal(ours["component_key"], keys[first][label_of])


def test_peers_read_the_same_graph(measured: tuple[Path, dict[str, Cost]]) -> None:
    home, _ = measured
    assert components_scipy(components.Graph(home / "people").edges) == round(EDGES / components.EDGES_PER_PERSON)
    assert components_scipy(components.Graph(home / "chains").edges) == EDGES // components.CHAIN_LENGTH


def test_every_goal_has_a_figure(measured: tuple[Path, dict[str, Cost]]) -> None:
    _, costs = measured
    found = components.ratios(costs | {"components_scipy, people": Cost(1, 1)}, dict.fromkeys(costs, Cost(0, 0)))
    assert set(components.GOALS) <= set(found)
    text = components.page(costs, costs | {"ours, people: both": Cost(0, 0)}, ["components_networkx"])
    assert "| components_networkx | not installed here | | |" in text
    assert "| ours, chains / people |" in text
