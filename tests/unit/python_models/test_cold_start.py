"""People who have bought nothing: what is popular in their segment serves where segments differ, and only there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from python_models.recommendations.histories import Histories, ShopDay, build_catalogue, build_histories
from python_models.recommendations.model import recommendation_model_from_json
from python_models.recommendations.score import recommend
from python_models.recommendations.segments import STRENGTHS, Segments, fit_segments
from python_models.recommendations.spec import RULES, Candidate
from python_models.recommendations.train import RecommendationFit, train_recommendations
from tests.unit.python_models.test_recommendations import SPEC, World, people, purchases, shop_products

RULES_ONLY = replace(SPEC, candidates=tuple(Candidate(kind, kind) for kind in RULES))
COUNTRIES = ("DE", "FR", "JP")
PRODUCTS, CUSTOMERS = 60, 3_000


def drawn_abroad(share: float, seed: int = 3, today: int = 90) -> World:
    """Three dates, a month apart; of a customer's purchases so many are from the third of the products that the country likes."""
    random = np.random.default_rng(seed)
    events = 2 * CUSTOMERS
    who, day = random.integers(0, CUSTOMERS, events), random.integers(-120, today, events)
    country = np.where(random.random(events) < share, who % 3, random.integers(0, 3, events))
    frame = pd.DataFrame(
        {"customer_id": who, "product_id": 3 * (PRODUCTS // 3 * random.random(events) ** 2).astype(int) + country, "day": day}
    )
    frame["customer_id"] = frame["customer_id"].map("c{:05d}".format)
    frame["product_id"] = frame["product_id"].map("p{:03d}".format)
    known = pd.DataFrame({"customer_id": [f"c{number:05d}" for number in range(CUSTOMERS)], "top_category": None})
    known["country_code"] = [COUNTRIES[number % 3] for number in range(CUSTOMERS)]
    products = pd.DataFrame({"product_id": [f"p{number:03d}" for number in range(PRODUCTS)], "category": None})
    days = []
    for date in (today - 60, today - 30, today):
        before = frame[frame["day"] < date].groupby(["customer_id", "product_id"], as_index=False)["day"].max()
        before["days_since_last_purchase"] = date - before.pop("day")
        before["is_just_bought"] = before["days_since_last_purchase"] <= 30
        after = frame[(frame["day"] >= date) & (frame["day"] < date + 30)][["customer_id", "product_id"]].drop_duplicates()
        days.append(ShopDay(before, known, None if date == today else after))
    return days[0], days[1], days[2], products.assign(is_blocked=False, is_available=True)


@pytest.fixture(scope="module")
def abroad() -> World:
    return drawn_abroad(0.9)


@pytest.fixture(scope="module")
def fit(abroad: World) -> RecommendationFit:
    return train_recommendations(*abroad, RULES_ONLY)


def of_the_cold(world: World, fit: RecommendationFit) -> pd.DataFrame:
    assert fit.model is not None
    found = pd.concat(recommend(world[2], world[3], fit.model, RULES_ONLY))
    found = found[~found["customer_id"].isin(world[2].purchases["customer_id"])]
    return found.merge(world[2].customers, on="customer_id")


def test_where_countries_buy_other_things_they_get_other_lists(abroad: World, fit: RecommendationFit) -> None:
    assert fit.model is not None
    segments = fit.model.recommender.segments
    assert segments is not None
    assert (segments.by, segments.values) == ("country_code", COUNTRIES)
    test = fit.metrics["test"]
    assert fit.metrics["validation"]["cold_ndcg_lead_low"] > 0
    assert test["cold_ndcg_lead_low"] > 0
    assert test["cold_recall_at_10"] > 1.5 * test["cold_recall_at_10_of_fallback"]
    assert fit.cold_comparison["candidate"].tolist() == ["fallback", "lifecycle", "country_code"]
    found = of_the_cold(abroad, fit)
    assert set(found["reason_code"]) == {"popular_in_segment"}
    assert found["source_product_id"].isna().all()
    lists = found.groupby("country_code")["product_id"].unique()
    for number, country in enumerate(COUNTRIES):
        assert len(lists[country]) == SPEC.top_count
        assert sum(int(product[1:]) % 3 == number for product in lists[country]) >= 9


def test_interest_of_the_cold_is_what_they_buy(fit: RecommendationFit) -> None:
    test = fit.metrics["test"]
    assert test["cold_mean_interest"] == pytest.approx(test["cold_observed_rate"], rel=0.25)


def test_where_countries_are_alike_all_get_what_others_fall_back_to() -> None:
    world = drawn_abroad(0.0)
    fit = train_recommendations(*world, RULES_ONLY)
    assert fit.model is not None
    assert fit.model.recommender.segments is None
    assert fit.metrics["validation"]["cold_ndcg_lead_low"] <= 0
    assert fit.metrics["test"]["cold_recall_at_10"] == fit.metrics["test"]["cold_recall_at_10_of_fallback"]
    assert set(of_the_cold(world, fit)["reason_code"]) == {"popular"}


def test_few_who_bought_for_the_first_time_decide_nothing(abroad: World) -> None:
    fit = train_recommendations(*abroad, replace(RULES_ONLY, minimum_cold_buyers=100_000))
    assert fit.model is not None
    assert fit.model.recommender.segments is None
    assert fit.cold_comparison.empty


def test_a_stored_model_has_its_segments_and_an_old_one_none(abroad: World, fit: RecommendationFit) -> None:
    assert fit.model is not None
    text = fit.model.to_json()
    again = recommendation_model_from_json(text)
    assert again.to_json() == text
    pd.testing.assert_frame_equal(of_the_cold(abroad, replace(fit, model=again)), of_the_cold(abroad, fit), check_exact=True)
    before = replace(fit.model, recommender=replace(fit.model.recommender, segments=None)).to_json().replace('"segments": null, ', "")
    assert "segments" not in before
    assert recommendation_model_from_json(before).recommender.segments is None


def test_batches_and_the_order_of_arrival_change_no_list(abroad: World, fit: RecommendationFit) -> None:
    validation, test, today = (
        replace(day, customers=day.customers.sample(frac=1, random_state=1), purchases=day.purchases.sample(frac=1, random_state=2))
        for day in abroad[:3]
    )
    again = train_recommendations(validation, test, today, abroad[3], replace(RULES_ONLY, batch_rows=7))
    assert again.model is not None
    assert fit.model is not None
    assert again.model.to_json() == fit.model.to_json()
    assert again.metrics == fit.metrics


def segments_of(day: ShopDay, by: str, minimum_lines: int = 200) -> tuple[Segments | None, Histories]:
    spec = replace(SPEC, minimum_segment_lines=minimum_lines)
    products = shop_products(x="a", y="a", z="b")
    catalogue = build_catalogue(day, products, spec)
    histories = build_histories(day, products, catalogue)
    return fit_segments(day, catalogue, histories, by, spec), histories


def test_a_new_customer_is_one_whose_purchases_are_all_recent_and_the_cold_are_of_their_kind() -> None:
    day = ShopDay(purchases(("a", "x", 5), ("a", "y", 80), ("b", "x", 5), ("b", "y", 91)), people(a=None, b=None, c=None))
    _, histories = segments_of(day, "lifecycle")
    assert histories.segments["lifecycle"].tolist() == ["new", "regular", "new"]
    assert histories.segments["country_code"].tolist() == [None, None, None]


def test_segments_that_differ_are_shrunk_less_and_small_ones_are_none() -> None:
    rows = [(f"{kind}{number:03d}", product, 9) for kind, product in (("a", "x"), ("b", "y")) for number in range(40)]
    rows += [("a000", "y", 9), ("c000", "z", 9)]
    day = ShopDay(purchases(*rows), people(**{name: name[0] for name, *_ in rows}))
    found, histories = segments_of(day, "top_category", minimum_lines=20)
    assert found is not None
    assert found.values == ("a", "b")
    assert found.strength == STRENGTHS[0]
    # 40 of the 41 lines of "a" and of the 10 that were added their share of everybody's, 40 of 82; on the scale of a line per buyer.
    per_buyer = 82 / 81
    # "y" has one more buyer and comes first.
    assert found.popularity[0, 1] == pytest.approx((40 + 10 * 40 / 82) / 51 * per_buyer)
    assert found.popularity.sum(axis=1) == pytest.approx([per_buyer, per_buyer])
    assert found.codes(histories).tolist() == [0] * 40 + [1] * 40 + [-1]
    assert segments_of(day, "country_code", minimum_lines=20)[0] is None


def test_segments_that_do_not_differ_become_one() -> None:
    random = np.random.default_rng(1)
    rows = [(f"{'ab'[number % 2]}{number:04d}", "xyz"[int(random.integers(0, 3))], 9) for number in range(2_000)]
    found, _ = segments_of(ShopDay(purchases(*rows), people(**{name: name[0] for name, *_ in rows})), "top_category")
    assert found is not None
    assert found.strength >= STRENGTHS[4]
