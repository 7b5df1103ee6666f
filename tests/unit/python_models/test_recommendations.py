"""Recommendations: weights by hand, lists and their exclusions, honest choice, calibration, and no digit that depends on the machine."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from threadpoolctl import threadpool_limits

from python_models import parallel
from python_models.evaluation.metrics import expected_calibration_error
from python_models.recommendations import weights as weights_module
from python_models.recommendations.calibration import MINIMUM_HITS, fit_calibration
from python_models.recommendations.evaluation import difference_interval, list_quality, ratio_interval
from python_models.recommendations.histories import Catalogue, Histories, ShopDay, build_catalogue, build_histories, build_targets
from python_models.recommendations.model import RecommendationModel, Recommender, recommendation_model_from_json
from python_models.recommendations.ranking import NONE, top_lists
from python_models.recommendations.score import COLUMNS, recommend
from python_models.recommendations.spec import PRODUCT_RECOMMENDATIONS, Candidate, RecommendationSpec
from python_models.recommendations.train import RecommendationFit, train_recommendations
from python_models.recommendations.weights import (
    als_weights,
    cosine_weights,
    cut,
    ease_weights,
    fit_weights,
    svd_weights,
    with_repeats,
)

SPEC = replace(PRODUCT_RECOMMENDATIONS, minimum_product_buyers=1, bootstrap_rounds=100, als_iterations=4)
# Three customers: the first two bought both products of a pair, the third the second of the pair and a third product.
BASKETS = sparse.csr_matrix(np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 1.0, 1.0]]))
POPULAR, CATEGORY = Candidate("most_popular", "most_popular"), Candidate("last_category", "last_category")


def purchases(*rows: tuple[str, str, int]) -> pd.DataFrame:
    """Customer, product and days since the last purchase; a month or less is just bought."""
    frame = pd.DataFrame(list(rows), columns=["customer_id", "product_id", "days_since_last_purchase"])
    return frame.assign(is_just_bought=frame["days_since_last_purchase"] <= 30)


def people(**top_categories: str | None) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": list(top_categories), "top_category": list(top_categories.values())}).astype(object)


def shop_products(**categories: str | None) -> pd.DataFrame:
    frame = pd.DataFrame({"product_id": list(categories), "category": list(categories.values())}).astype(object)
    return frame.assign(is_blocked=False, is_available=True)


def made_by_hand(day: ShopDay, products: pd.DataFrame, candidate: Candidate = CATEGORY) -> RecommendationModel:
    catalogue = build_catalogue(day, products, SPEC)
    histories = build_histories(day, products, catalogue)
    weights = with_repeats(candidate, fit_weights(candidate, histories.bought[histories.is_buyer], SPEC))
    return RecommendationModel("v1", Recommender(candidate, catalogue, weights), (), None)


def lists(day: ShopDay, products: pd.DataFrame, candidate: Candidate = CATEGORY) -> dict[str, list[str]]:
    frame = pd.concat(recommend(day, products, made_by_hand(day, products, candidate), SPEC))
    return {str(customer): list(rows["product_id"]) for customer, rows in frame.groupby("customer_id")}


def test_ease_is_its_closed_form() -> None:
    # Common buyers [[2, 1], [1, 3]] plus 1: the inverse is [[4, -1], [-1, 3]] / 11, and B is minus it over the diagonal of the column.
    bought = sparse.csr_matrix(np.array([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]))
    np.testing.assert_allclose(ease_weights(bought, 1.0), [[0, 1 / 3], [1 / 4, 0]], rtol=1e-6)


def test_ease_is_the_constrained_ridge_regression_of_each_product_on_the_others() -> None:
    dense = np.random.default_rng(1).random((60, 7)) < 0.3
    weights = ease_weights(sparse.csr_matrix(dense.astype(float)), 4.0)
    for product in range(7):
        others = [other for other in range(7) if other != product]
        inputs, target = dense[:, others].astype(float), dense[:, product].astype(float)
        expected = np.linalg.solve(inputs.T @ inputs + 4.0 * np.eye(6), inputs.T @ target)
        np.testing.assert_allclose(weights[others, product], expected, rtol=1e-4, atol=1e-6)
    assert np.diag(weights).tolist() == [0.0] * 7


def test_cosine_shrinks_what_few_bought() -> None:
    weights = cosine_weights(BASKETS, 1.0)
    assert weights[0, 1] == pytest.approx(2 / (np.sqrt(2 * 3) + 1))
    assert weights[1, 2] == pytest.approx(1 / (np.sqrt(3 * 1) + 1))
    assert weights[0, 2] == 0
    assert weights[0, 0] == 0


@pytest.mark.parametrize("kind", ["als", "svd"])
def test_factors_put_products_of_one_taste_together(kind: str) -> None:
    random = np.random.default_rng(2)
    taste = np.arange(200) % 2
    chance = np.where(taste[:, None] == np.arange(10)[None, :] % 2, 0.5, 0.05)
    bought = sparse.csr_matrix((random.random((200, 10)) < chance).astype(float))
    weights = als_weights(bought, 2, replace(SPEC, als_regularisation=1.0)) if kind == "als" else svd_weights(bought, 2, SPEC.seed)
    same = np.arange(10)[:, None] % 2 == np.arange(10)[None, :] % 2
    apart = weights[~same].mean()
    assert weights[same & ~np.eye(10, dtype=bool)].min() > apart


def test_als_of_a_large_shop_is_fitted_to_a_sample_that_is_always_the_same() -> None:
    bought = sparse.csr_matrix((np.random.default_rng(4).random((300, 12)) < 0.3).astype(float))
    sampled = replace(SPEC, als_customers=100)
    np.testing.assert_array_equal(als_weights(bought, 4, sampled), als_weights(bought, 4, sampled))
    assert not np.allclose(als_weights(bought, 4, sampled), als_weights(bought, 4, SPEC))


def test_the_strongest_weights_of_each_product_are_kept() -> None:
    weights = np.array([[0.0, 0.2, 0.3], [0.1, 0.0, -0.4], [0.5, 0.1, 0.0]])
    np.testing.assert_array_equal(cut(weights, 1).toarray(), np.array([[0, 0.2, 0], [0, 0, -0.4], [0.5, 0, 0]], dtype=np.float32))
    np.testing.assert_array_equal(cut(weights, 99).toarray(), weights.astype(np.float32))


def test_of_equally_strong_weights_the_first_are_kept() -> None:
    weights = np.array([[0.5, 0.0, 0.1], [-0.5, 0.0, 0.2], [0.5, 0.3, 0.2], [0.7, 0.0, 0.2]])
    weights = np.column_stack([weights, np.full(4, 0.2)])
    expected = [[0.5, 0, 0, 0.2], [-0.5, 0, 0.2, 0.2], [0, 0.3, 0.2, 0.2], [0.7, 0, 0.2, 0]]
    np.testing.assert_array_equal(cut(weights, 3).toarray(), np.array(expected, dtype=np.float32))


def test_the_cut_matrix_is_one_and_the_same_whatever_its_order_in_memory() -> None:
    weights = np.random.default_rng(3).integers(-9, 10, size=(150, 150)) / 10
    found, by_column = cut(weights, 20), cut(np.asfortranarray(weights), 20)
    assert (np.diff(found.tocsc().indptr) == 20).all()
    for name in ("data", "indices", "indptr"):
        np.testing.assert_array_equal(getattr(found, name), getattr(by_column, name))
    least = np.sort(np.abs(weights), axis=0)[-20].astype(np.float32)
    assert (np.abs(found.tocoo().data) >= least[found.tocoo().col]).all()


def test_single_precision_serves_where_it_is_exact_enough() -> None:
    dense = (np.random.default_rng(2).random((400, 30)) < 0.3).astype(float)
    inverse = np.linalg.inv(dense.T @ dense + 5.0 * np.eye(30))
    exact = np.eye(30) - inverse / np.diag(inverse)
    few, many = sparse.csr_matrix(dense), sparse.csr_matrix(dense.repeat(1_000, axis=0))
    assert ease_weights(few, 5.0).dtype == np.float32
    np.testing.assert_allclose(ease_weights(few, 5.0), exact, atol=1e-6)
    # So many buyers leave too few digits for what is added to the diagonal.
    assert ease_weights(many, 0.5).dtype == np.float64


@pytest.mark.parametrize("block", [1, 3, 8, 100])
def test_both_halves_of_a_large_inverse_are_there(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights_module, "COLUMN_BLOCK", block)
    bought = (np.random.default_rng(5).random((30, 8)) < 0.4).astype(float)
    inverse = np.linalg.inv(bought.T @ bought + 2.0 * np.eye(8))
    expected = np.eye(8) - inverse / np.diag(inverse)
    np.testing.assert_allclose(ease_weights(sparse.csr_matrix(bought), 2.0), expected, rtol=1e-4, atol=1e-6)


def test_what_cannot_be_inverted_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="regularisation has to be positive"):
        ease_weights(sparse.csr_matrix(np.array([[1.0, 1.0]])), 0.0)


def test_an_own_purchase_speaks_as_loud_as_the_loudest_other() -> None:
    weights = cut(np.array([[0.0, 0.2], [0.1, 0.0]]), 2)
    repeated = with_repeats(Candidate("e", "ease", 1.0, is_repeating=True), weights)
    assert repeated is not None
    np.testing.assert_allclose(repeated.toarray(), [[0.1, 0.2], [0.1, 0.2]], rtol=1e-6)
    assert with_repeats(Candidate("e", "ease", 1.0), weights) is weights


def test_products_are_ordered_by_buyers_then_by_id_and_blocked_ones_are_left_out() -> None:
    day = ShopDay(purchases(("a", "p2", 9), ("b", "p2", 9), ("a", "p1", 9), ("b", "p0", 9), ("a", "post", 9), ("a", "card", 9)), people())
    products = shop_products(p0="x", p1=None, p2="x", card="x")
    products["is_blocked"] = products["product_id"] == "card"
    catalogue = build_catalogue(day, products, SPEC)
    assert catalogue.product_ids == ("p2", "p0", "p1")
    assert catalogue.popularity.tolist() == [1.0, 0.5, 0.5]
    assert build_catalogue(day, products, replace(SPEC, minimum_product_buyers=2)).product_ids == ("p2",)
    assert build_catalogue(day, products, replace(SPEC, maximum_products=1)).product_ids == ("p2",)


def test_popularity_is_recent() -> None:
    day = ShopDay(purchases(("a", "old", 200), ("b", "old", 200), ("a", "new", 5)), people(a=None, b=None))
    assert lists(day, shop_products(old=None, new=None), POPULAR)["b"] == ["new", "old"]


def test_what_was_just_bought_is_blocked_or_cannot_be_had_is_not_recommended() -> None:
    rows = [("a", "just", 30), ("a", "earlier", 31), ("b", "gone", 40), ("b", "card", 40), ("b", "just", 40), ("b", "other", 40)]
    products = shop_products(just="x", earlier="x", gone="x", card="x", other="x")
    products["is_available"] = products["product_id"] != "gone"
    products["is_blocked"] = products["product_id"] == "card"
    for candidate in (POPULAR, CATEGORY, Candidate("c", "item_cosine"), Candidate("e", "ease", 1.0, is_repeating=True)):
        found = lists(ShopDay(purchases(*rows), people(a=None, b=None)), products, candidate)
        assert sorted(found["a"]) == ["earlier", "other"], candidate
        assert sorted(found["b"]) == ["earlier", "just", "other"], candidate


def test_a_cold_start_gets_what_is_popular_in_the_category_looked_at_or_at_all() -> None:
    rows = [("a", "x1", 40), ("b", "x1", 40), ("c", "x1", 40), ("a", "y1", 40), ("b", "y1", 40), ("a", "y2", 40)]
    day = ShopDay(purchases(*rows), people(a="x", b="x", c="x", looked="y", silent=None, elsewhere="z"))
    products = shop_products(x1="x", y1="y", y2="y")
    frame = pd.concat(recommend(day, products, made_by_hand(day, products, Candidate("c", "item_cosine")), SPEC))
    by_customer = {str(name): rows for name, rows in frame.groupby("customer_id")}
    assert by_customer["looked"]["product_id"].tolist() == ["y1", "y2", "x1"]
    assert by_customer["looked"]["reason_code"].tolist() == ["popular_in_category", "popular_in_category", "popular"]
    assert by_customer["looked"]["source_product_id"].isna().all()
    for name in ("silent", "elsewhere"):
        assert by_customer[name]["product_id"].tolist() == ["x1", "y1", "y2"]
        assert set(by_customer[name]["reason_code"]) == {"popular"}


def test_the_category_of_the_last_purchase_comes_before_the_one_looked_at() -> None:
    day = ShopDay(purchases(("a", "x1", 90), ("a", "y1", 50), ("b", "x1", 40), ("b", "x2", 40), ("b", "y1", 99)), people(a="x", b=None))
    assert lists(day, shop_products(x1="x", x2="x", y1="y"))["a"][0] == "y1"


def test_the_reason_is_the_purchase_that_spoke_loudest() -> None:
    # "lens" goes with "camera" for three people, with "bag" for one; "a" has camera and bag.
    rows = [(who, what, 90) for who in ("b", "c", "d") for what in ("camera", "lens")]
    rows += [("a", "camera", 90), ("a", "bag", 90), ("e", "bag", 90), ("e", "lens", 90), ("f", "bag", 90), ("g", "bag", 90)]
    day = ShopDay(purchases(*rows), people(**dict.fromkeys("abcdefg")))
    products = shop_products(camera=None, lens=None, bag=None)
    frame = pd.concat(recommend(day, products, made_by_hand(day, products, Candidate("c", "item_cosine", 0.0)), SPEC))
    row = frame[(frame["customer_id"] == "a") & (frame["product_id"] == "lens")].iloc[0]
    assert (row["source_product_id"], row["reason_code"]) == ("camera", "bought_together")
    again = pd.concat(recommend(day, products, made_by_hand(day, products, Candidate("b", "bought_before")), SPEC))
    row = again[(again["customer_id"] == "a") & (again["product_id"] == "bag")].iloc[0]
    assert (row["source_product_id"], row["reason_code"]) == ("bag", "bought_before")


def test_equal_scores_go_to_the_more_popular_product() -> None:
    rows = [(f"c{number}", f"p{place}", 40) for number in range(3) for place in range(9)]
    found = lists(ShopDay(purchases(*rows), people(c0=None, cold=None)), shop_products(**{f"p{place}": None for place in range(9)}))
    assert found["cold"] == [f"p{place}" for place in range(9)]


def test_recall_ndcg_and_coverage_are_those_of_the_definition() -> None:
    columns = np.array([[0, 1, 2, *[NONE] * 17], [3, 0, 1, *[NONE] * 17], [0, 1, 2, *[NONE] * 17]])
    targets = sparse.csr_matrix(np.array([[0.0, 1, 0, 1], [0, 0, 0, 1], [0, 0, 0, 0]]))
    quality = list_quality(columns, targets, np.array([2, 1, 0]), np.array([True, True, True]))
    assert quality.recall_10.tolist() == [0.5, 1.0]
    assert quality.ndcg_10.tolist() == pytest.approx([(1 / np.log2(3)) / (1 + 1 / np.log2(3)), 1.0])
    assert quality.coverage_10 == 1.0
    # A purchase that no list can hold is missed, not forgotten.
    assert list_quality(columns, targets, np.array([4, 1, 0]), np.array([True, False, True])).recall_10.tolist() == [0.25]


def test_intervals_hold_the_figure_and_shrink_with_customers() -> None:
    random = np.random.default_rng(5)
    ours, theirs = random.random(4_000) + 0.2, random.random(4_000)
    low, high = difference_interval(ours, theirs, 300, 1)
    assert low < 0.2 < high
    few_low, few_high = difference_interval(ours[:100], theirs[:100], 300, 1)
    assert few_high - few_low > 3 * (high - low)
    low, high = ratio_interval(ours, theirs, 300, 1)
    assert low < 1.4 < high


def simulated_pairs(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    scores, counts, days = random.gamma(1.0, 0.2, count), random.integers(1, 30, count).astype(float), random.uniform(1, 300, count)
    total = -1.0 + 0.8 * np.log(scores) + 0.5 * np.log1p(counts) - 0.4 * np.log1p(days)
    return scores, counts, days, random.random(count) < 1 / (1 + np.exp(-total))


def test_an_interest_of_a_tenth_is_bought_by_a_tenth() -> None:
    calibration = fit_calibration("purchases", *simulated_pairs(40_000, 6))
    scores, counts, days, is_hit = simulated_pairs(40_000, 7)
    probability = calibration.probability(scores, counts, days)
    assert expected_calibration_error(is_hit, probability) < 0.01
    assert calibration.coefficients == pytest.approx((-1.0, 0.8, 0.5, -0.4), abs=0.1)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_higher_score_is_never_less_likely(sign: int) -> None:
    scores, counts, days, is_hit = simulated_pairs(5_000, 8)
    calibration = fit_calibration("purchases", scores if sign > 0 else 1 / scores, counts, days, is_hit)
    rising = calibration.probability(np.linspace(0.001, 5, 200), np.full(200, 4.0), np.full(200, 60.0))
    assert (np.diff(rising) >= 0).all()
    assert (np.diff(rising) > 0).all() == (sign > 0)
    assert ((rising > 0) & (rising < 1)).all()


def test_few_hits_give_the_rate_and_no_more() -> None:
    scores, counts, days, _ = simulated_pairs(1_000, 9)
    is_hit = np.arange(1_000) < MINIMUM_HITS - 1
    calibration = fit_calibration("popular", scores, counts, days, is_hit)
    assert np.unique(calibration.probability(scores, counts, days)).tolist() == pytest.approx([MINIMUM_HITS / 1_002])


PRODUCT_COUNT, TASTE_COUNT = 60, 6


def drawn(customers: int, taste_share: float, seed: int, today: int = 90) -> tuple[ShopDay, ShopDay, ShopDay, pd.DataFrame]:
    """Three dates, a month apart, of a shop whose customers buy from one sixth of the products so often; no category says which."""
    random = np.random.default_rng(seed)
    events = 14 * customers
    who, day = random.integers(0, customers, events), random.integers(-250, today, events)
    number = (PRODUCT_COUNT // TASTE_COUNT * random.random(events) ** 1.5).astype(int)
    taste = np.where(random.random(events) < taste_share, who % TASTE_COUNT, random.integers(0, TASTE_COUNT, events))
    frame = pd.DataFrame({"customer_id": who, "product_id": number * TASTE_COUNT + taste, "day": day})
    frame["customer_id"] = frame["customer_id"].map("c{:05d}".format)
    frame["product_id"] = frame["product_id"].map("p{:03d}".format)
    known = pd.DataFrame({"customer_id": [f"c{position:05d}" for position in range(customers)], "top_category": None})
    products = pd.DataFrame({"product_id": [f"p{position:03d}" for position in range(PRODUCT_COUNT)], "category": None})
    days = []
    for date in (today - 60, today - 30, today):
        before = frame[frame["day"] < date].groupby(["customer_id", "product_id"], as_index=False)["day"].max()
        before["days_since_last_purchase"] = date - before.pop("day")
        before["is_just_bought"] = before["days_since_last_purchase"] <= 30
        after = frame[(frame["day"] >= date) & (frame["day"] < date + 30)][["customer_id", "product_id"]].drop_duplicates()
        days.append(ShopDay(before, known, None if date == today else after))
    return days[0], days[1], days[2], products.assign(is_blocked=False, is_available=True)


World = tuple[ShopDay, ShopDay, ShopDay, pd.DataFrame]


@pytest.fixture(scope="module")
def tasteful() -> World:
    return drawn(600, 0.8, 11)


@pytest.fixture(scope="module")
def fit(tasteful: World) -> RecommendationFit:
    return train_recommendations(*tasteful, SPEC)


def scored(world: World, fit: RecommendationFit, spec: RecommendationSpec = SPEC) -> pd.DataFrame:
    assert fit.model is not None
    return pd.concat(recommend(world[2], world[3], fit.model, spec), ignore_index=True)


def test_taste_that_no_rule_knows_is_learned_and_wins(fit: RecommendationFit) -> None:
    assert fit.reason is None
    assert fit.metrics["train"]["is_trained"] == 1.0
    assert fit.metrics["validation"]["ndcg_lead_over_best_rule_low"] > 0
    assert fit.metrics["test"]["recall_to_most_popular_low"] > 1.5
    assert fit.metrics["test"]["ece"] < fit.metrics["test"]["observed_rate"] / 4
    assert set(fit.comparison["candidate"]) == {candidate.name for candidate in SPEC.candidates}


def test_who_serves_stays_until_another_leads_beyond_noise(tasteful: World, fit: RecommendationFit) -> None:
    assert fit.model is not None
    best = fit.model.recommender.candidate.name
    by_quality = fit.comparison.sort_values("ndcg_at_10", ascending=False)["candidate"].tolist()
    assert by_quality[0] == best
    kept = train_recommendations(*tasteful, SPEC, incumbent=by_quality[1])
    assert kept.model is not None
    assert kept.model.recommender.candidate.name == by_quality[1]
    assert kept.reason is None
    assert kept.metrics["validation"]["is_incumbent_kept"] == 1.0
    assert kept.metrics["validation"]["ndcg_lead_over_incumbent_low"] <= 0
    beaten = train_recommendations(*tasteful, SPEC, incumbent="most_popular")
    assert beaten.model is not None
    assert beaten.model.recommender.candidate.name == best
    assert beaten.metrics["validation"]["is_incumbent_kept"] == 0.0
    assert beaten.metrics["validation"]["ndcg_lead_over_incumbent_low"] > 0
    assert len({version.model_version for version in (fit, kept, beaten)}) == 3


def test_the_one_that_serves_is_the_same_model_whether_others_were_compared_or_not(tasteful: World, fit: RecommendationFit) -> None:
    assert fit.model is not None
    alone = train_recommendations(*tasteful, SPEC.only(str(fit.way)), incumbent=fit.way)
    assert alone.model is not None
    assert alone.model.recommender.candidate == fit.model.recommender.candidate
    assert (alone.model.recommender.weights != fit.model.recommender.weights).nnz == 0
    assert alone.model.calibrations == fit.model.calibrations
    assert alone.metrics["test"] == fit.metrics["test"]


def test_a_rule_that_serves_goes_on_alone() -> None:
    world = drawn(900, 0.0, 12)
    served = train_recommendations(*world, SPEC)
    alone = train_recommendations(*world, SPEC.only(str(served.way)), incumbent=served.way)
    assert alone.way == served.way
    assert "when all were compared" in str(alone.reason)


@pytest.mark.parametrize("incumbent", [None, "a candidate of an earlier version"])
def test_without_somebody_who_serves_the_best_one_does(tasteful: World, fit: RecommendationFit, incumbent: str | None) -> None:
    found = train_recommendations(*tasteful, SPEC, incumbent=incumbent)
    assert found.model is not None
    assert fit.model is not None
    assert found.model.recommender.candidate == fit.model.recommender.candidate
    assert "is_incumbent_kept" not in found.metrics["validation"]


def test_a_rule_that_serves_says_that_its_challenger_is_within_noise() -> None:
    world = drawn(900, 0.0, 12)
    served = train_recommendations(*world, SPEC)
    assert served.model is not None
    other_rule = next(name for name in ("most_popular", "last_category") if name != served.model.recommender.candidate.name)
    kept = train_recommendations(*world, SPEC, incumbent=other_rule)
    assert kept.model is not None
    assert kept.model.recommender.candidate.name == other_rule
    assert f"{other_rule}, which serves" in str(kept.reason)


def test_bins_of_the_interest_are_those_of_the_test_date(fit: RecommendationFit) -> None:
    bins, test = fit.interest, fit.metrics["test"]
    assert bins["bin"].tolist() == list(range(1, 11))
    share = bins["row_count"] / bins["row_count"].sum()
    assert (share * bins["mean_probability"]).sum() == pytest.approx(test["mean_interest"])
    assert (share * bins["observed_rate"]).sum() == pytest.approx(test["observed_rate"])
    assert (share * (bins["mean_probability"] - bins["observed_rate"]).abs()).sum() == pytest.approx(test["ece"])


def test_where_there_is_no_taste_a_rule_serves_and_says_why() -> None:
    world = drawn(900, 0.0, 12)
    fit = train_recommendations(*world, SPEC)
    assert fit.model is not None
    assert fit.model.recommender.candidate.is_rule
    assert fit.metrics["train"]["is_trained"] == 0.0
    assert "not beyond noise" in str(fit.reason)
    assert fit.model.reason == fit.reason


def test_every_customer_gets_ten_different_products_with_an_interest(tasteful: World, fit: RecommendationFit) -> None:
    frame = scored(tasteful, fit)
    assert list(frame.columns) == list(COLUMNS)
    assert frame.groupby("customer_id")["recommendation_rank"].apply(list).map(lambda ranks: ranks == list(range(1, 11))).all()
    assert not frame.duplicated(["customer_id", "product_id"]).any()
    assert frame["interest_score"].between(0, 1).all()
    just = tasteful[2].purchases.query("is_just_bought")[["customer_id", "product_id"]]
    assert frame.merge(just, on=["customer_id", "product_id"]).empty
    named = frame.dropna(subset="source_product_id")
    owned = set(map(tuple, tasteful[2].purchases[["customer_id", "product_id"]].to_numpy()))
    assert len(named) > len(frame) / 2
    assert set(zip(named["customer_id"], named["source_product_id"], strict=True)) <= owned


def test_what_was_bought_on_the_test_date_chooses_and_calibrates_nothing(tasteful: World, fit: RecommendationFit) -> None:
    validation, test, today, products = tasteful
    assert test.outcomes is not None
    other = train_recommendations(validation, replace(test, outcomes=test.outcomes.iloc[::2]), today, products, SPEC)
    assert fit.model is not None
    assert other.model is not None
    assert other.metrics["validation"] == fit.metrics["validation"]
    assert other.metrics["test"] != fit.metrics["test"]
    assert replace(other.model, model_version="").to_json() == replace(fit.model, model_version="").to_json()


def test_threads_and_the_order_of_rows_change_no_digit(tasteful: World, fit: RecommendationFit) -> None:
    shuffled = [
        replace(day, **{name: frame.sample(frac=1, random_state=1) for name, frame in vars(day).items() if frame is not None})
        for day in tasteful[:3]
    ]
    for threads in (1, 4):
        with threadpool_limits(limits=threads):
            again = train_recommendations(shuffled[0], shuffled[1], shuffled[2], tasteful[3].iloc[::-1], SPEC)
            assert again.model is not None
            assert fit.model is not None
            assert again.model.to_json() == fit.model.to_json()
            assert again.metrics == fit.metrics
            pd.testing.assert_frame_equal(scored(tasteful, again), scored(tasteful, fit), check_exact=True)


def test_a_large_shop_learns_from_everybody_and_is_judged_by_a_sample(tasteful: World, fit: RecommendationFit) -> None:
    few = replace(SPEC, judged_customers=250)
    sampled = train_recommendations(*tasteful, few)
    assert sampled.model is not None
    assert fit.model is not None
    assert sampled.model.recommender.candidate == fit.model.recommender.candidate
    # What serves is fitted to everybody in both cases; only the judgement has fewer lists.
    assert (sampled.model.recommender.weights != fit.model.recommender.weights).nnz == 0
    assert sampled.metrics["train"] == fit.metrics["train"]
    assert sampled.metrics["test"]["judged_customers"] < 250 < fit.metrics["test"]["judged_customers"]
    assert sampled.interest["row_count"].sum() == 250 * 10
    assert train_recommendations(*tasteful, few).metrics == sampled.metrics
    everybody = train_recommendations(*tasteful, replace(SPEC, judged_customers=600))
    assert everybody.metrics == fit.metrics


def test_who_is_judged_hardly_changes_with_the_customers(tasteful: World) -> None:
    day, products = tasteful[0], tasteful[3]
    catalogue = build_catalogue(day, products, SPEC)
    histories = build_histories(day, products, catalogue)
    sample = histories.sample(100)
    assert len(set(sample.customer_ids)) == 100
    assert sample.customer_ids.tolist() == sorted(sample.customer_ids)
    rows = np.searchsorted(histories.customer_ids.astype(str), sample.customer_ids.astype(str))
    for name in ("bought", "just_bought"):
        assert (getattr(histories, name)[rows] != getattr(sample, name)).nnz == 0
    for name in ("category_codes", "product_counts", "days_since_purchase"):
        np.testing.assert_array_equal(getattr(histories, name)[rows], getattr(sample, name))
    gone = replace(day, customers=day.customers[day.customers["customer_id"] != sample.customer_ids[0]])
    later = build_histories(gone, products, catalogue).sample(100)
    assert len(set(later.customer_ids) & set(sample.customer_ids)) == 99


@pytest.mark.parametrize("rows", [7, 5_000])
def test_the_size_of_a_batch_changes_no_digit(tasteful: World, fit: RecommendationFit, rows: int) -> None:
    pd.testing.assert_frame_equal(scored(tasteful, fit), scored(tasteful, fit, replace(SPEC, batch_rows=rows)), check_exact=True)
    if rows == 7:
        assert train_recommendations(*tasteful, replace(SPEC, batch_rows=rows)).metrics == fit.metrics


def test_a_stored_model_gives_the_same_lists(tasteful: World, fit: RecommendationFit) -> None:
    assert fit.model is not None
    stored = replace(fit, model=recommendation_model_from_json(fit.model.to_json()))
    assert stored.model is not None
    assert stored.model.to_json() == fit.model.to_json()
    pd.testing.assert_frame_equal(scored(tasteful, stored), scored(tasteful, fit), check_exact=True)


def test_the_version_changes_with_the_data_and_the_parameters(tasteful: World, fit: RecommendationFit) -> None:
    assert train_recommendations(*tasteful, replace(SPEC, seed=8, candidates=SPEC.candidates[:4])).model_version != fit.model_version
    without_one = replace(tasteful[2], purchases=tasteful[2].purchases.iloc[1:])
    assert train_recommendations(*tasteful[:2], without_one, tasteful[3], SPEC).model_version != fit.model_version


@pytest.mark.parametrize(
    ("floor", "reason"),
    [
        ({"minimum_buyers": 100_000}, "buyers on the validation date; 100000 needed"),
        ({"minimum_returning_buyers": 100_000}, "buyers who bought again in the horizon on the validation date; 100000 needed"),
        ({"minimum_products": 61}, "60 products with 1 buyers on the validation date; 61 needed"),
    ],
)
def test_below_a_floor_the_best_rule_serves_with_a_reason(tasteful: World, floor: dict[str, int], reason: str) -> None:
    fit = train_recommendations(*tasteful, replace(SPEC, **floor))
    assert fit.model is not None
    assert fit.model.recommender.candidate.is_rule
    assert reason in str(fit.reason)
    assert scored(tasteful, fit)["interest_score"].notna().all()


def test_a_young_shop_has_rules_without_an_interest(tasteful: World) -> None:
    fit = train_recommendations(None, None, tasteful[2], tasteful[3], SPEC)
    assert fit.reason == "no earlier date with purchases before it and after it"
    assert fit.interest.empty
    frame = scored(tasteful, fit)
    assert len(frame) == 6_000
    assert frame["interest_score"].isna().all()


def test_without_a_product_there_is_no_model(tasteful: World) -> None:
    fit = train_recommendations(*tasteful, replace(SPEC, minimum_product_buyers=10_000))
    assert fit.model is None
    assert fit.reason == "no product has 10000 buyers"
    assert fit.metrics["train"]["is_trained"] == 0.0


def test_two_rows_of_a_customer_and_product_are_refused(tasteful: World) -> None:
    doubled = replace(tasteful[2], purchases=pd.concat([tasteful[2].purchases, tasteful[2].purchases.iloc[:1]]))
    with pytest.raises(ValueError, match="one per customer, product and date"):
        train_recommendations(*tasteful[:2], doubled, tasteful[3], SPEC)


def test_outcomes_of_what_was_just_bought_or_cannot_be_shown_do_not_count() -> None:
    day = ShopDay(
        purchases(("a", "just", 3), ("b", "earlier", 90), ("b", "rare", 90)),
        people(a=None, b=None),
        pd.DataFrame({"customer_id": ["a", "a", "a", "a"], "product_id": ["just", "earlier", "never", "unknown"]}),
    )
    products = shop_products(just=None, earlier=None, rare=None, never=None)
    catalogue = build_catalogue(day, products, SPEC)
    targets, counts = build_targets(day, products, build_histories(day, products, catalogue), catalogue)
    assert targets.toarray()[0].tolist() == [float(product == "earlier") for product in catalogue.product_ids]
    assert counts.tolist() == [2, 0]


def test_lists_are_shorter_where_nothing_is_left() -> None:
    day = ShopDay(purchases(("a", "p1", 3), ("a", "p2", 90)), people(a=None))
    products = shop_products(p1=None, p2=None)
    model = made_by_hand(day, products)
    histories = build_histories(day, products, model.recommender.catalogue)
    found = top_lists(model.recommender, histories, np.array([True, True]), 4, 10)
    assert (found.columns != NONE).sum() == 1
    assert pd.concat(recommend(day, products, model, SPEC))["product_id"].tolist() == ["p2"]


def listed_one_by_one(recommender: Recommender, histories: Histories, allowed: np.ndarray, count: int) -> list[list[int]]:
    """All products of each customer, sorted as the texts say, the long way."""
    assert recommender.weights is not None
    catalogue, lists = recommender.catalogue, []
    weighted = (histories.bought @ recommender.weights.astype(np.float64)).toarray().astype(np.float32)
    for row, category in enumerate(histories.category_codes):
        just_bought = set(histories.just_bought[row].indices)
        ranked = []
        for product, popularity in enumerate(catalogue.popularity):
            if allowed[product] and product not in just_bought:
                step = 0 if weighted[row, product] > 0 else 1 if category >= 0 and catalogue.category_codes[product] == category else 2
                ranked.append((step, -(weighted[row, product] if step == 0 else popularity), product))
        lists.append([product for _, _, product in sorted(ranked)][:count])
    return lists


@pytest.mark.parametrize(("neighbours", "count"), [(2, 10), (8, 10), (30, 5), (30, 60)])
def test_lists_are_those_of_sorting_everything(neighbours: int, count: int) -> None:
    generator = np.random.default_rng(neighbours)
    customers, products = 60, 40
    # Few different numbers, so that there are many ties.
    weights = cut(generator.integers(-3, 6, size=(products, products)) / 4, neighbours)
    bought = sparse.csr_matrix((generator.random((customers, products)) < 0.08).astype(np.float64))
    just_bought = bought.multiply(generator.random((customers, products)) < 0.5).tocsr()
    just_bought.eliminate_zeros()
    categories = generator.integers(-1, 3, customers)
    counts = np.diff(bought.indptr)
    histories = Histories(np.arange(customers).astype(object), bought, just_bought, categories, counts, np.ones(customers), {})
    names = tuple(f"p{number:02d}" for number in range(products))
    catalogue = Catalogue(names, ("x", "y", "z"), generator.integers(-1, 3, products), generator.integers(0, 6, products) / 8)
    recommender = Recommender(Candidate("e", "ease", 1.0), catalogue, weights)
    allowed = generator.random(products) < 0.8
    found = top_lists(recommender, histories, allowed, count, batch_rows=7)
    assert [[column for column in row if column != NONE] for row in found.columns.tolist()] == listed_one_by_one(
        recommender, histories, allowed, count
    )


@pytest.mark.parametrize("cores", [1, 4])
def test_cores_change_no_digit(tasteful: World, fit: RecommendationFit, cores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "usable_cores", lambda: cores)
    again = train_recommendations(*tasteful, SPEC)
    assert again.model is not None
    assert fit.model is not None
    assert again.model.to_json() == fit.model.to_json()
    assert again.metrics == fit.metrics
    pd.testing.assert_frame_equal(again.comparison, fit.comparison, check_exact=True)
