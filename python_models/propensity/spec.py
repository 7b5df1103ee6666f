"""What a propensity model predicts, from what, and how much data it needs before it says anything."""

from __future__ import annotations

from dataclasses import dataclass, field

BEHAVIOUR_FEATURES: tuple[str, ...] = (
    "tenure_days",
    "days_since_last_order",
    "days_since_first_order",
    "order_count_lifetime",
    "order_count_30d",
    "order_count_90d",
    "order_count_365d",
    "net_revenue_lifetime",
    "net_revenue_30d",
    "net_revenue_90d",
    "net_revenue_365d",
    "average_order_value_365d",
    "average_days_between_orders",
    "discount_share_365d",
    "return_share_365d",
    "category_count_365d",
    "top_category_share",
    "session_count_7d",
    "session_count_30d",
    "session_count_90d",
    "product_view_count_7d",
    "product_view_count_30d",
    "product_view_count_90d",
    "add_to_cart_count_30d",
    "search_count_30d",
    "days_since_last_visit",
    "email_delivered_count_90d",
    "email_human_open_rate_90d",
    "email_click_rate_90d",
    "email_human_open_count_30d",
    "email_click_count_30d",
    "days_since_last_email_click",
)


@dataclass(frozen=True)
class BoostingParameters:
    """One candidate of gradient boosting; the number of trees up to `max_iterations` is chosen on validation."""

    learning_rate: float = 0.06
    max_leaf_nodes: int = 15
    min_samples_leaf: int = 100
    l2_regularization: float = 1.0
    max_iterations: int = 200


@dataclass(frozen=True)
class PropensitySpec:
    """One outcome. The floor counts positives and negatives apart, since either may be the rare one."""

    model_name: str
    outcome_column: str
    maturity_column: str
    horizon_days: int
    features: tuple[str, ...] = BEHAVIOUR_FEATURES
    holdout_share: float = 0.15
    minimum_train_cases: int = 200
    minimum_holdout_cases: int = 50
    max_training_rows: int = 200_000
    logistic_penalties: tuple[float, ...] = (0.01, 0.1, 1.0)
    boosting: tuple[BoostingParameters, ...] = field(default=(BoostingParameters(), BoostingParameters(max_leaf_nodes=7)))
    boosting_margin_auc: float = 0.002
    seed: int = 7
    code_version: str = "1"


PURCHASE_30D = PropensitySpec(
    model_name="purchase_30d",
    outcome_column="has_purchase_30d",
    maturity_column="is_mature_30d",
    horizon_days=30,
)

CHURN_90D = PropensitySpec(
    model_name="churn_90d",
    outcome_column="has_no_purchase_90d",
    maturity_column="is_mature_90d",
    horizon_days=90,
)

SPECS: tuple[PropensitySpec, ...] = (PURCHASE_30D, CHURN_90D)
