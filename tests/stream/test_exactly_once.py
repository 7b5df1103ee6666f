"""Nothing is lost and nothing is landed twice, wherever the consumer or Redis is stopped."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from orchestration.stream.landed_files import LandedFiles
from orchestration.stream.redis_server import read_server
from orchestration.stream.redis_stream import RedisStream
from tests.stream.conftest import Server, World

pytestmark = pytest.mark.redis

EVENTS = 35


class Crash(BaseException):
    """The end of the process, as far as the consumer can tell: nothing catches it."""


def crash_before(patch: pytest.MonkeyPatch, owner: object, name: str, times_before: int = 0) -> None:
    """The process ends when it is about to call this, after so many calls that went well."""
    real = getattr(owner, name)
    calls = iter(range(times_before))

    def crashing(*arguments: object, **named: object) -> object:
        if next(calls, None) is None:
            raise Crash
        return real(*arguments, **named)

    patch.setattr(owner, name, crashing)


def crash_after(patch: pytest.MonkeyPatch, owner: object, name: str) -> None:
    """The process ends after a call took effect, before it knows."""
    real = getattr(owner, name)

    def crashing(*arguments: object, **named: object) -> object:
        real(*arguments, **named)
        raise Crash

    patch.setattr(owner, name, crashing)


CRASHES = {
    "before it is handed anything": lambda patch: crash_before(patch, RedisStream, "new"),
    "after it was handed entries": lambda patch: crash_after(patch, RedisStream, "new"),
    "before a file is written": lambda patch: crash_before(patch, LandedFiles, "write"),
    "while a file is written": lambda patch: crash_before(patch, os, "fsync", times_before=1),
    "before a file is renamed": lambda patch: crash_before(patch, Path, "replace"),
    "after a file was renamed": lambda patch: crash_after(patch, Path, "replace"),
    "while names are flushed": lambda patch: crash_before(patch, os, "fsync", times_before=2),
    "before it acknowledges": lambda patch: crash_before(patch, RedisStream, "acknowledge"),
    "before it acknowledges the second file": lambda patch: crash_before(patch, RedisStream, "acknowledge", times_before=1),
    "after it acknowledged": lambda patch: crash_after(patch, RedisStream, "acknowledge"),
    "before it trims": lambda patch: crash_before(patch, RedisStream, "trim"),
}


@pytest.mark.parametrize("point", CRASHES)
def test_a_crash_at_any_point_loses_and_repeats_nothing(world: World, monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    world.add_events(0, EVENTS)
    with monkeypatch.context() as patch:
        CRASHES[point](patch)
        with pytest.raises(Crash):
            world.consumer().run(until_empty=True)
    world.add_events(EVENTS, EVENTS)
    # Other limits than before: what was pending is not cut as it was.
    counts = world.consumer(events=8).run(until_empty=True)
    assert world.numbers() == Counter(range(2 * EVENTS))
    status = world.status()
    assert (status["events_landed"], status["waiting"], status["removed_unread"]) == (2 * EVENTS, 0, 0)
    assert counts.already_landed == (
        10
        if point
        in ("after a file was renamed", "while names are flushed", "before it acknowledges", "before it acknowledges the second file")
        else 0
    )


def test_kill_9_at_random_moments_loses_and_repeats_nothing(world: World, tmp_path: Path) -> None:
    moments = random.Random(4)
    over = threading.Event()
    sent = 0

    def produce() -> None:
        nonlocal sent
        while not over.is_set():
            world.add_events(sent, 20)
            sent += 20
            over.wait(0.02)

    producer = threading.Thread(target=produce)
    producer.start()
    log = tmp_path / "consumer.log"
    kills = 0
    try:
        for _ in range(8):
            process = world.process("--seconds", "0.02", "--events", "15", log=log)
            landed_before = len(world.files())
            deadline = time.monotonic() + 60
            while len(world.files()) == landed_before and time.monotonic() < deadline:
                time.sleep(0.02)
            time.sleep(moments.uniform(0.0, 0.2))
            assert process.poll() is None, log.read_text()
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
    finally:
        over.set()
        producer.join()
    last = world.process("--until-empty", log=log)
    assert last.wait(timeout=120) == 0, log.read_text()
    assert kills == 8
    assert world.numbers() == Counter(range(sent))
    assert (world.status()["events_landed"], world.status()["removed_unread"]) == (sent, 0)


def test_an_orderly_stop_writes_what_was_collected(world: World, tmp_path: Path) -> None:
    log = tmp_path / "consumer.log"
    process = world.process("--seconds", "600", log=log)
    world.add_events(0, 20)
    deadline = time.monotonic() + 60
    while not _handed_out(world) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert world.files() == []
    process.terminate()
    assert process.wait(timeout=60) == 0, log.read_text()
    assert world.numbers() == Counter(range(20))


def _handed_out(world: World) -> bool:
    groups = world.client.xinfo_groups(world.settings.name) if world.client.exists(world.settings.name) else []
    return bool(groups) and groups[0]["pending"] == 20


def kill_9(server: Server) -> None:
    found = read_server(server.folder)
    assert found is not None
    os.kill(found[0].pid, signal.SIGKILL)
    while found[0].is_running:
        time.sleep(0.02)


def test_redis_may_die_and_come_back(world: World, server: Server) -> None:
    """Killed without warning while events come: what it had confirmed is landed once, and the consumer needs no help."""
    said: list[str] = []
    consumer = world.consumer(events=15, seconds=0.05, said=said)
    thread = threading.Thread(target=consumer.run)
    thread.start()
    try:
        for number in range(3):
            world.add_events(number * 100, 100)
            kill_9(server)
            server.up()
            # The client's connection is of the server that is gone.
            world.client.close()
        world.add_events(300, 100)
        deadline = time.monotonic() + 90
        while sum(world.numbers().values()) < 400 and time.monotonic() < deadline:
            time.sleep(0.1)
    finally:
        consumer.stop()
        thread.join(timeout=60)
    assert not thread.is_alive()
    assert world.numbers() == Counter(range(400))
    assert any("does not answer" in line and "The batch does not need the stream" in line for line in said)


def test_what_another_consumer_of_the_group_was_handed_is_taken_over(world: World) -> None:
    world.add_events(0, 30)
    world.client.xgroup_create(world.settings.name, world.settings.group, id="0")
    world.client.xreadgroup(world.settings.group, "somebody", {world.settings.name: ">"}, count=12)
    world.consumer().run(until_empty=True)
    assert world.numbers() == Counter(range(30))
    assert world.client.xpending(world.settings.name, world.settings.group)["pending"] == 0
