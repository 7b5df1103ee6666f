"""Clusters stay for a month, so that who changes cluster has changed; they are fitted anew at once when they no longer fit."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pandas as pd
import pytest

from orchestration.champions import serving_model
from orchestration.cluster_upkeep import cluster_check, cluster_decision, cluster_provenance, clustering_reason, examine_clusters
from orchestration.model_checks import read_check, save_check
from orchestration.model_records import StoredModel
from orchestration.model_store import ModelStore
from orchestration.paths import DBT_PROJECT
from orchestration.warehouse import Warehouse
from python_models.customer_clusters.model import cluster_model_from_json
from python_models.customer_clusters.score import score_clusters
from python_models.customer_clusters.spec import CUSTOMER_CLUSTERS, ClusterSpec
from python_models.customer_clusters.train import train_clusters
from tests.unit.python_models.worlds import grouped_customers

FIRST = date(2026, 11, 1)
NAME = CUSTOMER_CLUSTERS.model_name
LIMITS = {"maximum_age_days": 30.0, "maximum_score_psi": 0.25}


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(Warehouse(tmp_path), DBT_PROJECT / "models")


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    return grouped_customers()[0]


def run(store: ModelStore, features: pd.DataFrame, day: date, spec: ClusterSpec = CUSTOMER_CLUSTERS) -> str | None:
    """What the training asset does: the reason why customers were clustered, None where the clusters stayed."""
    as_of_at = datetime.combine(day, time())
    checkup = examine_clusters(store, spec, features, as_of_at)
    reason = clustering_reason(store, spec, checkup, day, LIMITS)
    save_check(store, cluster_check(spec, checkup, day, reason, LIMITS), as_of_at)
    if reason is None:
        store.withdraw(NAME, day)
        return None
    previous = store.previous_content(NAME, day)
    result = train_clusters(features, spec, cluster_model_from_json(previous) if previous else None)
    content = result.model.to_json() if result.model else None
    stored = StoredModel(NAME, result.model_version, day, content, result.reason, {"train": result.metrics})
    decision = cluster_decision(store, result, day, NAME, reason)
    store.save(stored, as_of_at, keep_content=True, decision=decision, provenance=cluster_provenance(spec))
    return reason


def clusters_of(store: ModelStore, features: pd.DataFrame, day: date) -> pd.Series:
    model = cluster_model_from_json(serving_model(store, NAME, day).content or "")
    return score_clusters(features, model, datetime.combine(day, time())).set_index("customer_id")["cluster_id"]


def test_who_has_not_changed_does_not_change_cluster_for_a_month(store: ModelStore, customers: pd.DataFrame) -> None:
    assert run(store, customers, FIRST) == "nothing served before"
    before = clusters_of(store, customers, FIRST)
    # One customer in ten orders more; the others are as they were.
    busy = customers.index % 10 == 0
    changed = customers.assign(order_count_365d=customers["order_count_365d"].where(~busy, customers["order_count_365d"] * 3))
    for days in (1, 29):
        assert run(store, changed, FIRST + timedelta(days=days)) is None
        after = clusters_of(store, changed, FIRST + timedelta(days=days))
        unchanged = customers.loc[~busy, "customer_id"]
        pd.testing.assert_series_equal(before[unchanged], after[unchanged])
    check = read_check(store, NAME, FIRST + timedelta(days=29))
    assert check is not None
    assert (check.is_trained, check.reason) == (False, "29 of 30 days old, and within its limits")
    assert check.score_drift is not None
    assert run(store, changed, FIRST + timedelta(days=30)) == "due after 30 days"
    assert serving_model(store, NAME, FIRST + timedelta(days=30)).as_of_date == FIRST + timedelta(days=30)


def test_clusters_whose_sizes_have_drifted_are_fitted_anew(store: ModelStore, customers: pd.DataFrame) -> None:
    run(store, customers, FIRST)
    groups = clusters_of(store, customers, FIRST)
    biggest = groups.value_counts().index[0]
    shrunk = customers[(customers["customer_id"].map(groups) != biggest) | (customers.index % 10 == 0)]
    reason = run(store, shrunk, FIRST + timedelta(days=1))
    assert str(reason).startswith("the sizes of the clusters have drifted (PSI ")


def test_new_parameters_a_lost_feature_and_a_damaged_file_are_reasons(store: ModelStore, customers: pd.DataFrame) -> None:
    run(store, customers, FIRST)
    day = FIRST + timedelta(days=1)
    at = datetime.combine(day, time())
    other = replace(CUSTOMER_CLUSTERS, clip=2.0)
    unharmed = examine_clusters(store, CUSTOMER_CLUSTERS, customers, at)
    assert clustering_reason(store, other, unharmed, day, LIMITS) == "its code or parameters changed"
    lost = examine_clusters(store, CUSTOMER_CLUSTERS, customers.drop(columns="order_count_365d"), at)
    found = clustering_reason(store, CUSTOMER_CLUSTERS, lost, day, LIMITS)
    assert found == "the clusters can no longer be used: its features are gone: order_count_365d"
    assert isinstance(store.warehouse, Warehouse)
    with store.warehouse.connect() as connection:
        connection.execute("update ops.main.model_registry set artifact_sha256 = 'y'")
    assert "is not the file that was registered" in str(run(store, customers, day))


def test_a_rerun_of_a_day_does_what_the_first_run_did(store: ModelStore, customers: pd.DataFrame) -> None:
    assert run(store, customers, FIRST) == run(store, customers, FIRST) == "nothing served before"
    tomorrow = FIRST + timedelta(days=1)
    assert run(store, customers, tomorrow) is run(store, customers, tomorrow) is None
    assert len(store.versions()) == 1


def test_below_the_floor_the_clusters_go_on_and_a_person_may_hold_them(store: ModelStore, customers: pd.DataFrame) -> None:
    run(store, customers, FIRST)
    first = serving_model(store, NAME, FIRST).model_version
    month = FIRST + timedelta(days=30)
    assert run(store, customers.head(50), month) is not None
    assert serving_model(store, NAME, month).model_version == first
    second = month + timedelta(days=1)
    run(store, customers, second)
    newest = serving_model(store, NAME, second).model_version
    assert newest != first
    assert store.roll_back(NAME) == (newest, first)
    assert serving_model(store, NAME, second).model_version == first
    later = second + timedelta(days=31)
    run(store, customers, later)
    assert serving_model(store, NAME, later).model_version == first
    assert store.release(NAME) == first
