"""A fitted propensity model as plain numbers: no pickle, so that reading a model file can never run code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from python_models.matrix import FloatArray, signed_log

CHUNK_ROWS = 50_000
CACHED_ROWS = 4_096
ALMOST_NEVER = 1e-4
IS_MISSING = "_is_missing"
# One leaf for all rows, or a leaf per row.
LeafPlaces = np.unsignedinteger | npt.NDArray[np.unsignedinteger]


@dataclass(frozen=True)
class LogisticModel:
    """Logistic regression on standardised signed logs. A missing value is filled, and a column of the design says that it was."""

    fill_values: tuple[float, ...]
    flagged: tuple[int, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    coefficients: tuple[float, ...]
    intercept: float

    def design(self, matrix: FloatArray) -> FloatArray:
        columns = filled_columns(matrix, self.fill_values, self.flagged)
        columns -= np.asarray(self.means)
        columns /= np.asarray(self.scales)
        return columns

    def design_names(self, features: Sequence[str]) -> tuple[str, ...]:
        """The columns of the design: the features, then the flags of those that were ever missing."""
        return (*features, *(f"{features[index]}{IS_MISSING}" for index in self.flagged))

    def imputed(self, features: Sequence[str]) -> dict[str, float]:
        """What a missing value is filled with, by feature that was ever missing."""
        return {features[index]: self.fill_values[index] for index in self.flagged}

    def decision(self, matrix: FloatArray) -> FloatArray:
        # By few rows, whose temporary columns stay in the cache: uplift trains on 480,000 rows in 31 s instead of 44 s.
        decisions = np.empty(len(matrix))
        for start in range(0, len(matrix), CACHED_ROWS):
            rows = slice(start, start + CACHED_ROWS)
            decisions[rows] = self.decision_of(self.design(matrix[rows]))
        return decisions

    def decision_of(self, design: FloatArray) -> FloatArray:
        # Summed column by column: a matrix product may add in another order on another CPU.
        total = np.full(len(design), self.intercept)
        for column, coefficient in zip(design.T, self.coefficients, strict=True):
            total += column * coefficient
        return total


def filled_columns(matrix: FloatArray, fill_values: Sequence[float], flagged: Sequence[int]) -> FloatArray:
    """Signed logs with missing values filled, and a column of 0 and 1 for each flagged one that says which were missing."""
    width = matrix.shape[1]
    columns = np.empty((len(matrix), width + len(flagged)))
    for start in range(0, len(matrix), CACHED_ROWS):
        part = matrix[start : start + CACHED_ROWS]
        missing = np.isnan(part)
        columns[start : start + CACHED_ROWS, :width] = signed_log(np.where(missing, np.asarray(fill_values), part))
        columns[start : start + CACHED_ROWS, width:] = missing[:, list(flagged)]
    return columns


@dataclass(frozen=True)
class Tree:
    """One regression tree as parallel arrays over its nodes; node 0 is the root, a leaf has feature -1."""

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    missing_goes_left: tuple[bool, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]

    def predict(self, matrix: FloatArray) -> FloatArray:
        """The value of each row's leaf; fastest where each column of `matrix` lies in one piece (Fortran order)."""
        leaves = [node for node, feature in enumerate(self.feature) if feature < 0]
        # Places of leaves as whole numbers of one byte, where they fit: an instruction handles a whole row of them.
        kind = np.min_scalar_type(len(leaves) - 1)
        places = {node: kind.type(place) for place, node in enumerate(leaves)}
        chosen = np.broadcast_to(self._leaf(0, matrix, places), len(matrix))
        return np.asarray(np.asarray(self.value, dtype=np.float64)[leaves][chosen])

    def _leaf(self, node: int, matrix: FloatArray, places: Mapping[int, np.unsignedinteger]) -> LeafPlaces:
        """Which leaf below `node` each row ends in. Every row is asked at every node: ten times cheaper than leading each its own way."""
        if node in places:
            return places[node]
        left, right = (self._leaf(child[node], matrix, places) for child in (self.left, self.right))
        column, threshold = matrix[:, self.feature[node]], self.threshold[node]
        # A missing value is neither above the threshold nor below it: the question is the one to which no is its way.
        if self.missing_goes_left[node]:
            answer, on_yes, on_no = column > threshold, right, left
        else:
            answer, on_yes, on_no = column <= threshold, left, right
        # All bits of a mask are set for yes: the way that is taken, without a branch.
        mask = answer.astype(np.result_type(on_yes, on_no))
        np.negative(mask, out=mask)
        mask &= on_yes ^ on_no
        mask ^= on_no
        return mask


@dataclass(frozen=True)
class BoostingModel:
    """Sum of trees, as scikit-learn's HistGradientBoostingClassifier fitted them."""

    baseline: float
    trees: tuple[Tree, ...]

    def decision(self, matrix: FloatArray) -> FloatArray:
        parts = [self._decision(matrix[start : start + CHUNK_ROWS]) for start in range(0, len(matrix), CHUNK_ROWS)]
        return np.concatenate(parts) if parts else np.empty(0)

    def _decision(self, matrix: FloatArray) -> FloatArray:
        by_column = np.asfortranarray(matrix)
        total = np.full(len(matrix), self.baseline)
        for tree in self.trees:
            total += tree.predict(by_column)
        return total


@dataclass(frozen=True)
class ForestModel:
    """Mean of trees whose leaves hold shares, as scikit-learn's RandomForestClassifier fitted them; its decision is the log-odds."""

    trees: tuple[Tree, ...]

    def decision(self, matrix: FloatArray) -> FloatArray:
        parts = [self._decision(matrix[start : start + CHUNK_ROWS]) for start in range(0, len(matrix), CHUNK_ROWS)]
        return np.concatenate(parts) if parts else np.empty(0)

    def share(self, matrix: FloatArray) -> FloatArray:
        # scikit-learn compares single precision with its thresholds.
        rounded = matrix.astype(np.float32, order="F").astype(np.float64)
        total = np.zeros(len(matrix))
        for tree in self.trees:
            total += tree.predict(rounded)
        return total / len(self.trees)

    def _decision(self, matrix: FloatArray) -> FloatArray:
        return np.asarray(logit(np.clip(self.share(matrix), ALMOST_NEVER, 1 - ALMOST_NEVER)))


@dataclass(frozen=True)
class PlattCalibration:
    """Sigmoid of a line through the log-odds (Platt 1999)."""

    slope: float
    intercept: float

    def apply(self, decision: FloatArray) -> FloatArray:
        return np.asarray(expit(self.slope * decision + self.intercept))


@dataclass(frozen=True)
class IsotonicCalibration:
    """Monotone steps, joined by straight lines (Zadrozny and Elkan 2002)."""

    decisions: tuple[float, ...]
    probabilities: tuple[float, ...]

    def apply(self, decision: FloatArray) -> FloatArray:
        return np.interp(decision, self.decisions, self.probabilities)


Estimator = LogisticModel | ForestModel | BoostingModel
Calibration = PlattCalibration | IsotonicCalibration
ESTIMATORS: Mapping[str, type[Estimator]] = {"logistic": LogisticModel, "forest": ForestModel, "boosting": BoostingModel}
CALIBRATIONS: Mapping[str, type[PlattCalibration | IsotonicCalibration]] = {
    "platt": PlattCalibration,
    "isotonic": IsotonicCalibration,
}


@dataclass(frozen=True)
class PropensityModel:
    """Everything that scoring needs, and nothing that it does not."""

    model_name: str
    model_version: str
    features: tuple[str, ...]
    estimator: Estimator
    calibration: Calibration
    threshold: float

    def probability(self, matrix: FloatArray) -> FloatArray:
        # Six digits: finer differences are noise, and a later cut must not depend on them.
        calibrated = self.calibration.apply(self.estimator.decision(matrix))
        return np.asarray(np.round(np.clip(calibrated, 0, 1), 6), dtype=np.float64)

    def to_json(self) -> str:
        return json.dumps(
            asdict(self) | {"estimator_kind": _kind(ESTIMATORS, self.estimator), "calibration_kind": _kind(CALIBRATIONS, self.calibration)},
            sort_keys=True,
        )


def model_from_json(text: str) -> PropensityModel:
    """Read what `to_json` wrote; an unknown kind is an error, not a guess."""
    content = json.loads(text)
    return PropensityModel(
        model_name=content["model_name"],
        model_version=content["model_version"],
        features=tuple(content["features"]),
        estimator=_estimator(content["estimator_kind"], content["estimator"]),
        calibration=CALIBRATIONS[content["calibration_kind"]](**_tuples(content["calibration"])),
        threshold=content["threshold"],
    )


def _estimator(kind: str, content: Mapping[str, Any]) -> Estimator:
    estimator = ESTIMATORS[kind]
    if estimator is LogisticModel:
        return LogisticModel(**_tuples(content))
    trees = tuple(Tree(**_tuples(tree)) for tree in content["trees"])
    return ForestModel(trees) if estimator is ForestModel else BoostingModel(content["baseline"], trees)


def _kind(kinds: Mapping[str, type], value: object) -> str:
    return next(name for name, kind in kinds.items() if isinstance(value, kind))


def _tuples(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in content.items()}
