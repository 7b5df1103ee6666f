"""Training of the uplift model; the logic is in `python_models.uplift`, here are reading, storing and showing."""

import dagster as dg

from orchestration.defs.train.shared import FEATURES, FRESH, MODELS_DIR, RETRY, published, shown
from orchestration.model_data import as_date, clock
from orchestration.model_records import StoredModel, chosen_way
from orchestration.model_store import ModelStore
from orchestration.reports.uplift import uplift_report
from orchestration.resources.street import Street
from orchestration.uplift_data import uplift_rows
from python_models.uplift.spec import MESSAGE_UPLIFT
from python_models.uplift.train import train_uplift

SEQUENCES = dg.AssetKey(["features", "feature_customer_sequences"])
DRAWS = tuple(dg.AssetKey(["features", name]) for name in ("feature_campaign_draws", "feature_campaign_labels"))


@dg.asset(
    key=["models", MESSAGE_UPLIFT.model_name],
    deps=[FEATURES, SEQUENCES, *DRAWS],
    group_name="models",
    kinds={"python", "scikitlearn"},
    retry_policy=RETRY,
    freshness_policy=FRESH,
    description="What a message brings, by T- and X-learners and a bandit on randomised draws; the average where none ranks beyond noise.",
)
def message_uplift_model(context: dg.AssetExecutionContext, street: Street) -> dg.MaterializeResult:
    as_of_at = clock(street.tables)
    store = ModelStore(street.tables, MODELS_DIR)
    incumbent = store.way_before(MESSAGE_UPLIFT.model_name, as_date(as_of_at))
    result = train_uplift(uplift_rows(street.tables, MESSAGE_UPLIFT), MESSAGE_UPLIFT, incumbent)
    content = result.model.to_json() if result.model else None
    test_dates = tuple(f"{day:%Y-%m-%d}" for day in result.test_dates)
    stored = StoredModel(
        MESSAGE_UPLIFT.model_name, result.model_version, as_date(as_of_at), content, result.reason, result.metrics, test_dates
    )
    folder = store.save(stored, as_of_at, provenance=chosen_way(MESSAGE_UPLIFT.code_version, result.learner_name))
    metadata = published(uplift_report(result, MESSAGE_UPLIFT, as_date(as_of_at)), result.model_version, folder)
    if result.reason is not None:
        context.log.warning("%s: rules serve: %s", MESSAGE_UPLIFT.model_name, result.reason)
        metadata["reason"] = result.reason
    return dg.MaterializeResult(metadata=metadata | shown(result.metrics, digits=5))
