"""A real Spark cluster on this machine, from the pip package: one master, two workers and a Thrift server, for dbt's target `spark`.

`python -m orchestration.spark_cluster up` starts it and waits until it answers a query; `down` ends exactly what `up` started;
`status` says what runs. Everything that it writes lies in `<data folder>/spark/`: processes, logs, metastore, tables.

Derby, the metastore that comes with Spark, admits one process, so there is one Thrift server per data folder.
"""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock

from orchestration.atomic_files import write_whole
from orchestration.paths import DataFolder, data_folder
from orchestration.ports import NoPortError, answers, is_free, next_free_port
from orchestration.processes import Process, start, stop
from orchestration.spark_processes import (
    SparkClusterError,
    daemon_environment,
    installed_spark,
    process_commands,
    process_names,
)
from orchestration.spark_settings import (
    MASTER_PORT_VARIABLE,
    PORT_VARIABLE,
    TIMEOUT_VARIABLE,
    ClusterSize,
    SparkAddress,
    cluster_size,
    spark_address,
)
from orchestration.system_packages import ProgramMissingError

LOOPBACK = ("127.0.0.1", "localhost", "::1")
DAEMON_MEMORY = "256m"
STOP_SECONDS = 20.0
POLL_SECONDS = 0.5
PORT_SECONDS = 30.0
UI_PORTS = {"master": 8080, "worker": 8081, "thrift": 4040}


@dataclass(frozen=True)
class Cluster:
    """What `up` started: its processes in the order of their start, and the pages to look at."""

    address: str
    processes: tuple[Process, ...]
    urls: Mapping[str, str]

    @property
    def is_running(self) -> bool:
        return all(process.is_running for process in self.processes)


def spark_folder(folder: DataFolder) -> Path:
    """Everything of the cluster lies here."""
    return folder.root / "spark"


def read_cluster(folder: DataFolder) -> Cluster | None:
    """The cluster that was started for this data folder, whether or not it still runs."""
    file = _state_file(folder)
    if not file.exists():
        return None
    stored = json.loads(file.read_text(encoding="utf-8"))
    return Cluster(stored["address"], tuple(Process(**process) for process in stored["processes"]), stored["urls"])


def up(folder: DataFolder, address: SparkAddress, size: ClusterSize) -> Cluster:
    """Start the cluster unless it runs; after a crash of one process all are started anew. The tables stay."""
    home = spark_folder(folder)
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home / "cluster.lock"):
        cluster = read_cluster(folder)
        if cluster is not None and cluster.is_running:
            if cluster.address != address.text:
                raise SparkClusterError(
                    f"the cluster of {home} runs at {cluster.address}, not at {address.text}: set {PORT_VARIABLE}, or run `make spark-down`"
                )
            return cluster
        if cluster is not None:
            _end(folder, cluster)
            _wait_for_ports(address, size)
        if address.host not in LOOPBACK:
            raise SparkClusterError(f"{address.host} is not this machine: `make spark-up` starts a cluster here; yours needs no start")
        return _start(folder, address, size)


def down(folder: DataFolder) -> tuple[str, ...]:
    """End what `up` started and still runs; the names of what was ended."""
    home = spark_folder(folder)
    if not home.exists():
        return ()
    with FileLock(home / "cluster.lock"):
        cluster = read_cluster(folder)
        return () if cluster is None else _end(folder, cluster)


def _start(folder: DataFolder, address: SparkAddress, size: ClusterSize) -> Cluster:
    for port, variable in ((address.port, PORT_VARIABLE), (size.master_port, MASTER_PORT_VARIABLE)):
        if not is_free(address.host, port):
            raise SparkClusterError(
                f"port {port} of {address.host} is taken by another program (or another data folder's cluster): "
                f"set {variable} to a free one"
            )
    home = spark_folder(folder)
    spark = installed_spark()
    environment = daemon_environment(home, spark, address)
    taken: set[int] = {address.port, size.master_port}
    ui = {name: next_free_port(address.host, UI_PORTS[name.split("_")[0]], taken) for name in process_names(size)}
    urls = {name: f"http://{address.host}:{port}" for name, port in ui.items()}
    commands = process_commands(home, spark, address, size, ui)
    started: list[Process] = []
    for name, command in commands.items():
        # spark-submit sizes a Thrift server like a daemon and does not heed --driver-memory.
        memory = {"SPARK_DAEMON_MEMORY": size.memory if name == "thrift" else DAEMON_MEMORY}
        started.append(start(name, command, home / "logs" / f"{name}.log", environment | memory, home))
        cluster = Cluster(address.text, tuple(started), urls)
        # Noted after every start: a crash in between leaves nothing running that `down` does not know.
        write_whole(_state_file(folder), json.dumps({**asdict(cluster), "urls": urls}, indent=2) + "\n")
        if name == "master":
            _wait("the master", lambda: answers(address.host, size.master_port), started, size.timeout_seconds)
    try:
        _wait("the workers", lambda: _live_workers(urls["master"]) >= size.workers, started, size.timeout_seconds)
        _wait("the Thrift server", lambda: answers(address.host, address.port), started, size.timeout_seconds)
        _wait("a first query", lambda: _query_works(address), started, size.timeout_seconds)
    except SparkClusterError:
        _end(folder, cluster)
        raise
    return cluster


def _wait_for_ports(address: SparkAddress, size: ClusterSize) -> None:
    """A port may be held for a moment after its process has ended. When it stays so, `_start` says which one."""
    deadline = time.monotonic() + PORT_SECONDS
    while time.monotonic() < deadline and not all(is_free(address.host, port) for port in (address.port, size.master_port)):
        time.sleep(POLL_SECONDS)


def _state_file(folder: DataFolder) -> Path:
    return spark_folder(folder) / "cluster.json"


def _end(folder: DataFolder, cluster: Cluster) -> tuple[str, ...]:
    """Last started, first ended: workers that lose their master and a server that loses its workers only fill the logs."""
    ended = tuple(process.name for process in reversed(cluster.processes) if stop(process, STOP_SECONDS))
    _state_file(folder).unlink(missing_ok=True)
    return ended


def _live_workers(master_url: str) -> int:
    try:
        with urllib.request.urlopen(f"{master_url}/json/", timeout=5) as response:
            return int(json.load(response)["aliveworkers"])
    except (urllib.error.URLError, OSError, ValueError, KeyError):
        return 0


def _query_works(address: SparkAddress) -> bool:
    # Imported here: the extra `spark` may not be installed when this module is only read.
    from orchestration.spark_session import SparkUnavailableError, connect

    try:
        with connect(address) as session:
            return session.rows("select 1") == [(1,)]
    except SparkUnavailableError:
        return False


def _wait(what: str, is_ready: Callable[[], bool], processes: Sequence[Process], seconds: float) -> None:
    """Wait for one step of the start; says which log to read when a process has ended or the time is over."""
    deadline = time.monotonic() + seconds
    while not is_ready():
        for process in processes:
            if not process.is_running:
                raise SparkClusterError(f"{process.name} ended while starting: read {process.log}")
        if time.monotonic() > deadline:
            raise SparkClusterError(
                f"{what} did not answer in {seconds:.0f} s: read {processes[-1].log}. "
                f"On a slow machine set {TIMEOUT_VARIABLE} to more seconds."
            )
        time.sleep(POLL_SECONDS)


def main(arguments: Sequence[str]) -> int:
    """Run `up`, `down` or `status`."""
    folder = data_folder()
    command = arguments[0] if len(arguments) == 1 else ""
    if command == "up":
        started = time.monotonic()
        try:
            cluster = up(folder, spark_address(), cluster_size())
        except (SparkClusterError, ProgramMissingError, NoPortError) as error:
            print(f"Spark: {error}")
            return 1
        print(f"Spark answers at {cluster.address} after {time.monotonic() - started:.0f} s; tables and logs in {spark_folder(folder)}")
        for name, url in cluster.urls.items():
            print(f"  {name:<9} {url}")
    elif command == "down":
        print(f"Spark: ended {', '.join(down(folder)) or 'nothing: it did not run'}.")
    elif command == "status":
        found = read_cluster(folder)
        for process in found.processes if found else ():
            print(f"{process.name:<9} {'runs' if process.is_running else 'has ended'} (pid {process.pid}, {process.log})")
        return 0 if found and found.is_running else 1
    else:
        print("Usage: python -m orchestration.spark_cluster up|down|status")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
