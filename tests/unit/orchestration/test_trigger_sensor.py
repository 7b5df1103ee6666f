"""What Dagster says of the trigger audience: once per version, with figures only."""

import json
from pathlib import Path

import dagster as dg
import pytest

from orchestration.defs.publish.triggers import trigger_audience, trigger_audience_sensor
from orchestration.paths import DATA_DIR_VARIABLE


def look(cursor: str | None = None) -> dg.SensorResult | dg.SkipReason:
    with dg.DagsterInstance.ephemeral() as instance:
        result = trigger_audience_sensor(dg.build_sensor_context(instance=instance, cursor=cursor))
    assert isinstance(result, dg.SensorResult | dg.SkipReason)
    return result


def test_each_version_is_reported_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATA_DIR_VARIABLE, str(tmp_path))
    assert isinstance(look(), dg.SkipReason)
    current = tmp_path / "serving" / "triggers" / "current"
    current.mkdir(parents=True)
    manifest = {
        "version": "v1",
        "written_at": "2026-11-22 10:00:01.5",
        "base": "b1",
        "last_entry": None,
        "people_waiting": 3,
        "rows": {"trigger_audience": 7, "customer_activity": 2},
        "excluded": {"no_consent": 4, "frequency_capped": 1},
    }
    (current / "manifest.json").write_text(json.dumps(manifest))
    found = look()
    assert isinstance(found, dg.SensorResult)
    [event] = found.asset_events
    assert event.asset_key == trigger_audience.key
    assert {"dagster/row_count": 7, "left out": 5}.items() <= {name: value.value for name, value in event.metadata.items()}.items()
    assert isinstance(look(found.cursor), dg.SkipReason)
