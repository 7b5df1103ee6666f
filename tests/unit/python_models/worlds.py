"""Small synthetic customers, with behaviour that is known because it was put there."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from python_models.customer_clusters.spec import FEATURES
from python_models.propensity.spec import SPECS

ALL_FEATURES = tuple(dict.fromkeys(name for spec in SPECS for name in spec.features))
AS_OF_DATE = date(2026, 11, 1)


def customer_ids(count: int) -> list[str]:
    return [f"c_{number:05d}" for number in range(count)]


def labelled_rows(customer_count: int = 400, date_count: int = 13, seed: int = 3) -> pd.DataFrame:
    """One row per customer and date; a purchase depends on recent orders and on recency, churn is its opposite."""
    generator = np.random.default_rng(seed)
    frames = []
    for back in range(date_count):
        # Each from a generator of its own name, so that a feature that comes or goes changes no other.
        frame = pd.DataFrame(
            {name: np.random.default_rng([seed, back, *name.encode()]).gamma(1.0, 3.0, customer_count) for name in ALL_FEATURES}
        )
        frame.insert(0, "customer_id", customer_ids(customer_count))
        frame.insert(0, "as_of_date", AS_OF_DATE - timedelta(days=30 * back))
        chance = 1 / (1 + np.exp(1.5 - 0.4 * frame["order_count_90d"] + 0.3 * frame["days_since_last_order"]))
        buys = generator.random(customer_count) < chance
        frame["days_since_last_order"] = frame["days_since_last_order"].where(generator.random(customer_count) < 0.8)
        frame["has_purchase_30d"], frame["has_no_purchase_90d"] = buys, ~buys
        frame["is_mature_30d"], frame["is_mature_90d"] = back >= 1, back >= 3
        # Every fifth has never ordered; the others wait for 30, 60, 90 or 120 days.
        horizons = pd.Series(np.arange(customer_count) % 5 * 30.0)
        frame["churn_horizon_days"] = horizons.where(horizons > 0)
        frame["has_no_purchase_own_rhythm"] = pd.Series(~buys, dtype=object).where(horizons > 0, None)
        frame["is_mature_own_rhythm"] = (horizons > 0) & (30 * back >= horizons)
        frame["is_mature_every_rhythm"] = back >= 4
        frame["sample_bucket"] = np.arange(customer_count) % 100
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


CENTRES = {
    "loyal": {
        "days_since_last_order": 10,
        "order_count_365d": 20,
        "net_revenue_365d": 2000,
        "average_order_value_365d": 100,
        "session_count_90d": 20,
    },
    "bargain": {
        "days_since_last_order": 60,
        "order_count_365d": 5,
        "net_revenue_365d": 150,
        "average_order_value_365d": 30,
        "discount_share_365d": 0.9,
    },
    "research": {
        "days_since_last_order": 200,
        "order_count_365d": 1,
        "net_revenue_365d": 60,
        "average_order_value_365d": 60,
        "session_count_90d": 40,
        "product_view_count_90d": 300,
    },
    "dormant": {"days_since_last_order": 350, "order_count_365d": 0, "net_revenue_365d": 0, "average_order_value_365d": 0},
}


def grouped_customers(
    customer_count: int = 2_400, seed: int = 5, groups: tuple[str, ...] = tuple(CENTRES)
) -> tuple[pd.DataFrame, np.ndarray]:
    """Customers drawn around known centres, and the group of each."""
    generator = np.random.default_rng(seed)
    group = np.arange(customer_count) % len(groups)
    frame = pd.DataFrame({"customer_id": customer_ids(customer_count), "as_of_date": AS_OF_DATE})
    for feature in FEATURES:
        centre = np.array([CENTRES[name].get(feature.name, 0.0) for name in groups], dtype=float)[group]
        frame[feature.name] = np.abs(centre * generator.normal(1.0, 0.1, customer_count))
    return frame, group
