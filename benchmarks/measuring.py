"""Runs a command to its end and says what it and all its child processes cost."""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from benchmarks.process_io import own_io, tree_memory

SAMPLE_SECONDS = 0.25
SHOWN_CHARACTERS = 2_000


class StepFailedError(RuntimeError):
    """A measured command failed: its figures are worth nothing. The message holds the end of what it said."""


@dataclass(frozen=True)
class Cost:
    """What one step cost. CPU is the time of all processes and threads; the peak is that of the whole tree, sampled."""

    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int = 0
    bytes_read: int = 0
    bytes_written: int = 0

    def as_record(self) -> dict[str, Any]:
        """The figures with sensible digits."""
        return asdict(self) | {"wall_seconds": round(self.wall_seconds, 3), "cpu_seconds": round(self.cpu_seconds, 3)}


def median_cost(costs: Sequence[Cost]) -> Cost:
    """The run with the median CPU time, as a whole: medians column by column would be a run that never was."""
    if not costs:
        raise ValueError("no runs to take the median of")
    return sorted(costs, key=lambda cost: cost.cpu_seconds)[(len(costs) - 1) // 2]


def spread(costs: Sequence[Cost]) -> float:
    """Relative standard deviation of the wall times: how much the machine was disturbed."""
    walls = [cost.wall_seconds for cost in costs]
    return statistics.pstdev(walls) / statistics.fmean(walls) if len(walls) > 1 else 0.0


class MemoryWatch:
    """Samples the memory of a process tree in a thread of its own until told to stop."""

    def __init__(self, process: int) -> None:
        self.peak_bytes = 0
        self._process = process
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.is_set():
            self.peak_bytes = max(self.peak_bytes, tree_memory(self._process))
            self._over.wait(SAMPLE_SECONDS)


def measure(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command and measure its process tree.

    Raises StepFailedError when it fails.
    """
    before, started = own_io(), time.monotonic()
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    with MemoryWatch(process.pid) as watch:
        said = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise StepFailedError(f"{command[0]} ended with {process.returncode}:\n{said[-SHOWN_CHARACTERS:]}")
    moved = own_io() - before
    return Cost(
        wall_seconds=time.monotonic() - started,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        # What lived shorter than a sample is in the kernel's own maximum, of the largest process.
        peak_bytes=max(watch.peak_bytes, usage.ru_maxrss * 1024),
        bytes_read=moved.bytes_read,
        bytes_written=moved.bytes_written,
    )
