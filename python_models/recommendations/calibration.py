"""From a score to the probability that the customer buys the product within the horizon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from python_models.matrix import FloatArray
from python_models.reproducible import single_thread

RIDGE = 1e-3
SMALLEST_SCORE = 1e-6
# With fewer purchases than this only the rate is known, not what it depends on.
MINIMUM_HITS = 10


@dataclass(frozen=True)
class Calibration:
    """Platt's sigmoid with the customer's activity beside the score: intercept, log score, log products bought, log days since.

    A score cannot know how often somebody buys at all; without that a probability is right on average and wrong for everybody. The weight
    of the score is never negative, so that of two products of one customer and source the higher score is never the less likely.
    """

    source: str
    coefficients: tuple[float, ...]
    pairs: int
    hits: int

    def probability(self, scores: FloatArray, product_counts: FloatArray, days_since_purchase: FloatArray) -> FloatArray:
        inputs = _inputs(scores, product_counts, days_since_purchase)
        # Column by column: a matrix product may add in another order when there are more rows.
        total = np.full(len(inputs), self.coefficients[0])
        for position, coefficient in enumerate(self.coefficients[1:]):
            total = total + coefficient * inputs[:, position]
        return np.asarray(expit(total))


def fit_calibration(
    source: str, scores: FloatArray, product_counts: FloatArray, days_since_purchase: FloatArray, is_hit: npt.NDArray[np.bool_]
) -> Calibration:
    """Logistic regression with a small ridge on what was recommended on a past date and what came of it."""
    hits, pairs = int(is_hit.sum()), len(is_hit)
    # One hit and one miss more than were seen: nothing is certain.
    prior = float(np.log((hits + 1) / (pairs - hits + 1)))
    if hits < MINIMUM_HITS or hits == pairs:
        return Calibration(source, (prior, 0.0, 0.0, 0.0), pairs, hits)
    inputs = _inputs(scores, product_counts, days_since_purchase)
    centre, scale = inputs.mean(axis=0), inputs.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    design = np.column_stack([np.ones(pairs), (inputs - centre) / scale])
    target = is_hit.astype(np.float64)

    def loss(coefficients: FloatArray) -> tuple[float, FloatArray]:
        total = design @ coefficients
        value = np.logaddexp(0.0, total).sum() - target @ total + RIDGE * (coefficients[1:] @ coefficients[1:]) / 2
        slope = design.T @ (expit(total) - target)
        slope[1:] += RIDGE * coefficients[1:]
        return float(value) / pairs, slope / pairs

    with single_thread():
        start = np.array([prior, 0.0, 0.0, 0.0])
        bounds = [(None, None), (0.0, None), (None, None), (None, None)]
        found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-14, "gtol": 1e-9})
    slopes = found.x[1:] / scale
    return Calibration(source, (float(found.x[0] - slopes @ centre), *(float(slope) for slope in slopes)), pairs, hits)


def _inputs(scores: FloatArray, product_counts: FloatArray, days_since_purchase: FloatArray) -> FloatArray:
    """Customers who have bought nothing have no days since: they are zero there, in all rows of their kind."""
    days = np.log1p(np.nan_to_num(days_since_purchase, nan=0.0))
    return np.column_stack([np.log(np.maximum(scores, SMALLEST_SCORE)), np.log1p(product_counts), days])
