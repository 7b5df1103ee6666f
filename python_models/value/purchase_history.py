"""From transactions to the four numbers per customer that both value models need."""

from __future__ import annotations

import numpy as np
import pandas as pd

COLUMNS = ("customer_id", "frequency", "recency", "age", "monetary_value")


def purchase_histories(transactions: pd.DataFrame, as_of_date: pd.Timestamp, days_per_period: float = 7.0) -> pd.DataFrame:
    """One row per customer with a purchase before `as_of_date`, ordered by customer_id.

    `transactions` has customer_id, purchased_at (timestamp) and amount (money). Purchases of one day are one purchase and their amounts
    are added; a day whose amounts add up to less than zero took back more than it sold and is no purchase. Rows from `as_of_date` on
    are left out.

    Returns customer_id and, as in Fader, Hardie and Lee (2005), section 2, with times in periods of `days_per_period` days:

    * `frequency` (x): purchase days after the first;
    * `recency` (t_x): time from the first purchase to the last, 0 when there was one only;
    * `age` (T): time from the first purchase to the last day before `as_of_date`;
    * `monetary_value`: mean amount of the repeat purchases, NaN without any.

    Raises ValueError when a column is missing or a customer or a time is empty.
    """
    missing = {"customer_id", "purchased_at", "amount"} - set(transactions.columns)
    if missing:
        raise ValueError(f"transactions lack {', '.join(sorted(missing))}")
    if transactions[["customer_id", "purchased_at"]].isna().to_numpy().any():
        raise ValueError("transactions without a customer or a time: leave them out or find out whose they are")
    as_of_day = pd.Timestamp(as_of_date).normalize()
    days = pd.DataFrame(
        {
            "customer_id": transactions["customer_id"],
            "day": pd.to_datetime(transactions["purchased_at"]).dt.normalize(),
            "amount": transactions["amount"].astype(float),
        }
    )
    days = days[days["day"] < as_of_day].groupby(["customer_id", "day"], sort=True).sum().reset_index()
    days = days[days["amount"] >= 0]
    by_customer = days.groupby("customer_id", sort=True)
    first, last, count = by_customer["day"].min(), by_customer["day"].max(), by_customer["day"].size()
    # Rows are ordered by day within a customer, so that "first" is the first purchase.
    repeat_amount = by_customer["amount"].sum() - by_customer["amount"].first()
    frequency = count - 1
    last_day = as_of_day - pd.Timedelta(days=1)
    return pd.DataFrame(
        {
            "frequency": frequency.astype(np.int64),
            "recency": (last - first).dt.days / days_per_period,
            "age": (last_day - first).dt.days / days_per_period,
            "monetary_value": (repeat_amount / frequency).where(frequency > 0),
        }
    ).reset_index()[list(COLUMNS)]


def histories_from_days(days: pd.DataFrame, days_per_period: float = 7.0) -> pd.DataFrame:
    """The same columns as `purchase_histories`, from counts that SQL has made; the order of the rows is kept.

    `days` has one row per customer: customer_id, repeat_purchase_day_count, days_between_first_and_last_purchase,
    days_observed_since_first_purchase and repeat_purchase_value (money, empty without a repeat), as in `feature_purchase_histories`.
    """
    frequency = days["repeat_purchase_day_count"].astype(np.int64)
    return pd.DataFrame(
        {
            "customer_id": days["customer_id"],
            "frequency": frequency,
            "recency": days["days_between_first_and_last_purchase"].astype(float) / days_per_period,
            "age": days["days_observed_since_first_purchase"].astype(float) / days_per_period,
            "monetary_value": (days["repeat_purchase_value"].astype(float) / frequency).where(frequency > 0),
        }
    )[list(COLUMNS)]
