"""How long an event of the stream takes to its landing file, and on to the trigger audience: at a steady rate, and in a burst.

Usage: python -m benchmarks.stream [--rate 200] [--seconds 60] [--burst-seconds 10] [--file-seconds 10] [--beside "make build"]
       [--world <data folder> | --people 200000 --events-per-person 25]

A Redis, a consumer and a trigger runner of its own, in a data folder that is thrown away first. The producer sends every 50 ms what is due
by then, in one round trip, and never waits for the others. The latency to landing is the time from sending to the rename of the file, of
every single event; the latency to the audience is the time from sending a view to the swap of the first audience that holds the trigger
which it began. The people are those of a world that was built before (--world), or made up.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from benchmarks.measuring import MemoryWatch
from benchmarks.sizes import HOME, RESULTS
from benchmarks.stream_watch import AudienceWatch, Child
from benchmarks.trigger_world import PRODUCTS, prepare_base
from orchestration.landing.files import delivered_files
from orchestration.paths import DATA_DIR_VARIABLE, REPOSITORY, DataFolder
from orchestration.ports import next_free_port
from orchestration.stream.entries import EntryId
from orchestration.stream.redis_server import down, up
from orchestration.stream.redis_stream import client_of
from orchestration.stream.settings import DEFAULT_MEMORY, STREAM_VARIABLE, URL_VARIABLE, RedisAddress

STREAM = "a360:bench:events"
FIRST_PORT = 17390
TICK_SECONDS = 0.05
START_SECONDS = 60.0
BASE_SECONDS = 1_200.0
DRAIN_SECONDS = 600.0
BURST = 10
VIEWS = 3


@dataclass(frozen=True)
class Phase:
    """What happened to the events that were sent in one phase."""

    name: str
    events: int
    events_per_second: float
    p50_seconds: float
    p95_seconds: float
    p99_seconds: float
    max_seconds: float

    @classmethod
    def of(cls, name: str, rate: float, seconds: list[float]) -> Phase:
        """What the latencies of a phase come to."""
        return cls(name, len(seconds), rate, *(percentile(seconds, share) for share in (0.5, 0.95, 0.99, 1.0)))


def percentile(values: list[float], share: float) -> float:
    """The smallest value that is not smaller than this share of them."""
    ordered = sorted(values)
    return ordered[max(-(-int(share * 1000) * len(ordered) // 1000) - 1, 0)]


def payload(number: int, phase: str, people: Sequence[str]) -> bytes:
    """A whole event, as large as those of the demo world; `received_at` is when it was sent.

    A person comes back three times in a row, to one product: with every third event somebody enters a trigger.
    """
    person = number // VIEWS
    account, product = _series(person, phase, people)
    event = {
        "event_id": f"{phase}-{number}",
        "event_type": "product_view",
        "event_at": datetime.now(UTC).isoformat(),
        "received_at": datetime.now(UTC).isoformat(),
        "anonymous_id": f"anonymous-{person % len(people):032x}",
        "user_id": account,
        "product_id": f"product-{product}",
        "dwell_seconds": number % 90,
        "page_url": f"/products/{product}?ref=home",
        "referrer": "https://www.example.com/search",
        "utm_source": "newsletter",
        "utm_medium": "email",
        "utm_campaign": "autumn",
        "device_type": "mobile",
        "browser": "Firefox",
        "language": "en-GB",
        "user_agent": "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0",
        "geo_country": "GB",
        "geo_region": "GB-LND",
    }
    return json.dumps(event).encode()


def expected_entries(people: Sequence[str], sent: Mapping[str, int]) -> int:
    """How many views ended a series of three: each begins `product_viewed_3_in_24h` for a person and a product that had none."""
    series = [(phase, *_series(number, phase, people)) for phase, count in sent.items() for number in range(count // VIEWS)]
    return len({(account, product) for _, account, product in series})


def _series(person: int, phase: str, people: Sequence[str]) -> tuple[str, int]:
    """The account and the product of a series of views."""
    # Another product in the next phase, and in the next round through the people: each time a trigger of its own.
    return people[person % len(people)], (person // len(people) * 2 + (phase == "burst") + person * 7) % PRODUCTS


def send(address: RedisAddress, phase: str, rate: float, seconds: float, people: Sequence[str]) -> tuple[int, float]:
    """Send at a rate; how many events, and in how many seconds Redis confirmed them."""
    client = client_of(address)
    started = time.monotonic()
    sent = 0
    while sent < int(rate * seconds):
        due = min(int(rate * (time.monotonic() - started)) + 1, int(rate * seconds))
        with client.pipeline(transaction=False) as pipeline:
            for number in range(sent, due):
                pipeline.xadd(STREAM, {"payload": payload(number, phase, people)})
            pipeline.execute()
        sent = due
        time.sleep(TICK_SECONDS)
    client.close()
    return sent, time.monotonic() - started


def latencies(landing: Path, table: str) -> tuple[dict[str, list[float]], Counter[str], dict[str, float]]:
    """Seconds from sending to landing per phase, how often each event landed, and when it was sent."""
    found: dict[str, list[float]] = {}
    sent: dict[str, float] = {}
    times: Counter[str] = Counter()
    for file in delivered_files(landing, table):
        path = landing / file.path
        # The rename is the last change of the file's status.
        landed_at = path.stat().st_ctime
        for line in path.read_bytes().splitlines():
            event = json.loads(line)
            times[event["event_id"]] += 1
            sent_at = datetime.fromisoformat(event["received_at"]).timestamp()
            sent[event["event_id"]] = sent_at
            found.setdefault(event["event_id"].partition("-")[0], []).append(landed_at - sent_at)
    return found, times, sent


@contextmanager
def beside(command: str | None) -> Iterator[None]:
    """Keep a command running in the meantime, again and again."""
    process = None
    if command:
        loop = f"while true; do {command} || exit 1; done"
        process = subprocess.Popen(["sh", "-c", loop], cwd=REPOSITORY, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        yield
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"the command beside the stream failed: {shlex.quote(command or '')}")
    finally:
        if process is not None and process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()


def run(parsed: argparse.Namespace) -> dict[str, Any]:
    """Measure; everything in the folder of the bench is made anew."""
    folder = DataFolder(parsed.home.resolve() / "stream")
    down(folder)
    shutil.rmtree(folder.root, ignore_errors=True)
    people = prepare_base(folder, parsed.world, parsed.people, parsed.events_per_person)
    address = RedisAddress(f"redis://127.0.0.1:{next_free_port('127.0.0.1', FIRST_PORT, set())}/0", None)
    up(folder, address, DEFAULT_MEMORY)
    environment = os.environ | {DATA_DIR_VARIABLE: str(folder.root), URL_VARIABLE: address.url, STREAM_VARIABLE: STREAM}
    command = [sys.executable, "-m", "orchestration.cli"]
    runner = Child([*command, "triggers"], environment)
    with client_of(address) as client, AudienceWatch(folder) as seen:
        consumer = None
        try:
            # dbt compiles once before the clock starts; everybody is looked at once, unless that is what is to be measured.
            _wait(
                lambda: seen.is_settled or (parsed.during_sweep and seen.is_there), BASE_SECONDS, "the runner did not get through the base"
            )
            with beside(parsed.beside):
                consumer = Child([*command, "stream", "--seconds", str(parsed.file_seconds)], environment)
                _wait(lambda: bool(client.exists(STREAM)), START_SECONDS, "the consumer did not start")
                with MemoryWatch(consumer.pid) as watch, MemoryWatch(runner.pid) as runner_watch:
                    steady = send(address, "steady", parsed.rate, parsed.seconds, people)
                    burst = send(address, "burst", BURST * parsed.rate, parsed.burst_seconds, people)
                    waiting_bytes = int(client.info("memory")["used_memory"])
                    sent = steady[0] + burst[0]
                    _wait(lambda: _landed(folder) >= sent, DRAIN_SECONDS, "events are still missing")
                    _wait(lambda: seen.last_entry == _last_entry(folder), DRAIN_SECONDS, "the audience does not know all events")
        finally:
            consumer_seconds = consumer.end() if consumer else 0.0
            runner_seconds = runner.end()
            down(folder)
    found, times, sent_at = latencies(folder.landing, "web/events")
    rates = {name: count / seconds for name, (count, seconds) in {"steady": steady, "burst": burst}.items()}
    entered: dict[str, list[float]] = {}
    for event_id, at in seen.first_seen.items():
        if event_id in sent_at:
            entered.setdefault(event_id.partition("-")[0], []).append(at - sent_at[event_id])
    return {
        "machine": machine(),
        "seconds_per_file": parsed.file_seconds,
        "beside": parsed.beside,
        "people": len(people),
        "during_sweep": parsed.during_sweep,
        "phases": [asdict(Phase.of(name, rates[name], found[name])) for name in rates],
        "audience": [asdict(Phase.of(name, rates[name] / VIEWS, entered[name])) for name in rates],
        "entries_expected": expected_entries(people, {name: count for name, (count, _) in (("steady", steady), ("burst", burst))}),
        "events_sent": sent,
        "events_landed": len(times),
        "events_landed_twice": sum(1 for count in times.values() if count > 1),
        "files": len(list(delivered_files(folder.landing, "web/events"))),
        "consumer_cpu_seconds": round(consumer_seconds, 2),
        "consumer_peak_bytes": watch.peak_bytes,
        "runner_cpu_seconds": round(runner_seconds, 2),
        "runner_peak_bytes": runner_watch.peak_bytes,
        "redis_bytes_after_the_burst": waiting_bytes,
    }


def _landed(folder: DataFolder) -> int:
    """The largest number of events that the name of a file tells."""
    return max((int(file.stem.rpartition("_")[2]) for file in folder.landing.glob("web/events/stream=*/*/*/*.jsonl")), default=0)


def _last_entry(folder: DataFolder) -> str:
    files = folder.landing.glob("web/events/stream=*/*/*/*.jsonl")
    return max(((EntryId.parse(name), name) for name in (file.stem.split("_")[1] for file in files)), default=(None, ""))[1]


def _wait(is_so: Any, seconds: float, otherwise: str) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(otherwise)
        time.sleep(0.2)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=200.0, help="events a second")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--burst-seconds", type=float, default=10.0, help="of ten times the rate")
    parser.add_argument("--file-seconds", type=float, default=10.0, help="the consumer writes a file after so many seconds")
    parser.add_argument("--beside", help="a command that is kept running meanwhile, such as a build of another data folder")
    parser.add_argument("--world", type=Path, help="a data folder that was built: its people and their histories")
    parser.add_argument("--people", type=int, default=5_000, help="without a world: so many people …")
    parser.add_argument("--events-per-person", type=int, default=0, help="… with so many events in the two years before")
    parser.add_argument("--during-sweep", action="store_true", help="begin right after the publication, while everybody is looked at")
    parser.add_argument("--home", type=Path, default=HOME)
    parser.add_argument("--results", type=Path, default=RESULTS)
    parsed = parser.parse_args()
    result = run(parsed)
    parsed.results.mkdir(parents=True, exist_ok=True)
    (parsed.results / "stream.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    for what, phases in (("to landing", result["phases"]), ("to audience", result["audience"])):
        for phase in phases:
            print(
                f"{what:<11} {phase['name']:<6} {phase['events']:>7,} at {phase['events_per_second']:,.0f}/s: "
                f"p50 {phase['p50_seconds']:.1f} s, p95 {phase['p95_seconds']:.1f} s, p99 {phase['p99_seconds']:.1f} s, "
                f"max {phase['max_seconds']:.1f} s"
            )
    print(
        f"{result['events_landed']:,} of {result['events_sent']:,} events in {result['files']} files, "
        f"{result['events_landed_twice']} twice; "
        f"consumer {result['consumer_cpu_seconds']} CPU s, peak {result['consumer_peak_bytes'] / 1e6:.0f} MB; "
        f"runner {result['runner_cpu_seconds']} CPU s, peak {result['runner_peak_bytes'] / 1e6:.0f} MB; "
        f"Redis {result['redis_bytes_after_the_burst'] / 1e6:.0f} MB after the burst"
    )
    entries = sum(phase["events"] for phase in result["audience"])
    print(f"{entries:,} of {result['entries_expected']:,} expected entries are in the audience")
    is_whole = result["events_landed"] == result["events_sent"] and entries >= result["entries_expected"]
    return 0 if is_whole and not result["events_landed_twice"] else 1


if __name__ == "__main__":
    sys.exit(main())
