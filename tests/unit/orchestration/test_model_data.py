"""What models read: settled labels of those who could answer, columns to judge by; contacts share by share."""

from datetime import date
from pathlib import Path

import pytest

from orchestration.model_data import (
    ID_SHARES,
    contact_hours,
    contact_policy,
    contact_shares,
    past_value_histories,
    recommendation_dates,
    training_rows,
)
from orchestration.warehouse import Warehouse
from python_models.propensity.policy import ContactPolicy
from python_models.propensity.spec import EMAIL_CLICK_30D

# customer, days since the last and the first order, country, label, whether it is settled
CUSTOMERS = [
    ("prospect", None, None, "DE", True, True),
    ("new", 30, 30, None, True, True),
    ("active", 90, 31, "DE", False, True),
    ("at_risk", 91, 400, "DE", True, True),
    ("lapsed", 181, 400, "DE", True, True),
    ("not_mailed", 1, 400, "DE", None, True),
    ("unsettled", 1, 400, "DE", True, False),
]


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    warehouse = Warehouse(tmp_path)
    others = [name for name in EMAIL_CLICK_30D.features if name not in {"days_since_last_order", "days_since_first_order"}]
    with warehouse.connect() as connection:
        for schema in ("features", "marts", "seeds"):
            connection.execute(f"create schema {schema}")
        connection.execute(
            "create table features.feature_customers (customer_id varchar, as_of_date date, sample_bucket bigint,"
            f" days_since_last_order bigint, days_since_first_order bigint, {', '.join(f'{name} double' for name in others)})"
        )
        connection.execute(
            "create table features.feature_email_labels"
            " (customer_id varchar, as_of_date date, has_email_click_30d boolean, is_mature_30d boolean)"
        )
        connection.execute("create table marts.dim_customers (customer_id varchar, country_code varchar)")
        connection.execute("create table seeds.segment_thresholds (segment_name varchar, threshold_name varchar, threshold_value double)")
        connection.execute("create table seeds.propensity_policies (model_name varchar, value_of_hit double, cost_of_contact double)")
        connection.execute("insert into seeds.propensity_policies values ('email_click_30d', 0.5, 0.05)")
        connection.execute(
            "insert into seeds.segment_thresholds values ('segment_lifecycle', 'new_days', 30),"
            " ('segment_lifecycle', 'active_days', 90), ('segment_lifecycle', 'at_risk_days', 180), ('another', 'new_days', 1)"
        )
        for customer_id, since_last, since_first, country, label, is_settled in CUSTOMERS:
            connection.execute(
                f"insert into features.feature_customers values (?, ?, 0, ?, ?, {', '.join('1' for _ in others)})",
                [customer_id, date(2026, 7, 1), since_last, since_first],
            )
            connection.execute(
                "insert into features.feature_email_labels values (?, ?, ?, ?)", [customer_id, date(2026, 7, 1), label, is_settled]
            )
            # A customer of that date who is nobody's id today still counts.
            if customer_id != "lapsed":
                connection.execute("insert into marts.dim_customers values (?, ?)", [customer_id, country])
    return warehouse


def test_who_was_not_mailed_or_may_still_answer_is_left_out(warehouse: Warehouse) -> None:
    rows = training_rows(warehouse, EMAIL_CLICK_30D).set_index("customer_id")
    assert set(rows.index) == {"prospect", "new", "active", "at_risk", "lapsed"}
    assert rows["has_email_click_30d"].to_dict() == {"prospect": True, "new": True, "active": False, "at_risk": True, "lapsed": True}


def test_the_lifecycle_is_that_of_the_date(warehouse: Warehouse) -> None:
    rows = training_rows(warehouse, EMAIL_CLICK_30D).set_index("customer_id")
    assert {name: stage for name, stage in rows["lifecycle_stage"].items() if name != stage} == {}
    assert rows["country_code"].fillna("unknown").to_dict() == {
        "prospect": "DE",
        "new": "unknown",
        "active": "DE",
        "at_risk": "DE",
        "lapsed": "unknown",
    }


def test_a_model_has_the_policy_of_its_row_or_none(warehouse: Warehouse) -> None:
    assert contact_policy(warehouse, "email_click_30d") == ContactPolicy(0.5, 0.05)
    assert contact_policy(warehouse, "churn_90d") is None


@pytest.fixture
def contacts(tmp_path: Path) -> Warehouse:
    """A thousand customers, spread over all shares as hashes are, with two visits in one hour and a message that was held out."""
    warehouse = Warehouse(tmp_path)
    with warehouse.connect() as connection:
        connection.execute("create schema features")
        connection.execute(
            """
            create table features.feature_contact_hours as
            select 'c_' || left(sha256(cast(customer as varchar)), 24) as customer_id, contact.*
            from range(1000) as customers (customer)
            cross join (
                values ('visit', false, 9, null, 1), ('visit', true, 9, null, 1), ('message', true, 10, 2, 1)
            ) as contact (contact_type, is_held_out, local_hour, hours_until_read, contact_count)
            """
        )
    return warehouse


@pytest.mark.parametrize("customers_at_once", [1, 90, 999, 1_000, 1_000_000])
def test_shares_hold_every_customer_once(contacts: Warehouse, customers_at_once: int) -> None:
    shares = contact_shares(contacts, customers_at_once)
    assert (shares[0][0], shares[-1][1]) == (0, ID_SHARES)
    assert (len(shares) == 1) == (customers_at_once >= 1_000)
    everything = [contact_hours(contacts, share)[0] for share in shares]
    found = [customer for frame in everything for customer in frame["customer_id"].unique()]
    assert len(found) == len(set(found)) == 1_000
    assert sum(int(frame["contact_count"].sum()) for frame in everything) == 3_000


def test_held_out_contacts_are_there_apart(contacts: Warehouse) -> None:
    everything, before, since = contact_hours(contacts)
    assert (len(everything), len(before), len(since)) == (2_000, 1_000, 2_000)
    assert set(everything.loc[everything["contact_type"] == "visit", "contact_count"]) == {2}


def test_a_young_shop_has_fewer_dates_of_recommendations(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    with warehouse.connect() as connection:
        connection.execute("create schema features")
        connection.execute("create table features.feature_recommendation_dates (as_of_date date, part varchar)")
        connection.execute("insert into features.feature_recommendation_dates values ('2026-11-01', 'scoring')")
    assert recommendation_dates(warehouse) == {"scoring": date(2026, 11, 1)}
    with warehouse.connect() as connection:
        connection.execute("insert into features.feature_recommendation_dates values ('2026-10-02', 'test')")
    assert recommendation_dates(warehouse) == {"scoring": date(2026, 11, 1), "test": date(2026, 10, 2)}


def test_a_young_shop_has_fewer_dates_of_purchase_histories(tmp_path: Path) -> None:
    """Today alone, then with one earlier date, then with both; the days are those from a date to the next."""
    warehouse = Warehouse(tmp_path)
    with warehouse.connect() as connection:
        connection.execute("create schema features")
        connection.execute(
            "create table features.feature_purchase_histories (customer_id varchar, as_of_date date, part varchar,"
            " repeat_purchase_day_count bigint, days_between_first_and_last_purchase bigint, days_observed_since_first_purchase bigint,"
            " repeat_purchase_value decimal(18, 2))"
        )
    found = []
    for day, part in (("2026-11-01", "scoring"), ("2026-08-03", "test"), ("2026-05-01", "calibration")):
        with warehouse.connect() as connection:
            connection.execute("insert into features.feature_purchase_histories values ('a', ?, ?, 2, 70, 140, 30)", [day, part])
        past = past_value_histories(warehouse)
        found.append((len(past.today), len(past.test), past.test_days, len(past.calibration), past.calibration_days))
    assert found == [(1, 0, 0, 0, 0), (1, 1, 90, 0, 0), (1, 1, 90, 1, 94)]
    assert past.today.to_dict("records") == [{"customer_id": "a", "frequency": 2, "recency": 10.0, "age": 20.0, "monetary_value": 15.0}]
