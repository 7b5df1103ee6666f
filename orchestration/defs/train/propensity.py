"""Training of the propensity models: one asset per model; the logic is in `python_models.propensity`, here is the wiring."""

from collections.abc import Mapping

import dagster as dg

from orchestration.champions import judge, keep_champion, note_training, propensity_provenance
from orchestration.defs.train.shared import FEATURES, FRESH, LIMITS, MODELS_DIR, RETRY, demanded, published
from orchestration.model_data import as_date, clock, contact_policy, training_rows
from orchestration.model_records import StoredModel
from orchestration.model_store import ModelStore
from orchestration.monitoring import limits
from orchestration.reports.propensity import propensity_report
from orchestration.resources.street import Street
from orchestration.retraining import examine, iso_dates, training_reason
from python_models.propensity.spec import SPECS, PropensitySpec
from python_models.propensity.train import train_propensity

CUSTOMERS = dg.AssetKey(["marts", "dim_customers"])
PROPENSITY_SEEDS = tuple(dg.AssetKey(["seeds", name]) for name in ("propensity_policies", "segment_thresholds"))
SHOWN = ("auc", "pr_auc", "brier", "ece", "lift_decile_01", "precision", "recall", "threshold", "base_rate")


def _propensity_asset(spec: PropensitySpec) -> dg.AssetsDefinition:
    @dg.asset(
        name=spec.model_name,
        key_prefix=["models"],
        deps=[FEATURES, dg.AssetKey(["features", spec.labels_model]), *PROPENSITY_SEEDS, CUSTOMERS, LIMITS],
        group_name="models",
        kinds={"python", "scikitlearn"},
        retry_policy=RETRY,
        freshness_policy=FRESH,
        description=f"Probability of {spec.outcome_column}: logistic regression, forest or boosting, chosen on training dates.",
    )
    def propensity_model(context: dg.AssetExecutionContext, street: Street) -> dg.MaterializeResult:
        as_of_at, limit = clock(street.tables), limits(street.tables, "champion")
        store, rows = ModelStore(street.tables, MODELS_DIR), training_rows(street.tables, spec)
        checkup = examine(store, spec, rows, as_date(as_of_at))
        reason = demanded(context) or training_reason(store, spec, checkup, as_date(as_of_at), limit)
        if reason is None:
            kept = keep_champion(store, spec, checkup, as_of_at, limit)
            return dg.MaterializeResult(
                metadata={"version": kept.incumbent, "trained": False, "why": kept.reason, **_figures(kept.metrics)}
            )
        result = train_propensity(rows, spec, contact_policy(street.tables, spec.model_name))
        content = result.model.to_json() if result.model else None
        test_dates = iso_dates(result.split.test) if result.split else ()
        stored = StoredModel(spec.model_name, result.model_version, as_date(as_of_at), content, result.reason, result.metrics, test_dates)
        decision = judge(store, spec, result, checkup, as_date(as_of_at), limit)
        folder = store.save(stored, as_of_at, decision=decision, provenance=propensity_provenance(spec, result, rows))
        note_training(store, spec, checkup, as_of_at, reason)
        metadata = published(propensity_report(result, spec, as_date(as_of_at)), result.model_version, folder)
        metadata |= {"trained": True, "why": reason, "promoted": decision.is_promoted, "decision": decision.reason}
        if result.model is None:
            context.log.warning("no %s: %s", spec.model_name, result.reason)
            return dg.MaterializeResult(metadata=metadata | {"reason": result.reason})
        metadata |= _figures(result.metrics["test"])
        metadata["confusion matrix (test)"] = dg.MetadataValue.md(_confusion(result.metrics["test"]))
        return dg.MaterializeResult(metadata=metadata)

    return propensity_model


def _figures(metrics: Mapping[str, float]) -> dict[str, float]:
    return {f"test {name}": round(metrics[name], 4) for name in SHOWN if name in metrics}


def _confusion(metrics: Mapping[str, float]) -> str:
    return (
        "| | did | did not |\n|---|---|---|\n"
        f"| contacted | {metrics['true_positives']:.0f} | {metrics['false_positives']:.0f} |\n"
        f"| left alone | {metrics['false_negatives']:.0f} | {metrics['true_negatives']:.0f} |"
    )


propensity_models = [_propensity_asset(spec) for spec in SPECS]
