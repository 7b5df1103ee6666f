"""Fit the value models to purchase histories, and hold an earlier forecast against what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from python_models.reproducible import fingerprint, single_thread, sort_rows
from python_models.value.bg_nbd import BgNbdFit, fit_bg_nbd
from python_models.value.gamma_gamma import GammaGammaFit, fit_gamma_gamma
from python_models.value.likelihood import FitFailedError
from python_models.value.model import ValueModel
from python_models.value.score import score_value
from python_models.value.spec import ValueSpec


@dataclass(frozen=True)
class ValueFit:
    """A model and what is known about its fit; or, below the floor or against the assumptions, the reason why there is none."""

    model: ValueModel | None
    reason: str | None
    model_version: str
    repeat_customers: int
    purchases: BgNbdFit | None = None
    amounts: GammaGammaFit | None = None

    @property
    def metrics(self) -> Mapping[str, float]:
        """Parameters with their standard errors, log-likelihoods, counts, and the correlation that Gamma-Gamma takes to be zero."""
        found: dict[str, float] = {"is_trained": float(self.model is not None), "repeat_customers": float(self.repeat_customers)}
        if self.purchases is None or self.amounts is None:
            return found
        for names, estimate in (("r alpha a b", self.purchases.estimate), ("p q v", self.amounts.estimate)):
            for name, value, error in zip(names.split(), estimate.values, estimate.standard_errors, strict=True):
                found[name] = value
                found[f"{name}_standard_error"] = error
        return found | {
            "customers": float(self.purchases.customer_count),
            "distinct_histories": float(self.purchases.distinct_histories),
            "bg_nbd_log_likelihood": self.purchases.estimate.log_likelihood,
            "gamma_gamma_log_likelihood": self.amounts.estimate.log_likelihood,
            "frequency_amount_correlation": self.amounts.frequency_correlation,
        }


def train_value(histories: pd.DataFrame, spec: ValueSpec) -> ValueFit:
    """Fit both models to what `purchase_histories` returns; the order of the rows does not matter."""
    ordered = sort_rows(histories, ("customer_id",))
    version = f"{spec.model_name}-{fingerprint(ordered, asdict(spec))}"
    repeaters = ordered[(ordered["frequency"] > 0) & (ordered["monetary_value"] > 0)]
    if len(repeaters) < spec.minimum_repeat_customers:
        reason = f"{len(repeaters)} customers with a repeat purchase; {spec.minimum_repeat_customers} needed"
        return ValueFit(None, reason, version, len(repeaters))
    try:
        with single_thread():
            purchases = fit_bg_nbd(*(ordered[name].to_numpy(dtype=float) for name in ("frequency", "recency", "age")))
            amounts = fit_gamma_gamma(repeaters["frequency"].to_numpy(dtype=float), repeaters["monetary_value"].to_numpy(dtype=float))
    except FitFailedError as error:
        return ValueFit(None, str(error), version, len(repeaters))
    untiered = ValueModel(version, purchases.model, amounts.model, ())
    value = score_value(ordered, untiered, spec)[f"expected_value_{spec.tier_horizon_days}d"]
    if value.isna().all():
        # Gamma-Gamma with q <= 1 has no mean, and customers without repeats have nothing else.
        return ValueFit(None, "amounts vary so much between customers that their mean does not exist", version, len(repeaters))
    floors = tuple((tier.name, float(np.nanquantile(value, tier.from_quantile, method="lower"))) for tier in spec.tiers)
    return ValueFit(ValueModel(version, purchases.model, amounts.model, floors), None, version, len(repeaters), purchases, amounts)


def forecast_metrics(before: pd.DataFrame, now: pd.DataFrame, horizon_days: int, spec: ValueSpec) -> Mapping[str, float]:
    """What a model of the earlier histories expected of the `horizon_days` since, beside what happened; empty without a model.

    `before` and `now` are histories of two dates `horizon_days` apart. Customers that are in `before` only are left out and counted: they
    were merged, or their purchases were taken back. The reference for a single customer is the own rate so far, going on unchanged; for
    somebody without a repeat, the rate of everybody.
    """
    model = train_value(before, spec).model
    both = sort_rows(before.merge(now, on="customer_id", suffixes=("", "_now")), ("customer_id",))
    if model is None or both.empty or horizon_days <= 0:
        return {}
    frequency, age = both["frequency"].to_numpy(dtype=float), both["age"].to_numpy(dtype=float)
    actual = np.clip(both["frequency_now"].to_numpy(dtype=float) - frequency, 0, None)
    scoring = ValueSpec(**{**vars(spec), "horizons_days": (horizon_days,), "tier_horizon_days": horizon_days})
    scores = score_value(both, model, scoring)
    expected = scores[f"expected_orders_{horizon_days}d"].to_numpy(dtype=float)
    overall_rate = frequency.sum() / max(age.sum(), 1e-9)
    own_rate = np.where(frequency > 0, frequency / np.maximum(age, 1.0), overall_rate)
    unchanged = own_rate * horizon_days / spec.days_per_period
    spent = both["frequency_now"] * both["monetary_value_now"].fillna(0) - both["frequency"] * both["monetary_value"].fillna(0)
    expected_value = float(np.nansum(scores[f"expected_value_{horizon_days}d"]))
    return {
        "horizon_days": float(horizon_days),
        "customers": float(len(both)),
        "customers_left_out": float(len(before) - len(both)),
        "actual_orders": float(actual.sum()),
        "expected_orders": float(expected.sum()),
        "actual_value": float(spent.clip(lower=0).sum()),
        "expected_value": expected_value,
        "mean_absolute_error": float(np.abs(expected - actual).mean()),
        "mean_absolute_error_of_unchanged_rate": float(np.abs(unchanged - actual).mean()),
    }
