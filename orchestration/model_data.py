"""What the Python models read from the warehouse: bounded samples for training, every customer for scoring."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import pandas as pd

from orchestration.table_store import TableStore
from python_models.propensity.spec import PropensitySpec

MAX_LOADED_ROWS = 600_000
SAMPLE_BUCKETS = 100


def clock(warehouse: TableStore) -> datetime:
    """The `as_of_at` of the data."""
    as_of_at = warehouse.value("select as_of_at from intermediate.int_clock")
    if not isinstance(as_of_at, datetime):
        raise LookupError("int_clock has no as_of_at: no event was accepted yet; look into the quarantine and the landing folder")
    return as_of_at


def scoring_features(warehouse: TableStore, columns: Sequence[str]) -> pd.DataFrame:
    """All customers at the scoring date."""
    return warehouse.frame(f"select customer_id, as_of_date, {_listed(columns)} from features.feature_customers where is_scoring_date")


def training_rows(warehouse: TableStore, spec: PropensitySpec) -> pd.DataFrame:
    """Features and labels of mature dates, for as many hash-sampled customers as fit."""
    mature = f"labels.{spec.maturity_column} and labels.{spec.outcome_column} is not null"
    joined = f"""
        from features.feature_customers as features
        inner join features.feature_purchase_labels as labels
            on features.customer_id = labels.customer_id and features.as_of_date = labels.as_of_date
        where {mature}
    """
    row_count = int(warehouse.value(f"select count(*) {joined}"))
    buckets = min(SAMPLE_BUCKETS, max(1, SAMPLE_BUCKETS * MAX_LOADED_ROWS // max(row_count, 1)))
    return warehouse.frame(
        f"""
        select
            features.customer_id, features.as_of_date, features.sample_bucket, {_listed(spec.features, "features")},
            labels.{spec.outcome_column}, labels.{spec.maturity_column}
        {joined} and features.sample_bucket < ?
        """,
        [buckets],
    )


def as_date(value: datetime) -> date:
    """The as-of date of an `as_of_at`."""
    return value.date()


def _listed(columns: Sequence[str], table: str | None = None) -> str:
    prefix = f"{table}." if table else ""
    return ", ".join(f"{prefix}{column}" for column in columns)
