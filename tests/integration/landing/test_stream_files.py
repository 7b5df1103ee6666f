"""What the stream's consumer writes is a delivery like any other: judged in staging, every event accounted for."""

import json
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.landing.contract import Table
from orchestration.paths import DATA_DIR_VARIABLE
from orchestration.stream.entries import EntryId, line_of, with_all_columns
from orchestration.stream.landed_files import Landed, LandedFiles
from orchestration.stream.run import declared_table
from tests.integration.landing.conftest import Street

ACCOUNTED = ("+stg_landing__row_counts", "+stg_landing__quarantine", "stg_web__events", "--exclude", "resource_type:unit_test")
AT = datetime(2026, 10, 1, 10, 0, 0)


def event(number: int, **more: object) -> bytes:
    known = {"event_id": f"k{number}", "event_type": "page_view", "event_at": f"{AT.isoformat()}Z", "anonymous_id": "a1"}
    return json.dumps(known | more).encode()


def land(street: Street, batches: list[list[bytes]]) -> None:
    """One file per batch, a second apart, as the consumer writes them."""
    table = declared_table("web/events")
    files = LandedFiles.new(street.root / "data" / "landing" / table.folder)
    landed = Landed()
    for number, payloads in enumerate(batches):
        lines = [line_of({b"payload": payload}, ["event_id"]) for payload in payloads]
        ids = [EntryId(1, landed.events + position) for position in range(len(lines))]
        contents = with_all_columns(lines, [column.name for column in table.columns])
        landed = files.write(landed, ids, contents, AT + timedelta(seconds=number))


def test_events_of_a_stream_are_accepted_and_malformed_ones_quarantined(street: Street) -> None:
    street.write_orders()
    batches = [
        [event(1), b"not json", event(2, dwell_seconds=1.5), b""],
        [b"\xff", event(3, event_type="teleported")],
        [event(1), event(4, event_at="yesterday"), event(5, cart_id="c1")],
    ]
    land(street, batches)
    run = street.dbt("build", "--select", *ACCOUNTED, "--indirect-selection", "cautious")
    assert run.succeeded, run.text
    counts = "select received, accepted, deduplicated, quarantined from staging.stg_landing__row_counts"
    assert street.rows(f"{counts} where source_name = 'web' and table_name = 'events'") == [(9, 3, 1, 5)]
    accepted = street.rows("select event_id, dwell_seconds, cart_id, _loaded_at from staging.stg_web__events order by event_id")
    assert accepted == [
        ("k1", None, None, AT),
        ("k2", 1.5, None, AT),
        ("k5", None, "c1", AT + timedelta(seconds=2)),
    ]
    reasons = street.rows("select reason from staging.stg_landing__quarantine where source_name = 'web' order by all")
    assert [reason for (reason,) in reasons] == [
        "event_at: 'yesterday' is not timestamp",
        "event_type is not an accepted value",
        "line is not a JSON object",
        "line is not valid JSON",
        "line is not valid UTF-8",
    ]
    # All files are read as one group, whichever columns their events happen to have.
    [(views,)] = street.rows("select sql from duckdb_views() where schema_name = 'landing_web' and view_name = 'events'")
    assert views.count("read_parquet") == 1


def random_events(table: Table, count: int) -> list[dict[str, Any]]:
    """Events with something in every column, and nothing in some; some keys come twice."""
    draw = random.Random(11)
    values = {
        "string": lambda: draw.choice([None, "x", "Zoë \"quoted\" \\ 'single'", "line\nend", "null", "12.50", "a,b;c\t{}"]),
        "bigint": lambda: draw.choice([None, 0, -3, 2**53 + 1, draw.randrange(100)]),
        "double": lambda: draw.choice([None, 0.0, 0.1 + 0.2, 1e-7, round(draw.uniform(0, 2_000), 3)]),
        "timestamp": lambda: draw.choice([None, AT - timedelta(microseconds=draw.randrange(10**11))]),
    }
    return [
        {column.name: values[column.data_type]() for column in table.columns}
        | {
            "event_id": f"k{draw.randrange(count)}",
            "event_type": draw.choice(["page_view", "product_view", "add_to_cart", "purchase"]),
            "event_at": AT - timedelta(microseconds=draw.randrange(10**11)),
            "anonymous_id": f"a{draw.randrange(20)}",
        }
        for _ in range(count)
    ]


def write_parquet(table: Table, events: list[dict[str, Any]], file: Path) -> None:
    types = {"string": pa.string(), "bigint": pa.int64(), "double": pa.float64(), "timestamp": pa.timestamp("us")}
    schema = pa.schema([(column.name, types[column.data_type]) for column in table.columns])
    file.parent.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(events, schema=schema), file)


def test_staging_gives_the_same_answer_whichever_way_events_came(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    table = declared_table("web/events")
    events = random_events(table, 400)
    batches = [events[start : start + 90] for start in range(0, len(events), 90)]
    by_file = Street(street.root / "by_file", street.manifest)
    for number, batch in enumerate(batches):
        stamp = f"{AT + timedelta(seconds=number):%Y-%m-%dT%H-%M-%S}"
        write_parquet(table, batch, by_file.root / "data" / "landing" / "web" / "events" / f"loaded_at={stamp}" / "events.parquet")
    land(street, [[json.dumps(one, default=datetime.isoformat).encode() for one in batch] for batch in batches])
    answers = []
    for one in (street, by_file):
        one.write_orders()
        monkeypatch.setenv(DATA_DIR_VARIABLE, str(one.root / "data"))
        run = one.dbt("run", "--select", "+stg_web__events")
        assert run.succeeded, run.text
        answers.append(one.rows("select * exclude (_file_path) from staging.stg_web__events order by event_id"))
    assert answers[0] == answers[1]
    assert len(answers[0]) == len({one["event_id"] for one in events})
