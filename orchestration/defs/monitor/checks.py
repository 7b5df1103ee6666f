"""Asset checks that stand between a run and the world: when a blocking one fails, yesterday's publication stays."""

import dagster as dg

from orchestration import monitoring
from orchestration.defs.monitor.tags import ACCEPT_TAG
from orchestration.model_data import as_date, clock
from orchestration.model_store import ModelStore
from orchestration.monitoring import Verdict, limits, published_rows, sizes_from
from orchestration.paths import DBT_PROJECT
from orchestration.resources.street import Street
from orchestration.truth import ALL_DEVICES, identity_quality
from python_models.propensity.spec import SPECS, PropensitySpec

IDENTITY_MAP = dg.AssetKey(["intermediate", "int_identity_map"])
ROW_COUNTS = dg.AssetKey(["staging", "stg_landing__row_counts"])
MEMBERSHIPS = dg.AssetKey(["segments", "segment_memberships"])
PAYLOAD = dg.AssetKey(["sync", "sync_file_drop__audience_members"])
DRIFT = dg.AssetKey(["feedback", "feedback_feature_drift"])
OUTCOMES = dg.AssetKey(["feedback", "feedback_score_outcomes"])
METRICS = dg.AssetKey(["ml", "model_metrics"])
SCORES = dg.AssetKey(["ml", "propensity_scores"])
MEMBERS_BY_SEGMENT = "select segment_name, count(*) from segments.segment_memberships where left_at is null group by segment_name"
MEMBERS_BY_AUDIENCE = "select audience_name, count(*) from sync.sync_file_drop__audience_members group by audience_name"
CUSTOMER_SIZES = """
    select count(*), coalesce(max(identifier_count), 0) from (
        select count(*) as identifier_count from intermediate.int_identity_map where customer_id is not null group by customer_id
    )
"""
OVERSIZED_BY_TYPE = "select limited_type, count(*) from intermediate.int_identity_oversized_components group by limited_type"
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


@dg.asset_check(asset=IDENTITY_MAP, name="overmerges", blocking=True, description="No customer is a crowd, and few groups hit a limit.")
def identity_overmerges(context: dg.AssetCheckExecutionContext, street: Street) -> dg.AssetCheckResult:
    [(customers, largest)] = street.warehouse.rows(CUSTOMER_SIZES)
    oversized = sizes_from(street.warehouse.rows(OVERSIZED_BY_TYPE)) or {}
    return _result(context, monitoring.overmerges(customers, largest, oversized, **limits(street.warehouse, "identity_overmerges")))


@dg.asset_check(asset=IDENTITY_MAP, name="quality", description="People are resolved as the truth has them, where there is one.")
def identity_quality_check(context: dg.AssetCheckExecutionContext, street: Street) -> dg.AssetCheckResult:
    # Devices that never told whose they are cannot be found: reported by the summary, not held against it.
    found = [each for each in identity_quality(street.folder) if each.identifiers != ALL_DEVICES]
    measured = [(each.identifiers, each.precision, each.recall, each.f1) for each in found]
    return _result(context, monitoring.identity_quality(measured, **limits(street.warehouse, "identity_quality")))


def _quality_check(spec: PropensitySpec) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=METRICS,
        name=f"{spec.model_name}_auc_floor",
        blocking=spec.blocks_publication,
        description=f"{spec.model_name} ranks better than its floor.",
    )
    def auc_floor(context: dg.AssetCheckExecutionContext, street: Street) -> dg.AssetCheckResult:
        limit = limits(street.warehouse, "model_quality")
        return _result(context, monitoring.model_quality(_test_metrics(street, spec), limit["minimum_auc"]), spec.blocks_publication)

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
        asset=SCORES,
        name=f"{spec.model_name}_distribution",
        blocking=spec.blocks_publication,
        description=f"{spec.model_name} scores look like its outcome.",
    )
    def distribution(context: dg.AssetCheckExecutionContext, street: Street) -> dg.AssetCheckResult:
        comparable = f"features.{spec.comparable_feature} > 0" if spec.comparable_feature else "true"
        [(mean, distinct_count)] = street.warehouse.rows(
            f"""
            select avg(scores.probability), count(distinct scores.probability)
            from ml.propensity_scores as scores
            left join features.feature_customers as features
                on scores.customer_id = features.customer_id and scores.as_of_date = features.as_of_date
            where scores.model_name = ? and scores.as_of_date = (select as_of_date from intermediate.int_clock) and {comparable}
            """,
            [spec.model_name],
        )
        if mean is None:
            return _result(context, Verdict((), {"note": "no scores: too little data"}))
        expected_rate = float(street.warehouse.value(EXPECTED_RATE, [spec.model_name]))
        limit = limits(street.warehouse, "score_distribution")
        return _result(
            context, monitoring.score_distribution(float(mean), int(distinct_count), expected_rate, **limit), spec.blocks_publication
        )

    return distribution


@dg.asset_check(asset=DRIFT, name="drift", description="Features and scores look as they did on the dates that models train on.")
def drift(street: Street) -> dg.AssetCheckResult:
    rows = street.warehouse.rows(
        "select feature_name, feature_kind, population_stability_index, verdict from feedback.feedback_feature_drift order by feature_name"
    )
    maximum = limits(street.warehouse, "feature_drift")["maximum_drifted_share"]
    return _warning(monitoring.feature_drift([(str(row[0]), str(row[1]), row[2], str(row[3])) for row in rows], maximum))


def _backtest_check(spec: PropensitySpec) -> dg.AssetChecksDefinition:
    @dg.asset_check(asset=OUTCOMES, name=f"{spec.model_name}_backtest", description=f"What {spec.model_name} promised has happened.")
    def backtest(street: Street) -> dg.AssetCheckResult:
        rows = street.warehouse.rows(
            """
            select model_version, as_of_date, row_count, mean_score, actual_rate, calibration_error from feedback.feedback_score_outcomes
            where model_name = ? order by as_of_date desc, row_count desc, model_version limit 1
            """,
            [spec.model_name],
        )
        settled = [(str(row[0]), str(row[1]), int(row[2]), float(row[3]), float(row[4]), float(row[5])) for row in rows]
        return _warning(monitoring.score_backtest(settled, **limits(street.warehouse, "score_backtest")))

    return backtest


def _age_check(spec: PropensitySpec) -> dg.AssetChecksDefinition:
    @dg.asset_check(asset=METRICS, name=f"{spec.model_name}_retraining", description=f"{spec.model_name} is not scored by an old version.")
    def retraining(street: Street) -> dg.AssetCheckResult:
        today = as_date(clock(street.warehouse))
        champion = ModelStore(street.warehouse, DBT_PROJECT / "models").champion_at(spec.model_name, today)
        limit = limits(street.warehouse, "champion")
        version, days = (champion.model_version, (today - champion.serves_since_date).days) if champion else (None, 0)
        return _warning(monitoring.champion_age(version, days, limit["maximum_age_days"], limit["overdue_days"]))

    return retraining


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


def _warning(verdict: Verdict) -> dg.AssetCheckResult:
    """A finding that is worth a look and stops nothing."""
    return dg.AssetCheckResult(
        passed=verdict.passed,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(verdict.findings) or None,
        metadata={name: dg.MetadataValue.text(str(value)) for name, value in verdict.looked_at.items()},
    )


def _result(context: dg.AssetCheckExecutionContext, verdict: Verdict, is_grave: bool = True) -> dg.AssetCheckResult:
    is_accepted = not is_grave or context.run.tags.get(ACCEPT_TAG) == "true"
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
backtest_checks = [_backtest_check(spec) for spec in SPECS]
age_checks = [_age_check(spec) for spec in SPECS]
