"""Propensity: learns what is there, says nothing when there is too little, and repeats itself to the last digit."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from python_models.propensity.fit import fit_boosting, fit_calibration, fit_isotonic, fit_logistic, fit_platt
from python_models.propensity.model import (
    BoostingModel,
    IsotonicCalibration,
    LogisticModel,
    PlattCalibration,
    PropensityModel,
    model_from_json,
)
from python_models.propensity.score import COLUMNS, score_propensity
from python_models.propensity.spec import CHURN_90D, PURCHASE_30D, BoostingParameters
from python_models.propensity.train import train_propensity
from python_models.reproducible import single_thread
from tests.unit.python_models.worlds import AS_OF_DATE, labelled_rows

SCORED_AT = datetime(2026, 11, 1, tzinfo=UTC)
QUICK = replace(
    PURCHASE_30D, minimum_train_cases=50, minimum_holdout_cases=20, boosting=(BoostingParameters(max_iterations=30, min_samples_leaf=20),)
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
    assert abs(result.metrics["test"]["auc"] - 0.5) < 0.07


def test_same_rows_in_another_order_give_the_same_scores_to_the_last_digit(rows: pd.DataFrame) -> None:
    first = train_propensity(rows, QUICK)
    second = train_propensity(rows.sample(frac=1, random_state=9), QUICK)
    assert first.model == second.model
    assert first.metrics == second.metrics
    today = rows[rows["as_of_date"] == AS_OF_DATE]
    assert first.model is not None
    pd.testing.assert_frame_equal(
        score_propensity(today, first.model, SCORED_AT), score_propensity(today[::-1], first.model, SCORED_AT), check_exact=True
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
        score_propensity(rows.drop(columns="order_count_30d"), model, SCORED_AT)


def test_large_data_is_sampled_by_customer(rows: pd.DataFrame) -> None:
    result = train_propensity(rows, replace(QUICK, max_training_rows=1_600, minimum_train_cases=10))
    assert result.metrics["train"]["row_count"] == 1_600
    train = result.predictions[result.predictions["split"] == "train"]
    assert train.groupby("as_of_date")["customer_id"].apply(frozenset).nunique() == 1


@pytest.mark.parametrize("missing_share", [0.0, 0.3])
def test_boosting_equals_scikit_learn(missing_share: float) -> None:
    generator = np.random.default_rng(2)
    matrix = generator.normal(size=(2_000, 4))
    outcome = matrix[:, 0] + generator.normal(size=2_000) > 0
    matrix[generator.random(matrix.shape) < missing_share] = np.nan
    parameters = BoostingParameters(max_iterations=20, min_samples_leaf=20)
    with single_thread():
        ours = fit_boosting(matrix, outcome, matrix, outcome, parameters, seed=1)
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


@pytest.mark.parametrize("kind", ["logistic", "boosting"])
def test_a_model_survives_its_file(rows: pd.DataFrame, kind: str) -> None:
    margin = 1.0 if kind == "logistic" else -1.0
    model = train_propensity(rows, replace(QUICK, boosting_margin_auc=margin)).model
    assert model is not None
    assert isinstance(model.estimator, LogisticModel if kind == "logistic" else BoostingModel)
    assert model_from_json(model.to_json()) == model


def test_scores_are_rounded_probabilities_in_the_declared_columns(rows: pd.DataFrame) -> None:
    model = train_propensity(rows, QUICK).model
    assert model is not None
    scores = score_propensity(rows[rows["as_of_date"] == AS_OF_DATE], model, SCORED_AT)
    assert tuple(scores.columns) == COLUMNS
    assert scores["probability"].between(0, 1).all()
    assert (scores["probability"] == scores["probability"].round(6)).all()
    assert scores["customer_id"].is_monotonic_increasing


def test_probability_never_leaves_zero_to_one() -> None:
    wild = PropensityModel("m", "v", ("a",), BoostingModel(900.0, ()), PlattCalibration(5.0, 0.0), 0.5)
    assert list(wild.probability(np.array([[1.0]]))) == [1.0]
