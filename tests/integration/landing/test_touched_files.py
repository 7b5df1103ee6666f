"""An incremental model of events opens the files with rows of the days that new files touch, and no others."""

import json

from tests.integration.landing.conftest import Street

MODEL = "int_shopping_events"
BUILD = ("build", "--select", f"+{MODEL}", "--exclude", "resource_type:test", "resource_type:unit_test")


def deliver(street: Street, name: str, event_id: str, day: str) -> None:
    """One product view of that day, loaded on the next by a file of that name."""
    event = {
        "event_id": event_id,
        "event_type": "product_view",
        "event_at": f"2026-10-{day}T10:00:00Z",
        "received_at": f"2026-10-{day}T10:00:01Z",
        "anonymous_id": "device-1",
        "product_id": "p1",
        "_loaded_at": f"2026-10-{int(day) + 1:02}T06:00:00Z",
    }
    street.write(f"web/events/{name}.jsonl", json.dumps(event) + "\n")


def test_a_late_file_makes_its_day_anew_from_the_files_of_that_day(street: Street) -> None:
    street.write_orders()
    for day in ("01", "02", "03"):
        deliver(street, f"day_{day}", f"e{day}", day)
    first = street.dbt(*BUILD)
    assert first.succeeded, first.text
    deliver(street, "late", "late", "02")
    second = street.dbt(*BUILD)
    assert second.succeeded, second.text
    [compiled] = (street.root / "target" / "compiled").rglob(f"{MODEL}.sql")
    assert "_file_path in ('web/events/day_02.jsonl', 'web/events/late.jsonl')" in compiled.read_text(encoding="utf-8")
    [(_, plan)] = street.rows(f"explain {compiled.read_text(encoding='utf-8')}")
    assert "Scanning Files: 2/4" in plan
    everything = f"select * from intermediate.{MODEL} order by all"
    increment = street.rows(everything)
    assert len(increment) == 4
    assert street.dbt(*BUILD, "--full-refresh").succeeded
    assert street.rows(everything) == increment


def test_a_run_without_a_new_file_opens_none(street: Street) -> None:
    street.write_orders()
    deliver(street, "day_01", "e01", "01")
    for _ in range(2):
        done = street.dbt(*BUILD)
        assert done.succeeded, done.text
    [compiled] = (street.root / "target" / "compiled").rglob(f"{MODEL}.sql")
    assert "_file_path in" not in compiled.read_text(encoding="utf-8")
    assert street.rows(f"select count(*) from intermediate.{MODEL}") == [(1,)]
