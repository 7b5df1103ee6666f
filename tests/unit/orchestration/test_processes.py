"""Only what was started is ended, whatever has its number by now."""

import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from orchestration.processes import Process, start, stop

SLEEPER = [sys.executable, "-c", "import time; print('started', flush=True); time.sleep(60)"]


@pytest.fixture
def sleeper(tmp_path: Path) -> Process:
    return start("sleeper", SLEEPER, tmp_path / "logs" / "sleeper.log", os.environ, tmp_path)


def test_a_started_process_runs_until_it_is_stopped(sleeper: Process) -> None:
    assert sleeper.is_running
    assert stop(sleeper, seconds=5)
    assert not sleeper.is_running
    assert not stop(sleeper, seconds=5)


def test_another_process_with_the_same_number_is_left_alone(sleeper: Process) -> None:
    earlier = replace(sleeper, started="1")
    assert not stop(earlier, seconds=1)
    assert sleeper.is_running
    stop(sleeper, seconds=5)


def test_a_process_that_does_not_listen_is_ended_by_force(tmp_path: Path) -> None:
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    deaf = start("deaf", [sys.executable, "-c", code], tmp_path / "deaf.log", os.environ, tmp_path)
    while not (tmp_path / "deaf.log").read_text():
        time.sleep(0.05)
    assert stop(deaf, seconds=0.3)
    assert not deaf.is_running


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="only the system's /proc tells threads apart")
def test_a_process_runs_as_long_as_one_of_its_threads(tmp_path: Path) -> None:
    # What a server looks like while it ends: its first thread is gone, the others still hold its port.
    code = (
        "import ctypes, threading, time; threading.Thread(target=time.sleep, args=(60,)).start(); print('threads', flush=True); "
        "ctypes.PyDLL(None).pthread_exit(None)"
    )
    ending = start("ending", [sys.executable, "-c", code], tmp_path / "ending.log", os.environ, tmp_path)
    state = ""
    deadline = time.monotonic() + 10
    while state != "Z" and time.monotonic() < deadline:
        state = Path(f"/proc/{ending.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    assert state == "Z"
    assert ending.is_running
    os.kill(ending.pid, signal.SIGKILL)
    while ending.is_running and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not ending.is_running


def test_what_a_process_says_is_in_its_log(sleeper: Process) -> None:
    deadline = time.monotonic() + 10
    while "started" not in Path(sleeper.log).read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "started" in Path(sleeper.log).read_text()
    stop(sleeper, seconds=5)
