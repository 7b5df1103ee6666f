"""Training and scoring read the same rows from both engines and write the same tables to both."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from orchestration.model_checks import ModelCheck, read_check, save_check
from orchestration.model_data import as_date, clock, scoring_features, training_rows
from orchestration.model_records import StoredModel
from orchestration.model_store import ModelStore
from orchestration.paths import DBT_PROJECT
from orchestration.source_tables import read_source_tables
from orchestration.spark_warehouse import SparkWarehouse
from orchestration.table_store import open_table_store
from orchestration.warehouse import Warehouse
from python_models.propensity.spec import PURCHASE_30D
from tests.spark.two_engines import TwoEngines

pytestmark = pytest.mark.spark

MODELS = DBT_PROJECT / "models"


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    keys = [name for name in ("customer_id", "as_of_date") if name in frame]
    return frame.sort_values(keys).reset_index(drop=True)


def test_features_and_training_rows_are_the_same(built: TwoEngines) -> None:
    ours, theirs = built.warehouses["dev"], built.warehouses["spark"]
    assert clock(ours) == clock(theirs)
    for read in (lambda store: scoring_features(store, PURCHASE_30D.features), lambda store: training_rows(store, PURCHASE_30D)):
        frame = in_order(read(ours))
        assert len(frame) > 0
        pd.testing.assert_frame_equal(frame, in_order(read(theirs)), rtol=1e-9, atol=0)


def test_a_large_result_comes_in_batches(built: TwoEngines) -> None:
    store = SparkWarehouse(built.folder.root)
    count = int(store.value("select count(*) from features.feature_customers"))
    batches = list(store.batches("select * from features.feature_customers", rows=100))
    assert sum(batch.num_rows for batch in batches) == count
    assert max(batch.num_rows for batch in batches) <= 100
    assert not list(store.exchange.glob("read-*"))


def test_a_registered_model_comes_back(engines: TwoEngines) -> None:
    as_of_at = datetime(2026, 11, 1)
    model = StoredModel("parity", "v1", as_date(as_of_at), '{"k": 5}', None, {"test": {"auc": 0.7}}, ("2026-10-02",))
    store = ModelStore(SparkWarehouse(engines.folder.root), MODELS)
    for _ in range(2):
        store.save(model, as_of_at, keep_content=True)
    assert store.load("parity", as_date(as_of_at)) == model
    assert store.previous_content("parity", datetime(2026, 11, 2).date()) == '{"k": 5}'
    assert store.warehouse.value("select count(*) from ops.model_registry where model_name = ?", ["parity"]) == 1


def test_what_a_run_thought_of_a_model_comes_back(engines: TwoEngines) -> None:
    as_of_at = datetime(2026, 11, 1)
    store = ModelStore(SparkWarehouse(engines.folder.root), MODELS)
    check = ModelCheck("parity", as_date(as_of_at), "v1", False, "young", {"auc": 0.7}, 0.01, ("2026-10-02",))
    for found in (check, replace(check, incumbent=None, score_drift=None, metrics={}, test_dates=())):
        save_check(store, found, as_of_at)
        assert read_check(store, "parity", as_date(as_of_at)) == found
    assert read_check(store, "parity", as_date(datetime(2026, 11, 2))) is None


def test_no_rows_and_empty_columns_can_be_written(engines: TwoEngines) -> None:
    store = SparkWarehouse(engines.folder.root)
    table = read_source_tables(MODELS, "ml")["send_times"]
    at, day = datetime(2020, 1, 1), datetime(2020, 1, 1).date()
    row = dict.fromkeys(table.column_names) | {"customer_id": "nobody", "as_of_date": day, "scored_at": at}
    assert store.replace_rows(table, pd.DataFrame([row]), {"as_of_date": day}) == 1
    query = "select customer_id, best_local_hour, hour_source, scored_at from ml.send_times where as_of_date = ?"
    assert store.rows(query, [day]) == [("nobody", None, None, at)]
    assert store.replace_rows(table, pd.DataFrame(columns=list(table.column_names)), {"as_of_date": day}) == 0
    assert store.rows(query, [day]) == []


@pytest.mark.parametrize(("target", "kind"), [("spark", SparkWarehouse), ("dev", Warehouse)])
def test_the_target_of_dbt_chooses_the_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, kind: type[Warehouse | SparkWarehouse]
) -> None:
    monkeypatch.setenv("DBT_TARGET", target)
    assert isinstance(open_table_store(tmp_path), kind)
