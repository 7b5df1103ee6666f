"""Fit the learners (Künzel, Sekhon, Bickel and Yu 2019), and hand them back as plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import expit

from python_models.matrix import FloatArray, feature_matrix
from python_models.propensity.fit import fit_logistic
from python_models.propensity.model import LogisticModel
from python_models.uplift.model import HAS_OFFER, LEARNERS, Learner, TLearner, XLearner, effect_matrix
from python_models.uplift.spec import LearnerParameters, UpliftSpec


@dataclass(frozen=True)
class OutcomeModels:
    """The outcome of those who were drawn, of those who were held out, and of everybody."""

    drawn: LogisticModel
    held_out: LogisticModel
    expected: LogisticModel


def design(frame: pd.DataFrame, features: Sequence[str]) -> FloatArray:
    """The features and, last, whether the message carries an offer."""
    return np.column_stack([feature_matrix(frame, features), frame[HAS_OFFER].to_numpy(dtype=np.float64)])


def fit_outcome(matrix: FloatArray, outcome: FloatArray, spec: UpliftSpec) -> LogisticModel:
    """What is expected of people like these, whoever got a message."""
    return fit_logistic(matrix, outcome > 0, spec.outcome_penalty, spec.seed)


def fit_outcomes(matrix: FloatArray, treated: FloatArray, outcome: FloatArray, spec: UpliftSpec) -> OutcomeModels:
    """What all learners begin with, so that it is fitted once."""
    is_drawn = treated > 0
    return OutcomeModels(
        drawn=fit_outcome(matrix[is_drawn], outcome[is_drawn], spec),
        held_out=fit_outcome(matrix[~is_drawn], outcome[~is_drawn], spec),
        expected=fit_outcome(matrix, outcome, spec),
    )


def fit_learner(
    parameters: LearnerParameters,
    features: Sequence[str],
    matrix: FloatArray,
    treated: FloatArray,
    outcome: FloatArray,
    outcomes: OutcomeModels,
) -> Learner:
    """The X-learner weighs its two regressions by the share that was drawn: the one that saw more of the other arm counts for more."""
    if parameters.kind not in LEARNERS:
        raise ValueError(f"unknown kind of learner {parameters.kind!r}: {' and '.join(LEARNERS)} are known")
    if parameters.kind == "t":
        return TLearner(outcomes.drawn, outcomes.held_out)
    is_drawn = treated > 0
    gained = outcome[is_drawn] - expit(outcomes.held_out.decision(matrix[is_drawn]))
    missed = expit(outcomes.drawn.decision(matrix[~is_drawn])) - outcome[~is_drawn]
    expected: LogisticModel | None = None
    columns: tuple[int, ...] = ()
    if parameters.effect_features:
        expected = outcomes.expected
        columns = (*(number for number, name in enumerate(features) if name in parameters.effect_features), len(features))
    seen = effect_matrix(matrix, expected, columns)
    return XLearner(
        fit_ridge(seen[is_drawn], gained, parameters.penalty),
        fit_ridge(seen[~is_drawn], missed, parameters.penalty),
        float(is_drawn.mean()),
        expected,
        columns,
    )


def fit_ridge(matrix: FloatArray, effect: FloatArray, penalty: float) -> LogisticModel:
    """Least squares of imputed effects on the scaled columns; the intercept, which carries the average effect, is not shrunk."""
    missing = np.isnan(matrix)
    # A column that is empty in this arm says nothing: any number does.
    fill_values = tuple(float(np.median(column[~gone])) if (~gone).any() else 0.0 for column, gone in zip(matrix.T, missing.T, strict=True))
    flagged = tuple(int(index) for index in np.flatnonzero(missing.any(axis=0)))
    count = matrix.shape[1] + len(flagged)
    unscaled = LogisticModel(fill_values, flagged, (0.0,) * count, (1.0,) * count, coefficients=(), intercept=0.0)
    columns = unscaled.design(matrix)
    means, spread = columns.mean(axis=0), columns.std(axis=0)
    scales = np.where(spread > 0, spread, 1.0)
    scaled = np.column_stack([np.ones(len(matrix)), (columns - means) / scales])
    shrinkage = np.full(scaled.shape[1], penalty * len(matrix))
    shrinkage[0] = 0.0
    solved = np.linalg.lstsq(scaled.T @ scaled + np.diag(shrinkage), scaled.T @ effect, rcond=None)[0]
    return replace(
        unscaled,
        means=_floats(means),
        scales=_floats(scales),
        intercept=float(solved[0]),
        coefficients=_floats(solved[1:]),
    )


def _floats(values: FloatArray) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
