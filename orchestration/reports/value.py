"""The page of a value model: its parameters, its assumption, an earlier forecast beside what came, and how that was corrected."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from orchestration.reports.page import Report, Table, Version, number, percent, records, report
from python_models.evaluation.model_plots import decile_plot, maps_plot, repeats_plot
from python_models.matrix import FloatArray
from python_models.value.calibration import MonotoneMap
from python_models.value.forecast import WIDTH, WITHIN, ForecastCheck
from python_models.value.model import ValueModel
from python_models.value.recalibrate import Recalibration
from python_models.value.spec import ValueSpec
from python_models.value.train import MANY_REPEATS, ValueFit

PARAMETERS = {
    "r": "BG/NBD: shape of purchase rates over customers; the smaller, the more they differ",
    "alpha": "BG/NBD: scale of purchase rates, in weeks",
    "a": "BG/NBD: shape of drop-out; a / (a + b) is its mean per purchase, all but zero where nobody is seen to leave",
    "b": "BG/NBD: shape of drop-out",
    "p": "Gamma-Gamma: shape of the amounts of one customer; the larger, the more alike",
    "q": "Gamma-Gamma: shape of mean amounts over customers; at most 1 has no mean",
    "v": "Gamma-Gamma: scale of mean amounts over customers, in money",
}


def value_report(fit: ValueFit, past: Recalibration, spec: ValueSpec, as_of_date: date, customer_count: int) -> Report:
    """Below the floor, or against the assumptions, the reason alone."""
    content: dict[str, Any] = {"data": _data(fit, past, as_of_date, customer_count)}
    plots: dict[str, bytes] = {}
    if fit.model is not None:
        plots = {"repeats": repeats_plot(fit.repeats)} | _plots(past)
        content |= _content(fit, fit.model, past.served, spec) | _correction(past)
    return report("value.html", Version(spec.model_name, fit.model_version, as_of_date, fit.reason, plots), content)


def _plots(past: Recalibration) -> dict[str, bytes]:
    checks = {"as published (held out)": past.published, "corrected (held out)": past.corrected}
    plots = {name: decile_plot(check.orders, check.value, WITHIN) for name, check in checks.items() if check.metrics}
    maps = past.calibration or past.corrected_by
    if maps is not None:
        pairs = ((maps.orders, maps.orders_after_one), (maps.value, maps.value_after_one))
        plots["correction"] = maps_plot(*(_named(*pair) for pair in pairs))
    return plots


def _named(repeated: MonotoneMap, once: MonotoneMap | None) -> dict[str, list[FloatArray]]:
    maps = {"corrected": repeated} if once is None else {"corrected, bought again": repeated, "corrected, bought once": once}
    return {name: [np.array(each.expected), np.array(each.actual)] for name, each in maps.items()}


def _data(fit: ValueFit, past: Recalibration, as_of_date: date, customer_count: int) -> Table:
    rows = [("training", as_of_date.isoformat(), "the version that serves", number(customer_count), number(fit.repeat_customers))]
    held_out = past.published.metrics
    if held_out:
        horizon = held_out["horizon_days"]
        earlier = as_of_date - timedelta(days=int(horizon))
        use = f"a fit of its own, held against the {horizon:.0f} days since"
        rows.append(("held out", earlier.isoformat(), use, number(held_out["customers"]), ""))
        if past.corrected_by is not None:
            before = earlier - timedelta(days=past.corrected_by.window_days)
            use = f"a fit of its own, to correct the held-out forecast by the {past.corrected_by.window_days} days after it"
            rows.append(("correction", before.isoformat(), use, number(past.learned_from), ""))
    return Table.of(("part", "what was known on", "used for", "customers with a purchase", "with a repeat"), rows, text_columns=3)


def _content(fit: ValueFit, model: ValueModel, check: ForecastCheck, spec: ValueSpec) -> dict[str, Any]:
    metrics, purchases, amounts = fit.metrics, model.purchases, model.amounts
    low, high = _correlation_interval(metrics["frequency_amount_correlation"], fit.repeat_customers)
    held_out = check.metrics
    return {
        "parameters": Table.of(
            ("parameter", "what it is", "estimate", "standard error", "95 % interval"), _parameters(metrics), text_columns=2
        ),
        "likelihoods": Table.of(
            ("model", "log-likelihood", "customers"),
            [
                ("BG/NBD", number(metrics["bg_nbd_log_likelihood"], 2), number(metrics["customers"])),
                ("Gamma-Gamma", number(metrics["gamma_gamma_log_likelihood"], 2), number(metrics["repeat_customers"])),
            ],
        ),
        "weeks_between": number(purchases.alpha / purchases.r, 1),
        "dropout": percent(purchases.a / (purchases.a + purchases.b)),
        "mean_amount": number(amounts.p * amounts.v / (amounts.q - 1), 2) if amounts.q > 1 else None,
        "correlation": f"{metrics['frequency_amount_correlation']:+.3f}",
        "correlation_interval": f"{low:+.3f} to {high:+.3f}",
        "is_correlated": low > 0 or high < 0,
        "repeats": Table.of(
            ("repeat purchases", "actual share", "expected share"),
            (
                (
                    f"{row['repeats']}{'+' if row['repeats'] == MANY_REPEATS else ''}",
                    percent(row["actual_share"]),
                    percent(row["expected_share"]),
                )
                for row in records(fit.repeats)
            ),
        ),
        "horizon": number(held_out.get("horizon_days")),
        "left_out": number(held_out.get("customers_left_out")),
        "totals": _totals(held_out),
        "error": number(held_out.get("mean_absolute_error"), 4),
        "reference_error": number(held_out.get("mean_absolute_error_of_unchanged_rate"), 4),
        "is_better": held_out.get("mean_absolute_error", 0.0) < held_out.get("mean_absolute_error_of_unchanged_rate", 0.0),
        "within": f"{WITHIN:.0%}",
        "goals": Table.of(
            (
                "forecast of",
                "goal",
                "deciles within it",
                "by chance alone",
                "largest error of a decile",
                "all errors, over all that was expected",
                "deciles whose interval holds the forecast",
            ),
            [_goal(name, deciles, held_out) for name, deciles in (("orders", check.orders), ("value", check.value)) if len(deciles)],
            text_columns=2,
        ),
        "deciles": {
            name: _deciles(deciles, digits)
            for name, deciles, digits in (("orders", check.orders, 3), ("value", check.value, 2))
            if len(deciles)
        },
        "tier_days": spec.tier_horizon_days,
        "tiers": Table.of(("tier", "expected value from"), ((name, number(floor, 2)) for name, floor in model.tier_floors)),
    }


def _correction(past: Recalibration) -> dict[str, Any]:
    """Both forecasts of the held-out days, and why the one or the other serves."""
    metrics = past.metrics
    forecasts = [("raw", "as published"), ("recalibrated", "corrected")] if past.corrected.metrics else []
    return {
        "is_corrected": past.calibration is not None,
        "why_not": past.reason,
        "goes_on_steadily": past.calibration is not None and past.calibration.goes_on_steadily,
        "difference": _off(past.difference.value) if past.difference else None,
        "difference_interval": f"{_off(past.difference.low)} to {_off(past.difference.high)}" if past.difference else None,
        "corrections": Table.of(
            (
                "forecast of",
                "made",
                "expected",
                "largest error of a decile",
                "all errors, over all that was expected",
                "deciles within 10 %",
            ),
            [
                (
                    name,
                    made,
                    number(metrics[f"expected_{name}_{suffix}"], 1),
                    percent(metrics.get(f"{name}_decile_error_largest_{suffix}")),
                    percent(metrics.get(f"{name}_decile_error_weighted_{suffix}")),
                    number(metrics.get(f"{name}_deciles_within_10_percent_{suffix}")),
                )
                for name in ("orders", "value")
                for suffix, made in forecasts
            ],
            text_columns=2,
        ),
    }


def _parameters(metrics: Mapping[str, float]) -> Iterator[tuple[str, ...]]:
    """Intervals are of the estimate's normal approximation."""
    for name, meaning in PARAMETERS.items():
        value, error = metrics[name], metrics[f"{name}_standard_error"]
        between = f"{value - WIDTH * error:.4f} to {value + WIDTH * error:.4f}" if math.isfinite(error) else number(error)
        yield name, meaning, number(value, 4), number(error, 4), between


def _correlation_interval(correlation: float, count: int) -> tuple[float, float]:
    """Fisher's z transformation; everything where there are too few customers or no variation."""
    if count <= 3 or abs(correlation) >= 1:
        return -1.0, 1.0
    centre, width = math.atanh(correlation), WIDTH / math.sqrt(count - 3)
    return math.tanh(centre - width), math.tanh(centre + width)


def _totals(held_out: Mapping[str, float]) -> Table:
    rows = []
    for name in ("orders", "value") if held_out else ():
        expected, actual = held_out[f"expected_{name}"], held_out[f"actual_{name}"]
        rows.append((name, number(expected, 1), number(actual, 1), _off(actual / expected - 1 if expected > 0 else math.nan)))
    return Table.of(("all customers", "expected", "actual", "actual over expected"), rows)


def _goal(name: str, deciles: pd.DataFrame, held_out: Mapping[str, float]) -> tuple[str, ...]:
    held = deciles["expected"].between(deciles["actual_low"], deciles["actual_high"]).sum()
    within = held_out.get(f"{name}_deciles_within_10_percent", 0.0)
    return (
        name,
        "met" if within == len(deciles) else "missed",
        f"{within:.0f} of {len(deciles)}",
        number(held_out.get(f"{name}_deciles_within_10_percent_by_chance"), 1),
        percent(held_out.get(f"{name}_decile_error_largest")),
        percent(held_out.get(f"{name}_decile_error_weighted")),
        f"{held} of {len(deciles)}",
    )


def _deciles(deciles: pd.DataFrame, digits: int) -> Table:
    return Table.of(
        ("decile, highest first", "customers", "expected mean", "actual mean", "95 % interval", "actual over expected"),
        (
            (
                str(row["decile"]),
                number(row["customers"]),
                number(row["expected"], digits),
                number(row["actual"], digits),
                f"{number(row['actual_low'], digits)} to {number(row['actual_high'], digits)}",
                _off(row["relative_error"]),
            )
            for row in records(deciles)
        ),
    )


def _off(error: float) -> str:
    return f"{error:+.1%}" if math.isfinite(error) else percent(error)
