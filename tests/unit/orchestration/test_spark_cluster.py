"""What can be known of the cluster before anything is started."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.paths import DataFolder
from orchestration.ports import is_free, next_free_port
from orchestration.spark_cluster import SparkClusterError, down, main, read_cluster, up
from orchestration.spark_settings import ClusterSize, SparkAddress

SMALL = ClusterSize(workers=2, memory="1g", timeout_seconds=1, master_port=0)


@pytest.fixture
def taken_port() -> Iterator[int]:
    probe = socket.socket()
    probe.bind(("127.0.0.1", 0))
    probe.listen()
    yield probe.getsockname()[1]
    probe.close()


def test_a_taken_port_is_named_with_the_variable_that_changes_it(tmp_path: Path, taken_port: int) -> None:
    with pytest.raises(SparkClusterError, match=rf"port {taken_port} .*A360_SPARK_PORT"):
        up(DataFolder(tmp_path), SparkAddress("127.0.0.1", taken_port, "somebody"), SMALL)
    assert read_cluster(DataFolder(tmp_path)) is None


def test_a_cluster_elsewhere_is_not_started_here(tmp_path: Path) -> None:
    with pytest.raises(SparkClusterError, match=r"spark\.example is not this machine"):
        up(DataFolder(tmp_path), SparkAddress("spark.example", 10000, "somebody"), SMALL)


def test_nothing_is_ended_where_nothing_was_started(tmp_path: Path) -> None:
    assert down(DataFolder(tmp_path)) == ()
    assert not (tmp_path / "spark").exists()


def test_pages_for_people_take_the_next_free_port(taken_port: int) -> None:
    assert not is_free("127.0.0.1", taken_port)
    taken: set[int] = set()
    first = next_free_port("127.0.0.1", taken_port, taken)
    second = next_free_port("127.0.0.1", taken_port, taken)
    assert taken_port < first < second


def test_an_unknown_command_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["restart"]) == 2
    assert "up|down|status" in capsys.readouterr().out
