"""Training of the value model; the logic is in `python_models.value`, here are reading, storing and showing."""

import dagster as dg

from orchestration.defs.train.shared import FRESH, MODELS_DIR, RETRY, published, shown
from orchestration.model_data import as_date, clock, value_histories
from orchestration.model_records import StoredModel
from orchestration.model_store import ModelStore
from orchestration.reports.value import value_report
from orchestration.resources.street import Street
from python_models.value.forecast import check_forecast
from python_models.value.spec import CUSTOMER_VALUE
from python_models.value.train import train_value

HISTORIES = dg.AssetKey(["features", "feature_purchase_histories"])


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
    check = check_forecast(earlier, today, days, CUSTOMER_VALUE)
    metrics = {"train": fit.metrics, "test": check.metrics}
    content = fit.model.to_json() if fit.model else None
    stored = StoredModel(CUSTOMER_VALUE.model_name, fit.model_version, as_date(as_of_at), content, fit.reason, metrics)
    folder = ModelStore(street.tables, MODELS_DIR).save(stored, as_of_at)
    made = value_report(fit, check, CUSTOMER_VALUE, as_date(as_of_at), len(today))
    metadata = published(made, fit.model_version, folder)
    if fit.model is None:
        context.log.warning("no %s: %s", CUSTOMER_VALUE.model_name, fit.reason)
        return dg.MaterializeResult(metadata=metadata | {"reason": fit.reason})
    return dg.MaterializeResult(metadata=metadata | shown(metrics))
