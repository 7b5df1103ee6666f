"""Score customers with a trained propensity model."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from python_models.matrix import feature_matrix
from python_models.propensity.model import PropensityModel
from python_models.propensity.spec import PropensitySpec
from python_models.reproducible import single_thread, sort_rows

COLUMNS = ("customer_id", "as_of_date", "model_name", "probability", "horizon_days", "model_version", "scored_at")


def scoring_columns(model: PropensityModel, spec: PropensitySpec) -> tuple[str, ...]:
    """The features that scoring reads: the model's, and the horizon of each row where it has its own."""
    return tuple(dict.fromkeys((*model.features, *((spec.horizon_column,) if spec.horizon_column else ()))))


def score_propensity(features: pd.DataFrame, model: PropensityModel, spec: PropensitySpec, scored_at: datetime) -> pd.DataFrame:
    """One row per customer and as-of date of `features`, in the columns of `ml.propensity_scores`; none where there is no own horizon."""
    scored = features if spec.horizon_column is None else features[features[spec.horizon_column].notna()]
    ordered = sort_rows(scored, ("as_of_date", "customer_id"))
    horizon_days = spec.horizon_days if spec.horizon_column is None else ordered[spec.horizon_column].astype("int64")
    with single_thread():
        probability = model.probability(feature_matrix(ordered, model.features))
    return ordered[["customer_id", "as_of_date"]].assign(
        model_name=model.model_name,
        probability=probability,
        horizon_days=horizon_days,
        model_version=model.model_version,
        scored_at=scored_at,
    )[list(COLUMNS)]
