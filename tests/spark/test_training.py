"""The assets that train and score run on the cluster as they do on DuckDB, and write the same scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import dagster as dg
import pandas as pd
import pytest

from orchestration.defs.score import scores
from orchestration.defs.score.uplift import uplift_scores
from orchestration.defs.train import send_time
from orchestration.defs.train.clusters import customer_clusters_model
from orchestration.defs.train.propensity import propensity_models
from orchestration.defs.train.recommendations import product_recommendations_model
from orchestration.defs.train.uplift import message_uplift_model
from orchestration.defs.train.value import customer_value_model
from orchestration.resources.street import Street
from orchestration.table_store import TARGET_VARIABLE
from python_models.send_time.spec import SEND_TIME
from tests.spark.two_engines import TARGETS, TwoEngines

pytestmark = pytest.mark.spark

ASSETS = [
    customer_clusters_model,
    *propensity_models,
    customer_value_model,
    send_time.send_time_model,
    product_recommendations_model,
    message_uplift_model,
    scores.cluster_scores,
    scores.propensity_scores,
    scores.propensity_reference_scores,
    scores.customer_values,
    scores.send_times,
    scores.product_recommendations,
    uplift_scores,
    scores.model_metrics,
]
WRITTEN = {
    "customer_clusters": ["customer_id"],
    "cluster_profiles": ["cluster_id", "feature_name"],
    "propensity_scores": ["model_name", "customer_id"],
    "propensity_reference_scores": ["model_name", "customer_id", "reference_date"],
    "customer_values": ["customer_id"],
    "send_times": ["customer_id"],
    "product_recommendations": ["customer_id", "recommendation_rank"],
    "model_metrics": ["model_name", "split", "metric_name"],
}
Tables = Mapping[str, pd.DataFrame]


@pytest.fixture(scope="module")
def written(built: TwoEngines) -> Mapping[str, Tables]:
    """What one run of the assets leaves in the `ml` tables of each engine, for today."""
    found = {}
    for target in TARGETS:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(TARGET_VARIABLE, target)
            # A world of this size has not read enough; what an empty table does is another test's.
            for module in (send_time, scores):
                patch.setattr(module, "SEND_TIME", replace(SEND_TIME, minimum_reads=1))
            with dg.DagsterInstance.ephemeral() as instance:
                result = dg.materialize(
                    ASSETS, instance=instance, resources={"street": Street(data_dir=str(built.folder.root))}, raise_on_error=True
                )
        assert result.success
        store = built.warehouses[target]
        today = "as_of_date = (select cast(as_of_at as date) from intermediate.int_clock)"
        found[target] = {
            table: store.frame(f"select * from ml.{table} where {today}").sort_values(keys).reset_index(drop=True)
            for table, keys in WRITTEN.items()
        }
    return found


@pytest.mark.parametrize("table", list(WRITTEN))
def test_both_engines_get_the_same_rows(written: Mapping[str, Tables], table: str) -> None:
    ours, theirs = written["dev"][table], written["spark"][table]
    assert len(ours) > 0
    pd.testing.assert_frame_equal(ours, theirs, rtol=1e-9, atol=0)


def test_every_customer_is_scored_on_the_cluster(built: TwoEngines, written: Mapping[str, Tables]) -> None:
    customers = int(built.warehouses["spark"].value("select count(*) from features.feature_customers where is_scoring_date"))
    by_model = written["spark"]["propensity_scores"].groupby("model_name")["customer_id"].nunique()
    assert {name: by_model[name] for name in ("churn_90d", "purchase_30d")} == {"churn_90d": customers, "purchase_30d": customers}
    # Who has never ordered has no rhythm to leave.
    assert by_model.get("churn_own_rhythm", 0) < customers
    assert written["spark"]["propensity_scores"]["probability"].between(0, 1).all()
