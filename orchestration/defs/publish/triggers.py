"""The trigger audience in Dagster: written by the runner, which is a process of its own, and reported here so that it has a history.

A run of Dagster would take longer to start than an event may take to the audience, and would wait for the nightly run.
"""

import json
from datetime import datetime, timedelta

import dagster as dg

from orchestration.defs.publish.publish import SERVING
from orchestration.paths import data_folder

# Who runs triggers at all is told when they stand still; who never started them is not.
STANDS_STILL = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=1))

trigger_audience = dg.AssetSpec(
    key=["destinations", "trigger_audience"],
    deps=[SERVING],
    group_name="publish",
    kinds={"parquet"},
    freshness_policy=STANDS_STILL,
    description="Who is in which trigger now, and may be written to: kept up to date by `make triggers`, beside the runs.",
)


@dg.sensor(minimum_interval_seconds=60, name="trigger_audience")
def trigger_audience_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Report the newest version that the runner wrote, at most once a minute."""
    file = data_folder().serving / "triggers" / "current" / "manifest.json"
    if not file.exists():
        return dg.SkipReason("the trigger runner has written nothing yet: `make triggers` starts it")
    manifest = json.loads(file.read_text(encoding="utf-8"))
    if context.cursor == manifest["version"]:
        return dg.SkipReason("nothing changed")
    written_at = datetime.fromisoformat(manifest["written_at"])
    materialization = dg.AssetMaterialization(
        asset_key=trigger_audience.key,
        metadata={
            "dagster/row_count": manifest["rows"]["trigger_audience"],
            "people active since the build": manifest["rows"]["customer_activity"],
            "people waiting": manifest["people_waiting"],
            "left out": sum(manifest["excluded"].values()),
            "written at": f"{written_at:%Y-%m-%d %H:%M:%S} UTC",
            "base": manifest["base"],
            "last entry": manifest["last_entry"] or "none",
        },
    )
    return dg.SensorResult(asset_events=[materialization], cursor=manifest["version"])
