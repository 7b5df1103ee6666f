"""What a stream may do to its consumer: burst, fill up, be trimmed by others, be lost, be protected, belong to somebody else."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock
from redis.exceptions import OutOfMemoryError

from orchestration.lock import warehouse_connection
from orchestration.paths import DataFolder
from orchestration.ports import next_free_port
from orchestration.processes import Process
from orchestration.stream.errors import StreamError, StreamUnavailableError
from orchestration.stream.redis_server import RedisServerError, main, read_server, redis_home
from orchestration.stream.report import own_file
from orchestration.stream.settings import RedisAddress
from tests.stream.conftest import FIRST_PORT, Server, World, payload_of

pytestmark = pytest.mark.redis


def test_a_burst_is_cut_into_files_of_bounded_size(world: World) -> None:
    world.add_events(0, 5_000)
    counts = world.consumer(events=700, seconds=60).run(until_empty=True)
    assert world.numbers() == Counter(range(5_000))
    sizes = [len((world.folder.landing / path).read_bytes().splitlines()) for path in world.files()]
    assert max(sizes) == 700
    assert (counts.files, counts.events, counts.malformed) == (8, 5_000, 715)


def test_a_file_is_written_when_its_time_has_come(world: World) -> None:
    world.add_events(0, 3)
    counts = world.consumer(events=1_000_000, seconds=0.01).run(until_empty=True)
    assert counts.files == 1
    assert sum(world.numbers().values()) == 3


def test_malformed_events_are_landed_with_the_others(world: World) -> None:
    world.add(b"", b"not json", b"\xff\xfe", b"[]", b'{"event_id":"k-1"}')
    counts = world.consumer().run(until_empty=True)
    assert (counts.events, counts.malformed) == (5, 5)
    assert world.lines() == ['""', "not json", "\\xff\\xfe", "[]", "k-1"]


def test_a_full_redis_refuses_new_events_and_is_emptied(world: World) -> None:
    """It never forgets: the producer hears of it. A consumer that was there before needs no memory that is not there, restarted or not."""
    world.consumer().run(until_empty=True)
    big = payload_of(1).replace(b"page_view", b"page_view" + b" " * 400_000)
    sent = 0
    is_full = False
    while not is_full:
        try:
            world.add(big)
            sent += 1
        except OutOfMemoryError:
            is_full = True
    world.consumer(events=50).run(until_empty=True)
    assert sum(world.numbers().values()) == sent > 100
    world.add(big)


def test_a_redis_that_stays_full_is_landed_all_the_same(world: World) -> None:
    """Whatever the consumer asks for while it lands may be asked of a Redis that has far more in it than it may."""
    untrimmed = replace(world, settings=replace(world.settings, trims=False))
    untrimmed.consumer().run(until_empty=True)
    world.add_events(0, 1_000)
    allowed = world.client.config_get("maxmemory")["maxmemory"]
    world.client.config_set("maxmemory", "1mb")
    try:
        with pytest.raises(OutOfMemoryError):
            world.add_events(1_000, 1)
        untrimmed.consumer(events=100).run(until_empty=True)
        assert untrimmed.status()["waiting"] == 0
    finally:
        world.client.config_set("maxmemory", allowed)
    assert world.numbers() == Counter(range(1_000))


def test_landed_entries_are_removed_from_the_stream_and_others_unread_are_kept(world: World) -> None:
    world.add_events(0, 1_000)
    world.client.xgroup_create(world.settings.name, "triggers", id="0")
    world.client.xreadgroup("triggers", "one", {world.settings.name: ">"}, count=300)
    world.consumer(events=100).run(until_empty=True)
    assert world.client.xlen(world.settings.name) == 1_000
    handed_out = [entry for entry, _ in world.client.xrange(world.settings.name, count=300)]
    world.client.xack(world.settings.name, "triggers", *handed_out)
    world.consumer(events=100).run(until_empty=True)
    assert 700 <= world.client.xlen(world.settings.name) < 850
    untouched = replace(world, settings=replace(world.settings, trims=False))
    world.client.xgroup_destroy(world.settings.name, "triggers")
    untouched.consumer().run(until_empty=True)
    assert world.client.xlen(world.settings.name) >= 700
    assert world.numbers() == Counter(range(1_000))


def test_entries_that_a_producer_trims_away_unread_are_reported(world: World) -> None:
    world.add_events(0, 10)
    world.consumer().run(until_empty=True)
    world.add_events(10, 50)
    world.client.xtrim(world.settings.name, maxlen=20, approximate=False)
    said: list[str] = []
    world.consumer(said=said).run(until_empty=True)
    assert world.status()["removed_unread"] == 30
    assert any(re.search(r"\b30 entries were removed .* before they were landed", line) for line in said)


def test_a_stream_made_anew_is_landed_although_its_ids_are_smaller(world: World) -> None:
    world.add_events(0, 20)
    world.consumer().run(until_empty=True)
    world.client.delete(world.settings.name)
    for number in range(20, 40):
        world.client.xadd(world.settings.name, {"payload": payload_of(number)}, id=f"7-{number}")
    said: list[str] = []
    world.consumer(said=said).run(until_empty=True)
    assert world.numbers() == Counter(range(40))
    assert any("was made anew" in line for line in said)
    assert world.status()["removed_unread"] == 0


def test_a_group_that_was_removed_is_made_again_and_nothing_is_landed_twice(world: World) -> None:
    untrimmed = replace(world, settings=replace(world.settings, trims=False))
    untrimmed.add_events(0, 20)
    untrimmed.consumer().run(until_empty=True)
    world.client.xgroup_destroy(world.settings.name, world.settings.group)
    counts = untrimmed.consumer().run(until_empty=True)
    assert counts.already_landed == 20
    assert world.numbers() == Counter(range(20))


def test_two_data_folders_do_not_share_a_group(world: World, tmp_path: Path) -> None:
    world.add_events(0, 20)
    world.consumer().run(until_empty=True)
    other = replace(world, folder=DataFolder(tmp_path / "other"))
    with pytest.raises(StreamError, match=r"another data folder.*A360_STREAM_GROUP"):
        other.consumer().run(until_empty=True)
    world.add_events(20, 20)
    other.grouped("second").consumer().run(until_empty=True)
    world.consumer().run(until_empty=True)
    assert world.numbers() == Counter(range(40))
    assert set(range(20, 40)) <= set(other.numbers())


def test_a_second_consumer_is_refused(world: World) -> None:
    file = own_file(world.folder, world.settings, "lock")
    file.parent.mkdir(parents=True)
    with FileLock(file), pytest.raises(StreamError, match="one is enough"):
        world.consumer().run(until_empty=True)


def test_without_redis_the_error_says_where_it_was_looked_for_and_shows_no_password(world: World) -> None:
    port = next_free_port("127.0.0.1", FIRST_PORT, set())
    nobody = RedisAddress(f"redis://user:hunter2@127.0.0.1:{port}/0", "hunter3")
    away = replace(world, settings=replace(world.settings, address=nobody))
    with pytest.raises(StreamUnavailableError, match=rf"127\.0\.0\.1:{port} does not answer .*A360_REDIS_URL") as caught:
        away.consumer().run(until_empty=True)
    assert "hunter" not in f"{caught.value} {nobody!r} {away.settings!r}"


def test_a_wrong_password_is_said_and_not_tried_again(tmp_path: Path, world: World) -> None:
    port = next_free_port("127.0.0.1", FIRST_PORT, set())
    address = RedisAddress(f"redis://127.0.0.1:{port}/0", "the right one")
    protected = Server(DataFolder(tmp_path / "protected"), address)
    protected.up()
    try:
        for wrong in (None, "hunter2"):
            refused = replace(world, settings=replace(world.settings, address=replace(address, password=wrong)))
            with pytest.raises(StreamError, match="A360_REDIS_PASSWORD") as caught:
                refused.consumer().run()
            assert not isinstance(caught.value, StreamUnavailableError)
            assert "hunter2" not in str(caught.value)
        replace(world, settings=replace(world.settings, address=address)).consumer().run(until_empty=True)
        written = b"".join(file.read_bytes() for file in redis_home(protected.folder).rglob("*") if file.is_file())
        assert b"the right one" not in written
    finally:
        assert protected.down()


def test_up_is_repeatable_and_down_ends_only_its_own(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.up()
    found = read_server(server.folder)
    assert found is not None
    server.up()
    assert read_server(server.folder) == found
    elsewhere = Server(DataFolder(tmp_path), server.address)
    with pytest.raises(RedisServerError, match=r"taken by another program.*A360_REDIS_URL"):
        elsewhere.up()
    assert not elsewhere.down()
    assert found[0].is_running
    assert isinstance(found[0], Process)
    with pytest.raises(RedisServerError, match=r"redis\.example is not this machine"):
        Server(DataFolder(tmp_path), RedisAddress("redis://redis.example:6379", None)).up()
    monkeypatch.setenv("A360_DATA_DIR", str(tmp_path))
    assert main(["restart"]) == 2


def test_events_are_landed_while_the_batch_holds_the_warehouse(world: World) -> None:
    world.add_events(0, 30)
    with warehouse_connection(world.folder.root, "the night's build"):
        world.consumer().run(until_empty=True)
    assert world.numbers() == Counter(range(30))
