"""Runs one dbt command in this process and says what each node cost: wall time, CPU time, bytes read and written.

Usage: python -m benchmarks.dbt_probe figures.jsonl build --exclude-resource-type unit_test

dbt's own run_results.json knows wall times only. The CPU time of a process belongs to a node when nothing else runs beside it, so
dbt gets one thread here; DuckDB still uses every core for a query.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from benchmarks.process_io import ProcessIo, own_io


@dataclass(frozen=True)
class NodeCost:
    """What one dbt node cost."""

    unique_id: str
    resource_type: str
    status: str
    wall_seconds: float
    cpu_seconds: float
    bytes_read: int
    bytes_written: int


@dataclass(frozen=True)
class _Reading:
    wall: float
    cpu: float
    io: ProcessIo


class NodeMeter:
    """Fed with dbt's events: takes a reading when a node starts and another when it ends.

    Each node is one line of the output at once: a long build that ends badly leaves its figures behind.
    """

    def __init__(self, output: TextIO) -> None:
        self._output = output
        self._started: dict[str, _Reading] = {}

    def see(self, event: Any) -> None:
        """Called by dbt for each of its events."""
        if event.info.name == "NodeStart":
            self._started[event.data.node_info.unique_id] = _reading()
        elif event.info.name == "NodeFinished":
            self._finish(event.data.node_info)

    def _finish(self, node: Any) -> None:
        end = _reading()
        start = self._started.pop(node.unique_id, end)
        moved = end.io - start.io
        cost = NodeCost(
            unique_id=node.unique_id,
            resource_type=node.resource_type,
            status=node.node_status,
            wall_seconds=round(end.wall - start.wall, 4),
            cpu_seconds=round(end.cpu - start.cpu, 4),
            bytes_read=moved.bytes_read,
            bytes_written=moved.bytes_written,
        )
        self._output.write(json.dumps(asdict(cost)) + "\n")
        self._output.flush()


def _reading() -> _Reading:
    times = os.times()
    return _Reading(time.monotonic(), times.user + times.system, own_io())


def probe(arguments: Sequence[str], output: TextIO) -> bool:
    """Run dbt with one thread and write what each node cost, in the order in which they end; whether dbt succeeded."""
    from dbt.cli.main import dbtRunner

    result = dbtRunner(callbacks=[NodeMeter(output).see]).invoke(["--quiet", *arguments, "--threads", "1"])
    return bool(result.success)


def main() -> int:
    """The command line: the file for the figures, then what dbt is asked to do."""
    file, *arguments = sys.argv[1:]
    with Path(file).open("w", encoding="utf-8") as output:
        return 0 if probe(arguments, output) else 1


if __name__ == "__main__":
    sys.exit(main())
