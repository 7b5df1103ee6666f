"""Score customers with a trained propensity model."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from python_models.matrix import feature_matrix
from python_models.propensity.model import PropensityModel
from python_models.reproducible import single_thread, sort_rows

COLUMNS = ("customer_id", "as_of_date", "model_name", "probability", "model_version", "scored_at")


def score_propensity(features: pd.DataFrame, model: PropensityModel, scored_at: datetime) -> pd.DataFrame:
    """One row per customer and as-of date of `features`, in the columns of `ml.propensity_scores`."""
    ordered = sort_rows(features, ("as_of_date", "customer_id"))
    with single_thread():
        probability = model.probability(feature_matrix(ordered, model.features))
    return ordered[["customer_id", "as_of_date"]].assign(
        model_name=model.model_name, probability=probability, model_version=model.model_version, scored_at=scored_at
    )[list(COLUMNS)]
