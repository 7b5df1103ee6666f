"""A real Redis for the tests, started by the project's own script on a free port, and what a test needs to fill and to check a stream."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from redis import Redis

from orchestration.landing.contract import Table
from orchestration.landing.files import delivered_files
from orchestration.landing.json_records import read_json_lines
from orchestration.paths import DATA_DIR_VARIABLE, REPOSITORY, DataFolder
from orchestration.ports import next_free_port
from orchestration.stream.consumer import Consumer
from orchestration.stream.redis_server import down, up
from orchestration.stream.redis_stream import client_of
from orchestration.stream.report import own_file
from orchestration.stream.run import declared_table
from orchestration.stream.settings import BatchLimits, RedisAddress, StreamSettings

FIRST_PORT = 16390


@dataclass
class Server:
    """A server of our own, which a test may end and start again."""

    folder: DataFolder
    address: RedisAddress

    def up(self) -> None:
        up(self.folder, self.address, "64mb")

    def down(self) -> bool:
        return down(self.folder)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    port = next_free_port("127.0.0.1", FIRST_PORT, set())
    server = Server(DataFolder(tmp_path_factory.mktemp("redis")), RedisAddress(f"redis://127.0.0.1:{port}/0", None))
    server.up()
    try:
        yield server
    finally:
        server.down()


@dataclass
class World:
    """One stream and one data folder."""

    folder: DataFolder
    settings: StreamSettings
    client: Redis
    table: Table

    def add(self, *payloads: bytes) -> None:
        for payload in payloads:
            self.client.xadd(self.settings.name, {"payload": payload})

    def add_events(self, first: int, count: int) -> None:
        """Numbered events in one round trip; every seventh is malformed, and still has its number."""
        with self.client.pipeline(transaction=False) as pipeline:
            for number in range(first, first + count):
                pipeline.xadd(self.settings.name, {"payload": payload_of(number)})
            pipeline.execute()

    def consumer(self, events: int = 10, seconds: float = 0.05, said: list[str] | None = None) -> Consumer:
        tell = (said if said is not None else []).append
        return Consumer(self.folder, self.table, self.settings, BatchLimits(events=events, seconds=seconds), tell)

    def process(self, *options: str, log: Path) -> subprocess.Popen[bytes]:
        """The consumer as everybody starts it."""
        environment = os.environ | {
            DATA_DIR_VARIABLE: str(self.folder.root),
            "A360_REDIS_URL": self.settings.address.url,
            "A360_STREAM": self.settings.name,
        }
        with log.open("ab") as stream:
            return subprocess.Popen(
                [sys.executable, "-m", "orchestration.cli", "stream", *options],
                cwd=REPOSITORY,
                env=environment,
                stdout=stream,
                stderr=subprocess.STDOUT,
            )

    def lines(self) -> list[str]:
        """Every record of the landing zone, as the landing zone itself finds files and reads them."""
        found: list[str] = []
        for file in delivered_files(self.folder.landing, self.table.folder):
            names, records = read_json_lines((self.folder.landing / file.path).read_bytes())
            found += [str(record.raw if record.values is None else record.values[names.index("event_id")]) for record in records]
        return found

    def numbers(self) -> Counter[int]:
        """How often each numbered event is in the landing zone."""
        return Counter(int(line.rpartition("-")[2]) for line in self.lines())

    def files(self) -> Sequence[str]:
        return [file.path for file in delivered_files(self.folder.landing, self.table.folder)]

    def status(self) -> dict[str, object]:
        return dict(json.loads(own_file(self.folder, self.settings, "status.json").read_text()))

    def grouped(self, group: str) -> World:
        return replace(self, settings=replace(self.settings, group=group))


def payload_of(number: int) -> bytes:
    if number % 7 == 0:
        return f"malformed-{number}".encode()
    event = {"event_id": f"k-{number}", "event_type": "page_view", "event_at": "2026-11-22T10:00:00Z", "anonymous_id": f"a-{number % 50}"}
    return json.dumps(event).encode()


@pytest.fixture
def world(server: Server, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    """An empty stream of its own for each test."""
    server.up()
    settings = StreamSettings(server.address, f"a360:test:{request.node.name}", "landing", "web/events", trims=True)
    client = client_of(server.address)
    yield World(DataFolder(tmp_path / "data"), settings, client, declared_table("web/events"))
    client.close()
