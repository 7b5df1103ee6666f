"""Processes that outlive the command that started them: found again by number and start time, so that nobody else's is ever ended."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

POLL_SECONDS = 0.2
# A killed process is gone at once, unless the system is busy writing for it.
KILL_SECONDS = 10.0
# Field of /proc/<pid>/stat that holds the start time, counted after the name in brackets, which may hold anything.
START_FIELD = 19
STATE_FIELD = 0


@dataclass(frozen=True)
class Process:
    """A process that this project started; `started` tells it from a later one with the same number."""

    name: str
    pid: int
    started: str
    log: str

    @property
    def is_running(self) -> bool:
        """Whether it is still the process that was started."""
        return bool(self.started) and _start_of(self.pid) == self.started


def start(name: str, command: Sequence[str], log: Path, environment: Mapping[str, str], folder: Path) -> Process:
    """Start a process in a session of its own, so that it goes on when the terminal is closed; it writes to its log only."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as stream:
        child = subprocess.Popen(
            list(command),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    # The record of a child that ended at once is kept empty: it is never taken for a running one.
    return Process(name, child.pid, _start_of(child.pid) or "", str(log))


def stop(process: Process, seconds: float) -> bool:
    """End a process, by force when it does not listen; whether it was running."""
    if not process.is_running:
        return False
    os.kill(process.pid, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while process.is_running and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    if process.is_running:
        os.kill(process.pid, signal.SIGKILL)
        while process.is_running and time.monotonic() < deadline + KILL_SECONDS:
            time.sleep(POLL_SECONDS)
    return True


def _start_of(pid: int) -> str | None:
    """When a process started, in the system's own words; None when there is none, or it has ended and nobody asked for its result."""
    if Path("/proc").is_dir():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[STATE_FIELD] == "Z" and not _has_other_threads(pid) else fields[START_FIELD]
    shown = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return shown.stdout.strip() or None


def _has_other_threads(pid: int) -> bool:
    """Whether threads of a process live on whose first one has ended: until they have, it holds its ports and files."""
    try:
        return len(list(Path(f"/proc/{pid}/task").iterdir())) > 1
    except OSError:
        return False
