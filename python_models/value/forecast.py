"""Hold an earlier forecast against what came of it: in all, customer by customer, and by tenths of the customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from python_models.matrix import FloatArray
from python_models.reproducible import sort_rows
from python_models.value.model import ValueModel
from python_models.value.purchase_history import COLUMNS
from python_models.value.score import score_value
from python_models.value.spec import ValueSpec

DECILES = 10
WITHIN = 0.1
# Standard errors to either side of a mean that hold 95 %.
WIDTH = 1.96
SMALLEST = 1e-12
DECILE_COLUMNS = ("decile", "customers", "expected", "actual", "actual_low", "actual_high", "relative_error")


@dataclass(frozen=True)
class Outcome:
    """Customers of an earlier date, and what each of them has bought in the days since; rows in the order of their ids.

    Customers that are no longer known are left out and counted: they were merged, or their purchases were taken back.
    """

    histories: pd.DataFrame
    orders: FloatArray
    value: FloatArray
    days: int
    left_out: int

    def forecast(self, model: ValueModel, spec: ValueSpec) -> tuple[FloatArray, FloatArray]:
        """Orders and value that the model expects of these days."""
        scoring = replace(spec, horizons_days=(self.days,), tier_horizon_days=self.days)
        scores = score_value(self.histories, model, scoring)
        orders, value = (scores[f"expected_{name}_{self.days}d"].to_numpy(dtype=float) for name in ("orders", "value"))
        return orders, value


@dataclass(frozen=True)
class ForecastCheck:
    """Figures of the whole forecast, and one row of `calibration_by_decile` per tenth by expected orders and by expected value.

    All are empty where there was no model, or nobody, to forecast with.
    """

    metrics: Mapping[str, float] = field(default_factory=dict)
    orders: pd.DataFrame = field(default_factory=pd.DataFrame)
    value: pd.DataFrame = field(default_factory=pd.DataFrame)


def outcome_of(before: pd.DataFrame, now: pd.DataFrame, days: int) -> Outcome:
    """What came in the `days` between the histories of two dates."""
    both = sort_rows(before.merge(now, on="customer_id", suffixes=("", "_now")), ("customer_id",))
    orders = np.clip(both["frequency_now"].to_numpy(dtype=float) - both["frequency"].to_numpy(dtype=float), 0, None)
    spent = both["frequency_now"] * both["monetary_value_now"].fillna(0) - both["frequency"] * both["monetary_value"].fillna(0)
    return Outcome(both[list(COLUMNS)], orders, spent.clip(lower=0).to_numpy(dtype=float), days, len(before) - len(both))


def check_forecast(outcome: Outcome, model: ValueModel | None, spec: ValueSpec) -> ForecastCheck:
    """What a model of the earlier histories expected, beside what happened.

    The reference for a single customer is the own rate so far, going on unchanged; for somebody without a repeat, the rate of everybody.
    """
    if model is None or outcome.histories.empty or outcome.days <= 0:
        return ForecastCheck()
    expected, expected_value = outcome.forecast(model, spec)
    frequency, age = (outcome.histories[name].to_numpy(dtype=float) for name in ("frequency", "age"))
    overall_rate = frequency.sum() / max(age.sum(), 1e-9)
    own_rate = np.where(frequency > 0, frequency / np.maximum(age, 1.0), overall_rate)
    unchanged = own_rate * outcome.days / spec.days_per_period
    # Gamma-Gamma may know no mean amount of some customers: nothing was promised of them.
    is_valued = np.isfinite(expected_value)
    by_orders = calibration_by_decile(expected, outcome.orders)
    by_value = calibration_by_decile(expected_value[is_valued], outcome.value[is_valued])
    metrics = {
        "horizon_days": float(outcome.days),
        "customers": float(len(outcome.histories)),
        "customers_left_out": float(outcome.left_out),
        "actual_orders": float(outcome.orders.sum()),
        "expected_orders": float(expected.sum()),
        "actual_value": float(outcome.value.sum()),
        "expected_value": float(expected_value[is_valued].sum()),
        "mean_absolute_error": float(np.abs(expected - outcome.orders).mean()),
        "mean_absolute_error_of_unchanged_rate": float(np.abs(unchanged - outcome.orders).mean()),
    }
    metrics |= _calibration_metrics("orders", by_orders) | _calibration_metrics("value", by_value)
    return ForecastCheck(metrics, by_orders, by_value)


def decile_parts(expected: FloatArray) -> list[npt.NDArray[np.intp]]:
    """Rows of each tenth, the highest expectation first; equal expectations fall by row order."""
    order = np.argsort(-expected, kind="stable")
    return [part for part in np.array_split(order, DECILES) if len(part)]


def calibration_by_decile(expected: FloatArray, actual: FloatArray) -> pd.DataFrame:
    """Mean expected and mean actual figure per tenth of the customers, those with the highest expectation in decile 1.

    `relative_error` is actual over expected less one: what is promised is never zero, what comes may be. `actual_low` and `actual_high`
    hold the mean of such customers with 95 % (normal approximation): a decile whose interval holds the expected mean is not shown wrong.
    Equal expectations fall by row order, so callers pass rows in a fixed order.
    """
    rows = []
    for number, part in enumerate(decile_parts(expected), start=1):
        promised, came = float(expected[part].mean()), float(actual[part].mean())
        width = WIDTH * float(actual[part].std(ddof=1)) / len(part) ** 0.5 if len(part) > 1 else np.nan
        error = came / promised - 1 if promised > 0 else np.nan
        rows.append((number, len(part), promised, came, max(came - width, 0.0), came + width, error))
    return pd.DataFrame(rows, columns=list(DECILE_COLUMNS))


def _calibration_metrics(name: str, deciles: pd.DataFrame) -> dict[str, float]:
    """The largest relative error of a decile, whichever way; how many deciles are off by at most a tenth; and all their errors together.

    `_by_chance` is how many would be within a tenth if every expectation were exact: few customers scatter by more. The largest is nearly
    always that of a low decile, where little is expected; `_weighted` adds the errors up and divides by all that was expected, so that a
    decile counts for as much as it is worth.
    """
    known = deciles.dropna(subset=["relative_error"])
    if known.empty:
        return {}
    error, promised = known["relative_error"].abs(), known["expected"] * known["customers"]
    # Nobody bought anything, or all the same: no scatter is known. The normal tail of zero by zero would not be a number.
    scatter = ((known["actual_high"] - known["actual"]) / WIDTH).fillna(0.0).clip(lower=SMALLEST)
    return {
        f"{name}_decile_error_largest": float(error.max()),
        f"{name}_decile_error_weighted": float((error * promised).sum() / promised.sum()),
        f"{name}_deciles_within_10_percent": float((error <= WITHIN).sum()),
        f"{name}_deciles_within_10_percent_by_chance": float((1 - 2 * norm.sf(WITHIN * known["expected"] / scatter)).sum()),
    }
