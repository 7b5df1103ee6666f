"""Fit the learners (Künzel, Sekhon, Bickel and Yu 2019), and hand them back as plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from python_models.matrix import FloatArray, feature_matrix
from python_models.parallel import run_all
from python_models.propensity.fit import fit_logistic
from python_models.propensity.model import LogisticModel
from python_models.uplift.bandit import fit_bandit
from python_models.uplift.linear import fit_ridge
from python_models.uplift.model import HAS_OFFER, LEARNERS, Learner, TLearner, XLearner, effect_matrix
from python_models.uplift.spec import LearnerParameters, UpliftSpec
from python_models.uplift.trial import Trial


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


def fit_outcomes(trial: Trial, spec: UpliftSpec) -> OutcomeModels:
    """What all learners begin with, so that it is fitted once."""
    is_drawn = trial.is_drawn
    # The longest first: the other two take as long together.
    expected, drawn, held_out = run_all(
        [
            lambda: fit_outcome(trial.matrix, trial.outcome, spec),
            lambda: fit_outcome(trial.matrix[is_drawn], trial.outcome[is_drawn], spec),
            lambda: fit_outcome(trial.matrix[~is_drawn], trial.outcome[~is_drawn], spec),
        ]
    )
    return OutcomeModels(drawn, held_out, expected)


def fit_learner(parameters: LearnerParameters, features: Sequence[str], trial: Trial, outcomes: OutcomeModels, seed: int) -> Learner:
    """The X-learner weighs its two regressions by the share that was drawn: the one that saw more of the other arm counts for more."""
    if parameters.kind not in LEARNERS:
        raise ValueError(f"unknown kind of learner {parameters.kind!r}: {', '.join(LEARNERS)} are known")
    if parameters.kind == "t":
        return TLearner(outcomes.drawn, outcomes.held_out)
    columns = (*(number for number, name in enumerate(features) if name in parameters.effect_features), len(features))
    if parameters.kind == "bandit":
        return fit_bandit(trial, outcomes.expected, columns, parameters.penalty, seed)
    matrix, outcome, is_drawn = trial.matrix, trial.outcome, trial.is_drawn
    gained = outcome[is_drawn] - expit(outcomes.held_out.decision(matrix[is_drawn]))
    missed = expit(outcomes.drawn.decision(matrix[~is_drawn])) - outcome[~is_drawn]
    expected = outcomes.expected if parameters.effect_features else None
    seen = effect_matrix(matrix, expected, columns)
    return XLearner(
        fit_ridge(seen[is_drawn], gained, parameters.penalty),
        fit_ridge(seen[~is_drawn], missed, parameters.penalty),
        float(is_drawn.mean()),
        expected,
        columns if expected else (),
    )
