"""Fit the candidates and the calibration with scikit-learn, and hand them back as plain numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.special import expit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

from python_models.evaluation.metrics import BoolArray
from python_models.matrix import FloatArray, signed_log
from python_models.propensity.model import (
    BoostingModel,
    Calibration,
    Estimator,
    IsotonicCalibration,
    LogisticModel,
    PlattCalibration,
    Tree,
)
from python_models.propensity.spec import BoostingParameters, PropensitySpec

ALMOST_CERTAIN = 1e-6
ISOTONIC_MINIMUM_CASES = 1_000
TREE_STEP = 10


def candidates(
    spec: PropensitySpec, train: FloatArray, train_outcome: BoolArray, validation: FloatArray, validation_outcome: BoolArray
) -> Iterator[tuple[str, Estimator, float]]:
    """Every candidate with its AUC on validation, the simplest first."""
    for penalty in spec.logistic_penalties:
        logistic = fit_logistic(train, train_outcome, penalty, spec.seed)
        yield f"logistic_c{penalty:g}", logistic, float(roc_auc_score(validation_outcome, logistic.decision(validation)))
    for parameters in spec.boosting:
        boosting = fit_boosting(train, train_outcome, validation, validation_outcome, parameters, spec.seed)
        name = f"boosting_leaves{parameters.max_leaf_nodes}"
        yield name, boosting, float(roc_auc_score(validation_outcome, boosting.decision(validation)))


def fit_logistic(matrix: FloatArray, outcome: BoolArray, penalty: float, seed: int) -> LogisticModel:
    missing = np.isnan(matrix)
    fill_values = np.array([np.median(column[~gone]) for column, gone in zip(matrix.T, missing.T, strict=True)])
    flagged = tuple(int(index) for index in np.flatnonzero(missing.any(axis=0)))
    columns = np.column_stack([signed_log(np.where(missing, fill_values, matrix)), missing[:, list(flagged)]])
    means = columns.mean(axis=0)
    spread = columns.std(axis=0)
    scales = np.where(spread > 0, spread, 1.0)
    fitted = LogisticRegression(C=penalty, max_iter=1_000, random_state=seed).fit((columns - means) / scales, outcome)
    return LogisticModel(
        fill_values=_floats(fill_values),
        flagged=flagged,
        means=_floats(means),
        scales=_floats(scales),
        coefficients=_floats(fitted.coef_[0]),
        intercept=float(fitted.intercept_[0]),
    )


def fit_boosting(
    matrix: FloatArray,
    outcome: BoolArray,
    validation: FloatArray,
    validation_outcome: BoolArray,
    parameters: BoostingParameters,
    seed: int,
) -> BoostingModel:
    """Fit all trees, then keep as many as serve the validation part best, in steps of ten."""
    fitted = HistGradientBoostingClassifier(
        learning_rate=parameters.learning_rate,
        max_iter=parameters.max_iterations,
        max_leaf_nodes=parameters.max_leaf_nodes,
        min_samples_leaf=parameters.min_samples_leaf,
        l2_regularization=parameters.l2_regularization,
        early_stopping=False,
        random_state=seed,
    ).fit(matrix, outcome)
    # scikit-learn has no public view of its trees; a unit test compares the copy with its own predictions.
    state = vars(fitted)
    model = BoostingModel(float(state["_baseline_prediction"][0, 0]), tuple(_tree(step[0].nodes) for step in state["_predictors"]))
    decision = np.full(len(validation), model.baseline)
    best_count, best_loss = 0, np.inf
    for count, tree in enumerate(model.trees, start=1):
        decision += tree.predict(validation)
        if count % TREE_STEP == 0 and (loss := _log_loss(validation_outcome, np.asarray(expit(decision)))) < best_loss - 1e-7:
            best_count, best_loss = count, loss
    return BoostingModel(model.baseline, model.trees[:best_count])


def fit_calibration(decision: FloatArray, outcome: BoolArray) -> Calibration:
    """Platt's line, or isotonic steps where there are many cases and they win on rows that they were not fitted on."""
    if min(outcome.sum(), (~outcome).sum()) < ISOTONIC_MINIMUM_CASES:
        return fit_platt(decision, outcome)
    halves = np.arange(len(outcome)) % 2 == 0
    platt_loss = isotonic_loss = 0.0
    for fit_on in (halves, ~halves):
        judge_on = ~fit_on
        platt_loss += _log_loss(outcome[judge_on], fit_platt(decision[fit_on], outcome[fit_on]).apply(decision[judge_on]))
        isotonic_loss += _log_loss(outcome[judge_on], fit_isotonic(decision[fit_on], outcome[fit_on]).apply(decision[judge_on]))
    return fit_isotonic(decision, outcome) if isotonic_loss < platt_loss else fit_platt(decision, outcome)


def fit_platt(decision: FloatArray, outcome: BoolArray) -> PlattCalibration:
    fitted = LogisticRegression(C=1e6, max_iter=1_000).fit(decision.reshape(-1, 1), outcome)
    return PlattCalibration(float(fitted.coef_[0, 0]), float(fitted.intercept_[0]))


def fit_isotonic(decision: FloatArray, outcome: BoolArray) -> IsotonicCalibration:
    fitted = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(decision, outcome)
    return IsotonicCalibration(_floats(fitted.X_thresholds_), _floats(fitted.y_thresholds_))


def _tree(nodes: np.ndarray) -> Tree:
    is_leaf = nodes["is_leaf"].astype(bool)
    return Tree(
        feature=tuple(int(value) for value in np.where(is_leaf, -1, nodes["feature_idx"])),
        threshold=_floats(np.where(is_leaf, 0.0, nodes["num_threshold"])),
        missing_goes_left=tuple(bool(value) for value in nodes["missing_go_to_left"]),
        left=tuple(int(value) for value in nodes["left"]),
        right=tuple(int(value) for value in nodes["right"]),
        value=_floats(nodes["value"]),
    )


def _log_loss(outcome: BoolArray, probability: FloatArray) -> float:
    return float(log_loss(outcome, np.clip(probability, ALMOST_CERTAIN, 1 - ALMOST_CERTAIN), labels=[False, True]))


def _floats(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
