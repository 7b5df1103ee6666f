"""Fit the candidates and the calibration with scikit-learn, and hand them back as plain numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from python_models.evaluation.metrics import BoolArray
from python_models.matrix import FloatArray
from python_models.propensity.model import (
    BoostingModel,
    Calibration,
    ForestModel,
    IsotonicCalibration,
    LogisticModel,
    PlattCalibration,
    Tree,
    filled_columns,
)
from python_models.propensity.spec import BoostingParameters, ForestParameters

ALMOST_CERTAIN = 1e-6
ISOTONIC_MINIMUM_CASES = 1_000


def fit_logistic(matrix: FloatArray, outcome: BoolArray, penalty: float, seed: int) -> LogisticModel:
    missing = np.isnan(matrix)
    fill_values = _floats(np.array([np.median(column[~gone]) for column, gone in zip(matrix.T, missing.T, strict=True)]))
    flagged = tuple(int(index) for index in np.flatnonzero(missing.any(axis=0)))
    columns = filled_columns(matrix, fill_values, flagged)
    means = columns.mean(axis=0)
    spread = columns.std(axis=0)
    scales = np.where(spread > 0, spread, 1.0)
    # In place: half a million rows are a third of a gigabyte.
    columns -= means
    columns /= scales
    fitted = LogisticRegression(C=penalty, max_iter=1_000, random_state=seed).fit(columns, outcome)
    return LogisticModel(
        fill_values=fill_values,
        flagged=flagged,
        means=_floats(means),
        scales=_floats(scales),
        coefficients=_floats(fitted.coef_[0]),
        intercept=float(fitted.intercept_[0]),
    )


def fit_forest(matrix: FloatArray, outcome: BoolArray, parameters: ForestParameters, seed: int) -> ForestModel:
    fitted = RandomForestClassifier(
        n_estimators=parameters.tree_count,
        min_samples_leaf=parameters.min_samples_leaf,
        max_leaf_nodes=parameters.max_leaf_nodes,
        max_features="sqrt",
        max_samples=parameters.row_share,
        n_jobs=1,
        random_state=seed,
    ).fit(matrix, outcome)
    return ForestModel(tuple(_forest_tree(each.tree_) for each in fitted.estimators_))


def fit_boosting(matrix: FloatArray, outcome: BoolArray, parameters: BoostingParameters, seed: int) -> BoostingModel:
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
    return BoostingModel(float(state["_baseline_prediction"][0, 0]), tuple(_tree(step[0].nodes) for step in state["_predictors"]))


def fit_calibration(decision: FloatArray, outcome: BoolArray) -> Calibration:
    """Platt's line, or isotonic steps where there are many cases and they win on rows that they were not fitted on."""
    if min(outcome.sum(), (~outcome).sum()) < ISOTONIC_MINIMUM_CASES:
        return fit_platt(decision, outcome)
    halves = np.arange(len(outcome)) % 2 == 0
    platt_loss = isotonic_loss = 0.0
    for fit_on in (halves, ~halves):
        judge_on = ~fit_on
        platt_loss += log_loss_of(outcome[judge_on], fit_platt(decision[fit_on], outcome[fit_on]).apply(decision[judge_on]))
        isotonic_loss += log_loss_of(outcome[judge_on], fit_isotonic(decision[fit_on], outcome[fit_on]).apply(decision[judge_on]))
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


def _forest_tree(tree: Any) -> Tree:
    is_leaf = tree.children_left < 0
    return Tree(
        feature=tuple(int(value) for value in np.where(is_leaf, -1, tree.feature)),
        threshold=_floats(np.where(is_leaf, 0.0, tree.threshold)),
        missing_goes_left=tuple(bool(value) for value in tree.missing_go_to_left),
        left=tuple(int(value) for value in np.where(is_leaf, 0, tree.children_left)),
        right=tuple(int(value) for value in np.where(is_leaf, 0, tree.children_right)),
        value=_floats(tree.value[:, 0, 1]),
    )


def log_loss_of(outcome: BoolArray, probability: FloatArray) -> float:
    return float(log_loss(outcome, np.clip(probability, ALMOST_CERTAIN, 1 - ALMOST_CERTAIN), labels=[False, True]))


def _floats(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
