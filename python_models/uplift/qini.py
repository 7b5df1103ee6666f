"""Whether those who were promised a large effect had one: Qini curve and coefficient on randomised draws (Radcliffe 2007).

A draw with known share e gives each row the weight e(1 - e), by which rows count for as much as they can say (overlap weights, Li, Morgan
and Zaslavsky 2018), and the contribution (t - e)(y - m). Its expectation is e(1 - e) times the effect on that row, whatever m is; an m near
the expected outcome takes noise out (Robinson 1988; Nie and Wager 2021, equation 4). Sums of contributions over sums of weights are
therefore average effects, of everybody or of any group that was chosen without looking at the outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from python_models.matrix import FloatArray

DECILES = 10
# Standard errors to either side of an estimate that hold 95 %.
WIDTH = 1.96
DECILE_COLUMNS = ("decile", "predicted_effect", "observed_effect", "observed_effect_low", "observed_effect_high")


@dataclass(frozen=True)
class Draws:
    """Rows of a randomised trial: drawn or held out (1, 0), the share drawn, the outcome and what was expected of it."""

    treated: FloatArray
    share: FloatArray
    outcome: FloatArray
    expected: FloatArray
    customers: Sequence[str]

    @property
    def weight(self) -> FloatArray:
        return self.share * (1 - self.share)

    @property
    def contribution(self) -> FloatArray:
        return (self.treated - self.share) * (self.outcome - self.expected)


class _Ranking:
    """The rows with the largest promised effect first, sorted once for all resamples."""

    def __init__(self, draws: Draws, effect: FloatArray, codes: np.ndarray) -> None:
        order = np.argsort(-effect, kind="stable")
        self._weight, self._contribution, self._codes = draws.weight[order], draws.contribution[order], codes[order]

    def area(self, times: FloatArray) -> float:
        """The coefficient where every customer counts so many times."""
        of_row = times[self._codes]
        return _area(self._weight * of_row, self._contribution * of_row)


@dataclass(frozen=True)
class Estimate:
    """A figure with its bootstrap interval."""

    value: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        return self.low > 0 or self.high < 0


def average_effect(draws: Draws, confidence: float, resamples: int, seed: int) -> Estimate:
    """Outcomes that one message brings, on average."""
    codes, count = _codes(draws.customers)
    weight = np.bincount(codes, weights=draws.weight, minlength=count)
    contribution = np.bincount(codes, weights=draws.contribution, minlength=count)
    drawn = [float((contribution * times).sum() / (weight * times).sum()) for times in _resampled(count, resamples, seed)]
    return _estimate(float(contribution.sum() / weight.sum()), drawn, confidence)


def qini(draws: Draws, effect: FloatArray, confidence: float, resamples: int, seed: int) -> Estimate:
    """Area between the Qini curve and the straight line of a random order, in outcomes per message; customers are drawn, not rows."""
    codes, count = _codes(draws.customers)
    ranking = _Ranking(draws, effect, codes)
    drawn = [ranking.area(times) for times in _resampled(count, resamples, seed)]
    return _estimate(ranking.area(np.ones(count)), drawn, confidence)


def qini_gain(draws: Draws, effect: FloatArray, other: FloatArray, confidence: float, resamples: int, seed: int) -> Estimate:
    """The coefficient of one ranking less that of another one of the same rows, both on the same resamples."""
    codes, count = _codes(draws.customers)
    ranking, others = _Ranking(draws, effect, codes), _Ranking(draws, other, codes)
    drawn = [ranking.area(times) - others.area(times) for times in _resampled(count, resamples, seed)]
    return _estimate(ranking.area(np.ones(count)) - others.area(np.ones(count)), drawn, confidence)


def qini_curve(draws: Draws, effect: FloatArray, points: int = 50) -> pd.DataFrame:
    """Share of the messages, by falling effect, and the outcomes that they bring per message of all: for the plot."""
    order = np.argsort(-effect, kind="stable")
    weight, contribution = draws.weight[order], draws.contribution[order]
    share = weight.cumsum() / weight.sum()
    gain = contribution.cumsum() / weight.sum()
    rows = np.unique(np.searchsorted(share, np.linspace(0, 1, points + 1)[1:]).clip(max=len(share) - 1))
    return pd.DataFrame({"share": np.r_[0.0, share[rows]], "gain": np.r_[0.0, gain[rows]]})


def effects_by_decile(draws: Draws, effect: FloatArray) -> pd.DataFrame:
    """One row per tenth of the rows, the largest promised effect first: what was promised, and what was seen with its 95 % interval.

    An observed effect is a ratio of two sums; its standard error is that of the linearised ratio over customers (Cochran 1977, 6.4), since
    one customer is drawn for several campaigns.
    """
    order = np.argsort(-effect, kind="stable")
    weight, contribution = draws.weight, draws.contribution
    codes, count = _codes(draws.customers)
    rows = []
    for number, part in enumerate(np.array_split(order, DECILES), start=1):
        total = weight[part].sum()
        seen = float(contribution[part].sum() / total)
        of_customer = np.bincount(codes[part], weights=contribution[part] - seen * weight[part], minlength=count)
        width = WIDTH * float(np.sqrt((of_customer**2).sum()) / total)
        rows.append((number, float((effect[part] * weight[part]).sum() / total), seen, seen - width, seen + width))
    return pd.DataFrame(rows, columns=list(DECILE_COLUMNS))


def _area(weight: FloatArray, contribution: FloatArray) -> float:
    total = weight.sum()
    # Trapezoids: a row counts half where it begins and half where it ends.
    middle = contribution.cumsum() - contribution / 2
    return float((middle * weight).sum() / total**2 - contribution.sum() / total / 2)


def _codes(customers: Sequence[str]) -> tuple[np.ndarray, int]:
    codes, names = pd.factorize(np.asarray(customers, dtype=object), sort=True)
    return codes, len(names)


def _resampled(count: int, resamples: int, seed: int) -> list[FloatArray]:
    """How often each customer is drawn, per resample."""
    generator = np.random.default_rng(seed)
    return [np.bincount(generator.integers(count, size=count), minlength=count).astype(np.float64) for _ in range(resamples)]


def _estimate(value: float, drawn: Sequence[float], confidence: float) -> Estimate:
    tail = (1 - confidence) / 2
    low, high = np.quantile(np.asarray(drawn), [tail, 1 - tail])
    return Estimate(value, float(low), float(high))
