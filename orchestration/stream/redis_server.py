"""A real Redis on this machine for the stream: `up` starts it and waits until it answers, `down` ends exactly what `up` started.

`python -m orchestration.stream.redis_server up|down|status`. Everything that it writes lies in `<data folder>/redis/`. It listens on
this machine only, on a port of its own, keeps every entry on disk, and refuses new ones rather than forget old ones when it is full.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from filelock import FileLock
from redis.exceptions import RedisError

from orchestration.atomic_files import write_whole
from orchestration.paths import DataFolder, data_folder
from orchestration.ports import is_free
from orchestration.processes import Process, start, stop
from orchestration.stream.redis_stream import client_of
from orchestration.stream.settings import DEFAULT_MEMORY, MEMORY_VARIABLE, URL_VARIABLE, RedisAddress, redis_address
from orchestration.system_packages import ProgramMissingError, require_program

PROGRAM = "redis-server"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
START_SECONDS = 60.0
STOP_SECONDS = 20.0
LET_GO_SECONDS = 10.0
POLL_SECONDS = 0.1


class RedisServerError(RuntimeError):
    """The server cannot be started; the message says what to do."""


def redis_home(folder: DataFolder) -> Path:
    """Everything of the server lies here."""
    return folder.root / "redis"


def read_server(folder: DataFolder) -> tuple[Process, str] | None:
    """The server that was started for this data folder, whether or not it still runs, and its address."""
    file = _state_file(folder)
    if not file.exists():
        return None
    stored = json.loads(file.read_text(encoding="utf-8"))
    return Process(**stored["process"]), stored["address"]


def up(folder: DataFolder, address: RedisAddress, memory: str) -> Process:
    """Start the server unless it runs. What was in the stream before is in it again."""
    home = redis_home(folder)
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home / "server.lock"):
        found = read_server(folder)
        if found is not None and found[0].is_running:
            if found[1] != address.text:
                raise RedisServerError(
                    f"the server of {home} runs at {found[1]}, not at {address.text}: set {URL_VARIABLE}, or run `make stream-down`"
                )
            return found[0]
        if address.host not in LOOPBACK:
            raise RedisServerError(f"{address.host} is not this machine: `make stream-up` starts a server here; yours needs no start")
        # A server that was killed may hold its port a moment longer than its process is seen to run.
        if not _becomes_free(address, LET_GO_SECONDS if found is not None else 0.0):
            raise RedisServerError(f"port {address.port} of {address.host} is taken by another program: set {URL_VARIABLE} to a free one")
        return _start(folder, address, memory)


def down(folder: DataFolder) -> bool:
    """End what `up` started; whether it was running."""
    home = redis_home(folder)
    if not home.exists():
        return False
    with FileLock(home / "server.lock"):
        found = read_server(folder)
        was_running = found is not None and stop(found[0], STOP_SECONDS)
        _state_file(folder).unlink(missing_ok=True)
        return was_running


def _start(folder: DataFolder, address: RedisAddress, memory: str) -> Process:
    advice = "Install Redis 6.2 or later (redis-server on Debian and Ubuntu), then run `make stream-up` again."
    program = require_program(PROGRAM, PROGRAM, "The stream", advice)
    home = redis_home(folder)
    settings = {
        "bind": address.host if address.host != "localhost" else "127.0.0.1",
        "port": address.port,
        "dir": home,
        # What a producer was told is kept is on disk. Flushed once a second, a server that is killed forgets up to two seconds (tried).
        "appendonly": "yes",
        "appendfsync": "always",
        "save": "",
        "maxmemory": memory,
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    command = [program, *(part for name, value in settings.items() for part in (f"--{name}", str(value)))]
    process = start(PROGRAM, command, home / "redis.log", os.environ, home)
    write_whole(_state_file(folder), json.dumps({"address": address.text, "process": asdict(process)}, indent=2) + "\n")
    try:
        _wait(process, address.without_secret)
    except RedisServerError:
        stop(process, STOP_SECONDS)
        _state_file(folder).unlink(missing_ok=True)
        raise
    if address.secret is not None:
        # Given over the connection: a command line or a file would show it.
        with client_of(address.without_secret) as client:
            client.config_set("requirepass", address.secret)
    return process


def _wait(process: Process, address: RedisAddress) -> None:
    """Until it answers; it reads its log first, which takes as long as the log is."""
    deadline = time.monotonic() + START_SECONDS
    while not _answers(address):
        if not process.is_running:
            raise RedisServerError(f"{PROGRAM} ended while starting: read {process.log}")
        if time.monotonic() > deadline:
            raise RedisServerError(f"{PROGRAM} did not answer in {START_SECONDS:.0f} s: read {process.log}")
        time.sleep(POLL_SECONDS)


def _becomes_free(address: RedisAddress, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not is_free(address.host, address.port):
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _answers(address: RedisAddress) -> bool:
    try:
        with client_of(address) as client:
            return bool(client.ping())
    except RedisError:
        return False


def _state_file(folder: DataFolder) -> Path:
    return redis_home(folder) / "server.json"


def main(arguments: Sequence[str]) -> int:
    """Run `up`, `down` or `status`."""
    folder = data_folder()
    command = arguments[0] if len(arguments) == 1 else ""
    if command == "up":
        address = redis_address()
        try:
            up(folder, address, os.environ.get(MEMORY_VARIABLE) or DEFAULT_MEMORY)
        except (RedisServerError, ProgramMissingError) as error:
            print(f"Redis: {error}")
            return 1
        print(f"Redis answers at {address.text}; its log and its entries are in {redis_home(folder)}")
    elif command == "down":
        print(f"Redis: {'ended' if down(folder) else 'nothing to end: it did not run'}.")
    elif command == "status":
        found = read_server(folder)
        if found is not None:
            process, text = found
            print(f"{process.name} at {text} {'runs' if process.is_running else 'has ended'} (pid {process.pid}, {process.log})")
        return 0 if found is not None and found[0].is_running else 1
    else:
        print("Usage: python -m orchestration.stream.redis_server up|down|status")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
