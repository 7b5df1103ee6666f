"""Scoring by the uplift model: what a message with and without an offer would bring each customer."""

import dagster as dg
import pandas as pd

from orchestration.defs.score.scores import CLOCK, FEATURES, FRESH, ML_TABLES, MODELS_DIR, RETRY
from orchestration.defs.train.uplift import SEQUENCES
from orchestration.model_data import as_date, clock
from orchestration.model_store import ModelStore
from orchestration.resources.street import Street
from orchestration.uplift_data import uplift_scoring_rows
from python_models.uplift.model import uplift_model_from_json
from python_models.uplift.score import COLUMNS, score_uplift
from python_models.uplift.spec import MESSAGE_UPLIFT


@dg.asset(
    key=["ml", "uplift_scores"],
    deps=[FEATURES, SEQUENCES, CLOCK, dg.AssetKey(["models", MESSAGE_UPLIFT.model_name])],
    group_name="ml",
    kinds={"python", "duckdb"},
    retry_policy=RETRY,
    freshness_policy=FRESH,
    description=ML_TABLES["uplift_scores"].description,
)
def uplift_scores(context: dg.AssetExecutionContext, street: Street) -> dg.MaterializeResult:
    as_of_at = clock(street.tables)
    stored = ModelStore(street.tables, MODELS_DIR).load_serving(MESSAGE_UPLIFT.model_name, as_date(as_of_at))
    scores = pd.DataFrame(columns=list(COLUMNS))
    metadata: dict[str, float | str] = {"version": stored.model_version}
    if stored.content is None:
        context.log.warning("no uplift scores: %s", stored.reason)
    else:
        model = uplift_model_from_json(stored.content)
        scores = score_uplift(uplift_scoring_rows(street.tables, model.features), model, as_of_at)
        metadata |= {"source": "average" if model.learner is None else "model", "mean uplift": round(float(scores["uplift"].mean()), 6)}
    row_count = street.tables.replace_rows(ML_TABLES["uplift_scores"], scores, {"as_of_date": as_date(as_of_at)})
    return dg.MaterializeResult(metadata={"dagster/row_count": row_count, **metadata})
