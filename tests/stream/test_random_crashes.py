"""Crashes one after the other, at points that nobody chose, with other limits at every start."""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path

import pytest

from orchestration.stream import consumer
from orchestration.stream.landed_files import LandedFiles
from orchestration.stream.redis_stream import RedisStream
from tests.stream.conftest import World
from tests.stream.test_exactly_once import Crash, crash_after, crash_before

pytestmark = pytest.mark.redis

STARTS = 8
CALLS: list[tuple[object, str]] = [
    *((RedisStream, name) for name in ("join", "set_mark", "claim_all", "handed_out", "new", "acknowledge", "trim")),
    (LandedFiles, "write"),
    (Path, "replace"),
    (os, "fsync"),
]


def crash_somewhere(patch: pytest.MonkeyPatch, draw: random.Random) -> None:
    owner, name = draw.choice(CALLS)
    if draw.random() < 0.5:
        crash_before(patch, owner, name, times_before=draw.randrange(4))
    else:
        crash_after(patch, owner, name)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_happens_every_event_is_landed_once(world: World, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    draw = random.Random(seed)
    monkeypatch.setattr(consumer, "WAIT_SECONDS", 0.02)
    monkeypatch.setattr(consumer, "READ_COUNT", draw.choice([3, 10, 1_000]))
    sent, crashes, name = 0, 0, world.settings.name
    for start in range(STARTS):
        count = draw.randrange(40)
        world.add_events(sent, count)
        sent += count
        if start and world.client.exists(name) and world.client.xinfo_groups(name) and draw.random() < 0.2:
            # A consumer of an older version, say: it reads and is never seen again.
            world.client.xreadgroup(world.settings.group, "another", {name: ">"}, count=5)
        with monkeypatch.context() as patch:
            crash_somewhere(patch, draw)
            try:
                world.consumer(events=draw.choice([1, 7, 50]), seconds=draw.choice([0.001, 0.05])).run(until_empty=True)
            except Crash:
                crashes += 1
    world.consumer(events=1_000).run(until_empty=True)
    assert crashes
    assert world.numbers() == Counter(range(sent))
    assert (world.status()["events_landed"], world.status()["waiting"]) == (sent, 0)
    assert not world.status()["removed_unread"]
