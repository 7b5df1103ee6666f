"""When the street runs: every night, every hour if something was delivered, and soon after files land."""

import dagster as dg

from orchestration.landing_watch import LANDING_TAG, Watch, landing_digest
from orchestration.paths import data_folder

STREET_TAGS = {"a360/scope": "street"}

street_job = dg.define_asset_job(
    "street",
    selection=dg.AssetSelection.all(),
    # DuckDB has one writer: steps of one process in turn are faster than processes that wait for each other (59 s against 153 s).
    executor_def=dg.in_process_executor,
    # A run whose process died is started again; a run that failed for a reason is not.
    tags=STREET_TAGS | {"dagster/max_retries": "1", "dagster/retry_on_asset_or_op_failure": "false"},
    description="The whole street: landing, dbt, Python models, dbt, checks, serving copy, destinations.",
)


@dg.schedule(cron_schedule="0 3 * * *", job=street_job, execution_timezone="UTC", name="street_daily")
def street_daily(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Every night, whether or not files came: windows and recencies move with the clock."""
    day = f"{context.scheduled_execution_time:%Y-%m-%d}"
    return dg.RunRequest(run_key=f"daily-{day}", tags=STREET_TAGS | {"a360/trigger": "daily"})


@dg.schedule(cron_schedule="30 * * * *", job=street_job, execution_timezone="UTC", name="street_hourly")
def street_hourly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Every hour, if the landing folder changed: catches what the sensor missed while the daemon was down."""
    current = landing_digest(data_folder().landing)
    if current is None:
        return dg.SkipReason("nothing was delivered yet")
    if _is_built(context.instance, current):
        return dg.SkipReason("nothing was delivered since the last run")
    return dg.RunRequest(run_key=f"landing-{current}", tags=STREET_TAGS | {"a360/trigger": "hourly", LANDING_TAG: current})


@dg.sensor(job=street_job, minimum_interval_seconds=30, name="landing_files")
def landing_files(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Run when new files landed and the folder has been quiet for one interval, so that a delivery of many files is one run.

    What a stream brings waits for the schedules: its folder is never quiet.
    """
    current = landing_digest(data_folder().landing, with_streams=False)
    watch, is_due = Watch.from_cursor(context.cursor).look(current)
    requests = []
    if is_due and current is not None and not _is_built(context.instance, current):
        requests.append(dg.RunRequest(run_key=f"landing-{current}", tags=STREET_TAGS | {"a360/trigger": "landing", LANDING_TAG: current}))
    reason = None if requests else dg.SkipReason("files are still arriving" if watch.pending else "no new files")
    return dg.SensorResult(run_requests=requests, skip_reason=reason, cursor=watch.to_cursor())


def _is_built(instance: dg.DagsterInstance, landing: str) -> bool:
    """Whether a run on just these files succeeded or is on its way, whoever asked for it."""
    alive = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.QUEUED]
    return bool(instance.get_runs(filters=dg.RunsFilter(tags={LANDING_TAG: landing}, statuses=alive), limit=1))
