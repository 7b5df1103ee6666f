"""The page of the recommender says what serves and why, what its lists found, and whether interest is a probability."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from orchestration.reports.page import Report
from orchestration.reports.recommendations import recommendation_report
from python_models.recommendations.histories import ShopDay
from python_models.recommendations.spec import RecommendationSpec
from python_models.recommendations.train import RecommendationFit, train_recommendations
from tests.unit.orchestration.reports.pages import assert_whole, cells_of, text_of
from tests.unit.python_models.test_cold_start import RULES_ONLY, drawn_abroad
from tests.unit.python_models.test_recommendations import SPEC, World, drawn

QUICK = replace(SPEC, candidates=SPEC.candidates[:7], bootstrap_rounds=50)
DATES = {"validation": date(2026, 9, 2), "test": date(2026, 10, 2), "scoring": date(2026, 11, 1)}


@pytest.fixture(scope="module")
def world() -> World:
    return drawn(500, 0.8, 11)


@pytest.fixture(scope="module")
def fit(world: World) -> RecommendationFit:
    return train_recommendations(*world, QUICK)


def page_of(fit: RecommendationFit, dates: dict[str, date] = DATES, spec: RecommendationSpec = QUICK) -> Report:
    return recommendation_report(fit, dates, spec, DATES["scoring"], DATES["scoring"])


def ids_of(day: ShopDay) -> list[str]:
    return [*day.customers["customer_id"], *day.purchases["product_id"].unique()]


def test_the_page_holds_what_was_compared_and_found(world: World, fit: RecommendationFit) -> None:
    made = page_of(fit)
    assert_whole(made, ids_of(world[2]))
    text, cells, test = text_of(made), cells_of(made), fit.metrics["test"]
    assert fit.model is not None
    serves = fit.model.recommender.candidate.name
    assert set(made.plots) == {"candidates (validation)", "calibration (test)"}
    assert all(day.isoformat() in text for day in DATES.values())
    for row in fit.comparison.itertuples():
        name = f"{row.candidate} (serves)" if row.candidate == serves else row.candidate
        figures = [f"{value:.4f}" for value in (row.recall_at_10, row.recall_at_20, row.ndcg_at_10, row.coverage_at_10)]
        assert figures in [each[2:] for each in cells if each[:1] == [name]]
    lead = fit.metrics["validation"]
    between = f"{lead['ndcg_lead_over_best_rule_low']:.4f} to {lead['ndcg_lead_over_best_rule_high']:.4f}"
    assert f"by {between} NDCG@10 on the validation date" in text
    assert f"{test['recall_to_most_popular']:.2f} times as much" in text
    assert f"({test['recall_to_most_popular_low']:.2f} to {test['recall_to_most_popular_high']:.2f}, 95 %" in text
    assert [f"{test['ndcg_at_10']:.4f}", f"{test['ndcg_at_10_of_most_popular']:.4f}"] in [row[1:] for row in cells]
    top = fit.interest.iloc[-1]
    assert ["10", f"{top['row_count']:,.0f}", f"{top['mean_probability']:.2%}", f"{top['observed_rate']:.2%}"] in cells


def test_the_page_says_what_people_without_a_purchase_get_and_why() -> None:
    alike, abroad = (train_recommendations(*drawn_abroad(share), RULES_ONLY) for share in (0.0, 0.9))
    text, cells, test = text_of(page_of(abroad)), cells_of(page_of(abroad)), abroad.metrics["test"]
    lead = abroad.metrics["validation"]
    assert "They get what is popular in their segment" in text
    assert f"by {lead['cold_ndcg_lead_low']:.4f} to {lead['cold_ndcg_lead_high']:.4f} NDCG@10 (95 %" in text
    assert [f"{test['cold_ndcg_at_10']:.4f}", f"{test['cold_ndcg_at_10_of_fallback']:.4f}"] in [row[1:] for row in cells]
    assert "in the country that they visit from (serves)" in [row[0] for row in cells if row]
    text, cells = text_of(page_of(alike)), cells_of(page_of(alike))
    assert "A segment would have to lead it beyond noise" in text
    assert alike.model is not None
    first = "in the category looked at, then " if alike.model.recommender.uses_category else ""
    assert f"{first}with everybody (serves)" in [row[0] for row in cells if row]


def test_the_page_says_who_stayed_though_another_led(world: World, fit: RecommendationFit) -> None:
    second = fit.comparison.sort_values("ndcg_at_10", ascending=False)["candidate"].tolist()[1]
    kept = train_recommendations(*world, QUICK, incumbent=second)
    made = page_of(kept)
    assert_whole(made, ids_of(world[2]))
    low, high = (kept.metrics["validation"][f"ndcg_lead_over_incumbent_{end}"] for end in ("low", "high"))
    assert f"It has served before, and the best candidate leads it by {low:.4f} to {high:.4f} NDCG@10" in text_of(made)
    assert "It leads the best rule" not in text_of(made)


def test_between_two_comparisons_the_page_holds_the_one_that_serves_and_the_rules(world: World, fit: RecommendationFit) -> None:
    alone = train_recommendations(*world, QUICK.only(str(fit.way)), incumbent=fit.way)
    made = recommendation_report(alone, DATES, QUICK, DATES["scoring"], DATES["test"])
    assert_whole(made, ids_of(world[2]))
    assert f"All candidates were compared on {DATES['test']}" in made.page
    assert alone.comparison["candidate"].tolist() == [c.name for c in QUICK.candidates if c.is_rule or c.name == fit.way]
    assert "All candidates were compared" not in page_of(fit).page


def test_where_a_rule_serves_the_page_says_why() -> None:
    made = page_of(train_recommendations(*drawn(500, 0.0, 12), QUICK))
    assert_whole(made)
    assert "A rule serves:" in made.page
    assert "not beyond noise" in made.page
    assert "would have to lead the best rule" in made.page
    assert "calibration (test)" in made.plots


def test_a_young_shop_has_a_page_without_figures_of_a_past(world: World) -> None:
    made = page_of(train_recommendations(None, None, world[2], world[3], QUICK), {"scoring": DATES["scoring"]})
    assert_whole(made, ids_of(world[2]))
    assert "A rule serves: no earlier date" in made.page
    assert "No past date has purchases before and after it" in made.page
    assert made.plots == {}


def test_a_ratio_may_have_no_upper_end(fit: RecommendationFit) -> None:
    test = {name: value for name, value in fit.metrics["test"].items() if name != "recall_to_most_popular_high"}
    made = page_of(replace(fit, metrics={**fit.metrics, "test": test}))
    assert f"({test['recall_to_most_popular_low']:.2f} to more, 95 %" in made.page


def test_without_a_product_the_page_says_why(world: World) -> None:
    spec = replace(QUICK, minimum_product_buyers=10_000)
    made = page_of(train_recommendations(*world, spec), spec=spec)
    assert_whole(made)
    assert "No model: no product has 10000 buyers." in made.page
    assert "Nobody gets a list" in made.page
    assert "Candidates" not in made.page


def test_it_is_the_same_page_each_time(world: World, fit: RecommendationFit) -> None:
    assert page_of(train_recommendations(*world, QUICK)) == page_of(fit)
