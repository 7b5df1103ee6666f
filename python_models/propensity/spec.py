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
    "average_unit_price_365d",
    "average_days_between_orders",
    "usual_days_between_orders",
    "days_between_orders_deviation",
    "overdue_ratio",
    "order_share_30d_of_90d",
    "discount_share_365d",
    "return_share_365d",
    "refund_count_365d",
    "days_since_last_refund",
    "category_count_365d",
    "top_category_share",
    "category_entropy",
    "session_count_7d",
    "session_count_30d",
    "session_count_90d",
    "product_view_count_7d",
    "product_view_count_30d",
    "product_view_count_90d",
    "add_to_cart_count_30d",
    "search_count_30d",
    "session_share_30d_of_90d",
    "add_to_cart_rate_90d",
    "days_since_last_add_to_cart",
    "browse_to_buy_rate_90d",
    "mobile_visit_share_90d",
    "usual_visit_hour_90d",
    "days_since_last_visit",
    "email_delivered_count_90d",
    "email_human_open_rate_90d",
    "email_click_rate_90d",
    "email_human_open_count_30d",
    "email_click_count_30d",
    "email_human_open_decayed_365d",
    "email_click_decayed_365d",
    "days_since_last_email_click",
)


@dataclass(frozen=True)
class BoostingParameters:
    """One candidate of gradient boosting; the number of trees, up to `max_iterations`, is chosen in cross-validation."""

    learning_rate: float = 0.06
    max_leaf_nodes: int = 15
    min_samples_leaf: int = 100
    l2_regularization: float = 1.0
    max_iterations: int = 200


@dataclass(frozen=True)
class ForestParameters:
    """One candidate of a random forest; each tree sees a share of the rows, and of the features at each split their square root."""

    tree_count: int = 40
    min_samples_leaf: int = 50
    max_leaf_nodes: int = 128
    row_share: float = 0.3


@dataclass(frozen=True)
class PropensitySpec:
    """One outcome. The floor counts positives and negatives apart, since either may be the rare one."""

    model_name: str
    outcome_column: str
    maturity_column: str
    horizon_days: int
    # The feature that holds each row's own horizon, of which `horizon_days` is the longest; who has none is not scored.
    horizon_column: str | None = None
    # Where rows of a date are settled one by one: whether all are. The first to be settled are no fair sample to judge by.
    settled_date_column: str | None = None
    labels_model: str = "feature_purchase_labels"
    # Whether a bad model, or odd scores, keep yesterday's publication in place; a model that steers nothing yet only warns.
    blocks_publication: bool = True
    # Everybody is scored; the mean score is compared with the rate of the test dates among those for whom this feature is above zero.
    comparable_feature: str | None = None
    features: tuple[str, ...] = BEHAVIOUR_FEATURES
    holdout_share: float = 0.15
    minimum_train_cases: int = 200
    minimum_holdout_cases: int = 50
    max_training_rows: int = 300_000
    max_tuning_rows: int = 80_000
    fold_count: int = 2
    minimum_fold_cases: int = 20
    logistic_penalties: tuple[float, ...] = (0.01, 0.1, 1.0)
    forests: tuple[ForestParameters, ...] = field(default=(ForestParameters(), ForestParameters(min_samples_leaf=200)))
    # Trees of seven leaves are ahead by chance on the rows that tune, and behind on all: 0.002 for purchases.
    boosting: tuple[BoostingParameters, ...] = field(default=(BoostingParameters(),))
    # Trees have to be better than logistic regression by this much. What trees are ahead by grows with the rows, which are several times
    # as many in the end.
    simplicity_margin_auc: float = 0.001
    slice_columns: tuple[str, ...] = ("lifecycle_stage", "country_code")
    seed: int = 7
    code_version: str = "4"


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

CHURN_OWN_RHYTHM = PropensitySpec(
    model_name="churn_own_rhythm",
    outcome_column="has_no_purchase_own_rhythm",
    maturity_column="is_mature_own_rhythm",
    # Variable churn_horizon_maximum_days of the dbt project.
    horizon_days=120,
    horizon_column="churn_horizon_days",
    settled_date_column="is_mature_every_rhythm",
    blocks_publication=False,
    features=(*BEHAVIOUR_FEATURES, "churn_horizon_days"),
)

# The two below are conditional: among customers to whom at least one message was delivered within the horizon.
EMAIL_CLICK_30D = PropensitySpec(
    model_name="email_click_30d",
    outcome_column="has_email_click_30d",
    maturity_column="is_mature_30d",
    horizon_days=30,
    labels_model="feature_email_labels",
    blocks_publication=False,
    comparable_feature="email_delivered_count_30d",
    # How many messages a month brings times how the customer answers one, and whether opens can be seen at all.
    features=(
        *BEHAVIOUR_FEATURES,
        "email_expected_human_open_count_30d",
        "email_expected_click_count_30d",
        "email_machine_open_share_365d",
    ),
    # One customer in ten clicks: on fewer rows the candidates differ by less than chance, and the simplest is taken whatever it loses.
    max_tuning_rows=100_000,
    code_version="5",
)

EMAIL_UNSUBSCRIBE_30D = PropensitySpec(
    model_name="email_unsubscribe_30d",
    outcome_column="has_email_unsubscribe_30d",
    maturity_column="is_mature_30d",
    horizon_days=30,
    labels_model="feature_email_labels",
    blocks_publication=False,
    comparable_feature="email_delivered_count_30d",
    # One customer in a thousand: candidates differ by chance, and small trees are the safer ones.
    boosting=(BoostingParameters(), BoostingParameters(max_leaf_nodes=7)),
    simplicity_margin_auc=0.002,
)

SPECS: tuple[PropensitySpec, ...] = (PURCHASE_30D, CHURN_90D, CHURN_OWN_RHYTHM, EMAIL_CLICK_30D, EMAIL_UNSUBSCRIBE_30D)
