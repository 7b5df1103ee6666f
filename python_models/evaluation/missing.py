"""What becomes of missing values: how many there are, and how well their treatment does where the value is known and hidden."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from sklearn.metrics import log_loss

from python_models.evaluation.metrics import BoolArray
from python_models.matrix import FloatArray, signed_log

MASKED_SHARE = 0.3
MINIMUM_MASKED_ROWS = 20
ALMOST_CERTAIN = 1e-6


def missing_value_metrics(
    train: FloatArray,
    judged: FloatArray,
    outcome: BoolArray,
    features: Sequence[str],
    probability: Callable[[FloatArray], FloatArray],
    seed: int,
) -> dict[str, float]:
    """By feature that is ever missing in training: its share, and errors on `MASKED_SHARE` of the known values of other rows, hidden.

    `masked_error` is how far off the training median is, `masked_baseline_error` the training mean, on the signed-log scale that models
    see; `masked_log_loss_rise` what hiding the values costs the model's probabilities, whatever it does with them.
    """
    generator = np.random.default_rng(seed)
    as_known = probability(judged)
    metrics: dict[str, float] = {}
    for index, feature in enumerate(features):
        missing = np.isnan(train[:, index])
        if not missing.any() or missing.all():
            continue
        metrics[f"missing_share_{feature}"] = float(missing.mean())
        known_rows = np.flatnonzero(~np.isnan(judged[:, index]))
        masked = np.sort(generator.permutation(known_rows)[: int(len(known_rows) * MASKED_SHARE)])
        if len(masked) < MINIMUM_MASKED_ROWS:
            continue
        known = train[~missing, index]
        values = signed_log(judged[masked, index])
        metrics[f"imputed_value_{feature}"] = float(np.median(known))
        metrics[f"masked_error_{feature}"] = float(np.abs(values - signed_log(np.median(known))).mean())
        metrics[f"masked_baseline_error_{feature}"] = float(np.abs(values - signed_log(known).mean()).mean())
        hidden = judged[masked]
        hidden[:, index] = np.nan
        rise = _log_loss(outcome[masked], probability(hidden)) - _log_loss(outcome[masked], as_known[masked])
        metrics[f"masked_log_loss_rise_{feature}"] = rise
    return metrics


def _log_loss(outcome: BoolArray, probability: FloatArray) -> float:
    return float(log_loss(outcome, np.clip(probability, ALMOST_CERTAIN, 1 - ALMOST_CERTAIN), labels=[False, True]))
