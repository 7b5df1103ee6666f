"""Permutation importance: what the ranking loses when a feature is dealt out anew (Breiman 2001, section 10)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from python_models.evaluation.intervals import HIGH, LOW, REPLICATES
from python_models.evaluation.metrics import BoolArray, has_both_classes
from python_models.matrix import FloatArray

MAX_ROWS = 3_000
REPEATS = 2


@dataclass(frozen=True)
class Importance:
    """AUC lost without a feature, and its 95 % percentile interval, which may begin below zero."""

    lost: float
    low: float
    high: float


def permutation_importance(
    decision: Callable[[FloatArray], FloatArray],
    matrix: FloatArray,
    outcome: BoolArray,
    customer_ids: Sequence[str],
    features: Sequence[str],
    seed: int,
) -> dict[str, Importance]:
    """The mean of `REPEATS` shuffles on at most `MAX_ROWS` rows, by feature. Features that stand in for each other share it.

    The interval draws customers and keeps the shuffles: every draw judges what was predicted already.
    """
    generator = np.random.default_rng(seed)
    rows = np.sort(generator.permutation(len(matrix))[:MAX_ROWS])
    matrix, outcome = matrix[rows], outcome[rows]
    if not has_both_classes(outcome):
        return {}
    judge = Judge(outcome, _draws(np.asarray(customer_ids, dtype=object)[rows], seed))
    whole = REPEATS * judge.won(decision(matrix))
    found = {}
    for index, feature in enumerate(features):
        shuffled, lost = matrix.copy(), whole.copy()
        for _ in range(REPEATS):
            shuffled[:, index] = generator.permutation(matrix[:, index])
            lost -= judge.won(decision(shuffled))
        found[feature] = _importance(judge.by_draw(lost))
    return found


def _draws(customer_ids: np.ndarray, seed: int) -> np.ndarray:
    """How often each row is there: once in the first draw, which is the sample itself, then as often as its customer is drawn."""
    generator = np.random.default_rng(seed)
    codes, names = pd.factorize(customer_ids, sort=True)
    drawn = [np.bincount(generator.integers(len(names), size=len(names)), minlength=len(names)) for _ in range(REPLICATES)]
    return np.stack([np.ones(len(names), dtype=np.int64), *drawn])[:, codes]


class Judge:
    """AUC of many weightings of the same rows, by the pairs of a case and a non-case that it counts.

    Weights are whole numbers and a pair has two points, so that single precision holds all sums below 2^24 exactly, in any order.
    """

    def __init__(self, outcome: BoolArray, draws: np.ndarray) -> None:
        self._is_case = outcome
        self._cases = draws[:, outcome].astype(np.float32)
        self._others = draws[:, ~outcome].astype(np.float64)
        pairs = self._cases.sum(axis=1, dtype=np.float64) * self._others.sum(axis=1)
        self._points = np.where(pairs > 0, 2 * REPEATS * pairs, np.nan)

    def won(self, decision: FloatArray) -> np.ndarray:
        """Points by case and non-case: two for the case that is ranked higher, one for a tie."""
        cases, others = decision[self._is_case, None], decision[None, ~self._is_case]
        return np.asarray((cases > others).astype(np.float32) + (cases >= others))

    def by_draw(self, points: np.ndarray) -> FloatArray:
        """Points of `REPEATS` rankings as a difference of AUC, by draw; NaN where a draw has rows of one kind only."""
        return np.asarray(((self._cases @ points).astype(np.float64) * self._others).sum(axis=1) / self._points)


def _importance(by_draw: FloatArray) -> Importance:
    """Of the sample, which comes first, and of all other draws."""
    drawn = by_draw[1:][np.isfinite(by_draw[1:])]
    low, high = np.percentile(drawn, (LOW, HIGH)) if len(drawn) else (by_draw[0], by_draw[0])
    return Importance(float(by_draw[0]), float(low), float(high))
