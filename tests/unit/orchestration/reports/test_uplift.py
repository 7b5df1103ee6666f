"""The page of the uplift model: a personal model, the average with a reason, or a reason alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from orchestration.reports.page import Report
from orchestration.reports.uplift import uplift_report
from python_models.uplift.train import UpliftResult, train_uplift
from tests.unit.orchestration.reports.pages import assert_whole, cells_of, text_of
from tests.unit.python_models.test_uplift import SPEC, trial
from tests.unit.python_models.worlds import AS_OF_DATE

QUICK = replace(SPEC, resamples=40)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return trial(0.15, 0.0)


@pytest.fixture(scope="module")
def personal(rows: pd.DataFrame) -> UpliftResult:
    return train_uplift(rows, QUICK)


def page_of(result: UpliftResult) -> Report:
    return uplift_report(result, QUICK, AS_OF_DATE, AS_OF_DATE)


def test_the_page_of_a_personal_model_holds_what_was_measured(personal: UpliftResult, rows: pd.DataFrame) -> None:
    made = page_of(personal)
    assert_whole(made, [*rows["customer_id"].unique(), *rows["campaign_id"].unique()])
    text, cells = text_of(made), cells_of(made)
    train, validation, test = (personal.metrics[part] for part in ("train", "validation", "test"))
    assert set(made.plots) == {"Qini (validation)", "Qini (test)", "effects by decile (test)"}
    effect = [f"{train['average_effect']:.5f}", f"{train['average_effect_low']:.5f} to {train['average_effect_high']:.5f}"]
    assert ["purchases within the window", *effect] in cells
    for learner in QUICK.learners:
        row = next(each for each in cells if each[:1] == [learner.name])
        low, high = (validation[f"qini_{learner.name}_{end}"] for end in ("low", "high"))
        assert row[2:4] == [f"{validation[f'qini_{learner.name}']:.5f}", f"{low:.5f} to {high:.5f}"]
    gains = [row for row in cells if len(row) == 6 and row[0] in {learner.name for learner in QUICK.learners} and row[4]]
    assert len(gains) == len(QUICK.learners) - 1
    assert ["Qini of what serves", f"{test['qini']:.5f}", f"{test['qini_low']:.5f} to {test['qini_high']:.5f}"] in cells
    for each in personal.deciles.itertuples():
        assert [str(each.decile), f"{each.predicted_effect:.5f}", f"{each.observed_effect:.5f}"] in [row[:3] for row in cells]
    assert "widened to 98.75 %" in text
    assert f"{min(personal.test_dates)} to {max(personal.test_dates)}, 6 dates" in text


def test_the_page_says_who_stayed_though_another_was_best(personal: UpliftResult, rows: pd.DataFrame) -> None:
    validation = personal.metrics["validation"]
    close = next(
        learner.name
        for learner in QUICK.learners
        if learner.name != personal.way and validation[f"qini_{learner.name}_low"] > 0 >= validation[f"qini_gain_over_{learner.name}_low"]
    )
    kept = train_uplift(rows, QUICK, incumbent=close)
    made = page_of(kept)
    assert_whole(made)
    lead = [f"{kept.metrics['validation'][f'qini_gain_over_incumbent_{end}']:.5f}" for end in ("low", "high")]
    assert f"Serves: <strong>{close}</strong>, as before: the best one gains {lead[0]} to {lead[1]} on it" in made.page


def test_between_two_comparisons_the_page_holds_the_learner_that_serves_alone(personal: UpliftResult, rows: pd.DataFrame) -> None:
    narrow = QUICK.only(str(personal.way))
    compared_date = AS_OF_DATE - timedelta(days=12)
    alone = train_uplift(rows, narrow, incumbent=personal.way)
    assert alone.way == personal.way
    made = uplift_report(alone, narrow, AS_OF_DATE, compared_date)
    assert_whole(made)
    assert f"All learners were compared on {compared_date}" in made.page
    assert "Bonferroni" not in made.page
    assert [row[0] for row in cells_of(made) if row and row[0] in {learner.name for learner in QUICK.learners}] == [personal.way]


def test_where_the_average_serves_the_page_shows_what_was_not_good_enough() -> None:
    made = page_of(train_uplift(trial(0.05, 0.05), QUICK))
    assert_whole(made)
    assert "average serves: no learner ranks effects beyond noise" in text_of(made)
    assert "does not reach that" in made.page
    assert set(made.plots) == {"Qini (validation)"}
    assert "on the test part" not in made.page


def test_too_few_to_rank_leaves_the_average_alone(rows: pd.DataFrame) -> None:
    made = page_of(train_uplift(rows, replace(QUICK, minimum_fit_buyers=10_000)))
    assert_whole(made)
    assert "needed for more than an average effect" in made.page
    assert "The average effect" in made.page
    assert "Candidates" not in made.page
    assert made.plots == {}


def test_below_the_floor_the_page_says_why(rows: pd.DataFrame) -> None:
    for some in (rows.head(0), rows[rows["campaign_date"] < rows["campaign_date"].unique()[5]]):
        made = page_of(train_uplift(some, QUICK))
        assert_whole(made)
        assert "No model:" in made.page
        assert "seeds/action_policies.csv" in made.page
        assert "The average effect" not in made.page


def test_it_is_the_same_page_each_time(personal: UpliftResult, rows: pd.DataFrame) -> None:
    assert page_of(train_uplift(rows.sample(frac=1, random_state=1), QUICK)) == page_of(personal)
