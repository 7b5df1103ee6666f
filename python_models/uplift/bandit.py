"""A contextual bandit on the log of randomised campaigns: linear Thompson sampling (Agrawal and Goyal 2013), replayed in their order.

On every date the bandit picks as many people to write to as the campaign did, by a draw from what it believes of the effect; it learns from
those to whom the campaign happened to do the same (replay, Li, Chu, Langford and Wang 2011). Since a lot decided what was done, these rows
are what the bandit would have seen. What it believes at the end is judged like every other ranking.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from python_models.matrix import FloatArray
from python_models.propensity.model import LogisticModel
from python_models.uplift.linear import fit_scaling
from python_models.uplift.model import BanditLearner, effect_matrix
from python_models.uplift.trial import Trial

# An outcome whose rate is unknown varies by no more than this; the prior of the intercept is one row.
LARGEST_VARIANCE = 0.25


@dataclass
class _Arm:
    """Posterior of a linear model of the outcome: normal, with unit noise (scaled where it is drawn from)."""

    precision: FloatArray
    moment: FloatArray

    @property
    def mean(self) -> FloatArray:
        return np.asarray(np.linalg.solve(self.precision, self.moment), dtype=np.float64)

    def variance(self, columns: FloatArray) -> FloatArray:
        """Of the mean outcome of every row."""
        return np.asarray((columns * np.linalg.solve(self.precision, columns.T).T).sum(axis=1))

    def learn(self, columns: FloatArray, outcome: FloatArray) -> None:
        self.precision += columns.T @ columns
        self.moment += columns.T @ outcome


def fit_bandit(trial: Trial, expected: LogisticModel, effect_columns: tuple[int, ...], prior_rows: float, seed: int) -> BanditLearner:
    """`prior_rows` is what the belief that a column does not matter weighs, in rows."""
    seen = effect_matrix(trial.matrix, expected, effect_columns)
    scaling = fit_scaling(seen)
    columns = scaling.columns(seen)
    prior = np.diag(np.r_[1.0, np.full(columns.shape[1] - 1, prior_rows)])
    message, silence = (_Arm(prior.copy(), np.zeros(columns.shape[1])) for _ in range(2))
    generator = np.random.default_rng(seed)
    learnt_count, learnt_outcomes = 0, 0.0
    for day in range(int(trial.day.max()) + 1):
        rows = np.flatnonzero(trial.day == day)
        today = columns[rows]
        rate = learnt_outcomes / learnt_count if learnt_count else 0.5
        noise = min(max(rate * (1 - rate), 1 / max(learnt_count, 4)), LARGEST_VARIANCE)
        deviation = np.sqrt(noise * (message.variance(today) + silence.variance(today)))
        belief = today @ (message.mean - silence.mean) + deviation * generator.standard_normal(len(rows))
        is_picked = np.zeros(len(rows), dtype=bool)
        is_picked[np.argsort(-belief, kind="stable")[: round(float(trial.share[rows].sum()))]] = True
        is_same = is_picked == trial.is_drawn[rows]
        for arm, is_of_arm in ((message, is_picked), (silence, ~is_picked)):
            learnt = is_same & is_of_arm
            arm.learn(today[learnt], trial.outcome[rows][learnt])
        learnt_count += int(is_same.sum())
        learnt_outcomes += float(trial.outcome[rows][is_same].sum())
    return BanditLearner(scaling.with_coefficients(message.mean), scaling.with_coefficients(silence.mean), expected, effect_columns)
