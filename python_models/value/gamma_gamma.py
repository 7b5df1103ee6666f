"""Gamma-Gamma: what a purchase of a customer is worth.

Fader and Hardie (2013), The Gamma-Gamma model of monetary value; "FH" below. Amounts of one customer vary around the customer's mean
as a gamma with shape p; the means vary over customers with q and v. Assumes that how much and how often are unrelated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln

from python_models.matrix import FloatArray
from python_models.value.likelihood import Estimate, maximise


@dataclass(frozen=True)
class GammaGamma:
    """Fitted parameters; v is in units of money."""

    p: float
    q: float
    v: float


@dataclass(frozen=True)
class GammaGammaFit:
    """The model, how sure it is, and the correlation that the model takes to be zero."""

    model: GammaGamma
    estimate: Estimate
    customer_count: int
    frequency_correlation: float


def fit_gamma_gamma(frequency: FloatArray, monetary_value: FloatArray) -> GammaGammaFit:
    """Maximum likelihood over customers with a repeat purchase; `monetary_value` is the mean amount of their repeat purchases.

    Raises ValueError for customers without repeats or with amounts that are not positive, FitFailedError without a maximum.
    """
    x, mean_amount = np.asarray(frequency, dtype=float), np.asarray(monetary_value, dtype=float)
    if len(x) == 0 or not ((x > 0) & (mean_amount > 0)).all():
        raise ValueError("every customer needs at least one repeat purchase and a positive mean amount")
    # The terms with gamma functions depend on the frequency only.
    distinct, position = np.unique(x, return_inverse=True)
    counts = np.bincount(position).astype(float)
    log_amount_by_frequency = np.bincount(position, weights=np.log(mean_amount))
    spent = x * mean_amount

    def log_likelihood(values: FloatArray) -> tuple[float, FloatArray]:
        p, q, v = values
        # FH, equation 1a.
        log_total = np.log(v + spent)
        log_total_by_frequency = np.bincount(position, weights=log_total)
        inverse_by_frequency = np.bincount(position, weights=1 / (v + spent))
        shape = p * distinct + q
        constant = gammaln(shape) - gammaln(p * distinct) - gammaln(q) + q * np.log(v) + p * distinct * np.log(distinct)
        total = counts @ constant + (p * distinct - 1) @ log_amount_by_frequency - shape @ log_total_by_frequency
        by_p = distinct * counts @ (digamma(shape) - digamma(p * distinct) + np.log(distinct))
        by_p += distinct @ (log_amount_by_frequency - log_total_by_frequency)
        by_q = counts @ (digamma(shape) - digamma(q) + np.log(v)) - log_total_by_frequency.sum()
        by_v = counts.sum() * q / v - shape @ inverse_by_frequency
        return float(total), np.array([by_p, by_q, by_v])

    typical = float(np.mean(mean_amount))
    starts = ((1.0, 2.0, typical), (6.0, 4.0, typical / 2), (2.0, 3.0, 2 * typical))
    estimate = maximise(log_likelihood, starts, float(len(x)))
    correlation = float(np.corrcoef(x, mean_amount)[0, 1]) if min(np.std(x), np.std(mean_amount)) > 0 else 0.0
    return GammaGammaFit(GammaGamma(*estimate.values), estimate, len(x), correlation)


def expected_amount(model: GammaGamma, frequency: FloatArray, monetary_value: FloatArray) -> FloatArray:
    """Expected amount of a purchase, per customer: the own mean, drawn towards that of all. FH, equation 5.

    `monetary_value` is not read where `frequency` is 0. NaN where the mean over customers does not exist (q at most 1, no repeats).
    """
    x = np.asarray(frequency, dtype=float)
    spent = np.where(x > 0, x * np.nan_to_num(np.asarray(monetary_value, dtype=float)), 0.0)
    below = model.p * x + model.q - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, model.p * (model.v + spent) / below, np.nan)
