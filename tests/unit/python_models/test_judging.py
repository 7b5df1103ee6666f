"""Intervals, importance and slices: against simple ways to get the same, and against worlds of which the answer is known."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from python_models.evaluation import importance, intervals
from python_models.evaluation.importance import Importance, permutation_importance
from python_models.evaluation.intervals import DECISION, RANKING, SHORT, bootstrap_intervals
from python_models.evaluation.metrics import classification_metrics
from python_models.evaluation.slices import slice_metrics

GENERATOR = np.random.default_rng(11)
PROBABILITY = np.round(GENERATOR.beta(1, 4, 3_000), 2)
OUTCOME = GENERATOR.random(3_000) < PROBABILITY
CUSTOMERS = [f"c_{number % 1_000:04d}" for number in range(3_000)]


def test_weights_of_one_give_the_stored_metrics() -> None:
    """Ties and all: what is resampled is what is stored."""
    judge = intervals.Judge(OUTCOME, PROBABILITY, threshold=0.3)
    judged = judge.metrics(np.ones((1, 3_000)))[:, 0]
    stored = classification_metrics(OUTCOME, PROBABILITY, 0.3)
    assert judge.names == (*RANKING, *DECISION)
    assert dict(zip(judge.names, judged, strict=True)) == pytest.approx({name: stored[name] for name in judge.names}, abs=1e-12)


def test_a_weight_is_a_row_that_many_times() -> None:
    weights = np.random.default_rng(3).integers(0, 4, 3_000)
    judge = intervals.Judge(OUTCOME, PROBABILITY, threshold=0.3)
    judged = judge.metrics(weights[None, :].astype(float))[:, 0]
    repeated = classification_metrics(np.repeat(OUTCOME, weights), np.repeat(PROBABILITY, weights), 0.3)
    found = dict(zip(judge.names, judged, strict=True))
    for name in ("auc", "pr_auc", "brier", *DECISION):
        assert found[name] == pytest.approx(repeated[name], abs=1e-12), name


def test_intervals_hold_the_metric_and_repeat_themselves() -> None:
    found = bootstrap_intervals(OUTCOME, PROBABILITY, CUSTOMERS, seed=1, threshold=0.3)
    stored = classification_metrics(OUTCOME, PROBABILITY, 0.3)
    assert set(found) == {*RANKING, *DECISION}
    for name, (low, high) in found.items():
        assert low <= stored[name] <= high
        assert low < high
    assert bootstrap_intervals(OUTCOME, PROBABILITY, CUSTOMERS, seed=1, threshold=0.3) == found
    assert bootstrap_intervals(OUTCOME, PROBABILITY, CUSTOMERS, seed=2, threshold=0.3) != found


def test_what_is_short_is_part_of_the_whole() -> None:
    whole = bootstrap_intervals(OUTCOME, PROBABILITY, CUSTOMERS, seed=1)
    assert bootstrap_intervals(OUTCOME, PROBABILITY, CUSTOMERS, seed=1, is_short=True) == {name: whole[name] for name in SHORT}


def test_rows_of_one_customer_are_drawn_together() -> None:
    """The same rows four times over are no more evidence when they are the same people, and seem to be when they are not."""
    outcome, probability = np.tile(OUTCOME[:1_000], 4), np.tile(PROBABILITY[:1_000], 4)
    people = [f"c_{number % 1_000:04d}" for number in range(4_000)]
    strangers = [f"c_{number:04d}" for number in range(4_000)]

    def width(customers: list[str]) -> float:
        low, high = bootstrap_intervals(outcome, probability, customers, seed=1)["auc"]
        return high - low

    assert width(people) > 1.5 * width(strangers)


def test_many_rows_are_sampled_by_customer() -> None:
    whole = bootstrap_intervals(OUTCOME, PROBABILITY, CUSTOMERS, seed=1)["auc"]
    sampled = bootstrap_intervals(OUTCOME, PROBABILITY, CUSTOMERS, seed=1, max_rows=600)["auc"]
    assert sampled[1] - sampled[0] > whole[1] - whole[0]


def test_an_outcome_that_nobody_had_has_no_ranking_interval() -> None:
    found = bootstrap_intervals(np.zeros(300, dtype=bool), PROBABILITY[:300], CUSTOMERS[:300], seed=1)
    assert set(found) == {"brier", "ece"}


def test_what_the_ranking_rests_on_is_important_and_noise_is_not() -> None:
    matrix = np.column_stack([PROBABILITY, GENERATOR.random(3_000)])
    found = permutation_importance(lambda rows: rows[:, 0], matrix, OUTCOME, CUSTOMERS, ("signal", "noise"), seed=1)
    assert 0.1 < found["signal"].low < found["signal"].lost < found["signal"].high
    assert found["noise"] == Importance(0, 0, 0)
    assert found == permutation_importance(lambda rows: rows[:, 0], matrix, OUTCOME, CUSTOMERS, ("signal", "noise"), seed=1)


def test_importance_is_the_loss_of_auc_and_its_draws_are_rows_that_many_times() -> None:
    """Ties and all, against the AUC of rows that are written out as often as their customer was drawn."""
    decision = np.round(np.random.default_rng(5).random(300), 1)
    outcome, weights = OUTCOME[:300], np.random.default_rng(6).integers(0, 3, (2, 300))
    judge = importance.Judge(outcome, np.stack([np.ones(300, dtype=np.int64), *weights]))
    whole, shuffled = PROBABILITY[:300], decision
    lost = judge.by_draw(2 * judge.won(whole) - 2 * judge.won(shuffled))
    for found, times in zip(lost, [np.ones(300, dtype=np.int64), *weights], strict=True):
        rows = np.repeat(np.arange(300), times)
        assert found == pytest.approx(roc_auc_score(outcome[rows], whole[rows]) - roc_auc_score(outcome[rows], shuffled[rows]), abs=1e-12)


def test_the_importance_of_the_same_people_four_times_over_is_no_surer() -> None:
    matrix = np.tile(PROBABILITY[:700, None], (4, 1))
    outcome, people = np.tile(OUTCOME[:700], 4), [f"c_{number % 700:04d}" for number in range(2_800)]
    strangers = [f"c_{number:04d}" for number in range(2_800)]

    def width(customers: list[str]) -> float:
        found = permutation_importance(lambda rows: rows[:, 0], matrix, outcome, customers, ("signal",), seed=1)["signal"]
        return found.high - found.low

    assert width(people) > 1.5 * width(strangers)


def test_importance_needs_both_outcomes() -> None:
    same = np.ones(5, dtype=bool)
    assert permutation_importance(lambda rows: rows[:, 0], np.ones((5, 1)), same, list("abcde"), ("a",), seed=1) == {}


def test_slices_name_the_large_and_pool_the_small() -> None:
    country = ["DE"] * 2_000 + ["FR"] * 700 + ["LI"] * 150 + [None] * 150
    found = slice_metrics(pd.DataFrame({"customer_id": CUSTOMERS, "country_code": country}), ["country_code"], OUTCOME, PROBABILITY, 1)
    assert {name.partition("=")[2] for name in found} == {"DE", "FR", "others"}
    assert found["row_count@country_code=others"] == 300
    assert found["base_rate@country_code=DE"] == pytest.approx(OUTCOME[:2_000].mean())
    assert found["auc@country_code=DE"] == pytest.approx(classification_metrics(OUTCOME[:2_000], PROBABILITY[:2_000], 0.5)["auc"])
    for name in ("auc", "brier", "ece"):
        low, high = (found[f"{name}_{side}@country_code=FR"] for side in ("low", "high"))
        assert low < found[f"{name}@country_code=FR"] < high, name


def test_slices_too_small_to_speak_of_are_left_out() -> None:
    country = ["DE"] * 2_950 + ["LI"] * 50
    found = slice_metrics(pd.DataFrame({"customer_id": CUSTOMERS, "country_code": country}), ["country_code"], OUTCOME, PROBABILITY, 1)
    assert {name.partition("=")[2] for name in found} == {"DE"}


def test_a_slice_with_few_cases_has_no_auc() -> None:
    outcome = np.zeros(3_000, dtype=bool)
    outcome[:19] = True
    found = slice_metrics(
        pd.DataFrame({"customer_id": CUSTOMERS, "country_code": ["DE"] * 3_000}), ["country_code"], outcome, PROBABILITY, 1
    )
    assert "auc@country_code=DE" not in found
    assert found["brier@country_code=DE"] > 0
