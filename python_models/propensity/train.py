"""Train one propensity model: split by time, choose and calibrate on validation, judge once on test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np
import pandas as pd

from python_models.evaluation.metrics import BoolArray, best_f1_threshold, classification_metrics
from python_models.matrix import FloatArray, feature_matrix, usable_features
from python_models.propensity.fit import candidates, fit_calibration
from python_models.propensity.model import Estimator, PropensityModel
from python_models.propensity.spec import PropensitySpec
from python_models.reproducible import fingerprint, single_thread, sort_rows
from python_models.splits import DateSplit, split_dates

KEYS = ("as_of_date", "customer_id")
SAMPLE_BUCKETS = 100


@dataclass(frozen=True)
class TrainingResult:
    """The model and how good it is; or, below the floor, no model and the reason."""

    model: PropensityModel | None
    reason: str | None
    model_version: str
    split: DateSplit | None
    metrics: Mapping[str, Mapping[str, float]]
    predictions: pd.DataFrame


@dataclass(frozen=True)
class _Part:
    rows: pd.DataFrame
    matrix: FloatArray
    outcome: BoolArray


def train_propensity(rows: pd.DataFrame, spec: PropensitySpec) -> TrainingResult:
    """`rows` holds one row per customer and as-of date: the features joined with the labels. Immature labels are left out here."""
    mature = sort_rows(rows[rows[spec.maturity_column].astype(bool)], KEYS)
    model_version = f"{spec.model_name}-{fingerprint(mature[list(_columns(spec))], asdict(spec))}"
    split = split_dates(_dates(mature), spec.horizon_days, spec.holdout_share)
    if split is None:
        return _untrained(model_version, None, {}, f"{mature['as_of_date'].nunique()} mature dates are too few to split by time")
    sampled = _sample(mature, split.train, spec.max_training_rows)
    features = usable_features(sampled, spec.features)
    parts = {
        "train": _part(sampled, features, spec),
        "validation": _part(_rows_of(mature, split.validation), features, spec),
        "test": _part(_rows_of(mature, split.test), features, spec),
    }
    counts = {name: {"row_count": float(len(part.outcome)), "positive_count": float(part.outcome.sum())} for name, part in parts.items()}
    reason = _too_thin(parts, features, spec)
    if reason:
        return _untrained(model_version, split, counts, reason)
    with single_thread():
        return _fit(parts, features, spec, model_version, split)


def _fit(
    parts: Mapping[str, _Part], features: tuple[str, ...], spec: PropensitySpec, model_version: str, split: DateSplit
) -> TrainingResult:
    train, validation = parts["train"], parts["validation"]
    tried = list(candidates(spec, train.matrix, train.outcome, validation.matrix, validation.outcome))
    estimator = _choose(tried, spec.boosting_margin_auc)
    calibration = fit_calibration(estimator.decision(validation.matrix), validation.outcome)
    uncut = PropensityModel(spec.model_name, model_version, features, estimator, calibration, threshold=0.5)
    threshold = best_f1_threshold(validation.outcome, uncut.probability(validation.matrix))
    model = PropensityModel(spec.model_name, model_version, features, estimator, calibration, threshold)
    predictions = pd.concat([_predictions(name, part, model) for name, part in parts.items()], ignore_index=True)
    metrics = {
        name: classification_metrics(part.outcome, model.probability(part.matrix), threshold) | {"is_trained": 1.0}
        for name, part in parts.items()
    }
    metrics["validation"] |= {f"candidate_auc_{name}": auc for name, _, auc in tried}
    return TrainingResult(model, None, model_version, split, metrics, predictions)


def _choose(tried: Sequence[tuple[str, Estimator, float]], margin: float) -> Estimator:
    """The best on validation; one that is listed later, so less simple, has to be better by the margin."""
    _, chosen, chosen_auc = tried[0]
    for _, estimator, auc in tried[1:]:
        if auc > chosen_auc + (margin if type(estimator) is not type(chosen) else 0):
            chosen, chosen_auc = estimator, auc
    return chosen


def _too_thin(parts: Mapping[str, _Part], features: Sequence[str], spec: PropensitySpec) -> str | None:
    if not features:
        return "no feature varies between customers"
    for name, part in parts.items():
        floor = spec.minimum_train_cases if name == "train" else spec.minimum_holdout_cases
        for kind, count in (("positive", int(part.outcome.sum())), ("negative", int((~part.outcome).sum()))):
            if count < floor:
                return f"{count} {kind} cases in the {name} part, {floor} needed"
    return None


def _untrained(model_version: str, split: DateSplit | None, counts: Mapping[str, Mapping[str, float]], reason: str) -> TrainingResult:
    metrics = {name: {"is_trained": 0.0, **counts.get(name, {})} for name in (counts or {"train": {}})}
    return TrainingResult(None, reason, model_version, split, metrics, _no_predictions())


def _sample(rows: pd.DataFrame, dates: Sequence[date], max_rows: int) -> pd.DataFrame:
    """Training rows of a fixed set of customers: the same people on every date, drawn by the hash that the features carry."""
    training = _rows_of(rows, dates)
    if len(training) <= max_rows:
        return training
    buckets = max(1, int(SAMPLE_BUCKETS * max_rows / len(training)))
    return training[training["sample_bucket"] < buckets].reset_index(drop=True)


def _part(rows: pd.DataFrame, features: Sequence[str], spec: PropensitySpec) -> _Part:
    return _Part(rows, feature_matrix(rows, features), rows[spec.outcome_column].to_numpy(dtype=bool))


def _rows_of(rows: pd.DataFrame, dates: Sequence[date]) -> pd.DataFrame:
    return rows[pd.to_datetime(rows["as_of_date"]).dt.date.isin(dates)].reset_index(drop=True)


def _dates(rows: pd.DataFrame) -> list[date]:
    return sorted(pd.to_datetime(rows["as_of_date"]).dt.date.unique())


def _columns(spec: PropensitySpec) -> tuple[str, ...]:
    return (*KEYS, *spec.features, spec.outcome_column)


def _predictions(name: str, part: _Part, model: PropensityModel) -> pd.DataFrame:
    keys = part.rows[["customer_id", "as_of_date"]]
    return keys.assign(split=name, probability=model.probability(part.matrix), outcome=np.asarray(part.outcome))


def _no_predictions() -> pd.DataFrame:
    return pd.DataFrame({"customer_id": [], "as_of_date": [], "split": [], "probability": [], "outcome": []})
