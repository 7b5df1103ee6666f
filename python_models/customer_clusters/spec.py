"""Which behaviour clusters look at, how many clusters there may be, and the rules that name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Missing(StrEnum):
    """What a missing value means for a customer, so that it is filled by a stated rule."""

    NONE_HAPPENED = "none_happened"
    LONG_AGO = "long_ago"


@dataclass(frozen=True)
class ClusterFeature:
    """A column of `feature_customers`; `is_long_tailed` ones are logged, `weight` balances kinds of behaviour against each other."""

    name: str
    missing: Missing = Missing.NONE_HAPPENED
    is_long_tailed: bool = True
    weight: float = 1.0


FEATURES: tuple[ClusterFeature, ...] = (
    ClusterFeature("days_since_last_order", missing=Missing.LONG_AGO),
    ClusterFeature("order_count_365d"),
    ClusterFeature("net_revenue_365d"),
    ClusterFeature("average_order_value_365d"),
    ClusterFeature("discount_share_365d", is_long_tailed=False),
    ClusterFeature("category_count_365d"),
    ClusterFeature("session_count_90d"),
    ClusterFeature("product_view_count_90d"),
    ClusterFeature("email_human_open_rate_90d", is_long_tailed=False),
    ClusterFeature("email_click_rate_90d", is_long_tailed=False),
)


@dataclass(frozen=True)
class Archetype:
    """A name and what it looks like: the sign and weight of each feature's distance from the average customer."""

    name: str
    looks_like: Mapping[str, float]


ARCHETYPES: tuple[Archetype, ...] = (
    Archetype("loyal high-value", {"net_revenue_365d": 1.0, "order_count_365d": 1.0, "days_since_last_order": -0.5}),
    Archetype("big-basket occasional", {"average_order_value_365d": 1.0, "order_count_365d": -0.5}),
    Archetype("bargain hunters", {"discount_share_365d": 2.0, "order_count_365d": 0.2}),
    Archetype("researchers", {"product_view_count_90d": 1.0, "session_count_90d": 0.5, "order_count_365d": -0.7}),
    Archetype("engaged readers", {"email_human_open_rate_90d": 1.0, "email_click_rate_90d": 1.0, "order_count_365d": -0.3}),
    Archetype("variety seekers", {"category_count_365d": 1.2, "net_revenue_365d": 0.2}),
    Archetype("occasional shoppers", {"order_count_365d": -0.2, "net_revenue_365d": -0.2, "days_since_last_order": -0.4}),
    Archetype(
        "slipping away", {"days_since_last_order": 0.6, "session_count_90d": -0.5, "order_count_365d": -0.2, "net_revenue_365d": 0.1}
    ),
    Archetype("dormant", {"days_since_last_order": 1.0, "order_count_365d": -1.0, "session_count_90d": -0.6}),
    Archetype("browsers without orders", {"session_count_90d": 0.8, "days_since_last_order": 0.7, "average_order_value_365d": -0.7}),
)


@dataclass(frozen=True)
class ClusterSpec:
    """Parameters of the cluster model. Below `minimum_customers` there are no clusters, below `minimum_for_choice` there are five.

    Families are compared on `comparison_sample` customers, their stability on `resamples` parts of `resample_share` of them. A group has
    at least `minimum_share` of the customers; HDBSCAN looks for dense ones from `dense_share` on, so that micro-segments show.
    """

    model_name: str = "customer_clusters"
    features: tuple[ClusterFeature, ...] = FEATURES
    archetypes: tuple[Archetype, ...] = ARCHETYPES
    k_range: tuple[int, ...] = (3, 4, 5, 6, 7, 8)
    fallback_k: int = 5
    minimum_customers: int = 100
    minimum_for_choice: int = 2_000
    silhouette_sample: int = 5_000
    flat_silhouette: float = 0.02
    comparison_sample: int = 2_000
    resamples: int = 5
    resample_share: float = 0.8
    flat_stability: float = 0.05
    minimum_share: float = 0.01
    dense_share: float = 0.005
    long_ago_days: float = 730.0
    clip: float = 3.0
    max_fit_rows: int = 100_000
    restarts: int = 5
    match_distance: float = 2.5
    kept_name_bonus: float = 0.5
    seed: int = 7
    code_version: str = "2"


CUSTOMER_CLUSTERS = ClusterSpec()
