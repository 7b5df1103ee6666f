"""Uplift: learnt where the effect differs between people, refused where it does not, and never from a draw that was none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from orchestration.generators import behaviour
from python_models import parallel
from python_models.reproducible import single_thread
from python_models.uplift.bandit import fit_bandit
from python_models.uplift.fit import design, fit_learner, fit_outcomes
from python_models.uplift.linear import fit_ridge
from python_models.uplift.model import BanditLearner, UpliftModel, XLearner, uplift_model_from_json
from python_models.uplift.qini import Draws, average_effect, effects_by_decile, qini, qini_curve, qini_gain
from python_models.uplift.score import COLUMNS, score_uplift
from python_models.uplift.spec import MESSAGE_UPLIFT, LearnerParameters, UpliftSpec
from python_models.uplift.train import UpliftResult, train_uplift
from python_models.uplift.trial import Trial, days_in_order

REPOSITORY = Path(__file__).parents[3]
SPEC = UpliftSpec(
    features=("reads", "noise", "often_missing"),
    learners=(
        LearnerParameters("t_logistic", "t"),
        LearnerParameters("x_all_features", "x", 0.01),
        LearnerParameters("x_reading", "x", 0.01, ("reads",)),
        LearnerParameters("bandit_reading", "bandit", 100.0, ("reads",)),
    ),
    resamples=100,
)
CAMPAIGNS, PEOPLE = 24, 900


def trial(effect_of_readers: float, effect_of_others: float, seed: int = 3) -> pd.DataFrame:
    """A randomised trial of weekly campaigns: half of the people read, and the message works on them as told."""
    generator = np.random.default_rng(seed)
    rows = []
    for number in range(CAMPAIGNS):
        share = (0.2, 0.5)[number % 2]
        reads = np.arange(PEOPLE) % 2
        treated = generator.random(PEOPLE) < share
        probability = 0.05 + treated * np.where(reads == 1, effect_of_readers, effect_of_others)
        bought = generator.random(PEOPLE) < probability
        noise = generator.normal(size=PEOPLE)
        rows.append(
            pd.DataFrame(
                {
                    "customer_id": [f"c{person:04d}" for person in range(PEOPLE)],
                    "campaign_id": f"cmp_{number:02d}",
                    "campaign_type": ("newsletter", "promotion")[number % 2],
                    "campaign_date": date(2026, 1, 6) + timedelta(days=7 * number),
                    "assignment_share": share,
                    "has_offer": number % 2 == 1,
                    "reads": reads.astype(float),
                    "noise": noise,
                    "often_missing": np.where(noise > 0, np.nan, 1.0),
                    "is_treated": treated,
                    "has_purchase": bought,
                    "margin_amount": bought * 20.0,
                    "is_mature": True,
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def fit_rows(rows: pd.DataFrame, features: tuple[str, ...] = SPEC.features) -> Trial:
    share = rows.groupby("assignment_share")["is_treated"].transform("mean").to_numpy(dtype=float)
    treated, outcome = (rows[name].to_numpy(dtype=float) for name in ("is_treated", "has_purchase"))
    return Trial(design(rows, features), treated, outcome, share, days_in_order(rows["campaign_date"]))


@pytest.fixture(scope="module")
def personal() -> UpliftResult:
    return train_uplift(trial(0.15, 0.0), SPEC)


@pytest.fixture(scope="module")
def uniform() -> UpliftResult:
    return train_uplift(trial(0.05, 0.05), SPEC)


def test_a_learner_finds_who_responds(personal: UpliftResult) -> None:
    assert personal.reason is None
    assert personal.metrics["validation"]["qini_low"] > 0
    assert personal.metrics["test"]["qini_low"] > 0
    assert personal.metrics["test"]["observed_effect_decile_01"] > personal.metrics["test"]["observed_effect_decile_10"] + 0.05
    assert personal.test_dates == tuple(date(2026, 1, 6) + timedelta(days=7 * number) for number in range(18, 24))


def test_who_serves_stays_until_another_ranks_better_beyond_noise(personal: UpliftResult) -> None:
    rows, qini = trial(0.15, 0.0), personal.metrics["validation"]
    best = str(personal.way)
    assert max(SPEC.learners, key=lambda learner: qini[f"qini_{learner.name}"]).name == best
    close, beaten = (
        [
            name
            for name in (learner.name for learner in SPEC.learners if learner.name != best)
            if qini[f"qini_{name}_low"] > 0 and (qini[f"qini_gain_over_{name}_low"] > 0) == is_beaten
        ]
        for is_beaten in (False, True)
    )
    assert close
    kept = train_uplift(rows, SPEC, incumbent=close[0])
    assert kept.way == close[0]
    assert kept.metrics["validation"]["is_incumbent_kept"] == 1.0
    assert kept.metrics["validation"]["qini"] == qini[f"qini_{close[0]}"]
    assert kept.model_version != personal.model_version
    for name in beaten:
        replaced = train_uplift(rows, SPEC, incumbent=name)
        assert replaced.way == best
        assert replaced.metrics["validation"]["is_incumbent_kept"] == 0.0


def test_a_learner_that_ranks_nobody_defends_nothing(uniform: UpliftResult) -> None:
    again = train_uplift(trial(0.05, 0.05), SPEC, incumbent="x_reading")
    assert again.way is None
    assert again.reason == uniform.reason
    assert "is_incumbent_kept" not in again.metrics["validation"]


def test_the_average_effect_has_the_truth_in_its_interval(personal: UpliftResult) -> None:
    train = personal.metrics["train"]
    assert train["average_effect_low"] < 0.075 < train["average_effect_high"]
    assert train["average_margin_effect"] == pytest.approx(20 * train["average_effect"])
    assert train["average_effect_high"] - train["average_effect_low"] < 0.03


@pytest.mark.parametrize("learner", [learner.name for learner in SPEC.learners])
def test_learners_recover_the_effects(learner: str) -> None:
    rows = trial(0.15, 0.0)
    parameters = next(each for each in SPEC.learners if each.name == learner)
    fitted_on = fit_rows(rows)
    with single_thread():
        effect = fit_learner(parameters, SPEC.features, fitted_on, fit_outcomes(fitted_on, SPEC), SPEC.seed).effect(fitted_on.matrix)
    reads = rows["reads"].to_numpy() == 1
    assert effect[reads].mean() == pytest.approx(0.15, abs=0.03)
    assert effect[~reads].mean() == pytest.approx(0.0, abs=0.03)


def test_an_unknown_learner_is_an_error() -> None:
    rows = fit_rows(trial(0.15, 0.0), ("reads",))
    with pytest.raises(ValueError, match="unknown kind of learner 's'"):
        fit_learner(LearnerParameters("s", "s"), ("reads",), rows, fit_outcomes(rows, SPEC), SPEC.seed)


def test_without_different_effects_the_average_serves(uniform: UpliftResult) -> None:
    assert uniform.model is not None
    assert uniform.model.learner is None
    assert uniform.reason is not None
    assert "no learner ranks effects beyond noise" in uniform.reason
    assert uniform.model.average_effect == pytest.approx(0.05, abs=0.012)
    assert "test" not in uniform.metrics


def test_no_effect_is_seldom_taken_for_one() -> None:
    """Of eight trials in which the message does nothing at most one may slip through; the interval promises one in forty."""
    results = [train_uplift(trial(0.0, 0.0, seed), replace(SPEC, resamples=60)) for seed in range(8)]
    assert sum(result.reason is None for result in results) <= 1
    assert all(abs(result.metrics["train"]["average_effect"]) < 0.015 for result in results)


def test_it_is_the_same_to_the_last_digit_in_any_order_of_rows(personal: UpliftResult) -> None:
    again = train_uplift(trial(0.15, 0.0).sample(frac=1, random_state=1), SPEC)
    assert again.model == personal.model
    assert again.metrics == personal.metrics
    assert again.model_version == personal.model_version


def test_later_campaigns_change_no_fold_before_them(personal: UpliftResult) -> None:
    """The test part is looked at once, at the end: what happens in it changes neither the choice nor the model."""
    rows = trial(0.15, 0.0)
    late = pd.to_datetime(rows["campaign_date"]) >= pd.Timestamp(personal.test_dates[0])
    changed = train_uplift(rows.assign(has_purchase=rows["has_purchase"] & ~late), SPEC)
    assert changed.model is not None
    assert personal.model is not None
    assert changed.model.learner == personal.model.learner
    assert changed.metrics["test"] != personal.metrics["test"]


def test_a_draw_that_was_not_made_as_declared_is_refused() -> None:
    rows = trial(0.15, 0.0)
    result = train_uplift(rows.assign(assignment_share=rows["assignment_share"].replace(0.2, 0.3)), SPEC)
    assert result.model is None
    assert result.reason is not None
    assert result.reason.startswith("newsletter: 0.19")
    assert "0.3000 were declared" in result.reason


def test_a_draw_that_looked_at_the_people_is_refused() -> None:
    """Who reads is always sent the message: the share of the drawn gives it away."""
    rows = trial(0.15, 0.0)
    result = train_uplift(rows.assign(is_treated=rows["is_treated"] | (rows["reads"] == 1)), SPEC)
    assert result.model is None


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (trial(0.1, 0.1).iloc[:0], "no campaign whose recipients were drawn by lot"),
        (trial(0.1, 0.1)[lambda frame: frame["campaign_id"] < "cmp_05"], "5 dates of randomised campaigns are fewer than 12"),
        (trial(0.1, 0.1).assign(has_purchase=False), "0 buyers among the drawn and 0 among the held out: 50 of each are needed"),
        (trial(0.1, 0.1).assign(is_mature=False), "no campaign whose recipients were drawn by lot"),
    ],
)
def test_below_the_floor_there_is_no_model(rows: pd.DataFrame, reason: str) -> None:
    result = train_uplift(rows, SPEC)
    assert result.model is None
    assert result.reason is not None
    assert result.reason.startswith(reason)


def test_few_buyers_at_first_leave_the_average() -> None:
    result = train_uplift(trial(0.15, 0.0), replace(SPEC, minimum_fit_buyers=10_000))
    assert result.model is not None
    assert result.model.learner is None
    assert result.reason is not None
    assert "10000 of each are needed for more than an average effect" in result.reason


@pytest.mark.parametrize("which", ["personal", "uniform"])
def test_a_model_survives_json(which: str, request: pytest.FixtureRequest) -> None:
    model = request.getfixturevalue(which).model
    assert uplift_model_from_json(model.to_json()) == model


@pytest.mark.parametrize(("number", "kind"), [(2, XLearner), (3, BanditLearner)])
def test_a_learner_that_sees_the_expected_outcome_survives_json(number: int, kind: type[XLearner | BanditLearner]) -> None:
    rows = fit_rows(trial(0.15, 0.0))
    learner = fit_learner(SPEC.learners[number], SPEC.features, rows, fit_outcomes(rows, SPEC), SPEC.seed)
    assert isinstance(learner, kind)
    model = UpliftModel("m", "m-1", SPEC.features, 0.1, 0.05, learner.expected, learner)
    assert uplift_model_from_json(model.to_json()) == model


@pytest.mark.parametrize("cores", [1, 4])
def test_cores_change_no_digit(personal: UpliftResult, cores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "usable_cores", lambda: cores)
    again = train_uplift(trial(0.15, 0.0), SPEC)
    assert again.model == personal.model
    assert again.metrics == personal.metrics
    pd.testing.assert_frame_equal(again.deciles, personal.deciles, check_exact=True)


def test_scores_say_what_either_message_brings(personal: UpliftResult) -> None:
    assert personal.model is not None
    customers = pd.DataFrame(
        {"customer_id": ["b", "a"], "as_of_date": date(2026, 7, 1), "reads": [1.0, 0.0], "noise": 0.0, "often_missing": [np.nan, 1.0]}
    )
    scores = score_uplift(customers, personal.model, datetime(2026, 7, 1))
    assert list(scores.columns) == list(COLUMNS)
    assert list(zip(scores["customer_id"], scores["has_offer"], strict=True)) == [("a", False), ("b", False), ("a", True), ("b", True)]
    assert set(scores["uplift_source"]) == {"model"}
    by_customer = scores.groupby("customer_id")["uplift"].mean()
    assert by_customer["b"] > by_customer["a"] + 0.08


def test_the_average_is_everybodys_score(uniform: UpliftResult) -> None:
    assert uniform.model is not None
    customers = pd.DataFrame({"customer_id": ["b", "a"], "as_of_date": date(2026, 7, 1)})
    scores = score_uplift(customers, uniform.model, datetime(2026, 7, 1))
    assert set(scores["uplift"]) == {round(uniform.model.average_effect, 6)}
    assert set(scores["uplift_source"]) == {"average"}


def test_the_area_is_that_of_the_curve_by_hand() -> None:
    """Four rows of share one half: the two that respond first. The curve goes 1/2, 1, 1, 1 of the total gain."""
    treated = np.array([1.0, 0.0, 1.0, 0.0])
    draws = Draws(treated, np.full(4, 0.5), np.array([1.0, -1.0, 0.0, 0.0]), np.zeros(4), ["a", "b", "c", "d"])
    assert draws.contribution.sum() / draws.weight.sum() == 1.0
    effect = np.array([4.0, 3.0, 2.0, 1.0])
    curve = qini_curve(draws, effect, points=4)
    assert curve["share"].tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert curve["gain"].tolist() == [0.0, 0.5, 1.0, 1.0, 1.0]
    assert qini(draws, effect, 0.95, 10, 1).value == pytest.approx(0.75 - 0.5)
    assert qini(draws, -effect, 0.95, 10, 1).value == pytest.approx(-(0.75 - 0.5))


def test_an_interval_of_the_average_holds_the_truth_as_often_as_it_says() -> None:
    generator = np.random.default_rng(11)
    held = 0
    for number in range(60):
        share = np.repeat([0.1, 0.6], 400)
        treated = (generator.random(800) < share).astype(float)
        outcome = generator.normal(size=800) + 0.3 * treated
        customers = [f"c{person % 400}" for person in range(800)]
        estimate = average_effect(Draws(treated, share, outcome, np.zeros(800), customers), 0.95, 100, number)
        held += estimate.low <= 0.3 <= estimate.high
    assert 51 <= held <= 60


def test_the_interval_of_a_decile_is_that_of_its_customers_by_hand() -> None:
    """Twenty rows of ten customers with share one half, two rows of one customer to a decile: (1 - 1/2) y or (0 - 1/2) y over 1/4 each."""
    draws = Draws(np.tile([1.0, 0.0], 10), np.full(20, 0.5), np.tile([1.0, 0.0], 10), np.zeros(20), [f"c{row // 2}" for row in range(20)])
    one_customer_each = effects_by_decile(draws, -np.arange(20.0))
    assert one_customer_each["observed_effect"].tolist() == [1.0] * 10
    # All rows of a decile are of one customer, whose total is the total: nothing is left over to vary.
    assert one_customer_each["observed_effect_low"].tolist() == pytest.approx([1.0] * 10)
    of_two = effects_by_decile(replace(draws, customers=[f"c{row}" for row in range(20)]), -np.arange(20.0))
    # Left over are 1/2 - 1/4 and 0 - 1/4, whose root of squares over the weight of 1/2 is the standard error.
    width = 1.96 * np.sqrt(2 / 16) / 0.5
    assert of_two["observed_effect_high"].tolist() == pytest.approx([1.0 + width] * 10)


def test_curves_are_there_to_be_drawn(personal: UpliftResult, uniform: UpliftResult) -> None:
    names = [learner.name for learner in SPEC.learners]
    assert list(personal.candidate_curves) == list(uniform.candidate_curves) == names
    assert personal.deciles["observed_effect"].tolist() == [
        personal.metrics["test"][f"observed_effect_decile_{number:02d}"] for number in range(1, 11)
    ]
    assert uniform.curve.empty
    assert uniform.deciles.empty
    validation = personal.metrics["validation"]
    assert all(validation[f"qini_{name}_low"] <= validation[f"qini_{name}"] <= validation[f"qini_{name}_high"] for name in names)


def test_deciles_show_what_was_promised_and_what_came() -> None:
    generator = np.random.default_rng(5)
    effect = np.linspace(0, 1, 4_000)
    treated = (generator.random(4_000) < 0.5).astype(float)
    draws = Draws(treated, np.full(4_000, 0.5), treated * effect, np.zeros(4_000), [f"c{row}" for row in range(4_000)])
    deciles = effects_by_decile(draws, effect)
    assert deciles["predicted_effect"].tolist() == pytest.approx([0.95 - number / 10 for number in range(10)], abs=0.001)
    assert deciles["observed_effect"].tolist() == pytest.approx(deciles["predicted_effect"].tolist(), abs=0.08)


def test_ridge_shrinks_towards_the_average() -> None:
    generator = np.random.default_rng(2)
    matrix = generator.normal(size=(500, 2))
    effect = 0.1 + 0.05 * matrix[:, 0]
    spread = [fit_ridge(matrix, effect, penalty).decision(matrix).std() for penalty in (0.0, 1.0, 1e6)]
    assert spread[0] > spread[1] > spread[2]
    assert spread[2] == pytest.approx(0, abs=1e-6)
    assert fit_ridge(matrix, effect, 1e6).decision(matrix).mean() == pytest.approx(effect.mean())


def test_the_window_is_one_in_python_and_in_dbt() -> None:
    project = yaml.safe_load((REPOSITORY / "dbt_project" / "dbt_project.yml").read_text(encoding="utf-8"))
    assert project["vars"]["uplift_window_days"] == MESSAGE_UPLIFT.window_days


def test_the_seed_says_how_the_demo_world_draws() -> None:
    declared = pd.read_csv(REPOSITORY / "seeds" / "campaign_draws.csv")
    numbers = {name: number for number, (name, *_) in enumerate(behaviour.FREQUENCIES)}
    expected = [
        behaviour.target_share(row.campaign_type, numbers.get(str(row.preferred_frequency), 0)) for row in declared.itertuples(index=False)
    ]
    assert declared["assignment_share"].tolist() == pytest.approx(expected)
    assert set(declared["campaign_type"]) == {"newsletter", "promotion", "product_launch", "win_back"}


def test_a_bandit_learns_from_what_it_would_have_done_only() -> None:
    """Whom it would not have picked, and whom it would have picked but the campaign did not, leave no trace; nor does the future."""
    rows = fit_rows(trial(0.3, 0.0), ("reads",))
    outcomes = fit_outcomes(rows, SPEC)

    def bandit(changed: Trial) -> BanditLearner:
        return fit_bandit(changed, outcomes.expected, (0, 1), 100.0, SPEC.seed)

    learner = bandit(rows)
    assert bandit(rows) == learner
    # Of the last day half of the rows at most are learnt from: as many outcomes can change without a trace.
    last = np.flatnonzero(rows.day == rows.day.max())
    traceless = 0
    for row in last[:40]:
        outcome = rows.outcome.copy()
        outcome[row] = 1 - outcome[row]
        traceless += bandit(replace(rows, outcome=outcome)) == learner
    assert 10 <= traceless <= 30


def test_a_bandit_writes_to_more_of_those_who_respond_as_it_learns() -> None:
    rows = fit_rows(trial(0.3, 0.0), ("reads",))
    early = replace(rows, **{name: getattr(rows, name)[rows.day < 2] for name in ("matrix", "treated", "outcome", "share", "day")})
    reads = rows.matrix[:, 0] == 1

    def gap(seen: Trial) -> float:
        learner = fit_bandit(seen, fit_outcomes(rows, SPEC).expected, (0, 1), 100.0, SPEC.seed)
        effect = learner.effect(rows.matrix)
        return float(effect[reads].mean() - effect[~reads].mean())

    assert abs(gap(rows) - 0.3) < abs(gap(early) - 0.3)
    assert gap(rows) == pytest.approx(0.3, abs=0.05)


def test_the_gain_of_a_ranking_over_itself_is_nothing_and_over_chance_its_own() -> None:
    generator = np.random.default_rng(2)
    effect = np.linspace(0, 0.5, 4_000)
    treated = (generator.random(4_000) < 0.5).astype(float)
    bought = (generator.random(4_000) < 0.1 + treated * effect).astype(float)
    draws = Draws(treated, np.full(4_000, 0.5), bought, np.full(4_000, 0.2), [f"c{row}" for row in range(4_000)])
    same = qini_gain(draws, effect, effect, 0.95, 50, 1)
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)
    chance = qini_gain(draws, effect, generator.random(4_000), 0.95, 50, 1)
    assert chance.low > 0
    reverse = qini_gain(draws, -effect, effect, 0.95, 50, 1)
    assert reverse.value == pytest.approx(-2 * qini(draws, effect, 0.95, 10, 1).value, rel=0.05)


def test_gains_over_the_other_candidates_are_stored(personal: UpliftResult) -> None:
    gains = {name for name in personal.metrics["validation"] if name.startswith("qini_gain_over_")}
    assert len(gains) == 3 * (len(SPEC.learners) - 1)
