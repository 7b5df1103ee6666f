"""Population stability index of two samples, with the bins of feedback_feature_drift."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

import numpy as np

from python_models.matrix import FloatArray

BINS = 10
# An empty bin has no logarithm: no share is taken to be smaller.
SMALLEST_SHARE = 0.0001
MISSING = -1
NEVER_SEEN = -2
Bin = TypeVar("Bin", bound=Hashable)


def population_stability_index(reference: FloatArray, current: FloatArray) -> float:
    """Sum over the bins of (current - reference) * ln(current / reference) (Siddiqi 2006, p. 137); 0 when either sample is empty.

    Bins are quantiles of the reference, and a value is never torn apart. A value that is missing has its own bin. Where the reference
    has few values each is a bin, and all that were never seen share one: a constant that becomes another constant has drifted.
    """
    if not len(reference) or not len(current):
        return 0.0
    values, counts = np.unique(reference[~np.isnan(reference)], return_counts=True)
    if len(values) <= BINS:
        edges, has_few_values = values, True
    else:
        bins = (np.cumsum(counts) - counts) * BINS // counts.sum()
        edges, has_few_values = values[np.flatnonzero(np.diff(bins, prepend=-1))], False
    before, after = _binned(reference, edges, has_few_values), _binned(current, edges, has_few_values)
    return stability_index_of_shares(_shares(before), _shares(after))


def stability_index_of_shares(before: Mapping[Bin, float], after: Mapping[Bin, float]) -> float:
    """The index of two distributions over the same bins; a bin that one of them lacks is empty there."""
    total = 0.0
    # In the order of the first, so that the sum is the same each time.
    for found in dict.fromkeys((*before, *after)):
        was, now = (max(shares.get(found, 0.0), SMALLEST_SHARE) for shares in (before, after))
        total += (now - was) * float(np.log(now / was))
    return total


def _shares(bins: np.ndarray) -> dict[int, float]:
    found, counts = np.unique(bins, return_counts=True)
    return {int(name): int(count) / len(bins) for name, count in zip(found, counts, strict=True)}


def _binned(values: FloatArray, edges: FloatArray, has_few_values: bool) -> np.ndarray:
    places = np.maximum(np.searchsorted(edges, values, side="right") - 1, 0)
    if has_few_values:
        is_known = np.isin(values, edges)
        places = np.where(is_known, places, NEVER_SEEN)
    return np.where(np.isnan(values), MISSING, places)
