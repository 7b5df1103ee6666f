"""BG/NBD: how often a customer buys, and whether they still do.

Fader, Hardie and Lee (2005), "Counting your customers" the easy way: an alternative to the Pareto/NBD model, Marketing Science 24(2);
"FHL" below. A customer buys at rate lambda ~ gamma(r, alpha) and drops out after any purchase with probability p ~ beta(a, b).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, digamma, expit, gammaln, hyp2f1
from scipy.stats import nbinom

from python_models.matrix import FloatArray
from python_models.value.likelihood import Estimate, FitFailedError, maximise

# Near a = 1 the expected number of purchases is a difference of two large numbers; both sides of the gap are equal to eight digits.
AROUND_ONE = 1e-6
# A power below this has lost digits, or is about to.
SMALLEST_POWER = 1e-290
# Above so many distinct histories the start is found on a calendar of so many steps.
COARSE_HISTORIES = 20_000
COARSE_STEPS = 50
# Drop-out so rare that nobody has left, ever: what a likelihood without a maximum inside its range may run to.
NOBODY_LEAVES = (1e-9, 1_000.0)
# Log-likelihoods that differ by less are equal: at the edge of the range the drop-out costs up to a tenth.
SAME_LIKELIHOOD = 0.5
STARTS = ((1.0, 1.0, 1.0, 1.0), (0.3, 5.0, 0.8, 2.5), (1.0, 10.0, 0.2, 5.0))


@dataclass(frozen=True)
class BgNbd:
    """Fitted parameters; alpha is in the time unit of the histories."""

    r: float
    alpha: float
    a: float
    b: float


@dataclass(frozen=True)
class BgNbdFit:
    """The model and how sure it is."""

    model: BgNbd
    estimate: Estimate
    customer_count: int
    distinct_histories: int


def fit_bg_nbd(frequency: FloatArray, recency: FloatArray, age: FloatArray) -> BgNbdFit:
    """Maximum likelihood over customers with `frequency` (x), `recency` (t_x) and `age` (T), one value each, of equal length.

    Equal histories are counted once with their weight: a million customers have some ten thousand different ones, whatever the
    unit, since purchases are counted by day. Where people of a shop stay, the likelihood rises towards drop-out never: that limit, a
    negative binomial with rates of its own, is then the model. Raises ValueError on impossible histories, FitFailedError when there is no
    maximum.
    """
    histories = np.column_stack([frequency, recency, age]).astype(float)
    if len(histories) == 0:
        raise ValueError("no customers to fit")
    possible = (histories >= 0).all(axis=1) & (histories[:, 1] <= histories[:, 2]) & ((histories[:, 0] > 0) == (histories[:, 1] > 0))
    if not possible.all():
        raise ValueError(f"{int((~possible).sum())} impossible histories: 0 <= recency <= age, and recency is 0 exactly without repeats")
    exact = Histories.of(histories)
    try:
        estimate = _estimate(exact, histories)
    except FitFailedError as error:
        estimate = _without_drop_out(exact, len(histories))
        if estimate.log_likelihood < error.highest - SAME_LIKELIHOOD:
            raise
    return BgNbdFit(BgNbd(*estimate.values), estimate, len(histories), len(exact.weights))


def _estimate(exact: Histories, histories: FloatArray) -> Estimate:
    """All four parameters."""
    starts: Sequence[Sequence[float]] = STARTS
    if len(exact.weights) > COARSE_HISTORIES:
        # From far away a coarse calendar points the same way, for a hundredth of the work.
        step = float(histories[:, 2].max()) / COARSE_STEPS
        coarse = Histories.of(np.column_stack([histories[:, 0], np.ceil(histories[:, 1:] / step) * step]))
        starts = (maximise(coarse.log_likelihood, STARTS, float(len(histories))).values,)
    return maximise(exact.log_likelihood, starts, float(len(histories)))


def _without_drop_out(exact: Histories, customer_count: int) -> Estimate:
    """The rates alone; drop-out has no standard error where there is none."""

    def of_rates(rates: FloatArray) -> tuple[float, FloatArray]:
        total, gradient = exact.log_likelihood(np.array([*rates, *NOBODY_LEAVES]))
        return total, gradient[:2]

    rates = maximise(of_rates, [start[:2] for start in STARTS], float(customer_count))
    return Estimate((*rates.values, *NOBODY_LEAVES), (*rates.standard_errors, np.nan, np.nan), rates.log_likelihood)


def probability_alive(model: BgNbd, frequency: FloatArray, recency: FloatArray, age: FloatArray) -> FloatArray:
    """Probability that a customer has not dropped out by now; 1 for somebody without a repeat purchase, by the model's assumption.

    Fader, Hardie and Lee (2008), Computing P(alive) using the BG/NBD model, equation 1, computed from log odds.
    """
    x = np.asarray(frequency, dtype=float)
    return np.where(x > 0, expit(-_log_odds_dead(model, x, np.asarray(recency, dtype=float), np.asarray(age, dtype=float))), 1.0)


def expected_purchases(model: BgNbd, frequency: FloatArray, recency: FloatArray, age: FloatArray, horizon: float) -> FloatArray:
    """Expected purchase days in the next `horizon` periods. FHL, equation 10."""
    if horizon < 0:
        raise ValueError(f"horizon is {horizon}: it lies ahead and cannot be negative")
    x, total_age = np.asarray(frequency, dtype=float), np.asarray(age, dtype=float)
    if abs(model.a - 1) < AROUND_ONE:
        around = (BgNbd(model.r, model.alpha, 1 + shift, model.b) for shift in (-2 * AROUND_ONE, 2 * AROUND_ONE))
        below, above = (_expected_if_alive(side, x, total_age, horizon) for side in around)
        if_alive = (below + above) / 2
    else:
        if_alive = _expected_if_alive(model, x, total_age, horizon)
    return if_alive * probability_alive(model, x, recency, total_age)


def purchase_count_shares(model: BgNbd, age: FloatArray, many: int) -> FloatArray:
    """Expected shares of customers with 0, 1, up to `many` - 1 and, last, `many` or more repeat purchases at their age. FHL, equation 8."""
    ages, counts = np.unique(np.asarray(age, dtype=float), return_counts=True)
    number = np.arange(many)
    # Of somebody who never drops out; one row per number of purchases, one column per age.
    steady = nbinom.pmf(number[:, None], model.r, model.alpha / (model.alpha + ages))
    still_there = np.exp(betaln(model.a, model.b + number) - betaln(model.a, model.b))
    # Dropped out right after the purchase of this number; nobody does after none.
    gone = np.where(number > 0, np.exp(betaln(model.a + 1, model.b + np.maximum(number, 1) - 1) - betaln(model.a, model.b)), 0.0)
    at_least = 1 - (steady.cumsum(axis=0) - steady)
    by_age = still_there[:, None] * steady + gone[:, None] * at_least
    shares = (by_age * counts).sum(axis=1) / counts.sum()
    return np.append(shares, 1 - shares.sum())


def periods_to_next_purchase(model: BgNbd, frequency: FloatArray, age: FloatArray) -> FloatArray:
    """Median waiting time for the next purchase of a customer who is alive.

    An alive customer's rate is gamma(r + x, alpha + T), so that the waiting time is Pareto of the second kind:
    P(longer than t) = ((alpha + T) / (alpha + T + t)) ^ (r + x), FHL, section 4.1. Its mean may be infinite, its median is not.
    """
    x, total_age = np.asarray(frequency, dtype=float), np.asarray(age, dtype=float)
    # A tiny shape makes the median astronomically late; "never" is the honest reading of it.
    with np.errstate(over="ignore"):
        waiting: FloatArray = (model.alpha + total_age) * np.expm1(np.log(2) / (model.r + x))
    return waiting


def _expected_if_alive(model: BgNbd, x: FloatArray, age: FloatArray, horizon: float) -> FloatArray:
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    gone = horizon / (alpha + age + horizon)
    # Euler's transformation of the hypergeometric function: the plain one has parameters that grow with x, which loses digits and then
    # overflows. Its power of (1 - gone) cancels that of the formula but for a - 1.
    power = (1 - gone) ** (a - 1)
    with np.errstate(over="ignore", invalid="ignore"):
        series = power * hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, gone)
    # Where everybody drops out with nearly the same chance, a and b are so large that one factor vanishes and the other overflows.
    vanishes = (power < SMALLEST_POWER) | ~np.isfinite(series)
    if vanishes.any():
        with np.errstate(over="ignore", invalid="ignore"):
            plain = (1 - gone) ** (r + x) * hyp2f1(r + x, b + x, a + b + x - 1, gone)
        # After thousands of purchases the plain one does the same; what is left of them is nothing.
        plain = np.where(np.isfinite(plain), plain, 0.0)
        series = np.where(vanishes, plain, series)
    result: FloatArray = (a + b + x - 1) / (a - 1) * (1 - series)
    return result


def _log_odds_dead(model: BgNbd, x: FloatArray, t_x: FloatArray, age: FloatArray) -> FloatArray:
    # For x = 0 the value is not used, but b - 1 may be negative.
    repeats = np.maximum(x, 1.0)
    odds: FloatArray = np.log(model.a / (model.b + repeats - 1)) + (model.r + x) * np.log((model.alpha + age) / (model.alpha + t_x))
    return odds


@dataclass(frozen=True)
class _Values:
    """Distinct values of a column, and where each row finds its own: a function of the column is computed once per value."""

    distinct: FloatArray
    position: npt.NDArray[np.intp]

    @classmethod
    def of(cls, column: FloatArray) -> _Values:
        return cls(*np.unique(column, return_inverse=True))


@dataclass(frozen=True)
class Histories:
    """Distinct histories and how many customers have each: all that the likelihood needs to know."""

    frequency: _Values
    recency: _Values
    age: _Values
    weights: FloatArray

    @classmethod
    def of(cls, histories: FloatArray) -> Histories:
        ordered = histories[np.lexsort(histories.T[::-1])]
        starts = np.flatnonzero(np.concatenate([[True], (ordered[1:] != ordered[:-1]).any(axis=1)]))
        frequency, recency, age = (_Values.of(column) for column in ordered[starts].T)
        return cls(frequency, recency, age, np.diff(np.append(starts, len(ordered))).astype(float))

    def log_likelihood(self, values: FloatArray) -> tuple[float, FloatArray]:
        """FHL, equation 6, in logarithms, and its gradient with respect to (r, alpha, a, b)."""
        r, alpha, a, b = values
        x = self.frequency.distinct
        repeats = np.maximum(x, 1.0)
        by_frequency = np.bincount(self.frequency.position, weights=self.weights)
        common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
        shape = (r + x)[self.frequency.position]
        log_age = np.log(alpha + self.age.distinct)[self.age.position]
        log_recency = np.log(alpha + self.recency.distinct)[self.recency.position]
        odds = np.where(x > 0, np.log(a) - np.log(b + repeats - 1), -np.inf)[self.frequency.position] + shape * (log_age - log_recency)
        share_dead = expit(odds)
        joint = np.logaddexp(0.0, odds) - shape * log_age
        dead, alive = self.weights * share_dead, self.weights * (1.0 - share_dead)
        dead_by_frequency = np.bincount(self.frequency.position, weights=dead)
        both = digamma(a + b) - digamma(a + b + x)
        by_r = by_frequency @ (digamma(r + x) - digamma(r) + np.log(alpha)) - alive @ log_age - dead @ log_recency
        by_alpha = by_frequency.sum() * r / alpha
        by_alpha -= np.bincount(self.age.position, weights=alive * shape) @ (1 / (alpha + self.age.distinct))
        by_alpha -= np.bincount(self.recency.position, weights=dead * shape) @ (1 / (alpha + self.recency.distinct))
        by_a = by_frequency @ both + dead_by_frequency.sum() / a
        by_b = by_frequency @ (both + digamma(b + x) - digamma(b)) - dead_by_frequency @ (1 / (b + repeats - 1))
        return float(by_frequency @ common + self.weights @ joint), np.array([by_r, by_alpha, by_a, by_b])
