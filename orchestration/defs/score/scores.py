"""Scoring: write the `ml` tables that dbt stages. Every write replaces the rows of the same model and as-of date."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import dagster as dg
import pandas as pd

from orchestration.champions import serving_metrics, serving_model
from orchestration.model_data import (
    as_date,
    clock,
    contact_hours,
    contact_shares,
    recommendable_products,
    reference_features,
    scoring_features,
    send_time_policy,
    shop_day,
    value_histories,
)
from orchestration.model_records import Metrics
from orchestration.model_store import ModelStore
from orchestration.paths import DBT_PROJECT
from orchestration.resources.street import Street
from orchestration.source_tables import read_source_tables
from python_models.customer_clusters.model import cluster_model_from_json
from python_models.customer_clusters.score import COLUMNS as CLUSTER_COLUMNS
from python_models.customer_clusters.score import PROFILE_COLUMNS, profile_clusters, score_clusters
from python_models.customer_clusters.spec import CUSTOMER_CLUSTERS
from python_models.propensity.model import model_from_json
from python_models.propensity.score import COLUMNS as SCORE_COLUMNS
from python_models.propensity.score import score_propensity, scoring_columns
from python_models.propensity.spec import SPECS
from python_models.recommendations.model import recommendation_model_from_json
from python_models.recommendations.score import COLUMNS as RECOMMENDATION_COLUMNS
from python_models.recommendations.score import recommend
from python_models.recommendations.spec import PRODUCT_RECOMMENDATIONS
from python_models.send_time.model import send_time_model_from_json
from python_models.send_time.score import SCORE_COLUMNS as SEND_TIME_COLUMNS
from python_models.send_time.score import score_send_times
from python_models.send_time.spec import SEND_TIME
from python_models.uplift.spec import MESSAGE_UPLIFT
from python_models.value.model import value_model_from_json
from python_models.value.score import SCORE_COLUMNS as VALUE_COLUMNS
from python_models.value.score import score_value
from python_models.value.spec import CUSTOMER_VALUE

MODELS_DIR = DBT_PROJECT / "models"
FEATURES = dg.AssetKey(["features", "feature_customers"])
CONTACTS = dg.AssetKey(["features", "feature_contact_hours"])
HISTORIES = dg.AssetKey(["features", "feature_purchase_histories"])
CLOCK = dg.AssetKey(["intermediate", "int_clock"])
MODEL_NAMES = (
    CUSTOMER_CLUSTERS.model_name,
    *(spec.model_name for spec in SPECS),
    CUSTOMER_VALUE.model_name,
    PRODUCT_RECOMMENDATIONS.model_name,
    SEND_TIME.model_name,
    MESSAGE_UPLIFT.model_name,
)
# Models that are not fitted anew by every run: a version of an earlier date may serve.
CHAMPION_NAMES = frozenset({CUSTOMER_CLUSTERS.model_name, *(spec.model_name for spec in SPECS)})
# Their contacts are some dozens of rows each.
CUSTOMERS_AT_ONCE = 100_000
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
    stored = serving_model(ModelStore(street.tables, MODELS_DIR), CUSTOMER_CLUSTERS.model_name, as_date(as_of_at))
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
        stored = serving_model(store, spec.model_name, as_date(as_of_at))
        scores = pd.DataFrame(columns=list(SCORE_COLUMNS))
        if stored.content is None:
            context.log.warning("no %s scores: %s", spec.model_name, stored.reason)
        else:
            model = model_from_json(stored.content)
            scores = score_propensity(scoring_features(street.tables, scoring_columns(model, spec)), model, spec, as_of_at)
            metadata[f"mean {spec.model_name}"] = round(float(scores["probability"].mean()), 4)
        same = {"model_name": spec.model_name, "as_of_date": as_date(as_of_at)}
        row_count += street.tables.replace_rows(ML_TABLES["propensity_scores"], scores, same)
        metadata[f"version {spec.model_name}"] = stored.model_version
    return dg.MaterializeResult(metadata={"dagster/row_count": row_count, **metadata})


@dg.asset(
    key=["ml", "propensity_reference_scores"],
    deps=[FEATURES, CLOCK, *(dg.AssetKey(["models", spec.model_name]) for spec in SPECS)],
    group_name="ml",
    kinds={"python", "duckdb"},
    retry_policy=RETRY,
    freshness_policy=FRESH,
    description=ML_TABLES["propensity_reference_scores"].description,
)
def propensity_reference_scores(street: Street) -> dg.MaterializeResult:
    as_of_at = clock(street.tables)
    store = ModelStore(street.tables, MODELS_DIR)
    row_count = 0
    for spec in SPECS:
        stored = serving_model(store, spec.model_name, as_date(as_of_at))
        rows = pd.DataFrame(columns=[*(name for name in SCORE_COLUMNS if name != "horizon_days"), "reference_date"])
        if stored.content is not None:
            model = model_from_json(stored.content)
            rows = score_propensity(reference_features(street.tables, scoring_columns(model, spec)), model, spec, as_of_at)
            rows = rows.drop(columns="horizon_days").assign(reference_date=rows["as_of_date"], as_of_date=as_date(as_of_at))
        # Today's comparison needs no other's: those of all other days are replaced.
        row_count += street.tables.replace_rows(ML_TABLES["propensity_reference_scores"], rows, {"model_name": spec.model_name})
    return dg.MaterializeResult(metadata={"dagster/row_count": row_count})


@dg.asset(
    key=["ml", "customer_values"],
    deps=[HISTORIES, CLOCK, dg.AssetKey(["models", CUSTOMER_VALUE.model_name])],
    group_name="ml",
    kinds={"python", "duckdb"},
    retry_policy=RETRY,
    freshness_policy=FRESH,
    description=ML_TABLES["customer_values"].description,
)
def customer_values(context: dg.AssetExecutionContext, street: Street) -> dg.MaterializeResult:
    as_of_at = clock(street.tables)
    stored = ModelStore(street.tables, MODELS_DIR).load_serving(CUSTOMER_VALUE.model_name, as_date(as_of_at))
    scores = pd.DataFrame(columns=[*VALUE_COLUMNS, "as_of_date", "scored_at"])
    metadata: dict[str, float | str] = {"version": stored.model_version}
    if stored.content is None:
        context.log.warning("no customer values: %s", stored.reason)
    else:
        model = value_model_from_json(stored.content)
        scores = score_value(value_histories(street.tables, "scoring"), model, CUSTOMER_VALUE)
        scores = scores.assign(as_of_date=as_date(as_of_at), scored_at=as_of_at)
        metadata["recalibrated"] = "no" if model.calibration is None else "yes"
        metadata["mean probability alive"] = round(float(scores["probability_alive"].mean()), 4)
        metadata["mean expected value 365d"] = round(float(scores["expected_value_365d"].mean()), 2)
    row_count = street.tables.replace_rows(ML_TABLES["customer_values"], scores, {"as_of_date": as_date(as_of_at)})
    return dg.MaterializeResult(metadata={"dagster/row_count": row_count, **metadata})


@dg.asset(
    key=["ml", "product_recommendations"],
    deps=[
        dg.AssetKey(["features", "feature_recommendable_products"]),
        dg.AssetKey(["features", "feature_product_purchases"]),
        dg.AssetKey(["features", "feature_customer_categories"]),
        FEATURES,
        CLOCK,
        dg.AssetKey(["models", PRODUCT_RECOMMENDATIONS.model_name]),
    ],
    group_name="ml",
    kinds={"python", "duckdb"},
    retry_policy=RETRY,
    freshness_policy=FRESH,
    description=ML_TABLES["product_recommendations"].description,
)
def product_recommendations(context: dg.AssetExecutionContext, street: Street) -> dg.MaterializeResult:
    as_of_at = clock(street.tables)
    name = PRODUCT_RECOMMENDATIONS.model_name
    stored, today = ModelStore(street.tables, MODELS_DIR).load_serving(name, as_date(as_of_at)), shop_day(street.tables, "scoring")
    batches = [pd.DataFrame(columns=list(RECOMMENDATION_COLUMNS))]
    if stored.content is None or today is None:
        context.log.warning("no recommendations: %s", stored.reason)
    else:
        model = recommendation_model_from_json(stored.content)
        batches = list(recommend(today, recommendable_products(street.tables), model, PRODUCT_RECOMMENDATIONS)) or batches
    rows = pd.concat(batches, ignore_index=True)
    counts = {f"rows {reason}": int(count) for reason, count in rows["reason_code"].value_counts().items()}
    rows = rows.assign(model_name=name, as_of_date=as_date(as_of_at), scored_at=as_of_at)
    row_count = street.tables.replace_rows(ML_TABLES["product_recommendations"], rows, {"model_name": name})
    metadata: dict[str, float | str] = {"version": stored.model_version, "customers": int(rows["customer_id"].nunique()), **counts}
    if rows["interest_score"].notna().any():
        metadata["mean interest"] = round(float(rows["interest_score"].mean()), 4)
    return dg.MaterializeResult(metadata={"dagster/row_count": row_count, **metadata})


@dg.asset(
    key=["ml", "send_times"],
    deps=[CONTACTS, CLOCK, dg.AssetKey(["models", SEND_TIME.model_name])],
    group_name="ml",
    kinds={"python", "duckdb"},
    retry_policy=RETRY,
    freshness_policy=FRESH,
    description=ML_TABLES["send_times"].description,
)
def send_times(context: dg.AssetExecutionContext, street: Street) -> dg.MaterializeResult:
    as_of_at = clock(street.tables)
    stored = ModelStore(street.tables, MODELS_DIR).load_serving(SEND_TIME.model_name, as_date(as_of_at))
    scores = pd.DataFrame(columns=[*SEND_TIME_COLUMNS, "as_of_date", "scored_at"])
    metadata: dict[str, float | str] = {"version": stored.model_version}
    if stored.content is None:
        context.log.warning("no send times: %s", stored.reason)
    else:
        model, policy = send_time_model_from_json(stored.content), send_time_policy(street.tables)
        shares = (contact_hours(street.tables, share)[0] for share in contact_shares(street.tables, CUSTOMERS_AT_ONCE))
        scores = pd.concat([score_send_times(contacts, model, SEND_TIME, policy) for contacts in shares], ignore_index=True)
        scores = scores.assign(as_of_date=as_date(as_of_at), scored_at=as_of_at)
        metadata |= {f"hours by {name}": int(count) for name, count in scores["hour_source"].value_counts().items()}
        metadata["mean lift"] = round(float(scores["lift"].mean()), 3)
    row_count = street.tables.replace_rows(ML_TABLES["send_times"], scores, {"as_of_date": as_date(as_of_at)})
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
        if name in CHAMPION_NAMES:
            version, metrics = serving_metrics(store, name, as_date(as_of_at))
        else:
            stored = store.load_serving(name, as_date(as_of_at))
            version, metrics = stored.model_version, stored.metrics
        rows = _metric_rows(name, version, metrics, as_of_at)
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
