"""Runs one dbt command in this process and says what each node cost: wall time, CPU time and bytes read and written.

Usage: python -m benchmarks.dbt_probe --output figures.json -- build --exclude-resource-type unit_test

dbt's own run_results.json knows wall times only. The CPU time of a process belongs to a node when nothing else runs beside it, so
dbt gets one thread here; DuckDB still uses every core for a query.
"""

import argparse
import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

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


def _read_now() -> _Reading:
    usage = os.times()
    return _Reading(time.monotonic(), usage.user + usage.system, own_io())


class NodeMeter:
    """Fed with dbt's events: takes a reading when a node starts and another when it ends."""

    def __init__(self) -> None:
        self.costs: list[NodeCost] = []
        self._started: dict[str, _Reading] = {}

    def see(self, event: Any) -> None:
        name = event.info.name
        if name == "NodeStart":
            self._started[event.data.node_info.unique_id] = _read_now()
        elif name == "NodeFinished":
            info = event.data.node_info
            start, end = self._started.pop(info.unique_id), _read_now()
            self.costs.append(
                NodeCost(
                    unique_id=info.unique_id,
                    resource_type=info.resource_type,
                    status=info.node_status,
                    wall_seconds=round(end.wall - start.wall, 4),
                    cpu_seconds=round(end.cpu - start.cpu, 4),
                    bytes_read=end.io.bytes_read - start.io.bytes_read,
                    bytes_written=end.io.bytes_written - start.io.bytes_written,
                )
            )


def probe(arguments: Sequence[str]) -> tuple[bool, list[NodeCost]]:
    """Run `dbt <arguments>` with one thread; whether it succeeded, and the costs in the order in which nodes ended."""
    from dbt.cli.main import dbtRunner

    meter = NodeMeter()
    result = dbtRunner(callbacks=[meter.see]).invoke(["--quiet", *arguments, "--threads", "1"])
    return bool(result.success), meter.costs


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True, help="JSON file for the figures")
    parser.add_argument("dbt", nargs="+", help="what dbt is asked to do")
    parsed = parser.parse_args()
    succeeded, costs = probe(parsed.dbt)
    parsed.output.write_text(json.dumps([asdict(cost) for cost in costs], indent=1) + "\n", encoding="utf-8")
    return 0 if succeeded else 1


if __name__ == "__main__":
    raise SystemExit(main())
