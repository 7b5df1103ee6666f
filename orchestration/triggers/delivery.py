"""The trigger audience as other programs read it, swapped in as a whole.

serving/triggers/current                symbolic link to the newest version; the only path to remember
serving/triggers/versions/<version>/    trigger_audience.parquet, customer_activity.parquet, manifest.json
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import duckdb

from orchestration.atomic_files import swap_link, sync, sync_tree
from orchestration.warehouse import literal

BUILDING_PREFIX = ".building-"
KEPT_VERSIONS = 5
# A reader that followed the link has so long to open the files.
KEPT_SECONDS = 120.0
# Only whom a campaign could be sent to today; of several triggers of a person the first is the one to send.
AUDIENCE_SQL = """
    select
        trigger_firing_id,
        trigger_name,
        condition,
        customer_id,
        subject_type,
        subject_id,
        priority,
        row_number() over (
            partition by customer_id
            order by priority, entered_at desc, trigger_firing_id
        ) as customer_rank,
        entered_at,
        expires_at,
        detected_at,
        event_id,
        stream_entries
    from state.firings
    where is_eligible
    order by customer_id, customer_rank
"""
ACTIVITY_SQL = "select * from state.activity order by customer_id"


def deliver(connection: duckdb.DuckDBPyConnection, triggers_dir: Path, facts: Mapping[str, object]) -> Path:
    """Write a version from what the store holds, and swap it in; a process that dies before that leaves the old one in place."""
    versions = triggers_dir / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    for leftover in [*versions.glob(f"{BUILDING_PREFIX}*"), *triggers_dir.glob(".current-*")]:
        shutil.rmtree(leftover) if leftover.is_dir() and not leftover.is_symlink() else leftover.unlink()
    version = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{uuid4().hex[:8]}"
    building = versions / f"{BUILDING_PREFIX}{version}"
    building.mkdir()
    counts: dict[str, int] = {}
    for name, query in (("trigger_audience", AUDIENCE_SQL), ("customer_activity", ACTIVITY_SQL)):
        file = building / f"{name}.parquet"
        [(counts[name],)] = connection.execute(f"copy ({query}) to {literal(file)} (format parquet, compression zstd)").fetchall()
    excluded = dict(connection.execute("select exclusion, count(*) from state.firings where not is_eligible group by exclusion").fetchall())
    manifest = {"version": version, **facts, "rows": counts, "excluded": excluded}
    (building / "manifest.json").write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    sync_tree(building)
    building.rename(versions / version)
    sync(versions)
    swap_link(triggers_dir / "current", Path("versions") / version)
    others = sorted(path.name for path in versions.iterdir() if not path.name.startswith(".") and path.name != version)
    for name in others[: 1 - KEPT_VERSIONS]:
        if time.time() - (versions / name).stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(versions / name)
    return versions / version
