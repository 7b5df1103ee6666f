"""Training: one asset per model; the logic is in `python_models`, here are reading, storing and showing."""

from datetime import timedelta
from typing import Any

import dagster as dg
import pandas as pd

from orchestration.champions import judge, propensity_provenance
from orchestration.model_data import (
    as_date,
    clock,
    contact_hours,
    contact_policy,
    contact_shares,
    recommendable_products,
    scoring_features,
    send_time_policy,
    shop_day,
    training_rows,
    value_histories,
)
from orchestration.model_records import StoredModel
from orchestration.model_store import ModelStore
from orchestration.monitoring import limits
from orchestration.paths import DBT_PROJECT
from orchestration.plots_metadata import image
from orchestration.reports.page import write_report
from orchestration.reports.propensity import importances, propensity_report
from orchestration.resources.street import Street
from python_models.customer_clusters.families import comparison_table
from python_models.customer_clusters.model import cluster_model_from_json
from python_models.customer_clusters.spec import CUSTOMER_CLUSTERS
from python_models.customer_clusters.train import train_clusters
from python_models.evaluation.metrics import has_both_classes
from python_models.evaluation.plots import classification_plots, cluster_map_plot, importance_plot, profile_plot, silhouette_plot
from python_models.propensity.spec import SPECS, PropensitySpec
from python_models.propensity.train import TrainingResult, train_propensity
from python_models.recommendations.spec import PRODUCT_RECOMMENDATIONS
from python_models.recommendations.train import train_recommendations
from python_models.send_time.replay import replay
from python_models.send_time.spec import SEND_TIME
from python_models.send_time.train import train_send_time
from python_models.value.forecast import check_forecast
from python_models.value.spec import CUSTOMER_VALUE
from python_models.value.train import train_value

FEATURES = dg.AssetKey(["features", "feature_customers"])
CONTACTS = dg.AssetKey(["features", "feature_contact_hours"])
HISTORIES = dg.AssetKey(["features", "feature_purchase_histories"])
LIMITS = dg.AssetKey(["seeds", "monitoring_limits"])
CUSTOMERS = dg.AssetKey(["marts", "dim_customers"])
PROPENSITY_SEEDS = tuple(dg.AssetKey(["seeds", name]) for name in ("propensity_policies", "segment_thresholds"))
PRODUCT_FEATURES = tuple(
    dg.AssetKey(["features", name])
    for name in (
        "feature_recommendation_dates",
        "feature_recommendable_products",
        "feature_product_purchases",
        "feature_product_outcomes",
        "feature_customer_dates",
        "feature_customer_categories",
    )
)
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
    description="K-means, or what groups scaled behaviour better beyond noise; names from profiles, ids kept from the day before.",
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
            "map": image(folder / "map.png", cluster_map_plot(result.places)),
            "choice": result.choice,
            "ways of grouping": dg.MetadataValue.md(_as_markdown(comparison_table(result.candidates))),
        }
    )


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
        as_of_at = clock(street.tables)
        store, rows = ModelStore(street.tables, MODELS_DIR), training_rows(street.tables, spec)
        result = train_propensity(rows, spec, contact_policy(street.tables, spec.model_name))
        content = result.model.to_json() if result.model else None
        test_dates = tuple(f"{day:%Y-%m-%d}" for day in result.split.test) if result.split else ()
        stored = StoredModel(spec.model_name, result.model_version, as_date(as_of_at), content, result.reason, result.metrics, test_dates)
        decision = judge(store, spec, result, rows, as_date(as_of_at), limits(street.tables, "champion"))
        folder = store.save(stored, as_of_at, decision=decision, provenance=propensity_provenance(spec, result, rows))
        report = write_report(propensity_report(result, spec, as_date(as_of_at)), folder)
        metadata: dict[str, Any] = {"version": result.model_version, "folder": dg.MetadataValue.path(folder)}
        metadata |= {"promoted": decision.is_promoted, "decision": decision.reason, "report": dg.MetadataValue.path(report)}
        if result.model is None:
            context.log.warning("no %s: %s", spec.model_name, result.reason)
            return dg.MaterializeResult(metadata=metadata | {"reason": result.reason})
        metadata |= {f"test {name}": round(result.metrics["test"][name], 4) for name in SHOWN if name in result.metrics["test"]}
        metadata["confusion matrix (test)"] = dg.MetadataValue.md(_confusion(result.metrics["test"]))
        metadata |= _curves(result, spec, folder)
        importance = importances(result)
        metadata["importance (validation)"] = image(folder / "importance.png", importance_plot(importance))
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


@dg.asset(
    key=["models", CUSTOMER_VALUE.model_name],
    deps=[HISTORIES],
    group_name="models",
    kinds={"python", "scipy"},
    retry_policy=RETRY,
    freshness_policy=FRESH,
    description="BG/NBD and Gamma-Gamma on purchase histories: who still buys, how often, for how much; an earlier forecast checked.",
)
def customer_value_model(context: dg.AssetExecutionContext, street: Street) -> dg.MaterializeResult:
    as_of_at = clock(street.tables)
    today, earlier, days = value_histories(street.tables)
    fit = train_value(today, CUSTOMER_VALUE)
    metrics = {"train": fit.metrics, "test": check_forecast(earlier, today, days, CUSTOMER_VALUE).metrics}
    content = fit.model.to_json() if fit.model else None
    stored = StoredModel(CUSTOMER_VALUE.model_name, fit.model_version, as_date(as_of_at), content, fit.reason, metrics)
    folder = ModelStore(street.tables, MODELS_DIR).save(stored, as_of_at)
    metadata: dict[str, Any] = {"version": fit.model_version, "folder": dg.MetadataValue.path(folder)}
    if fit.model is None:
        context.log.warning("no %s: %s", CUSTOMER_VALUE.model_name, fit.reason)
        return dg.MaterializeResult(metadata=metadata | {"reason": fit.reason})
    shown = {f"{split} {name}": round(value, 4) for split, by_name in metrics.items() for name, value in by_name.items()}
    return dg.MaterializeResult(metadata=metadata | shown)


@dg.asset(
    key=["models", SEND_TIME.model_name],
    deps=[CONTACTS, dg.AssetKey(["seeds", "send_time_policy"])],
    group_name="models",
    kinds={"python", "numpy"},
    retry_policy=RETRY,
    freshness_policy=FRESH,
    description="Habits of reading, learnt from reads and visits by EM; hours chosen from earlier days judged by the messages since.",
)
def send_time_model(context: dg.AssetExecutionContext, street: Street) -> dg.MaterializeResult:
    as_of_at = clock(street.tables)
    everything, before, since = contact_hours(street.tables, contact_shares(street.tables, SEND_TIME.training_customers)[0])
    fit = train_send_time(everything, SEND_TIME)
    metrics = {"train": fit.metrics, "test": replay(before, since, SEND_TIME, send_time_policy(street.tables)).metrics}
    content = fit.model.to_json() if fit.model else None
    stored = StoredModel(SEND_TIME.model_name, fit.model_version, as_date(as_of_at), content, fit.reason, metrics)
    folder = ModelStore(street.tables, MODELS_DIR).save(stored, as_of_at)
    metadata: dict[str, Any] = {"version": fit.model_version, "folder": dg.MetadataValue.path(folder)}
    if fit.model is None:
        context.log.warning("no %s: %s", SEND_TIME.model_name, fit.reason)
        return dg.MaterializeResult(metadata=metadata | {"reason": fit.reason})
    shown = {f"{split} {name}": round(value, 4) for split, by_name in metrics.items() for name, value in by_name.items()}
    return dg.MaterializeResult(metadata=metadata | shown)


propensity_models = [_propensity_asset(spec) for spec in SPECS]


@dg.asset(
    key=["models", PRODUCT_RECOMMENDATIONS.model_name],
    deps=[*PRODUCT_FEATURES],
    group_name="models",
    kinds={"python", "scipy"},
    retry_policy=RETRY,
    freshness_policy=FRESH,
    description="Item-item weights, EASE, ALS or SVD where one beats the rules beyond noise on a past date; judged on a later one.",
)
def product_recommendations_model(context: dg.AssetExecutionContext, street: Street) -> dg.MaterializeResult:
    as_of_at = clock(street.tables)
    today = shop_day(street.tables, "scoring")
    if today is None:
        raise LookupError("feature_recommendation_dates has no date to score: build the features first")
    validation, test = shop_day(street.tables, "validation"), shop_day(street.tables, "test")
    fit = train_recommendations(validation, test, today, recommendable_products(street.tables), PRODUCT_RECOMMENDATIONS)
    content = fit.model.to_json() if fit.model else None
    stored = StoredModel(PRODUCT_RECOMMENDATIONS.model_name, fit.model_version, as_date(as_of_at), content, fit.reason, fit.metrics)
    folder = ModelStore(street.tables, MODELS_DIR).save(stored, as_of_at)
    metadata: dict[str, Any] = {"version": fit.model_version, "folder": dg.MetadataValue.path(folder)}
    if fit.reason is not None:
        context.log.warning("%s: rules serve: %s", PRODUCT_RECOMMENDATIONS.model_name, fit.reason)
        metadata["reason"] = fit.reason
    if fit.model is not None:
        metadata["serves"] = fit.model.recommender.candidate.name
        metadata["candidates (validation)"] = dg.MetadataValue.md(_as_markdown(fit.comparison))
    shown = {f"{split} {name}": round(value, 4) for split, by_name in fit.metrics.items() for name, value in by_name.items()}
    return dg.MaterializeResult(metadata=metadata | shown)


def _as_markdown(frame: pd.DataFrame) -> str:
    rows = [[f"{cell:.4f}" if isinstance(cell, float) else str(cell) for cell in row] for row in frame.itertuples(index=False)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [list(frame.columns), ["---"] * len(frame.columns), *rows])
