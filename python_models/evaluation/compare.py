"""Whether one model is better than another beyond noise: the same rows, paired losses, customers drawn again and again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from python_models.evaluation.metrics import BoolArray, has_both_classes
from python_models.matrix import FloatArray

# Scores have six digits: a certainty that turns out wrong costs as much as the smallest score that is none.
ALMOST_CERTAIN = 1e-6
RESAMPLES = 1_000


@dataclass(frozen=True)
class Comparison:
    """Log losses on the same rows; `difference` is challenger minus champion, so that below zero the challenger is better."""

    row_count: int
    customer_count: int
    champion_log_loss: float
    challenger_log_loss: float
    difference: float
    low: float
    high: float
    champion_auc: float
    challenger_auc: float

    @property
    def is_better(self) -> bool:
        return self.high < 0

    @property
    def is_worse(self) -> bool:
        return self.low > 0


def compare(
    outcome: BoolArray, champion: FloatArray, challenger: FloatArray, customers: pd.Series, confidence: float, seed: int
) -> Comparison | None:
    """Paired bootstrap of the difference in mean log loss (Efron and Tibshirani 1993, 16.4); None where nothing can be compared.

    Customers are drawn, not rows: a customer is there on every date, and two of their rows are no two observations. Log loss, since
    scores are used as probabilities: it punishes a wrong order and a wrong level alike, where AUC sees the order only.
    """
    if not has_both_classes(outcome):
        return None
    champion_loss, challenger_loss = _losses(outcome, champion), _losses(outcome, challenger)
    codes, names = pd.factorize(customers, sort=True)
    rows_of = np.bincount(codes)
    differences = np.bincount(codes, weights=challenger_loss - champion_loss)
    generator = np.random.default_rng(seed)
    drawn = np.empty(RESAMPLES)
    for resample in range(RESAMPLES):
        chosen = generator.integers(0, len(names), len(names))
        drawn[resample] = differences[chosen].sum() / rows_of[chosen].sum()
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Comparison(
        row_count=len(outcome),
        customer_count=len(names),
        champion_log_loss=float(champion_loss.mean()),
        challenger_log_loss=float(challenger_loss.mean()),
        difference=float((challenger_loss - champion_loss).mean()),
        low=float(low),
        high=float(high),
        champion_auc=float(roc_auc_score(outcome, champion)),
        challenger_auc=float(roc_auc_score(outcome, challenger)),
    )


def _losses(outcome: BoolArray, probability: FloatArray) -> FloatArray:
    clipped = np.clip(probability, ALMOST_CERTAIN, 1 - ALMOST_CERTAIN)
    return -np.log(np.where(outcome, clipped, 1 - clipped))
