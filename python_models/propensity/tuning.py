"""Which candidate, and which of its settings: cross-validated on the training dates alone, each judged on a date after its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import numpy as np
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from python_models.evaluation.metrics import BoolArray
from python_models.matrix import FloatArray
from python_models.parallel import run_all
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


@dataclass(frozen=True)
class _Judged:
    """A candidate on one fold: log loss and AUC by number of trees, in steps; one AUC, and no loss, where there are none to choose."""

    losses: FloatArray
    aucs: FloatArray


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
    """The best settings of the simplest kind, unless the best of all others, no simpler than each other, beat them by the margin."""
    kinds = [kind for kind in (spec.logistic_penalties, spec.forests, spec.boosting) if kind]
    candidates = [parameters for kind in kinds for parameters in kind]
    judged = iter(_judge_all(folds, candidates, spec.seed))
    of_kinds = [[next(judged) for _ in kind] for kind in kinds]
    chosen, chosen_auc = _best(of_kinds[0])
    others = [each for of_kind in of_kinds[1:] for each in of_kind]
    if others and _best(others)[1] > chosen_auc + spec.simplicity_margin_auc:
        chosen = _best(others)[0]
    aucs = [auc for of_kind in of_kinds for _, auc in of_kind]
    return Tuned(chosen, dict(zip(map(_name, candidates), aucs, strict=True)))


def _best(judged: Sequence[tuple[Parameters, float]]) -> tuple[Parameters, float]:
    """Of equal ones the first."""
    return max(judged, key=lambda each: each[1])


def _judge_all(folds: Sequence[Fold], candidates: Sequence[Parameters], seed: int) -> list[tuple[Parameters, float]]:
    """A task per candidate and fold; of each candidate the settings that came out of it, and the mean AUC."""
    judged = run_all([partial(_judge, parameters, fold, seed) for parameters in candidates for fold in folds])
    starts = range(0, len(judged), len(folds))
    return [_settled(parameters, judged[start : start + len(folds)]) for parameters, start in zip(candidates, starts, strict=True)]


def fit_chosen(parameters: Parameters, matrix: FloatArray, outcome: BoolArray, seed: int) -> Estimator:
    if isinstance(parameters, BoostingParameters):
        return fit_boosting(matrix, outcome, parameters, seed)
    if isinstance(parameters, ForestParameters):
        return fit_forest(matrix, outcome, parameters, seed)
    return fit_logistic(matrix, outcome, parameters, seed)


def _judge(parameters: Parameters, fold: Fold, seed: int) -> _Judged:
    if isinstance(parameters, BoostingParameters):
        return _judge_boosting(parameters, fold, seed)
    decision = fit_chosen(parameters, fold.fit_matrix, fold.fit_outcome, seed).decision(fold.judge_matrix)
    return _Judged(np.empty(0), np.array([roc_auc_score(fold.judge_outcome, decision)]))


def _judge_boosting(parameters: BoostingParameters, fold: Fold, seed: int) -> _Judged:
    """All trees are fitted once, and judged as they come, in steps of ten."""
    model = fit_boosting(fold.fit_matrix, fold.fit_outcome, parameters, seed)
    by_column = np.asfortranarray(fold.judge_matrix)
    decision = np.full(len(by_column), model.baseline)
    losses, aucs = [], []
    for count in _tree_counts(parameters):
        for tree in model.trees[count - TREE_STEP : count]:
            decision += tree.predict(by_column)
        losses.append(log_loss_of(fold.judge_outcome, np.asarray(expit(decision))))
        aucs.append(roc_auc_score(fold.judge_outcome, decision))
    return _Judged(np.array(losses), np.array(aucs))


def _settled(parameters: Parameters, judged: Sequence[_Judged]) -> tuple[Parameters, float]:
    """As many trees are kept as have the lowest log loss over the folds."""
    if not isinstance(parameters, BoostingParameters):
        return parameters, float(np.mean([fold.aucs[0] for fold in judged]))
    losses = sum((fold.losses / len(judged) for fold in judged), np.zeros(len(judged[0].losses)))
    best = int(np.argmin(losses))
    auc = sum(float(fold.aucs[best]) / len(judged) for fold in judged)
    return replace(parameters, max_iterations=_tree_counts(parameters)[best]), auc


def _tree_counts(parameters: BoostingParameters) -> range:
    return range(TREE_STEP, parameters.max_iterations + 1, TREE_STEP)


def _name(parameters: Parameters) -> str:
    if isinstance(parameters, BoostingParameters):
        return f"boosting_leaves{parameters.max_leaf_nodes}"
    if isinstance(parameters, ForestParameters):
        return f"forest_leaf{parameters.min_samples_leaf}"
    return f"logistic_c{parameters:g}"


def _fewest(outcome: BoolArray) -> int:
    return int(min(outcome.sum(), (~outcome).sum()))
