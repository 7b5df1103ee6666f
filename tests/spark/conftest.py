"""A cluster of its own for the tests, on ports that nobody uses, and one small world on both engines."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.generators.spec import WorldSpec
from orchestration.generators.world import generate_world
from orchestration.paths import DATA_DIR_VARIABLE, DataFolder
from orchestration.setup_packages import install_packages
from orchestration.spark_cluster import Cluster, cluster_size, down, spark_address, up
from orchestration.spark_settings import MASTER_PORT_VARIABLE, PORT_VARIABLE
from orchestration.variables import keep_vars
from tests.spark.two_engines import TwoEngines

SIZE_VARIABLE = "A360_SPARK_TEST_SIZE"
FOLDER_VARIABLE = "A360_SPARK_TEST_DIR"


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """An empty data folder, or the one named by A360_SPARK_TEST_DIR, to look at afterwards."""
    named = os.environ.get(FOLDER_VARIABLE)
    return DataFolder(Path(named).resolve() if named else tmp_path_factory.mktemp("two_engines"))


@pytest.fixture(scope="session")
def cluster(folder: DataFolder) -> Iterator[Cluster]:
    """A running cluster, ended with the session."""
    before = dict(os.environ)
    os.environ |= {
        DATA_DIR_VARIABLE: str(folder.root),
        PORT_VARIABLE: str(free_port()),
        MASTER_PORT_VARIABLE: str(free_port()),
        "A360_IDENTITY_KEY": "two engines",
    }
    try:
        yield up(folder, spark_address(), cluster_size())
    finally:
        down(folder)
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(scope="session")
def engines(folder: DataFolder, cluster: Cluster) -> TwoEngines:
    """The demo world, not built yet."""
    assert cluster.is_running
    install_packages()
    generate_world(WorldSpec(customers=int(os.environ.get(SIZE_VARIABLE, "300"))), folder.root)
    keep_vars(folder, {"minimum_segment_size": 25})
    engines = TwoEngines(folder)
    engines.remove_files_without_rows()
    return engines
