"""Training of the value model; the logic is in `python_models.value`, here are reading, storing and showing."""

import dagster as dg

from orchestration.defs.train.shared import FRESH, MODELS_DIR, RETRY, published, shown
from orchestration.model_data import as_date, clock, past_value_histories
from orchestration.model_records import StoredModel
from orchestration.model_store import ModelStore
from orchestration.reports.value import value_report
from orchestration.resources.street import Street
from python_models.value.recalibrate import recalibrate
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
    description="BG/NBD and Gamma-Gamma on purchase histories: who still buys, how often, for how much; corrected by earlier forecasts.",
)
def customer_value_model(context: dg.AssetExecutionContext, street: Street) -> dg.MaterializeResult:
    as_of_at = clock(street.tables)
    past = past_value_histories(street.tables)
    found = recalibrate(past, CUSTOMER_VALUE)
    fit = train_value(past.today, CUSTOMER_VALUE, found.calibration)
    metrics = {"train": fit.metrics, "test": found.metrics}
    content = fit.model.to_json() if fit.model else None
    stored = StoredModel(CUSTOMER_VALUE.model_name, fit.model_version, as_date(as_of_at), content, fit.reason, metrics)
    folder = ModelStore(street.tables, MODELS_DIR).save(stored, as_of_at)
    made = value_report(fit, found, CUSTOMER_VALUE, as_date(as_of_at), len(past.today))
    metadata = published(made, fit.model_version, folder)
    if fit.model is None:
        context.log.warning("no %s: %s", CUSTOMER_VALUE.model_name, fit.reason)
        return dg.MaterializeResult(metadata=metadata | {"reason": fit.reason})
    serves = {"forecasts": "as published" if fit.model.calibration is None else "recalibrated", "why": str(found.reason or "better")}
    return dg.MaterializeResult(metadata=metadata | serves | shown(metrics))
