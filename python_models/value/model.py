"""A fitted value model as plain numbers, and the scores that it gives."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from python_models.reproducible import fingerprint
from python_models.value.bg_nbd import BgNbd, BgNbdFit, expected_purchases, fit_bg_nbd, periods_to_next_purchase, probability_alive
from python_models.value.gamma_gamma import GammaGamma, GammaGammaFit, expected_amount, fit_gamma_gamma
from python_models.value.spec import ValueSpec

# A next order further ahead than this is no date that anybody plans with.
FURTHEST_ORDER_DAYS = 3_650


@dataclass(frozen=True)
class ValueModel:
    """Both models, with the lower bound of each value tier as of the training date."""

    model_version: str
    purchases: BgNbd
    amounts: GammaGamma
    tier_floors: tuple[tuple[str, float], ...]

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)


@dataclass(frozen=True)
class ValueFit:
    """A model and what is known about its fit; no model where there are too few repeat customers."""

    model: ValueModel | None
    purchases: BgNbdFit | None
    amounts: GammaGammaFit | None
    repeat_customers: int


def value_model_from_json(text: str) -> ValueModel:
    """The model that `to_json` wrote."""
    content = json.loads(text)
    return ValueModel(
        content["model_version"],
        BgNbd(**content["purchases"]),
        GammaGamma(**content["amounts"]),
        tuple((name, float(floor)) for name, floor in content["tier_floors"]),
    )


def train_value(histories: pd.DataFrame, spec: ValueSpec) -> ValueFit:
    """Fit both models to what `purchase_histories` returns; the order of the rows does not matter.

    Raises FitFailedError when purchases are not as a model assumes.
    """
    ordered = histories.sort_values("customer_id", kind="stable").reset_index(drop=True)
    repeaters = ordered[(ordered["frequency"] > 0) & (ordered["monetary_value"] > 0)]
    if len(repeaters) < spec.minimum_repeat_customers:
        return ValueFit(None, None, None, len(repeaters))
    purchases = fit_bg_nbd(*(ordered[name].to_numpy(dtype=float) for name in ("frequency", "recency", "age")))
    amounts = fit_gamma_gamma(repeaters["frequency"].to_numpy(dtype=float), repeaters["monetary_value"].to_numpy(dtype=float))
    version = f"{spec.model_name}-{fingerprint(ordered, asdict(spec))}"
    untiered = ValueModel(version, purchases.model, amounts.model, ())
    value = score_value(ordered, untiered, spec)[f"expected_value_{spec.tier_horizon_days}d"]
    floors = tuple((tier.name, float(np.nanquantile(value, tier.from_quantile, method="lower"))) for tier in spec.tiers)
    return ValueFit(ValueModel(version, purchases.model, amounts.model, floors), purchases, amounts, len(repeaters))


def score_value(histories: pd.DataFrame, model: ValueModel, spec: ValueSpec) -> pd.DataFrame:
    """One row per customer of `purchase_histories`, in its order.

    Columns: customer_id, probability_alive (0 to 1), expected_orders_<n>d and expected_value_<n>d (money, not discounted) for each horizon
    of the spec, expected_order_amount, expected_days_to_next_order (median if alive, counted from the last purchase on the as-of
    date; NaN beyond ten years), value_tier (empty for a model without tiers) and model_version.
    """
    frequency, recency, age = (histories[name].to_numpy(dtype=float) for name in ("frequency", "recency", "age"))
    amount = expected_amount(model.amounts, frequency, histories["monetary_value"].to_numpy(dtype=float))
    waiting = periods_to_next_purchase(model.purchases, frequency, age) * spec.days_per_period
    scores: dict[str, object] = {
        "customer_id": histories["customer_id"].to_numpy(),
        "probability_alive": probability_alive(model.purchases, frequency, recency, age),
        "expected_order_amount": amount,
        "expected_days_to_next_order": np.where(waiting <= FURTHEST_ORDER_DAYS, waiting, np.nan),
    }
    for days in spec.horizons_days:
        orders = expected_purchases(model.purchases, frequency, recency, age, days / spec.days_per_period)
        scores[f"expected_orders_{days}d"] = orders
        scores[f"expected_value_{days}d"] = orders * amount
    frame = pd.DataFrame(scores)
    frame["value_tier"] = _tiers(frame[f"expected_value_{spec.tier_horizon_days}d"], model)
    frame["model_version"] = model.model_version
    return frame


def _tiers(value: pd.Series, model: ValueModel) -> pd.Series:
    """The highest tier whose floor a customer reaches; everybody below all floors is in the last."""
    tiers = pd.Series(None, index=value.index, dtype="object")
    if not model.tier_floors:
        return tiers
    tiers[:] = model.tier_floors[-1][0]
    for name, floor in reversed(model.tier_floors):
        tiers[value >= floor] = name
    return tiers
