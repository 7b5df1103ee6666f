"""Maximum likelihood for a handful of positive parameters, with the standard errors that go with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from python_models.matrix import FloatArray

# Log-likelihood and its gradient with respect to the parameters, both summed over customers.
LogLikelihood = Callable[[FloatArray], tuple[float, FloatArray]]

LARGEST_LOG = 12.0
STEP = 1e-4


class FitFailedError(RuntimeError):
    """The likelihood has no maximum inside the allowed range: the data do not fit the model. `highest` is the best value at its edge."""

    def __init__(self, message: str, highest: float = -np.inf) -> None:
        super().__init__(message)
        self.highest = highest


@dataclass(frozen=True)
class Estimate:
    """Parameters with standard errors, in the order in which they were given."""

    values: tuple[float, ...]
    standard_errors: tuple[float, ...]
    log_likelihood: float


def maximise(log_likelihood: LogLikelihood, starts: Sequence[Sequence[float]], customer_count: float) -> Estimate:
    """The highest maximum that is reached from any start.

    Works on logarithms of the parameters, so that they stay positive, and on the mean over customers, so that tolerances mean the same at
    any size. Standard errors are from the inverse of the observed information in the parameters themselves; NaN where it is not
    positive definite. Raises FitFailedError when no start leads to a maximum inside the range.
    """

    def objective(logs: FloatArray) -> tuple[float, FloatArray]:
        values = np.exp(logs)
        total, gradient = log_likelihood(values)
        return -total / customer_count, -gradient * values / customer_count

    bounds = [(-LARGEST_LOG, LARGEST_LOG)] * len(starts[0])
    options = {"maxiter": 1_000, "ftol": 1e-14, "gtol": 1e-9}
    fits = [minimize(objective, np.log(start), jac=True, method="L-BFGS-B", bounds=bounds, options=options) for start in starts]
    inside = [fit for fit in fits if np.isfinite(fit.fun) and np.all(np.abs(fit.x) < LARGEST_LOG - 1e-6)]
    if not inside:
        highest = max((-float(fit.fun) * customer_count for fit in fits if np.isfinite(fit.fun)), default=-np.inf)
        raise FitFailedError("a parameter ran to the end of its range: purchases here are not as the model assumes, or too few", highest)
    best = np.exp(min(inside, key=lambda fit: float(fit.fun)).x)
    return Estimate(
        tuple(float(value) for value in best),
        tuple(float(error) for error in _standard_errors(log_likelihood, best)),
        float(log_likelihood(best)[0]),
    )


def _standard_errors(log_likelihood: LogLikelihood, values: FloatArray) -> FloatArray:
    """Central differences of the analytic gradient give the Hessian."""
    size = len(values)
    hessian = np.empty((size, size))
    for position in range(size):
        step = np.zeros(size)
        step[position] = STEP * values[position]
        hessian[position] = (log_likelihood(values + step)[1] - log_likelihood(values - step)[1]) / (2 * step[position])
    information = -(hessian + hessian.T) / 2
    if not np.all(np.isfinite(information)) or np.linalg.eigvalsh(information).min() <= 0:
        return np.full(size, np.nan)
    return np.sqrt(np.diag(np.linalg.inv(information)))
