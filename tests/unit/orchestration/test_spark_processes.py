"""The commands that start the cluster, before anything is started."""

from pathlib import Path

import pytest

from orchestration.spark_processes import SparkClusterError, daemon_environment, process_commands, process_names
from orchestration.spark_settings import ClusterSize, SparkAddress

ADDRESS = SparkAddress("127.0.0.1", 10000, "somebody")
UI_PORTS = {"master": 1, "worker_1": 2, "worker_2": 3, "worker_3": 4, "thrift": 5}


def size(*, memory: str = "1500m", workers: int = 3) -> ClusterSize:
    return ClusterSize(workers=workers, memory=memory, timeout_seconds=1, master_port=7077)


def test_the_master_starts_first_and_the_server_last(tmp_path: Path) -> None:
    commands = process_commands(tmp_path, tmp_path / "pyspark", ADDRESS, size(), UI_PORTS)
    assert list(commands) == process_names(size()) == list(UI_PORTS)
    for worker in ("worker_1", "worker_2", "worker_3"):
        assert commands[worker][-1] == "spark://127.0.0.1:7077"
        assert str(UI_PORTS[worker]) in commands[worker]
    assert commands["thrift"][-1] == "spark-internal"
    assert "spark.executor.memory=1500m" in commands["thrift"]
    assert "spark.cores.max=3" in commands["thrift"]


@pytest.mark.parametrize("memory", ["500m", "2", "much", "0g", "2t"])
def test_a_memory_that_spark_cannot_run_with_is_named(tmp_path: Path, memory: str) -> None:
    with pytest.raises(SparkClusterError, match=rf"A360_SPARK_MEMORY .* not '{memory}'"):
        process_commands(tmp_path, tmp_path / "pyspark", ADDRESS, size(memory=memory), UI_PORTS)


def test_everything_the_daemons_write_lies_in_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = tmp_path / "jdk" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.touch()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk"))
    monkeypatch.setenv("SPARK_HOME", "/opt/another-spark")
    environment = daemon_environment(tmp_path / "spark", tmp_path / "pyspark", ADDRESS)
    assert environment["SPARK_HOME"] == str(tmp_path / "pyspark")
    for variable in ("SPARK_CONF_DIR", "SPARK_LOCAL_DIRS"):
        assert Path(environment[variable]).is_dir()
        assert Path(environment[variable]).is_relative_to(tmp_path / "spark")
