"""Permutation importance: what the ranking loses when a feature is dealt out anew (Breiman 2001, section 10)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from sklearn.metrics import roc_auc_score

from python_models.evaluation.metrics import BoolArray, has_both_classes
from python_models.matrix import FloatArray

MAX_ROWS = 3_000
REPEATS = 2


def permutation_importance(
    decision: Callable[[FloatArray], FloatArray], matrix: FloatArray, outcome: BoolArray, features: Sequence[str], seed: int
) -> dict[str, float]:
    """AUC lost per feature, the mean of `REPEATS` shuffles on at most `MAX_ROWS` rows. Features that stand in for each other share it."""
    generator = np.random.default_rng(seed)
    rows = np.sort(generator.permutation(len(matrix))[:MAX_ROWS])
    matrix, outcome = matrix[rows], outcome[rows]
    if not has_both_classes(outcome):
        return {}
    whole = float(roc_auc_score(outcome, decision(matrix)))
    lost = {}
    for index, feature in enumerate(features):
        without = []
        for _ in range(REPEATS):
            shuffled = matrix.copy()
            shuffled[:, index] = generator.permutation(matrix[:, index])
            without.append(float(roc_auc_score(outcome, decision(shuffled))))
        lost[feature] = whole - float(np.mean(without))
    return lost
