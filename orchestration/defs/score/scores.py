"""Scoring: write the `ml` tables that dbt stages. Every write replaces the rows of the same model and as-of date."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import dagster as dg
import pandas as pd

from orchestration.model_data import as_date, clock, scoring_features
from orchestration.model_store import Metrics, ModelStore
from orchestration.paths import DBT_PROJECT
from orchestration.resources.street import Street
from orchestration.source_tables import read_source_tables
from python_models.customer_clusters.model import cluster_model_from_json
from python_models.customer_clusters.score import COLUMNS as CLUSTER_COLUMNS
from python_models.customer_clusters.score import PROFILE_COLUMNS, profile_clusters, score_clusters
from python_models.customer_clusters.spec import CUSTOMER_CLUSTERS
from python_models.propensity.model import model_from_json
from python_models.propensity.score import COLUMNS as SCORE_COLUMNS
from python_models.propensity.score import score_propensity
from python_models.propensity.spec import SPECS

MODELS_DIR = DBT_PROJECT / "models"
FEATURES = dg.AssetKey(["features", "feature_customers"])
CLOCK = dg.AssetKey(["intermediate", "int_clock"])
MODEL_NAMES = (CUSTOMER_CLUSTERS.model_name, *(spec.model_name for spec in SPECS))
ML_TABLES = read_source_tables(MODELS_DIR, "ml")
RETRY = dg.RetryPolicy(max_retries=1, delay=10)
FRESH = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36))


def _spec(table: str, deps: list[dg.AssetKey]) -> dg.AssetSpec:
    return dg.AssetSpec(
        key=["ml", table],
        deps=deps,
        group_name="ml",
        kinds={"python", "duckdb"},
        description=ML_TABLES[table].description,
        freshness_policy=FRESH,
    )


@dg.multi_asset(
    name="score_clusters",
    specs=[
        _spec(table, [FEATURES, CLOCK, dg.AssetKey(["models", "customer_clusters"])]) for table in ("customer_clusters", "cluster_profiles")
    ],
    retry_policy=RETRY,
)
def cluster_scores(street: Street) -> Iterator[dg.MaterializeResult]:
    as_of_at = clock(street.tables)
    same = {"as_of_date": as_date(as_of_at)}
    stored = ModelStore(street.tables, MODELS_DIR).load(CUSTOMER_CLUSTERS.model_name, as_date(as_of_at))
    scores, profiles = pd.DataFrame(columns=list(CLUSTER_COLUMNS)), pd.DataFrame(columns=list(PROFILE_COLUMNS))
    if stored.content is not None:
        model = cluster_model_from_json(stored.content)
        features = scoring_features(street.tables, [feature.name for feature in model.scaler.features])
        scores = score_clusters(features, model, as_of_at)
        profiles = profile_clusters(features, scores, model)
    for table, frame in (("customer_clusters", scores), ("cluster_profiles", profiles)):
        row_count = street.tables.replace_rows(ML_TABLES[table], frame, same)
        sizes = {f"size {name}": int(count) for name, count in scores["cluster_name"].value_counts().items()}
        yield dg.MaterializeResult(
            asset_key=["ml", table], metadata={"dagster/row_count": row_count, "version": stored.model_version, **sizes}
        )


@dg.asset(
    key=["ml", "propensity_scores"],
    deps=[FEATURES, CLOCK, *(dg.AssetKey(["models", spec.model_name]) for spec in SPECS)],
    group_name="ml",
    kinds={"python", "duckdb"},
    retry_policy=RETRY,
    freshness_policy=FRESH,
    description=ML_TABLES["propensity_scores"].description,
)
def propensity_scores(context: dg.AssetExecutionContext, street: Street) -> dg.MaterializeResult:
    as_of_at = clock(street.tables)
    store = ModelStore(street.tables, MODELS_DIR)
    metadata: dict[str, float | str] = {}
    row_count = 0
    for spec in SPECS:
        stored = store.load(spec.model_name, as_date(as_of_at))
        scores = pd.DataFrame(columns=list(SCORE_COLUMNS))
        if stored.content is None:
            context.log.warning("no %s scores: %s", spec.model_name, stored.reason)
        else:
            model = model_from_json(stored.content)
            scores = score_propensity(scoring_features(street.tables, model.features), model, as_of_at)
            metadata[f"mean {spec.model_name}"] = round(float(scores["probability"].mean()), 4)
        same = {"model_name": spec.model_name, "as_of_date": as_date(as_of_at)}
        row_count += street.tables.replace_rows(ML_TABLES["propensity_scores"], scores, same)
        metadata[f"version {spec.model_name}"] = stored.model_version
    return dg.MaterializeResult(metadata={"dagster/row_count": row_count, **metadata})


@dg.asset(
    key=["ml", "model_metrics"],
    deps=[CLOCK, *(dg.AssetKey(["models", name]) for name in MODEL_NAMES)],
    group_name="ml",
    kinds={"python", "duckdb"},
    retry_policy=RETRY,
    freshness_policy=FRESH,
    description=ML_TABLES["model_metrics"].description,
)
def model_metrics(street: Street) -> dg.MaterializeResult:
    as_of_at = clock(street.tables)
    store = ModelStore(street.tables, MODELS_DIR)
    row_count = 0
    for name in MODEL_NAMES:
        stored = store.load(name, as_date(as_of_at))
        rows = _metric_rows(name, stored.model_version, stored.metrics, as_of_at)
        same = {"model_name": name, "as_of_date": as_date(as_of_at)}
        row_count += street.tables.replace_rows(ML_TABLES["model_metrics"], rows, same)
    return dg.MaterializeResult(metadata={"dagster/row_count": row_count})


def _metric_rows(model_name: str, model_version: str, metrics: Metrics, as_of_at: datetime) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "model_name": model_name,
                "model_version": model_version,
                "as_of_date": as_date(as_of_at),
                "split": split,
                "metric_name": metric_name,
                "metric_value": value,
                "scored_at": as_of_at,
            }
            for split, by_name in metrics.items()
            for metric_name, value in by_name.items()
        ]
    )
