"""A cluster of its own for the tests, on ports that nobody uses, and one small world on both engines."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.generators.spec import WorldSpec
from orchestration.generators.world import generate_world
from orchestration.paths import DATA_DIR_VARIABLE, DataFolder
from orchestration.ports import next_free_port
from orchestration.setup_packages import install_packages
from orchestration.spark_cluster import Cluster, cluster_size, down, spark_address, spark_folder, up
from orchestration.spark_settings import MASTER_PORT_VARIABLE, PORT_VARIABLE
from orchestration.spark_warehouse import SparkWarehouse
from orchestration.variables import keep_vars
from tests.spark.random_arrival import hold_back
from tests.spark.two_engines import TwoEngines

SIZE_VARIABLE = "A360_SPARK_TEST_SIZE"
FOLDER_VARIABLE = "A360_SPARK_TEST_DIR"
# To compile a query takes longer than to run it on a few hundred rows, and the metastore of a test need not outlive a power cut.
SMALL_WORLD = {
    "spark.ui.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
JAVA_OPTIONS = "-Dderby.system.durability=test"


def free_port(first: int) -> int:
    """A port below those of outgoing connections, one of which could take it while the cluster is down for a moment."""
    return next_free_port("127.0.0.1", first, set())


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
        PORT_VARIABLE: str(free_port(11_000)),
        MASTER_PORT_VARIABLE: str(free_port(17_100)),
        "A360_IDENTITY_KEY": "two engines",
        "JAVA_TOOL_OPTIONS": JAVA_OPTIONS,
    }
    defaults = spark_folder(folder) / "conf" / "spark-defaults.conf"
    defaults.parent.mkdir(parents=True, exist_ok=True)
    defaults.write_text("".join(f"{name} {value}\n" for name, value in SMALL_WORLD.items()), encoding="utf-8")
    try:
        yield up(folder, spark_address(), cluster_size())
    finally:
        down(folder)
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(scope="session")
def engines(folder: DataFolder, cluster: Cluster) -> TwoEngines:
    """The demo world, not built yet; part of what it loaded of late arrives with the days that follow."""
    assert cluster.is_running
    install_packages()
    generate_world(WorldSpec(customers=int(os.environ.get(SIZE_VARIABLE, "300"))), folder.root)
    keep_vars(folder, {"minimum_segment_size": 25})
    hold_back(folder)
    engines = TwoEngines(folder)
    engines.remove_files_without_rows()
    return engines


@pytest.fixture(scope="session")
def built(engines: TwoEngines) -> TwoEngines:
    """Everything built on both engines; quick after test_parity, which has done so."""
    if not SparkWarehouse(engines.folder.root).has_table("features", "feature_purchase_labels"):
        engines.build()
    return engines
