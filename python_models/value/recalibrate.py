"""Learn from one past window how forecasts of a shop are off, judge on the next whether correcting them is better, and keep it if so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from python_models.matrix import FloatArray
from python_models.value.calibration import Calibration, MonotoneMap, fit_map
from python_models.value.forecast import DECILES, ForecastCheck, Outcome, check_forecast, decile_parts, outcome_of
from python_models.value.model import ValueModel
from python_models.value.spec import ValueSpec
from python_models.value.train import train_value

Positions = npt.NDArray[np.int64]
LOW, HIGH = 2.5, 97.5
# What every forecast has of its own; the other figures of a check are the same for all.
OF_A_FORECAST = (
    "expected_orders",
    "expected_value",
    "mean_absolute_error",
    *(
        f"{name}_{figure}"
        for name in ("orders", "value")
        for figure in ("decile_error_largest", "decile_error_weighted", "deciles_within_10_percent")
    ),
)


@dataclass(frozen=True)
class PastDates:
    """Purchase histories of today and of the two earlier dates with the days from each to the next; empty where a shop is too young."""

    today: pd.DataFrame
    test: pd.DataFrame
    test_days: int
    calibration: pd.DataFrame
    calibration_days: int


@dataclass(frozen=True)
class ErrorDifference:
    """Weighted decile error of value, corrected less published, with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def is_better(self) -> bool:
        return self.high < 0


@dataclass(frozen=True)
class Recalibration:
    """What forecasts of the test date came to, as published and, where it could be learned, corrected.

    `calibration` is what goes into the model of today, learned on the newest window; None says `reason`. `corrected_by` was learned on
    the window before, from `learned_from` customers, and made the forecast that was judged.
    """

    published: ForecastCheck = field(default_factory=ForecastCheck)
    corrected: ForecastCheck = field(default_factory=ForecastCheck)
    corrected_by: Calibration | None = None
    learned_from: int = 0
    difference: ErrorDifference | None = None
    calibration: Calibration | None = None
    reason: str | None = None

    @property
    def served(self) -> ForecastCheck:
        """The check of the forecast that would have been served on the test date."""
        return self.published if self.calibration is None else self.corrected

    @property
    def metrics(self) -> Mapping[str, float]:
        """Figures of the served forecast; those of both under `_raw` and `_recalibrated`, and why the one or the other serves."""
        found = dict(self.served.metrics)
        if not found:
            return found
        found["is_recalibrated"] = float(self.calibration is not None)
        for suffix, check in (("raw", self.published), ("recalibrated", self.corrected)):
            found |= {f"{name}_{suffix}": check.metrics[name] for name in OF_A_FORECAST if name in check.metrics}
        if self.difference is not None:
            found["value_decile_error_difference"] = self.difference.value
            found["value_decile_error_difference_low"] = self.difference.low
            found["value_decile_error_difference_high"] = self.difference.high
        return found


def recalibrate(past: PastDates, spec: ValueSpec) -> Recalibration:
    """Whether forecasts are to be corrected, and by what.

    A model of each earlier date forecasts up to the next date. Maps of the first forecast correct the second; where its deciles of value
    are then off by less, beyond noise, maps of the second correct what is served today.
    """
    if past.test.empty or past.test_days <= 0:
        return Recalibration(reason="there is no earlier date with enough days after it")
    newest = outcome_of(past.test, past.today, past.test_days)
    model = train_value(past.test, spec).model
    published = check_forecast(newest, model, spec)
    if model is None or not published.metrics:
        return Recalibration(published, reason="on the earlier date there was no model that could have forecast")
    if past.calibration.empty or past.calibration_days <= 0:
        return Recalibration(published, reason="there is no second earlier date to learn a correction from")
    earlier_model = train_value(past.calibration, spec).model
    if earlier_model is None:
        return Recalibration(published, reason="on the date to learn a correction from there was no model that could have forecast")
    earlier = outcome_of(past.calibration, past.test, past.calibration_days)
    learned, reason = learn_calibration(earlier, earlier_model, spec)
    if learned is None:
        return Recalibration(published, reason=reason)
    corrected_model = replace(model, calibration=learned)
    corrected = check_forecast(newest, corrected_model, spec)
    difference = error_difference(newest.forecast(model, spec)[1], newest.forecast(corrected_model, spec)[1], newest.value, spec)
    found = Recalibration(published, corrected, learned, len(earlier.histories), difference)
    if not difference.is_better:
        return replace(found, reason="the corrected forecast was not better beyond noise")
    serving, reason = learn_calibration(newest, model, spec)
    if serving is None:
        return replace(found, reason=reason)
    both_windows = outcome_of(past.calibration, past.today, past.calibration_days + past.test_days)
    return replace(found, calibration=_with_measured_shape(serving, learned, both_windows, earlier_model, spec))


def learn_calibration(outcome: Outcome, model: ValueModel, spec: ValueSpec) -> tuple[Calibration | None, str | None]:
    """Maps from what the model expected to what came, or the reason why there are none; beyond the window as the model has it.

    Two of each, for who has bought once and for who has bought again, where there are enough of both to learn from.
    """
    customers = len(outcome.histories)
    if customers < spec.minimum_calibration_customers:
        return None, f"{customers} customers to learn a correction from; {spec.minimum_calibration_customers} needed"
    expected_orders, expected_value = outcome.forecast(model, spec)
    has_repeats = outcome.histories["frequency"].to_numpy(dtype=float) > 0

    def maps(rows: npt.NDArray[np.bool_]) -> tuple[MonotoneMap | None, ...]:
        pairs = ((expected_orders, outcome.orders), (expected_value, outcome.value))
        return tuple(fit_map(promised[rows], came[rows], spec.customers_per_bin, spec.most_bins) for promised, came in pairs)

    if min(has_repeats.sum(), (~has_repeats).sum()) >= spec.minimum_customers_by_repeats:
        (orders, value), (orders_after_one, value_after_one) = maps(has_repeats), maps(~has_repeats)
        if orders and value and orders_after_one and value_after_one:
            return Calibration(outcome.days, orders, value, False, orders_after_one, value_after_one), None
    orders, value = maps(np.ones(customers, dtype=bool))
    if orders is None or value is None:
        return None, "nobody bought anything in the days to learn a correction from"
    return Calibration(outcome.days, orders, value, goes_on_steadily=False), None


def error_difference(published: FloatArray, corrected: FloatArray, actual: FloatArray, spec: ValueSpec) -> ErrorDifference:
    """Paired bootstrap over customers (Efron and Tibshirani 1993, 16.4) of the weighted decile errors of two forecasts.

    Customers are drawn in groups that were made by lot, so that a million of them need sums of a thousand groups only. Deciles are those of
    all customers. Noise on noise makes the smaller of two errors larger by more: the interval is on the side of the published forecast.
    """
    is_known = np.isfinite(published) & np.isfinite(corrected)
    published, corrected, actual = published[is_known], corrected[is_known], actual[is_known]
    random = np.random.default_rng(spec.seed)
    groups = max(1, min(spec.bootstrap_groups, len(actual)))
    group = random.permutation(len(actual)) % groups
    times = random.multinomial(groups, np.full(groups, 1 / groups), size=spec.bootstrap_rounds).astype(float)
    # The first row is the sample itself.
    times = np.concatenate([np.ones((1, groups)), times])
    off = [_weighted_errors(expected, actual, group, times) for expected in (published, corrected)]
    differences = off[1] - off[0]
    low, high = np.percentile(differences[1:], (LOW, HIGH))
    return ErrorDifference(float(differences[0]), float(low), float(high))


def _weighted_errors(expected: FloatArray, actual: FloatArray, group: Positions, times: FloatArray) -> FloatArray:
    """One error per row of `times`, in which every group counts so many times."""
    decile = np.empty(len(expected), dtype=np.intp)
    for number, rows in enumerate(decile_parts(expected)):
        decile[rows] = number
    groups = times.shape[1]
    cell = group * DECILES + decile
    promised, came = (
        times @ np.bincount(cell, weights=sums, minlength=groups * DECILES).reshape(groups, DECILES) for sums in (expected, actual)
    )
    errors: FloatArray = np.abs(came - promised).sum(axis=1) / promised.sum(axis=1)
    return errors


def _with_measured_shape(
    serving: Calibration, learned: Calibration, both_windows: Outcome, model: ValueModel, spec: ValueSpec
) -> Calibration:
    """Beyond the window, go on in the way that was nearer to both windows together, of which only the first was learned from."""
    off = {}
    for goes_on_steadily in (False, True):
        corrected = replace(model, calibration=replace(learned, goes_on_steadily=goes_on_steadily))
        off[goes_on_steadily] = check_forecast(both_windows, corrected, spec).metrics.get("value_decile_error_weighted", 0.0)
    return replace(serving, goes_on_steadily=off[True] < off[False])
