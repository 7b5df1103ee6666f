"""How good a list is: what it finds of what was bought next, how high, and how much of the catalogue it shows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from python_models.matrix import FloatArray
from python_models.recommendations.histories import IntArray
from python_models.recommendations.ranking import NONE

INTERVAL = (2.5, 97.5)


@dataclass(frozen=True)
class ListQuality:
    """Per customer who bought something afterwards, in the order of the rows: recall and NDCG; and the share of the products shown."""

    recall_10: FloatArray
    recall_20: FloatArray
    ndcg_10: FloatArray
    coverage_10: float

    @property
    def means(self) -> dict[str, float]:
        return {
            "recall_at_10": float(self.recall_10.mean()),
            "recall_at_20": float(self.recall_20.mean()),
            "ndcg_at_10": float(self.ndcg_10.mean()),
            "coverage_at_10": self.coverage_10,
        }


def hits(columns: IntArray, targets: sparse.csr_matrix) -> npt.NDArray[np.bool_]:
    """Which recommendations were bought afterwards."""
    size = max(targets.shape[1], 1)
    rows = np.repeat(np.arange(targets.shape[0], dtype=np.int64), np.diff(targets.indptr))
    wanted = rows * size + targets.indices
    found = np.isin(np.arange(len(columns), dtype=np.int64)[:, None] * size + columns, wanted)
    return np.asarray(found & (columns != NONE))


def list_quality(columns: IntArray, targets: sparse.csr_matrix, target_counts: IntArray, judged: npt.NDArray[np.bool_]) -> ListQuality:
    """Quality over the `judged` customers with a purchase afterwards; what no list can hold, a product too rare, counts as missed.

    NDCG with gains of 0 and 1 (Järvelin and Kekäläinen 2002): the ideal list has all purchases first.
    """
    judged = judged & (target_counts > 0)
    is_hit, wanted = hits(columns, targets)[judged].astype(np.float64), target_counts[judged].astype(np.float64)
    discount = 1.0 / np.log2(np.arange(2, 12))
    ideal = np.cumsum(discount)[np.minimum(wanted, 10).astype(int) - 1]
    shown = np.unique(columns[judged][:, :10])
    # Added up place by place: a matrix product may add in another order when there are more rows.
    gain = sum((is_hit[:, place] * discount[place] for place in range(min(10, is_hit.shape[1]))), np.zeros(len(is_hit)))
    return ListQuality(
        is_hit[:, :10].sum(axis=1) / wanted,
        is_hit[:, :20].sum(axis=1) / wanted,
        gain / ideal,
        float((shown != NONE).sum()) / max(targets.shape[1], 1),
    )


def difference_interval(ours: FloatArray, theirs: FloatArray, rounds: int, seed: int) -> tuple[float, float]:
    """95 % interval of the mean difference over the same customers, by resampling customers."""
    means = _resampled_means(ours - theirs, rounds, seed)
    low, high = np.percentile(means, INTERVAL)
    return float(low), float(high)


def ratio_interval(ours: FloatArray, theirs: FloatArray, rounds: int, seed: int) -> tuple[float, float]:
    """95 % interval of the ratio of the means over the same customers; infinite where the other found nothing."""
    above, below = _resampled_means(ours, rounds, seed), _resampled_means(theirs, rounds, seed)
    ratios = np.divide(above, below, out=np.full(rounds, np.inf), where=below > 0)
    low, high = np.percentile(ratios, INTERVAL, method="lower")
    return float(low), float(high)


def _resampled_means(values: FloatArray, rounds: int, seed: int) -> FloatArray:
    """The same seed draws the same customers, so that two columns of figures stay paired."""
    random = np.random.default_rng(seed)
    return np.array([values[random.integers(0, len(values), len(values))].mean() for _ in range(rounds)])
