"""Training of the uplift model; the logic is in `python_models.uplift`, here are reading, storing and showing."""

import dagster as dg

from orchestration.chosen_ways import fit_way
from orchestration.defs.train.shared import FEATURES, FRESH, LIMITS, MODELS_DIR, RETRY, demanded, published, shown
from orchestration.model_checks import save_check
from orchestration.model_data import as_date, clock
from orchestration.model_records import StoredModel
from orchestration.model_store import ModelStore
from orchestration.monitoring import limits
from orchestration.reports.uplift import uplift_report
from orchestration.resources.street import Street
from orchestration.retraining import iso_dates
from orchestration.uplift_data import uplift_rows
from python_models.uplift.spec import MESSAGE_UPLIFT
from python_models.uplift.train import UpliftResult, train_uplift

SEQUENCES = dg.AssetKey(["features", "feature_customer_sequences"])
DRAWS = tuple(dg.AssetKey(["features", name]) for name in ("feature_campaign_draws", "feature_campaign_labels"))


@dg.asset(
    key=["models", MESSAGE_UPLIFT.model_name],
    deps=[FEATURES, SEQUENCES, *DRAWS, LIMITS],
    group_name="models",
    kinds={"python", "scikitlearn"},
    retry_policy=RETRY,
    freshness_policy=FRESH,
    description="What a message brings, by T- and X-learners and a bandit on randomised draws; the average where none ranks beyond noise.",
)
def message_uplift_model(context: dg.AssetExecutionContext, street: Street) -> dg.MaterializeResult:
    as_of_at = clock(street.tables)
    store = ModelStore(street.tables, MODELS_DIR)
    rows, limit = uplift_rows(street.tables, MESSAGE_UPLIFT), limits(street.tables, "champion")

    def train(only: str | None, incumbent: str | None) -> UpliftResult:
        return train_uplift(rows, MESSAGE_UPLIFT.only(only) if only else MESSAGE_UPLIFT, incumbent)

    found = fit_way(store, MESSAGE_UPLIFT, as_date(as_of_at), limit, demanded(context), train)
    result, name = found.fit, MESSAGE_UPLIFT.model_name
    content, test_dates = result.model.to_json() if result.model else None, iso_dates(result.test_dates)
    stored = StoredModel(name, result.model_version, as_date(as_of_at), content, result.reason, result.metrics, test_dates)
    folder = store.save(stored, as_of_at, provenance=found.provenance)
    save_check(store, found.check, as_of_at)
    spec = MESSAGE_UPLIFT if found.check.is_trained or result.way is None else MESSAGE_UPLIFT.only(result.way)
    made = uplift_report(result, spec, as_date(as_of_at), found.compared_date)
    metadata = published(made, result.model_version, folder) | {"compared": found.check.is_trained, "why": found.check.reason}
    if result.reason is not None:
        context.log.warning("%s: rules serve: %s", name, result.reason)
        metadata["reason"] = result.reason
    return dg.MaterializeResult(metadata=metadata | shown(result.metrics, digits=5))
