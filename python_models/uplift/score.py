"""Score customers: what a message with and without an offer would bring."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from python_models.reproducible import single_thread, sort_rows
from python_models.uplift.fit import design
from python_models.uplift.model import HAS_OFFER, UpliftModel

COLUMNS = (
    "customer_id",
    "as_of_date",
    "has_offer",
    "uplift",
    "expected_purchase_rate",
    "uplift_source",
    "model_version",
    "scored_at",
)


def score_uplift(features: pd.DataFrame, model: UpliftModel, scored_at: datetime) -> pd.DataFrame:
    """Two rows per customer of `features`, in the columns of `ml.uplift_scores`."""
    ordered = sort_rows(features, ("as_of_date", "customer_id"))
    parts = []
    for has_offer in (False, True):
        with single_thread():
            matrix = design(ordered.assign(**{HAS_OFFER: has_offer}), model.features)
            uplift, expected = model.effect(matrix), model.expected_rate(matrix)
        parts.append(ordered[["customer_id", "as_of_date"]].assign(has_offer=has_offer, uplift=uplift, expected_purchase_rate=expected))
    return pd.concat(parts, ignore_index=True).assign(
        uplift_source="average" if model.learner is None else "model", model_version=model.model_version, scored_at=scored_at
    )[list(COLUMNS)]
