"""The processes of the cluster that `make spark-up` starts: their commands, their environment and the server's settings."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from orchestration.java import java_home_environment
from orchestration.spark_settings import ClusterSize, SparkAddress

THRIFT_CLASS = "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"


class SparkClusterError(RuntimeError):
    """The cluster cannot be started or does not answer; the message says what to do."""


def installed_spark() -> Path:
    """The folder of the pip package."""
    found = find_spec("pyspark")
    if found is None or found.origin is None or find_spec("pyhive") is None:
        raise SparkClusterError("Spark is not installed: `make spark-up` installs it, or `pip install '.[spark]'` does")
    return Path(found.origin).parent


def process_names(size: ClusterSize) -> list[str]:
    """The cluster's processes in the order of their start."""
    return ["master", *(f"worker_{number}" for number in range(1, size.workers + 1)), "thrift"]


def process_commands(
    home: Path, spark: Path, address: SparkAddress, size: ClusterSize, ui_ports: Mapping[str, int]
) -> dict[str, list[str]]:
    """The command of every process of the cluster, in the order of their start; `ui_ports` holds a port for each of `process_names`."""
    master = f"spark://{address.host}:{size.master_port}"
    spark_class = str(spark / "bin" / "spark-class")
    commands: dict[str, list[str]] = {
        "master": [spark_class, "org.apache.spark.deploy.master.Master", "--host", address.host, "--port", str(size.master_port)],
    }
    commands["master"] += ["--webui-port", str(ui_ports["master"])]
    for name in process_names(size)[1:-1]:
        commands[name] = [spark_class, "org.apache.spark.deploy.worker.Worker", "--host", address.host]
        commands[name] += ["--webui-port", str(ui_ports[name]), "--cores", "1", "--memory", size.memory]
        commands[name] += ["--work-dir", str(home / "work" / name), master]
    commands["thrift"] = [str(spark / "bin" / "spark-submit"), "--master", master, "--name", "audience360", "--class", THRIFT_CLASS]
    commands["thrift"] += [*_settings(home, address, size, ui_ports["thrift"]), "spark-internal"]
    return commands


def daemon_environment(home: Path, spark: Path, address: SparkAddress) -> dict[str, str]:
    """Small daemons, everything they write inside the data folder, and nothing of a Spark that is installed elsewhere."""
    temporary = home / "tmp"
    conf = home / "conf"
    for path in (temporary, conf):
        path.mkdir(parents=True, exist_ok=True)
    return java_home_environment() | {
        "SPARK_HOME": str(spark),
        "SPARK_CONF_DIR": str(conf),
        "SPARK_LOCAL_IP": address.host,
        "SPARK_LOCAL_DIRS": str(temporary),
        "SPARK_DAEMON_JAVA_OPTS": f"-Djava.io.tmpdir={temporary} -XX:+UseSerialGC",
        "SPARK_SUBMIT_OPTS": f"-Djava.io.tmpdir={temporary} -Dderby.stream.error.file={home / 'logs' / 'derby.log'}",
        "PYSPARK_PYTHON": sys.executable,
    }


def _settings(home: Path, address: SparkAddress, size: ClusterSize, ui_port: int) -> list[str]:
    """The server's settings. What the project's numbers depend on is not here but in profiles.yml: it must hold on any cluster."""
    settings = {
        "spark.ui.port": ui_port,
        "spark.driver.host": address.host,
        "spark.driver.bindAddress": address.host,
        "spark.executor.memory": f"{_megabytes(size.memory)}m",
        "spark.executor.cores": 1,
        "spark.cores.max": size.workers,
        "spark.memory.fraction": 0.7,
        "spark.executor.extraJavaOptions": "-Duser.timezone=UTC -XX:+UseSerialGC",
        "spark.driver.extraJavaOptions": "-Duser.timezone=UTC -XX:+UseSerialGC",
        "spark.sql.warehouse.dir": (home / "warehouse").as_uri(),
        "spark.sql.catalogImplementation": "hive",
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={home / 'metastore'};create=true",
        "spark.hadoop.hive.exec.scratchdir": (home / "tmp" / "hive").as_uri(),
        # A few cores and many small tables: what counts is the number of tasks.
        "spark.sql.shuffle.partitions": 2 * size.workers,
        "spark.default.parallelism": size.workers,
        "spark.scheduler.mode": "FAIR",
        "spark.sql.ui.retainedExecutions": 100,
        "spark.hadoop.hive.server2.thrift.port": address.port,
        "spark.hadoop.hive.server2.thrift.bind.host": address.host,
        # hive.server2.enable.doAs stays true, although a server with one user for all sessions opens the metastore less often: of two
        # sessions that end at one moment the second then finds the client they share closed, and Spark 4 cannot make Hive another.
    }
    return [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]


def _megabytes(memory: str) -> int:
    """The megabytes of a size in Spark's words."""
    units = {"m": 1, "g": 1024}
    number, unit = memory[:-1], memory[-1:].lower()
    if unit not in units or not number.isdigit() or int(number) * units[unit] < 700:
        raise SparkClusterError(f"A360_SPARK_MEMORY is a size of 700m or more, such as 1500m or 2g, not '{memory}'")
    return int(number) * units[unit]
