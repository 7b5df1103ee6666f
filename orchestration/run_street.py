"""Run the whole street in this process, with Dagster's record kept for the UI and one readable line per step on the screen."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import dagster as dg
from dagster import DagsterInstance

from orchestration.landing_watch import LANDING_TAG, landing_digest
from orchestration.paths import DATA_DIR_VARIABLE, DataFolder
from orchestration.progress import Progress, progress_logger

INSTANCE_SETTINGS = """\
# Written by audience360 when missing; yours to edit.
telemetry:
  enabled: false
nux:
  enabled: false
run_monitoring:
  enabled: true
code_servers:
  # Loading parses the dbt project when it changed, which takes its time on a busy machine.
  local_startup_timeout: 600
run_retries:
  enabled: true
  retry_on_asset_or_op_failure: false
"""


SHOWN_LINES = 20
DBT_PARTS = ("dbt_before_linkage", "dbt_before_models", "dbt_after_models")
WITHOUT_DATA_TESTS = {part: {"config": {"left_out": ["unit_test", "test"]}} for part in DBT_PARTS}


class StreetFailedError(RuntimeError):
    """A step failed; the message names the steps and where to read more."""


@dataclass(frozen=True)
class StreetRun:
    """A finished run."""

    run_id: str
    seconds: float
    seconds_by_step: Mapping[str, float]
    log_file: Path


def dagster_home(folder: DataFolder) -> Path:
    """Dagster's own folder inside the data folder, made on first use."""
    home = folder.root / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    settings = home / "dagster.yaml"
    if not settings.exists():
        settings.write_text(INSTANCE_SETTINGS)
    return home


def use_data_folder(folder: DataFolder) -> None:
    """Child processes (dbt, the UI) work on the same data folder and the same Dagster record."""
    os.environ[DATA_DIR_VARIABLE] = str(folder.root)
    os.environ["DAGSTER_HOME"] = str(dagster_home(folder))


def run_street(
    folder: DataFolder,
    tell: Callable[[str], None] | None = None,
    tags: Mapping[str, str] | None = None,
    with_data_tests: bool = True,
) -> StreetRun:
    """Run the job `street`; raises when a step or a blocking check failed. Without data tests it is for trials only."""
    use_data_folder(folder)
    # Imported late: loading the definitions reads the manifest of the data folder that was named just now.
    from orchestration.definitions import defs

    if not with_data_tests:
        # Dagster warns of every check without a result; here that is what was asked for.
        logging.getLogger("dagster._core.execution.plan.active").setLevel(logging.ERROR)
    started = time.monotonic()
    progress = Progress(tell or partial(print, file=sys.stdout, flush=True))
    job = dg.Definitions.merge(defs, dg.Definitions(loggers={"terminal": progress_logger(progress)})).resolve_job_def("street")
    progress.step_count = len(list(job.graph.node_dict))
    log_file = folder.root / "logs" / f"street-{datetime.now(UTC):%Y%m%dT%H%M%S}.log"
    log_file.parent.mkdir(parents=True, exist_ok=True)
    # dbt's own output is long: it goes to a file, the screen gets one line per step.
    with DagsterInstance.get() as instance, log_file.open("w", encoding="utf-8") as log, redirect_stdout(log):
        result = job.execute_in_process(
            instance=instance,
            run_config={"loggers": {"terminal": {}}, "ops": {} if with_data_tests else WITHOUT_DATA_TESTS},
            raise_on_error=False,
            tags={"a360/trigger": "command line", LANDING_TAG: landing_digest(folder.landing) or "nothing", **(tags or {})},
        )
    if not result.success:
        reasons = "\n".join(f"  {step}: {_shortened(reason)}" for step, reason in progress.failures.items())
        raise StreetFailedError(
            f"run {result.run_id} failed; nothing was published after the failure:\n{reasons}\nRead more in {log_file}, or with `make ui`."
        )
    skipped = sorted({event.step_key or "" for event in result.all_events if event.event_type == dg.DagsterEventType.STEP_SKIPPED})
    if skipped:
        # Dagster calls a run with skipped steps a success; here every step belongs to the street.
        raise StreetFailedError(f"run {result.run_id} left steps out: {', '.join(skipped)}. Read more in {log_file}, or with `make ui`.")
    return StreetRun(result.run_id, time.monotonic() - started, progress.seconds_by_step, log_file)


def _shortened(reason: str) -> str:
    """The first lines of an error; dbt lists every failed node, and the log has them all."""
    lines = [line for line in reason.splitlines() if line.strip()]
    more = [f"… and {len(lines) - SHOWN_LINES} more lines"] if len(lines) > SHOWN_LINES else []
    return "\n    ".join(lines[:SHOWN_LINES] + more)
