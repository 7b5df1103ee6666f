"""Asset checks that stand between a run and the world: when a blocking one fails, yesterday's publication stays."""

import dagster as dg

from orchestration import monitoring
from orchestration.defs.monitor.tags import ACCEPT_TAG
from orchestration.monitoring import Verdict, limits, published_rows, sizes_from
from orchestration.resources.street import Street
from python_models.propensity.spec import SPECS, PropensitySpec

ROW_COUNTS = dg.AssetKey(["staging", "stg_landing__row_counts"])
MEMBERSHIPS = dg.AssetKey(["segments", "segment_memberships"])
PAYLOAD = dg.AssetKey(["sync", "sync_file_drop__audience_members"])
METRICS = dg.AssetKey(["ml", "model_metrics"])
SCORES = dg.AssetKey(["ml", "propensity_scores"])
MEMBERS_BY_SEGMENT = "select segment_name, count(*) from segments.segment_memberships where left_at is null group by segment_name"
MEMBERS_BY_AUDIENCE = "select audience_name, count(*) from sync.sync_file_drop__audience_members group by audience_name"
ACCEPTED_BY_TABLE = "select source_name || '.' || table_name, accepted from staging.stg_landing__row_counts"


@dg.asset_check(asset=ROW_COUNTS, name="accepted_rows", blocking=True, description="Rows do not vanish, and few are broken.")
def accepted_rows(context: dg.AssetCheckExecutionContext, street: Street) -> dg.AssetCheckResult:
    now = street.warehouse.rows(
        "select source_name || '.' || table_name, received, accepted, quarantined from staging.stg_landing__row_counts"
    )
    before = sizes_from(published_rows(street.folder.serving, "staging", "stg_landing__row_counts", ACCEPTED_BY_TABLE))
    return _result(context, monitoring.accepted_rows(now, before, **limits(street.warehouse, "accepted_rows")))


@dg.asset_check(asset=MEMBERSHIPS, name="size_swings", blocking=True, description="No segment grows or shrinks beyond reason.")
def segment_size_swings(context: dg.AssetCheckExecutionContext, street: Street) -> dg.AssetCheckResult:
    now = sizes_from(street.warehouse.rows(MEMBERS_BY_SEGMENT)) or {}
    before = sizes_from(published_rows(street.folder.serving, "segments", "segment_memberships", MEMBERS_BY_SEGMENT))
    return _result(context, monitoring.size_swings(now, before, **limits(street.warehouse, "size_swings")))


@dg.asset_check(asset=PAYLOAD, name="size_swings", blocking=True, description="No audience grows or shrinks beyond reason.")
def audience_size_swings(context: dg.AssetCheckExecutionContext, street: Street) -> dg.AssetCheckResult:
    now = sizes_from(street.warehouse.rows(MEMBERS_BY_AUDIENCE)) or {}
    before = sizes_from(published_rows(street.folder.serving, "sync", "sync_file_drop__audience_members", MEMBERS_BY_AUDIENCE))
    return _result(context, monitoring.size_swings(now, before, **limits(street.warehouse, "size_swings")))


def _quality_check(spec: PropensitySpec) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=METRICS, name=f"{spec.model_name}_auc_floor", blocking=True, description=f"{spec.model_name} ranks better than its floor."
    )
    def auc_floor(context: dg.AssetCheckExecutionContext, street: Street) -> dg.AssetCheckResult:
        limit = limits(street.warehouse, "model_quality")
        return _result(context, monitoring.model_quality(_test_metrics(street, spec), limit["minimum_auc"]))

    return auc_floor


def _calibration_check(spec: PropensitySpec) -> dg.AssetChecksDefinition:
    @dg.asset_check(asset=METRICS, name=f"{spec.model_name}_calibration", description=f"{spec.model_name} promises what happens.")
    def calibration(street: Street) -> dg.AssetCheckResult:
        error = _test_metrics(street, spec).get("ece", 0.0)
        maximum = limits(street.warehouse, "model_quality")["maximum_ece"]
        return dg.AssetCheckResult(
            passed=error <= maximum, severity=dg.AssetCheckSeverity.WARN, metadata={"ece": round(error, 4), "maximum": maximum}
        )

    return calibration


def _distribution_check(spec: PropensitySpec) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=SCORES, name=f"{spec.model_name}_distribution", blocking=True, description=f"{spec.model_name} scores look like its outcome."
    )
    def distribution(context: dg.AssetCheckExecutionContext, street: Street) -> dg.AssetCheckResult:
        [(mean, distinct_count)] = street.warehouse.rows(
            """
            select avg(probability), count(distinct probability) from ml.propensity_scores
            where model_name = ? and as_of_date = (select as_of_date from intermediate.int_clock)
            """,
            [spec.model_name],
        )
        if mean is None:
            return _result(context, Verdict((), {"note": "no scores: too little data"}))
        expected_rate = float(street.warehouse.value(EXPECTED_RATE, [spec.model_name]))
        limit = limits(street.warehouse, "score_distribution")
        return _result(context, monitoring.score_distribution(float(mean), int(distinct_count), expected_rate, **limit))

    return distribution


EXPECTED_RATE = """
    select metric_value from ml.model_metrics
    where model_name = ? and split = 'test' and metric_name = 'base_rate'
        and as_of_date = (select as_of_date from intermediate.int_clock)
"""


def _test_metrics(street: Street, spec: PropensitySpec) -> dict[str, float]:
    rows = street.warehouse.rows(
        """
        select metric_name, metric_value from ml.model_metrics
        where model_name = ? and split = 'test' and as_of_date = (select as_of_date from intermediate.int_clock)
        """,
        [spec.model_name],
    )
    return {name: float(value) for name, value in rows}


def _result(context: dg.AssetCheckExecutionContext, verdict: Verdict) -> dg.AssetCheckResult:
    is_accepted = context.run.tags.get(ACCEPT_TAG) == "true"
    metadata: dict[str, dg.MetadataValue] = {name: dg.MetadataValue.text(str(value)) for name, value in verdict.looked_at.items()}
    if verdict.findings:
        metadata["findings"] = dg.MetadataValue.md("\n".join(f"- {finding}" for finding in verdict.findings))
    return dg.AssetCheckResult(
        passed=verdict.passed,
        severity=dg.AssetCheckSeverity.WARN if is_accepted else dg.AssetCheckSeverity.ERROR,
        description="; ".join(verdict.findings) or None,
        metadata=metadata,
    )


quality_checks = [_quality_check(spec) for spec in SPECS]
calibration_checks = [_calibration_check(spec) for spec in SPECS]
distribution_checks = [_distribution_check(spec) for spec in SPECS]
