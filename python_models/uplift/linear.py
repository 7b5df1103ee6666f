"""Linear models of an effect or an outcome on scaled columns, kept as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from python_models.matrix import FloatArray
from python_models.propensity.model import LogisticModel


@dataclass(frozen=True)
class Scaling:
    """How a matrix becomes scaled columns: missing values filled and flagged, long tails tamed, means zero and deviations one."""

    model: LogisticModel

    def columns(self, matrix: FloatArray) -> FloatArray:
        """A column of ones, for the intercept, and the scaled columns."""
        return np.column_stack([np.ones(len(matrix)), self.model.design(matrix)])

    def with_coefficients(self, solved: FloatArray) -> LogisticModel:
        """The model whose decision is the scaled columns times `solved`, its intercept first."""
        return replace(self.model, intercept=float(solved[0]), coefficients=_floats(solved[1:]))


def fit_scaling(matrix: FloatArray) -> Scaling:
    """From the rows themselves; outcomes have no part in it."""
    missing = np.isnan(matrix)
    # A column that is empty says nothing: any number does.
    fill_values = tuple(float(np.median(column[~gone])) if (~gone).any() else 0.0 for column, gone in zip(matrix.T, missing.T, strict=True))
    flagged = tuple(int(index) for index in np.flatnonzero(missing.any(axis=0)))
    count = matrix.shape[1] + len(flagged)
    unscaled = LogisticModel(fill_values, flagged, (0.0,) * count, (1.0,) * count, coefficients=(), intercept=0.0)
    columns = unscaled.design(matrix)
    spread = columns.std(axis=0)
    return Scaling(replace(unscaled, means=_floats(columns.mean(axis=0)), scales=_floats(np.where(spread > 0, spread, 1.0))))


def fit_ridge(matrix: FloatArray, effect: FloatArray, penalty: float) -> LogisticModel:
    """Least squares of imputed effects; the intercept, which carries the average effect, is not shrunk."""
    scaling = fit_scaling(matrix)
    scaled = scaling.columns(matrix)
    shrinkage = np.full(scaled.shape[1], penalty * len(matrix))
    shrinkage[0] = 0.0
    solved = np.linalg.lstsq(scaled.T @ scaled + np.diag(shrinkage), scaled.T @ effect, rcond=None)[0]
    return scaling.with_coefficients(np.asarray(solved, dtype=np.float64))


def _floats(values: FloatArray) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
