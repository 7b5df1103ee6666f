"""Training of the send-time model; the logic is in `python_models.send_time`, here are reading, storing and showing."""

import dagster as dg

from orchestration.defs.train.shared import FRESH, MODELS_DIR, RETRY, published, shown
from orchestration.model_data import as_date, clock, contact_hours, contact_shares, send_time_policy
from orchestration.model_records import StoredModel
from orchestration.model_store import ModelStore
from orchestration.reports.send_time import send_time_report
from orchestration.resources.street import Street
from python_models.send_time.replay import replay
from python_models.send_time.spec import SEND_TIME
from python_models.send_time.train import train_send_time

CONTACTS = dg.AssetKey(["features", "feature_contact_hours"])


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
    policy = send_time_policy(street.tables)
    found = replay(before, since, SEND_TIME, policy)
    metrics = {"train": fit.metrics, "test": found.metrics}
    content = fit.model.to_json() if fit.model else None
    stored = StoredModel(SEND_TIME.model_name, fit.model_version, as_date(as_of_at), content, fit.reason, metrics)
    folder = ModelStore(street.tables, MODELS_DIR).save(stored, as_of_at)
    metadata = published(send_time_report(fit, found, SEND_TIME, policy, as_date(as_of_at)), fit.model_version, folder)
    if fit.model is None:
        context.log.warning("no %s: %s", SEND_TIME.model_name, fit.reason)
        return dg.MaterializeResult(metadata=metadata | {"reason": fit.reason})
    return dg.MaterializeResult(metadata=metadata | shown(metrics))
