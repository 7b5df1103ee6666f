"""The same metrics for parts of the customers: a model that is good on average may be useless for some."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.metrics import brier_score_loss, roc_auc_score

from python_models.evaluation.intervals import SHORT, bootstrap_intervals
from python_models.evaluation.metrics import BoolArray, expected_calibration_error
from python_models.matrix import FloatArray

# Intervals of every slice as of the whole, but sampled earlier: there are dozens of slices.
INTERVAL_ROWS = 20_000
# Smaller slices say nothing, and might say something about a person.
MINIMUM_ROWS = 200
MINIMUM_CASES = 20
OTHERS, UNKNOWN = "others", "unknown"


def slice_metrics(rows: pd.DataFrame, columns: Sequence[str], outcome: BoolArray, probability: FloatArray, seed: int) -> dict[str, float]:
    """Figures by name, such as `auc@country_code=DE`, with `auc_low@` and `auc_high@`; values of few rows are taken together as `others`.

    `rows` has customer_id, by which the intervals draw, and the columns.
    """
    customer_ids = rows["customer_id"].to_numpy(dtype=object)
    found: dict[str, float] = {}
    for column in columns:
        values = rows[column].astype(object).where(rows[column].notna(), UNKNOWN).astype(str)
        counts = values.value_counts()
        named = values.where(values.map(counts) >= MINIMUM_ROWS, OTHERS).to_numpy()
        for value in sorted(set(named)):
            inside = np.flatnonzero(named == value)
            if len(inside) >= MINIMUM_ROWS:
                figures = _figures(outcome[inside], probability[inside])
                intervals = bootstrap_intervals(
                    outcome[inside], probability[inside], customer_ids[inside].tolist(), seed, max_rows=INTERVAL_ROWS, is_short=True
                )
                for name in SHORT:
                    if name in figures and name in intervals:
                        figures[f"{name}_low"], figures[f"{name}_high"] = intervals[name]
                found |= {f"{name}@{column}={value}": figure for name, figure in figures.items()}
    return found


def _figures(outcome: BoolArray, probability: FloatArray) -> dict[str, float]:
    figures = {
        "row_count": float(len(outcome)),
        "base_rate": float(outcome.mean()),
        "mean_probability": float(probability.mean()),
        "brier": float(brier_score_loss(outcome, probability)),
        "ece": expected_calibration_error(outcome, probability),
    }
    if min(outcome.sum(), (~outcome).sum()) >= MINIMUM_CASES:
        figures["auc"] = float(roc_auc_score(outcome, probability))
    return figures
