"""What the uplift model reads from the warehouse: randomised draws with the features from before them, and customers to score."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from orchestration.model_data import MAX_LOADED_ROWS, SAMPLE_BUCKETS
from orchestration.table_store import TableStore
from python_models.uplift.spec import ACTION_FEATURES, SEQUENCE_FEATURES, UpliftSpec

MATURE_DRAWS = """
    from features.feature_campaign_draws as draws
    inner join features.feature_campaign_labels as labels
        on draws.customer_id = labels.customer_id and draws.campaign_id = labels.campaign_id
    inner join features.feature_customers as features
        on draws.customer_id = features.customer_id and draws.as_of_date = features.as_of_date
    left join features.feature_customer_sequences as sequences
        on draws.customer_id = sequences.customer_id and draws.as_of_date = sequences.as_of_date
    where labels.is_mature
"""


def uplift_rows(warehouse: TableStore, spec: UpliftSpec) -> pd.DataFrame:
    """One row per customer and randomised campaign that is over, for as many hash-sampled customers as fit."""
    row_count = int(warehouse.value(f"select count(*) {MATURE_DRAWS}"))
    # The buckets of a large shop are a sample already: those that are there are counted, not those that could be.
    bucket_count = int(warehouse.value(f"select coalesce(max(draws.sample_bucket), 0) + 1 {MATURE_DRAWS}"))
    buckets = min(SAMPLE_BUCKETS, max(1, bucket_count * MAX_LOADED_ROWS // max(row_count, 1)))
    return warehouse.frame(
        f"""
        select
            draws.customer_id, draws.campaign_id, draws.campaign_type, draws.campaign_date, draws.assignment_share,
            draws.has_offer, draws.is_treated, labels.has_purchase, cast(labels.margin_amount as double) as margin_amount,
            labels.is_mature, {", ".join(_columns(spec.features))}
        {MATURE_DRAWS} and draws.sample_bucket < ?
        """,
        [buckets],
    )


def uplift_scoring_rows(warehouse: TableStore, features: Sequence[str]) -> pd.DataFrame:
    """All customers at the scoring date; an average effect, which reads no feature, asks for none."""
    return warehouse.frame(
        f"""
        select {", ".join(["features.customer_id", "features.as_of_date", *_columns(features)])}
        from features.feature_customers as features
        left join features.feature_customer_sequences as sequences
            on features.customer_id = sequences.customer_id and features.as_of_date = sequences.as_of_date
        where features.is_scoring_date
        """
    )


def _columns(features: Sequence[str]) -> list[str]:
    """Who did nothing lately has no row of actions: none of them was an order, and no days lie between them."""
    expressions = {name: f"sequences.{name}" for name in SEQUENCE_FEATURES}
    expressions |= {name: f"coalesce(sequences.{name}, 0) as {name}" for name in ACTION_FEATURES}
    return [expressions.get(name, f"features.{name}") for name in features]
