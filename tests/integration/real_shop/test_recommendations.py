"""Recommendations on a real shop's ledger: what is learned from its purchases beats the rules in weeks that nothing was fitted to.

Needs the UCI Online Retail data set where `examples/online_retail/example.yml` looks for it; without it the tests are skipped.
"""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from orchestration.examples import ExampleError, input_files, read_example
from python_models.recommendations.histories import ShopDay
from python_models.recommendations.score import recommend
from python_models.recommendations.spec import PRODUCT_RECOMMENDATIONS
from python_models.recommendations.train import RecommendationFit, train_recommendations

EXAMPLE = "online_retail"
AS_OF_DATE = date(2011, 12, 10)
HORIZON_DAYS, JUST_BOUGHT_DAYS = 30, 60
# Codes that are no merchandise begin with a letter: postage, fees, manual entries, samples.
MERCHANDISE = r"^\d"


def has_data() -> bool:
    try:
        return bool(input_files(read_example(EXAMPLE)))
    except ExampleError:
        return False


pytestmark = pytest.mark.skipif(not has_data(), reason="the UCI Online Retail data set is not here, see examples/online_retail/README.md")
Shop = tuple[ShopDay, ShopDay, ShopDay, pd.DataFrame]


@pytest.fixture(scope="module")
def shop() -> Shop:
    """The ledger as it was known two horizons ago, one horizon ago, and on its last day."""
    [file] = input_files(read_example(EXAMPLE))
    ledger = pd.read_parquet(file, columns=["StockCode", "Quantity", "InvoiceDate", "CustomerID"]).dropna(subset=["CustomerID"])
    lines = pd.DataFrame(
        {
            "customer_id": ledger["CustomerID"].astype(str),
            "product_id": ledger["StockCode"].astype(str).str.strip().str.upper(),
            "day": pd.to_datetime(ledger["InvoiceDate"]).dt.normalize(),
        }
    )[ledger["Quantity"] > 0]
    lines = lines[lines["product_id"].str.match(MERCHANDISE)]
    products = pd.DataFrame({"product_id": sorted(lines["product_id"].unique()), "category": None, "is_blocked": False})
    validation, test, today = (known_on(lines, AS_OF_DATE - timedelta(days=HORIZON_DAYS * back)) for back in (2, 1, 0))
    return validation, test, ShopDay(today.purchases, today.customers), products.assign(is_available=True)


def known_on(lines: pd.DataFrame, day: date) -> ShopDay:
    moment = pd.Timestamp(day)
    before = lines[lines["day"] < moment].groupby(["customer_id", "product_id"], as_index=False)["day"].max()
    before["days_since_last_purchase"] = (moment - before.pop("day")).dt.days
    before["is_just_bought"] = before["days_since_last_purchase"] <= JUST_BOUGHT_DAYS
    after = lines[(lines["day"] >= moment) & (lines["day"] < moment + pd.Timedelta(days=HORIZON_DAYS))]
    customers = pd.DataFrame({"customer_id": sorted(before["customer_id"].unique()), "top_category": None})
    return ShopDay(before, customers, after[["customer_id", "product_id"]].drop_duplicates())


@pytest.fixture(scope="module")
def fit(shop: Shop) -> RecommendationFit:
    return train_recommendations(*shop, PRODUCT_RECOMMENDATIONS)


def test_a_learned_model_beats_the_rules_in_the_weeks_held_back(fit: RecommendationFit) -> None:
    assert fit.reason is None
    test = fit.metrics["test"]
    assert test["judged_customers"] > 1_000
    assert test["ndcg_lead_over_best_rule_low"] > 0
    assert test["recall_to_most_popular_low"] > 1.5
    assert test["recall_to_most_popular"] > 2


def test_the_interest_is_what_was_bought(fit: RecommendationFit) -> None:
    test = fit.metrics["test"]
    assert test["observed_rate"] > 0.02
    assert test["ece"] < 0.02
    assert test["highest_interest"] > 5 * test["observed_rate"]


def test_every_customer_of_the_ledger_gets_a_list(shop: Shop, fit: RecommendationFit) -> None:
    assert fit.model is not None
    frame = pd.concat(recommend(shop[2], shop[3], fit.model, PRODUCT_RECOMMENDATIONS))
    assert frame["customer_id"].nunique() == len(shop[2].customers) > 4_300
    assert frame.groupby("customer_id").size().eq(PRODUCT_RECOMMENDATIONS.top_count).all()
