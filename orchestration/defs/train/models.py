"""Training: one asset per model; the logic is in `python_models`, here are reading, storing and showing."""

from datetime import timedelta
from typing import Any

import dagster as dg

from orchestration.model_data import as_date, clock, scoring_features, training_rows
from orchestration.model_store import ModelStore, StoredModel
from orchestration.paths import DBT_PROJECT
from orchestration.plots_metadata import image
from orchestration.resources.street import Street
from python_models.customer_clusters.model import cluster_model_from_json
from python_models.customer_clusters.spec import CUSTOMER_CLUSTERS
from python_models.customer_clusters.train import train_clusters
from python_models.evaluation.metrics import has_both_classes
from python_models.evaluation.plots import classification_plots, profile_plot, silhouette_plot
from python_models.propensity.spec import SPECS, PropensitySpec
from python_models.propensity.train import TrainingResult, train_propensity

FEATURES = dg.AssetKey(["features", "feature_customers"])
LABELS = dg.AssetKey(["features", "feature_purchase_labels"])
MODELS_DIR = DBT_PROJECT / "models"
RETRY = dg.RetryPolicy(max_retries=1, delay=10)
FRESH = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36))
SHOWN = ("auc", "pr_auc", "brier", "ece", "lift_decile_01", "precision", "recall", "threshold", "base_rate")


@dg.asset(
    key=["models", "customer_clusters"],
    deps=[FEATURES],
    group_name="models",
    kinds={"python", "scikitlearn"},
    retry_policy=RETRY,
    freshness_policy=FRESH,
    description="K-means on scaled behaviour; k by silhouette, names from profiles, ids kept from the model of the day before.",
)
def customer_clusters_model(context: dg.AssetExecutionContext, street: Street) -> dg.MaterializeResult:
    as_of_at = clock(street.tables)
    store = ModelStore(street.tables, MODELS_DIR)
    previous = store.previous_content(CUSTOMER_CLUSTERS.model_name, as_date(as_of_at))
    features = scoring_features(street.tables, [feature.name for feature in CUSTOMER_CLUSTERS.features])
    result = train_clusters(features, CUSTOMER_CLUSTERS, cluster_model_from_json(previous) if previous else None)
    content = result.model.to_json() if result.model else None
    stored = StoredModel(
        CUSTOMER_CLUSTERS.model_name, result.model_version, as_date(as_of_at), content, result.reason, {"train": result.metrics}
    )
    folder = store.save(stored, as_of_at, keep_content=True)
    metadata: dict[str, Any] = {"version": result.model_version, "folder": dg.MetadataValue.path(folder), "customers": len(features)}
    if result.model is None:
        context.log.warning("no clusters: %s", result.reason)
        return dg.MaterializeResult(metadata=metadata | {"reason": result.reason})
    return dg.MaterializeResult(
        metadata=metadata
        | {
            "k": len(result.model.clusters),
            "names": ", ".join(cluster.cluster_name for cluster in result.model.clusters),
            "choice of k": image(folder / "silhouette.png", silhouette_plot(result.silhouette_by_k, len(result.model.clusters))),
            "profile": image(folder / "profile.png", profile_plot(result.standardised_profile)),
        }
    )


def _propensity_asset(spec: PropensitySpec) -> dg.AssetsDefinition:
    @dg.asset(
        name=spec.model_name,
        key_prefix=["models"],
        deps=[FEATURES, LABELS],
        group_name="models",
        kinds={"python", "scikitlearn"},
        retry_policy=RETRY,
        freshness_policy=FRESH,
        description=f"Probability of {spec.outcome_column}: logistic regression or boosting, chosen and calibrated on validation dates.",
    )
    def propensity_model(context: dg.AssetExecutionContext, street: Street) -> dg.MaterializeResult:
        as_of_at = clock(street.tables)
        result = train_propensity(training_rows(street.tables, spec), spec)
        content = result.model.to_json() if result.model else None
        test_dates = tuple(f"{day:%Y-%m-%d}" for day in result.split.test) if result.split else ()
        stored = StoredModel(spec.model_name, result.model_version, as_date(as_of_at), content, result.reason, result.metrics, test_dates)
        folder = ModelStore(street.tables, MODELS_DIR).save(stored, as_of_at)
        metadata: dict[str, Any] = {"version": result.model_version, "folder": dg.MetadataValue.path(folder)}
        if result.model is None:
            context.log.warning("no %s: %s", spec.model_name, result.reason)
            return dg.MaterializeResult(metadata=metadata | {"reason": result.reason})
        metadata |= {f"test {name}": round(result.metrics["test"][name], 4) for name in SHOWN if name in result.metrics["test"]}
        metadata["confusion matrix (test)"] = dg.MetadataValue.md(_confusion(result.metrics["test"]))
        metadata |= _curves(result, spec, folder)
        return dg.MaterializeResult(metadata=metadata)

    return propensity_model


def _curves(result: TrainingResult, spec: PropensitySpec, folder: Any) -> dict[str, Any]:
    test = result.predictions[result.predictions["split"] == "test"]
    outcome, probability = test["outcome"].to_numpy(dtype=bool), test["probability"].to_numpy(dtype=float)
    if not has_both_classes(outcome):
        return {}
    return {"curves (test)": image(folder / "test.png", classification_plots(outcome, probability, f"{spec.model_name}, test dates"))}


def _confusion(metrics: dict[str, float] | Any) -> str:
    return (
        "| | did | did not |\n|---|---|---|\n"
        f"| contacted | {metrics['true_positives']:.0f} | {metrics['false_positives']:.0f} |\n"
        f"| left alone | {metrics['false_negatives']:.0f} | {metrics['true_negatives']:.0f} |"
    )


propensity_models = [_propensity_asset(spec) for spec in SPECS]
