"""What the uplift model reads from the warehouse: randomised draws with the features from before them."""

from __future__ import annotations

import pandas as pd

from orchestration.model_data import MAX_LOADED_ROWS, SAMPLE_BUCKETS
from orchestration.table_store import TableStore
from python_models.uplift.spec import UpliftSpec

MATURE_DRAWS = """
    from features.feature_campaign_draws as draws
    inner join features.feature_campaign_labels as labels
        on draws.customer_id = labels.customer_id and draws.campaign_id = labels.campaign_id
    inner join features.feature_customers as features
        on draws.customer_id = features.customer_id and draws.as_of_date = features.as_of_date
    where labels.is_mature
"""


def uplift_rows(warehouse: TableStore, spec: UpliftSpec) -> pd.DataFrame:
    """One row per customer and randomised campaign that is over, for as many hash-sampled customers as fit."""
    row_count = int(warehouse.value(f"select count(*) {MATURE_DRAWS}"))
    # The buckets of a large shop are a sample already: those that are there are counted, not those that could be.
    bucket_count = int(warehouse.value(f"select coalesce(max(draws.sample_bucket), 0) + 1 {MATURE_DRAWS}"))
    buckets = min(SAMPLE_BUCKETS, max(1, bucket_count * MAX_LOADED_ROWS // max(row_count, 1)))
    columns = ", ".join(f"features.{name}" for name in spec.features)
    return warehouse.frame(
        f"""
        select
            draws.customer_id, draws.campaign_id, draws.campaign_type, draws.campaign_date, draws.assignment_share,
            draws.has_offer, draws.is_treated, labels.has_purchase, cast(labels.margin_amount as double) as margin_amount,
            labels.is_mature, {columns}
        {MATURE_DRAWS} and draws.sample_bucket < ?
        """,
        [buckets],
    )
