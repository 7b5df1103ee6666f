"""The stream's figures are those of every single event."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.stream import latencies, percentile


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([3.0, 1.0, 2.0], 0.5, 2.0), ([1.0, 2.0], 0.5, 1.0), ([float(value) for value in range(1, 101)], 0.95, 95.0), ([7.0], 0.95, 7.0)],
)
def test_a_percentile_is_one_of_the_values(values: list[float], share: float, expected: float) -> None:
    assert percentile(values, share) == expected


def test_latency_is_from_sending_to_the_file(tmp_path: Path) -> None:
    file = tmp_path / "web" / "events" / "1-0_3-0_3.jsonl"
    file.parent.mkdir(parents=True)
    now = datetime.now(UTC).timestamp()
    events = [("steady-1", 5.0), ("steady-2", 3.0), ("burst-1", 1.0), ("burst-1", 1.0)]
    lines = [
        json.dumps({"event_id": event_id, "received_at": datetime.fromtimestamp(now - before, UTC).isoformat()})
        for event_id, before in events
    ]
    file.write_text("\n".join(lines) + "\n")
    landed_after = file.stat().st_ctime - now
    found, times, sent = latencies(tmp_path, "web/events")
    assert found["steady"] == pytest.approx([5.0 + landed_after, 3.0 + landed_after], abs=1e-3)
    assert times == {"steady-1": 1, "steady-2": 1, "burst-1": 2}
    assert sent == pytest.approx({"steady-1": now - 5, "steady-2": now - 3, "burst-1": now - 1}, abs=1e-3)
