"""What the Python models read from the warehouse: bounded samples for training, every customer for scoring."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import pandas as pd

from orchestration.table_store import TableStore
from python_models.propensity.policy import ContactPolicy
from python_models.propensity.spec import PropensitySpec
from python_models.recommendations.histories import ShopDay
from python_models.send_time.spec import SendTimePolicy
from python_models.value.purchase_history import histories_from_days
from python_models.value.recalibrate import PastDates

MAX_LOADED_ROWS = 600_000
SAMPLE_BUCKETS = 100
REFERENCE_CUSTOMERS = 10_000
# A share of the customers is a range of the first two hexadecimal digits of their ids, which are keyed hashes.
ID_SHARES = 256
Share = tuple[int, int]


def clock(warehouse: TableStore) -> datetime:
    """The `as_of_at` of the data."""
    as_of_at = warehouse.value("select as_of_at from intermediate.int_clock")
    if not isinstance(as_of_at, datetime):
        raise LookupError("int_clock has no as_of_at: no event was accepted yet; look into the quarantine and the landing folder")
    return as_of_at


def scoring_features(warehouse: TableStore, columns: Sequence[str]) -> pd.DataFrame:
    """All customers at the scoring date."""
    return warehouse.frame(f"select customer_id, as_of_date, {_listed(columns)} from features.feature_customers where is_scoring_date")


def reference_features(warehouse: TableStore, columns: Sequence[str]) -> pd.DataFrame:
    """About so many sampled customers on every date before the scoring date, as many as say how scores are distributed."""
    customers = int(warehouse.value("select count(*) from features.feature_customers where is_scoring_date"))
    buckets = max(1, SAMPLE_BUCKETS * REFERENCE_CUSTOMERS // max(customers, 1))
    return warehouse.frame(
        f"""
        select customer_id, as_of_date, {_listed(columns)}
        from features.feature_customers
        where not is_scoring_date and sample_bucket < ?
        """,
        [buckets],
    )


def training_rows(warehouse: TableStore, spec: PropensitySpec) -> pd.DataFrame:
    """Features and labels of mature dates, for as many hash-sampled customers as fit.

    Two columns are there to judge by, not to learn from: the country, as known today, and the stage of the lifecycle on each date, by the
    limits of segment_lifecycle. A lapse that was over by then is not looked for: who was won back is new or active here.
    """
    judged_by = f"labels.{spec.settled_date_column}, " if spec.settled_date_column else ""
    mature = f"labels.{spec.maturity_column} and labels.{spec.outcome_column} is not null"
    # The buckets of a large shop are a sample already: those that are there are counted, not those that could be.
    [(row_count, bucket_count)] = warehouse.rows(
        f"""
        select count(*), coalesce(max(features.sample_bucket), 0) + 1
        from features.feature_customers as features
        inner join features.{spec.labels_model} as labels
            on features.customer_id = labels.customer_id and features.as_of_date = labels.as_of_date
        where {mature}
        """
    )
    buckets = min(SAMPLE_BUCKETS, max(1, int(bucket_count) * MAX_LOADED_ROWS // max(int(row_count), 1)))
    return warehouse.frame(
        f"""
        select
            features.customer_id, features.as_of_date, features.sample_bucket, {_listed(spec.features, "features")},
            labels.{spec.outcome_column}, labels.{spec.maturity_column}, {judged_by}customers.country_code,
            case
                when features.days_since_last_order is null then 'prospect'
                when features.days_since_last_order > thresholds.at_risk_days then 'lapsed'
                when features.days_since_last_order > thresholds.active_days then 'at_risk'
                when features.days_since_first_order <= thresholds.new_days then 'new'
                else 'active'
            end as lifecycle_stage
        from features.feature_customers as features
        inner join features.{spec.labels_model} as labels
            on features.customer_id = labels.customer_id and features.as_of_date = labels.as_of_date
        left join marts.dim_customers as customers on features.customer_id = customers.customer_id
        cross join (
            select
                max(case when threshold_name = 'new_days' then threshold_value end) as new_days,
                max(case when threshold_name = 'active_days' then threshold_value end) as active_days,
                max(case when threshold_name = 'at_risk_days' then threshold_value end) as at_risk_days
            from seeds.segment_thresholds where segment_name = 'segment_lifecycle'
        ) as thresholds
        where {mature} and features.sample_bucket < ?
        """,
        [buckets],
    )


def contact_policy(warehouse: TableStore, model_name: str) -> ContactPolicy | None:
    """The row of seed propensity_policies, None where there is none."""
    found = warehouse.frame("select value_of_hit, cost_of_contact from seeds.propensity_policies where model_name = ?", [model_name])
    return None if found.empty else ContactPolicy(float(found["value_of_hit"].iloc[0]), float(found["cost_of_contact"].iloc[0]))


def value_histories(warehouse: TableStore, part: str) -> pd.DataFrame:
    """Purchase histories of a date: `scoring`, `test` or `calibration`; empty where a young shop has no such date."""
    return histories_from_days(
        warehouse.frame(
            """
            select
                customer_id, repeat_purchase_day_count, days_between_first_and_last_purchase, days_observed_since_first_purchase,
                cast(repeat_purchase_value as double) as repeat_purchase_value
            from features.feature_purchase_histories
            where part = ?
            """,
            [part],
        )
    )


def past_value_histories(warehouse: TableStore) -> PastDates:
    """Today and the two dates before it, with the days from each to the next."""
    found = warehouse.rows("select distinct part, as_of_date from features.feature_purchase_histories")
    dates = {str(part): pd.Timestamp(day) for part, day in found}
    days = {
        part: (dates[following] - dates[part]).days if part in dates and following in dates else 0
        for part, following in (("test", "scoring"), ("calibration", "test"))
    }
    today, test, calibration = (value_histories(warehouse, part) for part in ("scoring", "test", "calibration"))
    return PastDates(today, test, days["test"], calibration, days["calibration"])


def recommendable_products(warehouse: TableStore) -> pd.DataFrame:
    """Every product, with what keeps it from being recommended."""
    return warehouse.frame("select product_id, category, is_blocked, is_available from features.feature_recommendable_products")


def shop_day(warehouse: TableStore, part: str) -> ShopDay | None:
    """What recommendations of a date may know: `scoring`, `test` or `validation`; None where a young shop has no such date."""
    on_date = "as_of_date = (select as_of_date from features.feature_recommendation_dates where part = ?)"
    if not int(warehouse.value("select count(*) from features.feature_recommendation_dates where part = ?", [part])):
        return None
    purchases = warehouse.frame(
        f"select customer_id, product_id, days_since_last_purchase, is_just_bought from features.feature_product_purchases where {on_date}",
        [part],
    )
    customers = warehouse.frame(
        f"""
        select customer_dates.customer_id, categories.top_category, visits.usual_visit_country_code_90d as country_code
        from features.feature_customer_dates as customer_dates
        left join features.feature_customer_categories as categories
            on customer_dates.customer_id = categories.customer_id and customer_dates.as_of_date = categories.as_of_date
        left join features.feature_customers as visits
            on customer_dates.customer_id = visits.customer_id and customer_dates.as_of_date = visits.as_of_date
        where customer_dates.{on_date}
        """,
        [part],
    )
    if part == "scoring":
        return ShopDay(purchases, customers)
    outcomes = warehouse.frame(f"select customer_id, product_id from features.feature_product_outcomes where {on_date}", [part])
    return ShopDay(purchases, customers, outcomes)


def recommendation_dates(warehouse: TableStore) -> dict[str, date]:
    """The as-of date of each part that the shop is old enough for."""
    rows = warehouse.rows("select part, as_of_date from features.feature_recommendation_dates order by part")
    return {str(part): pd.Timestamp(day).date() for part, day in rows}


def contact_shares(warehouse: TableStore, customers_at_once: int) -> list[Share]:
    """Everybody with a contact, in shares of about so many customers; one share where there are no more."""
    customers = int(warehouse.value("select count(distinct customer_id) from features.feature_contact_hours"))
    width = min(ID_SHARES, max(1, ID_SHARES * customers_at_once // max(customers, 1)))
    return [(first, min(first + width, ID_SHARES)) for first in range(0, ID_SHARES, width)]


def contact_hours(warehouse: TableStore, share: Share = (0, ID_SHARES)) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Messages and visits per customer and local hour: all of them, those before the held-out days, and those of the held-out days."""
    keys = ["customer_id", "contact_type", "local_hour", "hours_until_read"]
    query = f"select {_listed(keys)}, is_held_out, contact_count from features.feature_contact_hours"
    if share == (0, ID_SHARES):
        found = warehouse.frame(query)
    else:
        # Above all digits: the end of the last share.
        edges = [f"{edge:02x}" if edge < ID_SHARES else "g" for edge in share]
        found = warehouse.frame(f"{query} where substr(customer_id, 3, 2) >= ? and substr(customer_id, 3, 2) < ?", edges)
    everything = found.groupby(keys, dropna=False)["contact_count"].sum().reset_index()
    is_held_out = found["is_held_out"].to_numpy(dtype=bool)
    columns = [*keys, "contact_count"]
    return everything, found.loc[~is_held_out, columns], found.loc[is_held_out, columns]


def send_time_policy(warehouse: TableStore) -> SendTimePolicy:
    """Seed send_time_policy; raises ValueError for hours that no day has."""
    row = warehouse.frame("select quiet_from_hour, quiet_until_hour, exploring_share from seeds.send_time_policy").iloc[0]
    return SendTimePolicy(int(row["quiet_from_hour"]), int(row["quiet_until_hour"]), float(row["exploring_share"]))


def as_date(value: datetime) -> date:
    """The as-of date of an `as_of_at`."""
    return value.date()


def _listed(columns: Sequence[str], table: str | None = None) -> str:
    prefix = f"{table}." if table else ""
    return ", ".join(f"{prefix}{column}" for column in columns)
