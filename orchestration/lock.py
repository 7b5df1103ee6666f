"""One lock for everything that opens the warehouse.

DuckDB lets one process write a file and refuses everybody else at once. Every entry point therefore takes a lock of the
operating system first and waits for its turn. The lock is `flock` on an open file: the kernel drops it when the process
ends, however it ends.

Two files, because an orchestrator holds its turn over several dbt processes:

* `warehouse.lock` is the turn. A child process of its holder proves with an environment variable that it runs on its
  parent's turn.
* `warehouse.connection.lock` is held while a process has the database open. A child whose parent was killed still holds
  it, so nobody else gets in before the child has ended.
"""

import fcntl
import json
import os
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

TURN_VARIABLE = "A360_WAREHOUSE_TURN"
TURN_FILE = "warehouse.lock"
CONNECTION_FILE = "warehouse.connection.lock"
POLL_SECONDS = 0.1
QUIET_SECONDS = 1.0


class LockTimeoutError(TimeoutError):
    """Nobody released the warehouse in the time that the caller was ready to wait."""


@dataclass
class _Held:
    """A lock that this process holds, and how many callers rely on it."""

    descriptor: int
    token: str
    count: int


_held: dict[Path, _Held] = {}
_guard = threading.RLock()


def _tell(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _read_holder(path: Path) -> dict[str, str]:
    """What the holder wrote about itself; empty when there is none, or it is writing just now."""
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return holder if isinstance(holder, dict) else {}


def _describe(path: Path) -> str:
    holder = _read_holder(path)
    if not holder:
        return "another process"
    return f"pid {holder.get('pid')} ({holder.get('purpose')}, since {holder.get('since')})"


def _acquire(path: Path, purpose: str, timeout_seconds: float | None, tell: Callable[[str], None]) -> None:
    with _guard:
        if path in _held:
            _held[path].count += 1
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _wait(descriptor, path, timeout_seconds, tell)
        except BaseException:
            os.close(descriptor)
            raise
        token = secrets.token_hex(16)
        since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        note = {"pid": str(os.getpid()), "purpose": purpose, "since": since, "token": token}
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(note).encode(), 0)
        _held[path] = _Held(descriptor, token, 1)


def _wait(descriptor: int, path: Path, timeout_seconds: float | None, tell: Callable[[str], None]) -> None:
    started = time.monotonic()
    told = ""
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waited = time.monotonic() - started
            holder = _describe(path)
            if timeout_seconds is not None and waited >= timeout_seconds:
                message = f"Gave up after {waited:.0f} s: {path} is held by {holder}."
                raise LockTimeoutError(message) from None
            if waited >= QUIET_SECONDS and holder != told:
                tell(f"Waiting for the warehouse: {path} is held by {holder}.")
                told = holder
            time.sleep(POLL_SECONDS)
        else:
            if told:
                tell(f"The warehouse is free, going on after {time.monotonic() - started:.0f} s.")
            return


def _release(path: Path) -> None:
    with _guard:
        held = _held[path]
        held.count -= 1
        if held.count == 0:
            del _held[path]
            os.ftruncate(held.descriptor, 0)
            os.close(held.descriptor)


def _runs_on_parents_turn(path: Path) -> bool:
    """Whether this process was started by the holder of the turn, directly or not."""
    claim = os.environ.get(TURN_VARIABLE, "")
    return bool(claim) and claim == f"{_read_holder(path).get('token')}:{path}"


@contextmanager
def warehouse_turn(
    data_dir: Path,
    purpose: str,
    *,
    timeout_seconds: float | None = None,
    tell: Callable[[str], None] = _tell,
) -> Iterator[None]:
    """Hold the turn for a whole job; child processes started inside may open the warehouse.

    Holds no connection, and lets children open one. Waits without limit unless a time is given.
    """
    path = data_dir.resolve() / TURN_FILE
    if path not in _held and _runs_on_parents_turn(path):
        yield
        return
    _acquire(path, purpose, timeout_seconds, tell)
    before = os.environ.get(TURN_VARIABLE)
    os.environ[TURN_VARIABLE] = f"{_held[path].token}:{path}"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(TURN_VARIABLE, None)
        else:
            os.environ[TURN_VARIABLE] = before
        _release(path)


@contextmanager
def warehouse_connection(
    data_dir: Path,
    purpose: str,
    *,
    timeout_seconds: float | None = None,
    tell: Callable[[str], None] = _tell,
) -> Iterator[None]:
    """Hold the turn and the right to open the database, for as long as a connection is open."""
    path = data_dir.resolve() / CONNECTION_FILE
    with warehouse_turn(data_dir, purpose, timeout_seconds=timeout_seconds, tell=tell):
        _acquire(path, purpose, timeout_seconds, tell)
        try:
            yield
        finally:
            _release(path)
