"""Propensity: learns what is there, says nothing when there is too little, and repeats itself to the last digit."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.metrics import roc_auc_score

from python_models import parallel
from python_models.evaluation.importance import permutation_importance
from python_models.evaluation.missing import missing_value_metrics
from python_models.matrix import feature_matrix
from python_models.propensity.fit import fit_boosting, fit_calibration, fit_forest, fit_isotonic, fit_logistic, fit_platt
from python_models.propensity.model import (
    BoostingModel,
    ForestModel,
    IsotonicCalibration,
    LogisticModel,
    PlattCalibration,
    PropensityModel,
    Tree,
    model_from_json,
)
from python_models.propensity.policy import ContactPolicy
from python_models.propensity.score import COLUMNS, score_propensity, scoring_columns
from python_models.propensity.spec import (
    CHURN_90D,
    CHURN_OWN_RHYTHM,
    EMAIL_UNSUBSCRIBE_30D,
    PURCHASE_30D,
    BoostingParameters,
    ForestParameters,
    PropensitySpec,
)
from python_models.propensity.train import train_propensity
from python_models.propensity.tuning import Fold, folds_of, tune
from python_models.reproducible import single_thread
from python_models.splits import expanding_folds
from tests.unit.python_models.worlds import AS_OF_DATE, labelled_rows

SCORED_AT = datetime(2026, 11, 1, tzinfo=UTC)
QUICK = replace(
    PURCHASE_30D,
    minimum_train_cases=50,
    minimum_holdout_cases=20,
    logistic_penalties=(0.1,),
    forests=(ForestParameters(tree_count=10),),
    boosting=(BoostingParameters(max_iterations=30, min_samples_leaf=20),),
)

TWO_OF_EACH = replace(
    QUICK,
    logistic_penalties=(0.1, 1.0),
    forests=(ForestParameters(tree_count=5), ForestParameters(tree_count=5, min_samples_leaf=20)),
    boosting=tuple(BoostingParameters(max_iterations=20, min_samples_leaf=20, max_leaf_nodes=leaves) for leaves in (15, 7)),
)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return labelled_rows()


def test_finds_the_signal_that_was_put_there(rows: pd.DataFrame) -> None:
    result = train_propensity(rows, QUICK)
    assert result.model is not None
    assert result.metrics["test"]["auc"] > 0.75
    assert result.metrics["test"]["ece"] < 0.08
    assert result.metrics["test"]["lift_decile_01"] > 1.5


def test_finds_no_signal_where_there_is_none(rows: pd.DataFrame) -> None:
    shuffled = rows.assign(has_purchase_30d=np.random.default_rng(1).permutation(rows["has_purchase_30d"].to_numpy()))
    result = train_propensity(shuffled, QUICK)
    assert result.model is None
    assert result.reason is not None
    assert "nothing ranks better than chance" in result.reason


def test_same_rows_in_another_order_give_the_same_scores_to_the_last_digit(rows: pd.DataFrame) -> None:
    first = train_propensity(rows, QUICK)
    second = train_propensity(rows.sample(frac=1, random_state=9), QUICK)
    assert first.model == second.model
    assert first.metrics == second.metrics
    today = rows[rows["as_of_date"] == AS_OF_DATE]
    assert first.model is not None
    pd.testing.assert_frame_equal(
        score_propensity(today, first.model, QUICK, SCORED_AT),
        score_propensity(today[::-1], first.model, QUICK, SCORED_AT),
        check_exact=True,
    )


def test_test_dates_change_no_part_of_the_model(rows: pd.DataFrame) -> None:
    before = train_propensity(rows, QUICK)
    assert before.split is not None
    in_test = rows["as_of_date"].isin(before.split.test)
    poisoned = rows.assign(has_purchase_30d=rows["has_purchase_30d"] ^ in_test)
    after = train_propensity(poisoned, QUICK)
    assert before.model is not None
    assert after.model is not None
    assert after.model_version != before.model_version
    assert replace(after.model, model_version=before.model_version) == before.model
    assert after.metrics["test"]["auc"] == pytest.approx(1 - before.metrics["test"]["auc"])


def test_immature_labels_are_never_used(rows: pd.DataFrame) -> None:
    immature = rows.assign(has_purchase_30d=rows["has_purchase_30d"] ^ ~rows["is_mature_30d"])
    assert train_propensity(immature, QUICK).model == train_propensity(rows, QUICK).model


def test_below_the_floor_there_is_a_reason_and_no_model(rows: pd.DataFrame) -> None:
    result = train_propensity(rows, replace(QUICK, minimum_train_cases=10_000))
    assert result.model is None
    assert result.reason is not None
    assert "positive cases in the train part, 10000 needed" in result.reason
    assert result.metrics["train"]["is_trained"] == 0.0


def test_too_few_dates_are_below_the_floor(rows: pd.DataFrame) -> None:
    recent = rows[rows["as_of_date"] >= sorted(rows["as_of_date"].unique())[-3]]
    result = train_propensity(recent, QUICK)
    assert result.model is None
    assert result.reason == "2 mature dates are too few to split by time"


def test_an_empty_world_is_below_the_floor(rows: pd.DataFrame) -> None:
    result = train_propensity(rows.head(0), CHURN_90D)
    assert result.model is None


def test_shop_without_web_and_email_trains_on_orders_alone(rows: pd.DataFrame) -> None:
    empty = [name for name in QUICK.features if "email" in name or "session" in name or "view" in name or "visit" in name]
    result = train_propensity(rows.assign(**dict.fromkeys(empty, np.nan)), QUICK)
    assert result.model is not None
    assert not set(empty) & set(result.model.features)
    assert result.metrics["test"]["auc"] > 0.75


def test_duplicate_rows_are_an_error(rows: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="not unique"):
        train_propensity(pd.concat([rows, rows.tail(1)]), QUICK)


def test_a_missing_feature_says_so(rows: pd.DataFrame) -> None:
    model = train_propensity(rows, QUICK).model
    assert model is not None
    with pytest.raises(ValueError, match="order_count_30d"):
        score_propensity(rows.drop(columns="order_count_30d"), model, QUICK, SCORED_AT)


def test_large_data_is_sampled_by_customer(rows: pd.DataFrame) -> None:
    result = train_propensity(rows, replace(QUICK, max_training_rows=1_600, minimum_train_cases=10))
    assert result.metrics["train"]["row_count"] == 1_600
    train = result.predictions[result.predictions["split"] == "train"]
    assert train.groupby("as_of_date")["customer_id"].apply(frozenset).nunique() == 1


def test_of_a_shop_that_is_a_sample_already_the_buckets_that_are_there_are_counted(rows: pd.DataFrame) -> None:
    there = rows[rows["sample_bucket"] < 40]
    spec = replace(QUICK, minimum_train_cases=10, minimum_holdout_cases=5)
    everybody = train_propensity(there, spec).metrics["train"]["row_count"]
    half = train_propensity(there, replace(spec, max_training_rows=int(everybody / 2))).metrics["train"]["row_count"]
    assert 0.4 * everybody < half <= 0.5 * everybody


@pytest.mark.parametrize("missing_share", [0.0, 0.3])
def test_boosting_equals_scikit_learn(missing_share: float) -> None:
    generator = np.random.default_rng(2)
    matrix = generator.normal(size=(2_000, 4))
    outcome = matrix[:, 0] + generator.normal(size=2_000) > 0
    matrix[generator.random(matrix.shape) < missing_share] = np.nan
    parameters = BoostingParameters(max_iterations=20, min_samples_leaf=20)
    with single_thread():
        ours = fit_boosting(matrix, outcome, parameters, seed=1)
        theirs = HistGradientBoostingClassifier(
            learning_rate=parameters.learning_rate,
            max_iter=len(ours.trees),
            max_leaf_nodes=parameters.max_leaf_nodes,
            min_samples_leaf=parameters.min_samples_leaf,
            l2_regularization=parameters.l2_regularization,
            early_stopping=False,
            random_state=1,
        ).fit(matrix, outcome)
    np.testing.assert_allclose(ours.decision(matrix), theirs.decision_function(matrix), rtol=0, atol=1e-12)


def test_logistic_flags_missing_values_instead_of_inventing_them() -> None:
    generator = np.random.default_rng(2)
    matrix = generator.normal(size=(3_000, 2))
    never = generator.random(3_000) < 0.5
    outcome = np.where(never, generator.random(3_000) < 0.05, generator.random(3_000) < 0.6)
    matrix[never, 1] = np.nan
    model = fit_logistic(matrix, outcome, penalty=1.0, seed=1)
    assert model.flagged == (1,)
    assert roc_auc_score(outcome, model.decision(matrix)) > 0.75


def test_calibration_repairs_boastful_decisions() -> None:
    generator = np.random.default_rng(4)
    truth = generator.random(20_000)
    outcome = generator.random(20_000) < truth
    boastful = 5 * np.log(truth / (1 - truth))
    for calibration in (fit_platt(boastful, outcome), fit_isotonic(boastful, outcome)):
        assert np.abs(calibration.apply(boastful) - truth).mean() < 0.02


def test_isotonic_is_taken_only_when_a_line_does_not_do() -> None:
    generator = np.random.default_rng(4)
    decision = generator.normal(size=20_000)
    stepped = generator.random(20_000) < np.where(decision > 0, 0.6, 0.1)
    smooth = generator.random(20_000) < 1 / (1 + np.exp(-decision))
    assert isinstance(fit_calibration(decision, stepped), IsotonicCalibration)
    assert isinstance(fit_calibration(decision, smooth), PlattCalibration)
    assert isinstance(fit_calibration(decision[:500], stepped[:500]), PlattCalibration)


@pytest.mark.parametrize("missing_share", [0.0, 0.3])
def test_a_forest_equals_scikit_learn(missing_share: float) -> None:
    generator = np.random.default_rng(2)
    matrix = generator.normal(size=(2_000, 4))
    outcome = matrix[:, 0] + generator.normal(size=2_000) > 0
    matrix[generator.random(matrix.shape) < missing_share] = np.nan
    parameters = ForestParameters(tree_count=8, min_samples_leaf=10)
    with single_thread():
        ours = fit_forest(matrix, outcome, parameters, seed=1)
        theirs = RandomForestClassifier(
            n_estimators=8, min_samples_leaf=10, max_leaf_nodes=parameters.max_leaf_nodes, max_samples=parameters.row_share, random_state=1
        ).fit(matrix, outcome)
    np.testing.assert_allclose(ours.share(matrix), theirs.predict_proba(matrix)[:, 1], rtol=0, atol=1e-12)
    assert np.isfinite(ours.decision(matrix)).all()


def grown(depth: int, generator: np.random.Generator) -> Tree:
    """A whole tree of so many levels, with questions and ways of missing values drawn at random."""
    inner = 2**depth - 1
    nodes = range(2 * inner + 1)
    return Tree(
        feature=tuple(int(generator.integers(3)) if node < inner else -1 for node in nodes),
        threshold=tuple(float(generator.integers(-2, 3)) if node < inner else 0.0 for node in nodes),
        missing_goes_left=tuple(bool(generator.random() < 0.5) for _ in nodes),
        left=tuple(2 * node + 1 if node < inner else 0 for node in nodes),
        right=tuple(2 * node + 2 if node < inner else 0 for node in nodes),
        value=tuple(float(value) for value in generator.normal(size=len(nodes))),
    )


def led(tree: Tree, row: np.ndarray) -> float:
    """The value of the leaf that one row is led to, node by node."""
    node = 0
    while tree.feature[node] >= 0:
        value = row[tree.feature[node]]
        goes_left = tree.missing_goes_left[node] if np.isnan(value) else value <= tree.threshold[node]
        node = tree.left[node] if goes_left else tree.right[node]
    return tree.value[node]


# Nine levels have 512 leaves, more than a byte can count.
@pytest.mark.parametrize("depth", [0, 1, 4, 8, 9])
def test_every_row_ends_in_the_leaf_that_it_is_led_to(depth: int) -> None:
    generator = np.random.default_rng(depth)
    tree = grown(depth, generator)
    matrix = generator.integers(-3, 4, size=(300, 3)).astype(np.float64)
    matrix[generator.random(matrix.shape) < 0.2] = np.nan
    matrix[0], matrix[1] = np.inf, -np.inf
    expected = [led(tree, row) for row in matrix]
    assert tree.predict(matrix).tolist() == expected
    assert tree.predict(np.asfortranarray(matrix)).tolist() == expected
    assert tree.predict(matrix[:0]).tolist() == []


KINDS: dict[str, tuple[PropensitySpec, type]] = {
    "logistic": (replace(QUICK, simplicity_margin_auc=1.0), LogisticModel),
    "forest": (replace(QUICK, simplicity_margin_auc=-1.0, boosting=()), ForestModel),
    "boosting": (replace(QUICK, simplicity_margin_auc=-1.0, forests=()), BoostingModel),
}


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_model_survives_its_file(rows: pd.DataFrame, kind: str) -> None:
    spec, expected = KINDS[kind]
    model = train_propensity(rows, spec).model
    assert model is not None
    assert isinstance(model.estimator, expected)
    assert model_from_json(model.to_json()) == model


def test_candidates_are_chosen_without_validation_and_test_dates(rows: pd.DataFrame) -> None:
    before = train_propensity(rows, QUICK)
    assert before.split is not None
    held_out = rows["as_of_date"].isin([*before.split.validation, *before.split.test])
    disturbed = held_out & (rows["sample_bucket"] < 20)
    after = train_propensity(rows.assign(has_purchase_30d=rows["has_purchase_30d"] ^ disturbed), QUICK)
    assert before.model is not None
    assert after.model is not None
    assert after.model.estimator == before.model.estimator
    assert after.model.calibration != before.model.calibration
    tried = {name: value for name, value in before.metrics["train"].items() if name.startswith("cv_")}
    assert set(tried) == {"cv_auc_logistic_c0.1", "cv_auc_forest_leaf50", "cv_auc_boosting_leaves15", "cv_fold_count"}
    assert tried["cv_fold_count"] == 2
    assert tried.items() <= after.metrics["train"].items()


def test_folds_judge_a_date_by_fits_whose_outcomes_were_over() -> None:
    days = [date(2026, 1, 1) + timedelta(days=30 * step) for step in range(5)]
    assert expanding_folds(days, 30, 2) == [(tuple(days[:3]), days[3]), (tuple(days[:4]), days[4])]
    assert expanding_folds(days, 90, 2) == [((days[0],), days[3]), (tuple(days[:2]), days[4])]
    assert expanding_folds(days[:3], 90, 2) == []


def test_too_few_training_dates_for_folds_are_judged_on_validation(rows: pd.DataFrame) -> None:
    recent = rows[rows["as_of_date"] >= sorted(rows["as_of_date"].unique())[-4]]
    result = train_propensity(recent, QUICK)
    assert result.model is not None
    assert result.split is not None
    assert len(result.split.train) == 1
    assert result.metrics["train"]["cv_fold_count"] == 0


def test_folds_with_too_few_cases_are_left_out() -> None:
    days = [date(2026, 1, 1), date(2026, 2, 1)]
    dates, outcome = [day for day in days for _ in range(10)], np.array([True, False] * 10)
    matrix = np.arange(20.0).reshape(-1, 1)
    folds = [((days[0],), days[1])]
    [fold] = folds_of(dates, folds, matrix, outcome, minimum_cases=5)
    assert fold.fit_matrix.max() == 9
    assert fold.judge_matrix.min() == 10
    assert folds_of(dates, folds, matrix, outcome, minimum_cases=6) == []


def test_as_many_trees_are_kept_as_serve_later_dates(rows: pd.DataFrame) -> None:
    matrix, outcome = feature_matrix(rows, QUICK.features), rows["has_purchase_30d"].to_numpy(dtype=bool)
    fold = Fold(matrix[:2_000], outcome[:2_000], matrix[2_000:], outcome[2_000:])
    greedy = BoostingParameters(learning_rate=0.5, max_iterations=60, min_samples_leaf=5, max_leaf_nodes=31)
    tuned = tune([fold], replace(QUICK, logistic_penalties=(1e-9,), forests=(), boosting=(greedy,), simplicity_margin_auc=-1.0))
    assert isinstance(tuned.parameters, BoostingParameters)
    assert tuned.parameters.max_iterations < 60


@pytest.mark.parametrize("cores", [1, 4])
def test_cores_change_no_choice(rows: pd.DataFrame, cores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = train_propensity(rows, TWO_OF_EACH)
    monkeypatch.setattr(parallel, "usable_cores", lambda: cores)
    found = train_propensity(rows, TWO_OF_EACH)
    assert found.metrics == expected.metrics
    assert found.model == expected.model
    names = [name for name in found.metrics["train"] if name.startswith("cv_auc_")]
    assert names == [
        "cv_auc_logistic_c0.1",
        "cv_auc_logistic_c1",
        "cv_auc_forest_leaf50",
        "cv_auc_forest_leaf20",
        "cv_auc_boosting_leaves15",
        "cv_auc_boosting_leaves7",
    ]


def test_the_threshold_is_what_a_contact_costs_over_what_a_hit_brings(rows: pd.DataFrame) -> None:
    policy = ContactPolicy(value_of_hit=4.0, cost_of_contact=1.0)
    by_policy, by_f1 = train_propensity(rows, QUICK, policy), train_propensity(rows, QUICK)
    assert by_policy.model is not None
    assert by_f1.model is not None
    assert by_policy.model.threshold == 0.25
    assert by_policy.model_version != by_f1.model_version
    test = by_policy.metrics["test"]
    assert test["net_value"] == 4 * test["true_positives"] - (test["true_positives"] + test["false_positives"])
    assert test["net_value"] > max(test["net_value_of_everybody"], 0)
    assert by_f1.metrics["test"]["is_threshold_by_policy"] == 0
    assert "net_value" not in by_f1.metrics["test"]


@pytest.mark.parametrize(("value", "cost"), [(0.0, 1.0), (1.0, -0.1)])
def test_a_policy_that_makes_no_sense_is_an_error(value: float, cost: float) -> None:
    with pytest.raises(ValueError, match="propensity_policies"):
        ContactPolicy(value, cost)


def test_slices_importance_and_intervals_are_stored(rows: pd.DataFrame) -> None:
    country = pd.Series(np.where(rows["sample_bucket"] < 60, "DE", "FR"), index=rows.index)
    result = train_propensity(rows.assign(country_code=country), QUICK)
    test, validation = result.metrics["test"], result.metrics["validation"]
    assert test["row_count@country_code=DE"] + test["row_count@country_code=FR"] == test["row_count"]
    assert not [name for name in test if "lifecycle" in name]
    for name in ("auc", "lift_decile_02", "gain_decile_03", "precision", "recall", "auc@country_code=DE"):
        figure, at, where = name.partition("@")
        assert test[f"{figure}_low{at}{where}"] < test[name] < test[f"{figure}_high{at}{where}"], name
    importance = [name for name in validation if name.startswith("importance_") and f"{name}_low" in validation]
    strongest = max(importance, key=validation.__getitem__)
    assert strongest in {"importance_order_count_90d", "importance_days_since_last_order"}
    assert 0 < validation[f"{strongest}_low"] < validation[strongest] < validation[f"{strongest}_high"]
    assert train_propensity(rows, QUICK).model == result.model, "a column to judge by must not change the model"


def test_a_rare_outcome_of_a_small_world_has_a_reason_and_no_scores(rows: pd.DataFrame) -> None:
    rare = rows.assign(has_email_unsubscribe_30d=rows["sample_bucket"] == 3)
    result = train_propensity(rare, EMAIL_UNSUBSCRIBE_30D)
    assert result.model is None
    assert result.reason == "32 positive cases in the train part, 200 needed"


def test_scores_are_rounded_probabilities_in_the_declared_columns(rows: pd.DataFrame) -> None:
    model = train_propensity(rows, QUICK).model
    assert model is not None
    scores = score_propensity(rows[rows["as_of_date"] == AS_OF_DATE], model, QUICK, SCORED_AT)
    assert tuple(scores.columns) == COLUMNS
    assert scores["probability"].between(0, 1).all()
    assert (scores["probability"] == scores["probability"].round(6)).all()
    assert scores["customer_id"].is_monotonic_increasing


def test_probability_never_leaves_zero_to_one() -> None:
    wild = PropensityModel("m", "v", ("a",), BoostingModel(900.0, ()), PlattCalibration(5.0, 0.0), 0.5)
    assert list(wild.probability(np.array([[1.0]]))) == [1.0]


OWN = replace(
    CHURN_OWN_RHYTHM,
    minimum_train_cases=20,
    minimum_holdout_cases=10,
    logistic_penalties=(0.1,),
    forests=(),
    boosting=(),
)


@pytest.fixture(scope="module")
def rhythm_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """What is loaded for training: rows with a rhythm whose own horizon is over."""
    return rows[rows["is_mature_own_rhythm"]]


def test_a_date_of_which_only_short_horizons_are_settled_judges_nothing(rhythm_rows: pd.DataFrame) -> None:
    result = train_propensity(rhythm_rows, OWN)
    assert result.split is not None
    settled = rhythm_rows[rhythm_rows["is_mature_every_rhythm"]]
    assert {*result.split.train, *result.split.validation, *result.split.test} <= set(settled["as_of_date"])
    assert max(result.split.test) == settled["as_of_date"].max() < rhythm_rows["as_of_date"].max()
    gap = timedelta(days=OWN.horizon_days)
    assert max(result.split.train) + gap <= min(result.split.validation)
    assert max(result.split.validation) + gap <= min(result.split.test)


def test_rows_between_the_parts_train_where_their_own_window_is_over(rhythm_rows: pd.DataFrame) -> None:
    result = train_propensity(rhythm_rows, OWN)
    assert result.split is not None
    first = min(result.split.validation)
    trained = result.predictions[result.predictions["split"] == "train"].merge(
        rhythm_rows[["customer_id", "as_of_date", "churn_horizon_days"]], on=["customer_id", "as_of_date"]
    )
    ends = pd.to_datetime(trained["as_of_date"]) + pd.to_timedelta(trained["churn_horizon_days"], unit="D")
    assert ends.max() == pd.Timestamp(first)
    between = trained[~trained["as_of_date"].isin(result.split.train)]
    assert set(between["churn_horizon_days"]) == {30.0, 60.0, 90.0}


def test_outcomes_that_reach_beyond_the_training_part_change_no_model(rhythm_rows: pd.DataFrame) -> None:
    before = train_propensity(rhythm_rows, OWN)
    assert before.split is not None
    first = pd.Timestamp(min(before.split.validation))
    starts = pd.to_datetime(rhythm_rows["as_of_date"])
    reaches = (starts + pd.to_timedelta(rhythm_rows["churn_horizon_days"], unit="D") > first) & (starts < first)
    assert reaches.any()
    poisoned = rhythm_rows.assign(has_no_purchase_own_rhythm=rhythm_rows["has_no_purchase_own_rhythm"].astype(bool) ^ reaches)
    after = train_propensity(poisoned, OWN)
    assert before.model is not None
    assert after.model is not None
    assert replace(after.model, model_version=before.model_version) == before.model


def test_who_has_no_rhythm_is_not_scored_and_the_others_for_their_own_horizon(rows: pd.DataFrame, rhythm_rows: pd.DataFrame) -> None:
    model = train_propensity(rhythm_rows, OWN).model
    assert model is not None
    today = rows[rows["as_of_date"] == AS_OF_DATE]
    scores = score_propensity(today[["customer_id", "as_of_date", *scoring_columns(model, OWN)]], model, OWN, SCORED_AT)
    expected = today[today["churn_horizon_days"].notna()].set_index("customer_id")["churn_horizon_days"].astype("int64")
    assert scores.set_index("customer_id")["horizon_days"].to_dict() == expected.to_dict()
    others = score_propensity(today, replace(model, model_name="churn_90d"), CHURN_90D, SCORED_AT)
    assert set(others["horizon_days"]) == {90}
    assert len(others) == len(today)


def test_a_filled_value_is_stored_and_flagged_by_name(rows: pd.DataFrame) -> None:
    result = train_propensity(rows, replace(QUICK, forests=(), boosting=()))
    assert result.model is not None
    assert result.split is not None
    estimator = result.model.estimator
    assert isinstance(estimator, LogisticModel)
    train = rows[rows["as_of_date"].isin(result.split.train)]
    stored = model_from_json(result.model.to_json()).estimator
    assert isinstance(stored, LogisticModel)
    assert stored.imputed(result.model.features) == {"days_since_last_order": pytest.approx(train["days_since_last_order"].median())}
    assert stored.design_names(result.model.features)[-1] == "days_since_last_order_is_missing"
    # Being missing says nothing in this world, and the importance of the flag says that.
    assert abs(result.metrics["validation"]["importance_days_since_last_order_is_missing"]) < 0.01
    design = stored.design(feature_matrix(train, result.model.features))
    flags = design[:, -1] * stored.scales[-1] + stored.means[-1]
    assert np.round(flags, 9).tolist() == train["days_since_last_order"].isna().astype(float).tolist()


def test_known_values_are_hidden_to_judge_what_fills_them(rows: pd.DataFrame) -> None:
    metrics = train_propensity(rows, QUICK).metrics["validation"]
    assert [name for name in metrics if name.startswith("missing_share_")] == ["missing_share_days_since_last_order"]
    assert metrics["missing_share_days_since_last_order"] == pytest.approx(0.2, abs=0.03)
    assert 0 < metrics["masked_error_days_since_last_order"] <= 1.1 * metrics["masked_baseline_error_days_since_last_order"]
    # The outcome depends on it, so that not knowing it costs something.
    assert metrics["masked_log_loss_rise_days_since_last_order"] > 0


def test_whose_importance_is_that_of_the_flag() -> None:
    generator = np.random.default_rng(3)
    matrix = generator.normal(size=(4_000, 2))
    outcome = generator.random(4_000) < 0.1
    # Who has no value has the outcome: only the flag can say so.
    gone = outcome ^ (generator.random(4_000) < 0.02)
    matrix[gone, 1] = np.nan
    model = fit_logistic(matrix, outcome, penalty=1.0, seed=1)
    names = model.design_names(("noise", "value"))
    assert names == ("noise", "value", "value_is_missing")
    who = [f"c_{number:04d}" for number in range(4_000)]
    found = permutation_importance(model.decision_of, model.design(matrix), outcome, who, names, seed=1)
    assert found["value_is_missing"].low > 0.3
    assert max(found["noise"].lost, found["value"].lost) < 0.02


def test_masking_measures_the_error_of_the_filling() -> None:
    train = np.array([[1.0, np.nan], [1.0, 3.0], [1.0, 3.0], [1.0, 3.0], [1.0, 0.0]])
    judged = np.column_stack([np.ones(100), np.full(100, 7.0)])
    outcome = np.arange(100) % 2 == 0

    def probability(matrix: np.ndarray) -> np.ndarray:
        return np.where(np.isnan(matrix[:, 1]), 0.9, 0.5)

    found = missing_value_metrics(train, judged, outcome, ("whole", "gappy"), probability, seed=1)
    assert {name.rsplit("_", 1)[-1] for name in found} == {"gappy"}
    assert found["missing_share_gappy"] == 0.2
    assert found["imputed_value_gappy"] == 3.0
    assert found["masked_error_gappy"] == pytest.approx(np.log(8) - np.log(4))
    assert found["masked_baseline_error_gappy"] == pytest.approx(np.log(8) - 0.75 * np.log(4))
    assert found["masked_log_loss_rise_gappy"] > 0.3
    few = missing_value_metrics(train, judged[:30], outcome[:30], ("whole", "gappy"), probability, seed=1)
    assert few == {"missing_share_gappy": 0.2}
