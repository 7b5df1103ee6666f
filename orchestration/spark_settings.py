"""Where the Spark cluster is reached, and how a session has to be set up for the project's numbers to be the same there."""

from __future__ import annotations

import os
from dataclasses import dataclass

HOST_VARIABLE = "A360_SPARK_HOST"
PORT_VARIABLE = "A360_SPARK_PORT"
MASTER_PORT_VARIABLE = "A360_SPARK_MASTER_PORT"
USER_VARIABLE = "A360_SPARK_USER"
WORKERS_VARIABLE = "A360_SPARK_WORKERS"
MEMORY_VARIABLE = "A360_SPARK_MEMORY"
TIMEOUT_VARIABLE = "A360_SPARK_TIMEOUT"
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 10000
DEFAULT_MASTER_PORT = 7077


@dataclass(frozen=True)
class SparkAddress:
    """The Thrift server that dbt and Python talk to: ours on this machine, or one of a cluster that is already there."""

    host: str
    port: int
    user: str

    @property
    def text(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class ClusterSize:
    """The cluster that `make spark-up` starts."""

    workers: int
    # What a worker gives to its one executor, and what the Thrift server takes, in Spark's words: 1g, 1500m.
    memory: str
    timeout_seconds: float
    master_port: int


def spark_address() -> SparkAddress:
    """From the environment, as profiles.yml reads it."""
    return SparkAddress(
        os.environ.get(HOST_VARIABLE, DEFAULT_HOST),
        int(os.environ.get(PORT_VARIABLE, DEFAULT_PORT)),
        os.environ.get(USER_VARIABLE, "audience360"),
    )


def cluster_size() -> ClusterSize:
    """From the environment; the defaults suit a laptop."""
    return ClusterSize(
        int(os.environ.get(WORKERS_VARIABLE, "2")),
        os.environ.get(MEMORY_VARIABLE, "1g"),
        float(os.environ.get(TIMEOUT_VARIABLE, "240")),
        int(os.environ.get(MASTER_PORT_VARIABLE, DEFAULT_MASTER_PORT)),
    )
