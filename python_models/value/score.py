"""What customers are worth by a fitted value model."""

from __future__ import annotations

import numpy as np
import pandas as pd

from python_models.value.bg_nbd import expected_purchases, periods_to_next_purchase, probability_alive
from python_models.value.gamma_gamma import expected_amount
from python_models.value.model import ValueModel
from python_models.value.spec import ValueSpec

# A next order further ahead than this is no date that anybody plans with.
FURTHEST_ORDER_DAYS = 3_650
SCORE_COLUMNS = (
    "customer_id",
    "probability_alive",
    "expected_order_amount",
    "expected_days_to_next_order",
    "expected_orders_30d",
    "expected_value_30d",
    "expected_orders_90d",
    "expected_value_90d",
    "expected_orders_365d",
    "expected_value_365d",
    "value_tier",
    "model_version",
)


def score_value(histories: pd.DataFrame, model: ValueModel, spec: ValueSpec) -> pd.DataFrame:
    """One row per customer of `purchase_histories`, in its order.

    Columns: customer_id, probability_alive (0 to 1), expected_orders_<n>d and expected_value_<n>d (money, not discounted) for each horizon
    of the spec, expected_order_amount, expected_days_to_next_order (median if alive, counted from the last purchase on the as-of
    date; NaN beyond ten years), value_tier (empty for a model without tiers) and model_version.

    Expected orders and values, and with them the tier, are corrected by the calibration of the model, where it has one; all else is as
    published, so that a corrected value is not the product of the corrected orders and the expected amount.
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
    calibration = model.calibration
    window = () if calibration is None else (calibration.window_days,)
    published = {
        days: expected_purchases(model.purchases, frequency, recency, age, days / spec.days_per_period)
        for days in dict.fromkeys((*spec.horizons_days, *window))
    }
    for days in spec.horizons_days:
        orders = published[days]
        value = orders * amount
        if calibration is not None:
            of_window = published[calibration.window_days]
            share = calibration.share(orders, of_window, days)
            orders = calibration.corrected_orders(of_window, frequency) * share
            value = calibration.corrected_value(of_window * amount, frequency) * share
        scores[f"expected_orders_{days}d"] = orders
        scores[f"expected_value_{days}d"] = value
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
