"""Bootstrap intervals of the metrics: customers are drawn, since one customer appears on several dates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from python_models.evaluation.metrics import CALIBRATION_BINS, DECILES, BoolArray
from python_models.matrix import FloatArray

LIFTS = tuple(f"lift_decile_{decile:02d}" for decile in range(1, DECILES + 1))
# All deciles together hold all cases, whatever is drawn.
GAINS = tuple(f"gain_decile_{decile:02d}" for decile in range(1, DECILES))
RANKING = ("auc", "pr_auc", "brier", "ece", *LIFTS, *GAINS)
# What needs no table of deciles: half the work.
SHORT = ("auc", "brier", "ece")
# At the threshold, where there is one.
DECISION = ("precision", "recall")
REPLICATES = 200
REPLICATES_AT_ONCE = 20
MAX_ROWS = 60_000
LOW, HIGH = 2.5, 97.5


def bootstrap_intervals(
    outcome: BoolArray,
    probability: FloatArray,
    customer_ids: Sequence[str],
    seed: int,
    replicates: int = REPLICATES,
    *,
    threshold: float | None = None,
    max_rows: int = MAX_ROWS,
    is_short: bool = False,
) -> dict[str, tuple[float, float]]:
    """The 95 % percentile interval of each of `RANKING`, or of `SHORT`, and of `DECISION` at the threshold (Efron and Tibshirani 1993,
    13.3), moved by the bias that the replicates show.

    The bias matters for the calibration error alone: it never cancels, so that noise on noise makes it larger than it is.
    Beyond `max_rows` rows customers are sampled once: the intervals are then a little too wide, never too narrow.
    """
    generator = np.random.default_rng(seed)
    codes, names = pd.factorize(np.asarray(customer_ids, dtype=object), sort=True)
    customer_count = len(names)
    if len(codes) > max_rows:
        kept = np.zeros(customer_count, dtype=bool)
        kept[generator.permutation(customer_count)[: int(customer_count * max_rows / len(codes))]] = True
        rows = kept[codes]
        outcome, probability, codes = outcome[rows], probability[rows], np.unique(codes[rows], return_inverse=True)[1]
        customer_count = int(kept.sum())
    judge = Judge(outcome, probability, threshold, is_short)
    found = []
    for start in range(0, replicates, REPLICATES_AT_ONCE):
        count = min(REPLICATES_AT_ONCE, replicates - start)
        drawn = [np.bincount(generator.integers(customer_count, size=customer_count), minlength=customer_count) for _ in range(count)]
        found.append(judge.metrics(np.stack(drawn)[:, codes].astype(np.float64)))
    intervals = {}
    measured = judge.metrics(np.ones((1, len(codes))))[:, 0]
    for name, point, values in zip(judge.names, measured, np.concatenate(found, axis=1), strict=True):
        usable = values[~np.isnan(values)]
        if len(usable):
            low, high = np.percentile(usable, (LOW, HIGH)) - (usable.mean() - point)
            intervals[name] = (max(float(low), 0.0), max(float(high), 0.0))
    return intervals


class Judge:
    """The metrics of `classification_metrics` for many weightings of the same rows at once."""

    def __init__(self, outcome: BoolArray, probability: FloatArray, threshold: float | None = None, is_short: bool = False) -> None:
        # Rows from the highest probability down; of equal ones in row order, as `lift_table` has them.
        self._order = np.argsort(-probability, kind="stable")
        self._outcome = outcome[self._order].astype(np.float64)
        self._probability = probability[self._order]
        self._is_short = is_short
        self._contacted = None if threshold is None else int((probability >= threshold).sum())
        self._ties = np.flatnonzero(np.r_[True, np.diff(self._probability) != 0])
        self._squared_error = (self._probability - self._outcome) ** 2
        ascending = np.argsort(probability, kind="stable")
        bins = np.empty(len(probability), dtype=np.int64)
        for number, part in enumerate(np.array_split(ascending, CALIBRATION_BINS)):
            bins[part] = number
        self._by_bin = np.argsort(bins[self._order], kind="stable")
        self._bin_starts = np.flatnonzero(np.r_[True, np.diff(bins[self._order][self._by_bin]) != 0])

    @property
    def names(self) -> tuple[str, ...]:
        return (*(SHORT if self._is_short else RANKING), *(DECISION if self._contacted is not None else ()))

    def metrics(self, weights: FloatArray) -> FloatArray:
        """One row per metric of `names`, one column per row of `weights`; NaN where a weighting has one class only."""
        weights = weights[:, self._order]
        hits = weights * self._outcome
        total, total_hits = weights.sum(axis=1), hits.sum(axis=1)
        at_tie, hits_at_tie = np.add.reduceat(weights, self._ties, axis=1), np.add.reduceat(hits, self._ties, axis=1)
        misses_at_tie = at_tie - hits_at_tie
        hits_down, down = hits_at_tie.cumsum(axis=1), at_tie.cumsum(axis=1)
        misses_below = (total - total_hits)[:, None] - (down - hits_down)
        gap = np.add.reduceat((weights * (self._probability - self._outcome))[:, self._by_bin], self._bin_starts, axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            auc = (hits_at_tie * (misses_below + misses_at_tie / 2)).sum(axis=1) / (total_hits * (total - total_hits))
        brier, ece = (weights * self._squared_error).sum(axis=1) / total, np.abs(gap).sum(axis=1) / total
        found = [auc, brier, ece] if self._is_short else [auc, _pr_auc(hits_at_tie, hits_down, down), brier, ece, *_deciles(weights, hits)]
        if self._contacted is not None:
            right = hits[:, : self._contacted].sum(axis=1)
            contacts = np.maximum(weights[:, : self._contacted].sum(axis=1), 1e-12)
            found += [right / contacts, right / np.maximum(total_hits, 1e-12)]
        return np.stack(found)


def _pr_auc(hits_at_tie: FloatArray, hits_down: FloatArray, down: FloatArray) -> FloatArray:
    precision = np.divide(hits_down, down, out=np.zeros_like(down), where=down > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((hits_at_tie * precision).sum(axis=1) / hits_at_tie.sum(axis=1))


def _deciles(weights: FloatArray, hits: FloatArray) -> list[FloatArray]:
    """Lifts and gains; the row at the edge of a decile belongs to both sides by its share."""
    total, total_hits = weights.sum(axis=1), hits.sum(axis=1)
    edges = np.arange(1, DECILES + 1) / DECILES
    reached, found = weights.cumsum(axis=1), hits.cumsum(axis=1)
    gain = np.stack(
        [np.interp(edges * each, np.r_[0, of], np.r_[0, so_far]) for each, of, so_far in zip(total, reached, found, strict=True)]
    )
    gain = np.where(total_hits[:, None] > 0, gain / np.maximum(total_hits, 1e-12)[:, None], np.nan).T
    return [*(np.diff(gain, axis=0, prepend=0) * DECILES), *gain[:-1]]
