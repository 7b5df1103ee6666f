"""dbt within the test process, on a project that was parsed once: parsing takes longer than building a small world."""

import gc
from collections.abc import Sequence
from pathlib import Path

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from orchestration.paths import DBT_PROJECT, PROFILES

WITHOUT_TESTS = ("--exclude-resource-types", "test", "unit_test")


def folders(scratch: Path) -> list[str]:
    """The options that keep everything dbt writes below one folder."""
    paths = {"project-dir": DBT_PROJECT, "profiles-dir": PROFILES, "target-path": scratch / "target", "log-path": scratch / "logs"}
    return [part for name, path in paths.items() for part in (f"--{name}", str(path))]


def parse(scratch: Path) -> Manifest:
    """The project as dbt understands it. The data folder is looked up anew by each build."""
    parsed = dbtRunner().invoke(["parse", "--quiet", *folders(scratch)])
    assert isinstance(parsed.result, Manifest), parsed.exception
    return parsed.result


def build(manifest: Manifest, scratch: Path, models: Sequence[str], *options: str) -> None:
    """Build some models and what they need, in the data folder that the environment names."""
    selection = [part for name in models for part in ("--select", f"+{name}")]
    result = dbtRunner(manifest=manifest).invoke(["build", *WITHOUT_TESTS, "--quiet", *options, *selection, *folders(scratch)])
    succeeded, reason = result.success, str(result.exception or [item.message for item in getattr(result.result, "results", [])])
    # dbt-duckdb keeps the database open between invocations of one process.
    del result
    DuckDBConnectionManager.close_all_connections()
    gc.collect()
    assert succeeded, reason
