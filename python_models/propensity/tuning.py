"""Which candidate, and which of its settings: cross-validated on the training dates alone, each judged on a date after its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from python_models.evaluation.metrics import BoolArray
from python_models.matrix import FloatArray
from python_models.propensity.fit import fit_boosting, fit_forest, fit_logistic, log_loss_of
from python_models.propensity.model import Estimator
from python_models.propensity.spec import BoostingParameters, ForestParameters, PropensitySpec

TREE_STEP = 10
Parameters = float | ForestParameters | BoostingParameters


@dataclass(frozen=True)
class Fold:
    """Rows to fit on and rows to judge on, the latter from a later date."""

    fit_matrix: FloatArray
    fit_outcome: BoolArray
    judge_matrix: FloatArray
    judge_outcome: BoolArray


@dataclass(frozen=True)
class Tuned:
    """What to fit on all training rows; `aucs` has the mean AUC of every candidate over the folds."""

    parameters: Parameters
    aucs: Mapping[str, float]


def folds_of(
    dates: Sequence[date], folds: Sequence[tuple[tuple[date, ...], date]], matrix: FloatArray, outcome: BoolArray, minimum_cases: int
) -> list[Fold]:
    """Cut the rows, one date of `dates` each; folds with too few cases of either kind are left out."""
    row_dates = np.asarray(dates, dtype="datetime64[D]")
    cut = []
    for fit_dates, judge_date in folds:
        fit_rows = np.isin(row_dates, np.asarray(fit_dates, dtype="datetime64[D]"))
        judge_rows = row_dates == np.datetime64(judge_date)
        fold = Fold(matrix[fit_rows], outcome[fit_rows], matrix[judge_rows], outcome[judge_rows])
        if min(_fewest(fold.fit_outcome), _fewest(fold.judge_outcome)) >= minimum_cases:
            cut.append(fold)
    return cut


def tune(folds: Sequence[Fold], spec: PropensitySpec) -> Tuned:
    """The best settings of each kind, and of the kinds the simplest that no later one beats by the margin."""
    aucs: dict[str, float] = {}
    best: list[tuple[Parameters, float]] = []
    for kind in (spec.logistic_penalties, spec.forests, spec.boosting):
        of_kind = []
        for parameters in kind:
            settled, auc = _judged(folds, parameters, spec.seed)
            aucs[_name(parameters)] = auc
            of_kind.append((settled, auc))
        if of_kind:
            best.append(max(of_kind, key=lambda each: each[1]))
    chosen, chosen_auc = best[0]
    for parameters, auc in best[1:]:
        if auc > chosen_auc + spec.simplicity_margin_auc:
            chosen, chosen_auc = parameters, auc
    return Tuned(chosen, aucs)


def fit_chosen(parameters: Parameters, matrix: FloatArray, outcome: BoolArray, seed: int) -> Estimator:
    if isinstance(parameters, BoostingParameters):
        return fit_boosting(matrix, outcome, parameters, seed)
    if isinstance(parameters, ForestParameters):
        return fit_forest(matrix, outcome, parameters, seed)
    return fit_logistic(matrix, outcome, parameters, seed)


def _judged(folds: Sequence[Fold], parameters: Parameters, seed: int) -> tuple[Parameters, float]:
    if isinstance(parameters, BoostingParameters):
        return _judged_boosting(folds, parameters, seed)
    aucs = [
        roc_auc_score(fold.judge_outcome, fit_chosen(parameters, fold.fit_matrix, fold.fit_outcome, seed).decision(fold.judge_matrix))
        for fold in folds
    ]
    return parameters, float(np.mean(aucs))


def _judged_boosting(folds: Sequence[Fold], parameters: BoostingParameters, seed: int) -> tuple[BoostingParameters, float]:
    """All trees are fitted once per fold; as many are kept, in steps of ten, as have the lowest log loss over the folds."""
    counts = range(TREE_STEP, parameters.max_iterations + 1, TREE_STEP)
    losses, aucs = np.zeros(len(counts)), np.zeros(len(counts))
    for fold in folds:
        model = fit_boosting(fold.fit_matrix, fold.fit_outcome, parameters, seed)
        by_column = np.asfortranarray(fold.judge_matrix)
        decision = np.full(len(by_column), model.baseline)
        for position, count in enumerate(counts):
            for tree in model.trees[count - TREE_STEP : count]:
                decision += tree.predict(by_column)
            losses[position] += log_loss_of(fold.judge_outcome, np.asarray(expit(decision))) / len(folds)
            aucs[position] += roc_auc_score(fold.judge_outcome, decision) / len(folds)
    best = int(np.argmin(losses))
    return replace(parameters, max_iterations=counts[best]), float(aucs[best])


def _name(parameters: Parameters) -> str:
    if isinstance(parameters, BoostingParameters):
        return f"boosting_leaves{parameters.max_leaf_nodes}"
    if isinstance(parameters, ForestParameters):
        return f"forest_leaf{parameters.min_samples_leaf}"
    return f"logistic_c{parameters:g}"


def _fewest(outcome: BoolArray) -> int:
    return int(min(outcome.sum(), (~outcome).sum()))
