"""Train one propensity model: choose on training dates, calibrate and cut on validation dates, judge once on test dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np
import pandas as pd

from python_models.evaluation.importance import permutation_importance
from python_models.evaluation.intervals import bootstrap_intervals
from python_models.evaluation.metrics import BoolArray, best_f1_threshold, classification_metrics
from python_models.evaluation.missing import missing_value_metrics
from python_models.evaluation.slices import slice_metrics
from python_models.matrix import FloatArray, feature_matrix, usable_features
from python_models.propensity.fit import fit_calibration
from python_models.propensity.model import IS_MISSING, Estimator, LogisticModel, PropensityModel
from python_models.propensity.policy import ContactPolicy
from python_models.propensity.spec import PropensitySpec
from python_models.propensity.tuning import Fold, fit_chosen, folds_of, tune
from python_models.reproducible import fingerprint, single_thread, sort_rows
from python_models.splits import DateSplit, expanding_folds, split_dates

KEYS = ("as_of_date", "customer_id")


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


def train_propensity(rows: pd.DataFrame, spec: PropensitySpec, policy: ContactPolicy | None = None) -> TrainingResult:
    """`rows` holds one row per customer and as-of date: the features joined with the labels. Immature labels are left out here.

    Columns of `spec.slice_columns`, where there are any, are only looked at to judge the model.
    """
    mature = sort_rows(rows[rows[spec.maturity_column].astype(bool)], KEYS)
    model_version = f"{spec.model_name}-{fingerprint(mature[list(_columns(spec))], [asdict(spec), policy and asdict(policy)])}"
    split = date_split(mature, spec)
    if split is None:
        return _untrained(model_version, None, {}, f"{len(_settled_dates(mature, spec))} mature dates are too few to split by time")
    sampled = _sample(_training_rows(mature, split, spec), spec.max_training_rows)
    features = usable_features(sampled, spec.features)
    parts = {
        "train": _part(sampled, features, spec),
        "validation": _part(_rows_of(mature, split.validation), features, spec),
        "test": _part(_rows_of(mature, split.test), features, spec),
    }
    reason = _too_thin(parts, features, spec)
    if reason:
        return _untrained(model_version, split, _counts(parts), reason)
    with single_thread():
        return _fit(parts, features, spec, model_version, split, policy)


def date_split(mature: pd.DataFrame, spec: PropensitySpec) -> DateSplit | None:
    """Which dates of rows with mature labels train, validate and test; None where they are too few."""
    return split_dates(_settled_dates(mature, spec), spec.horizon_days, spec.holdout_share)


def _fit(
    parts: Mapping[str, _Part],
    features: tuple[str, ...],
    spec: PropensitySpec,
    model_version: str,
    split: DateSplit,
    policy: ContactPolicy | None,
) -> TrainingResult:
    train, validation, test = parts["train"], parts["validation"], parts["test"]
    folds = _folds(train.rows, split, features, spec)
    tuned = tune(folds or [Fold(train.matrix, train.outcome, validation.matrix, validation.outcome)], spec)
    estimator = fit_chosen(tuned.parameters, train.matrix, train.outcome, spec.seed)
    decision = estimator.decision(validation.matrix)
    lowest, _ = _intervals(validation, decision, spec, is_short=True)["auc"]
    if lowest <= 0.5:
        return _untrained(
            model_version, split, _counts(parts), f"nothing ranks better than chance on validation: its AUC may be {lowest:.3f}"
        )
    calibration = fit_calibration(decision, validation.outcome)
    uncut = PropensityModel(spec.model_name, model_version, features, estimator, calibration, threshold=0.5)
    threshold = policy.threshold if policy else best_f1_threshold(validation.outcome, uncut.probability(validation.matrix))
    model = PropensityModel(spec.model_name, model_version, features, estimator, calibration, threshold)
    probabilities = {name: model.probability(part.matrix) for name, part in parts.items()}
    predictions = pd.concat([_predictions(name, part, probabilities[name]) for name, part in parts.items()], ignore_index=True)
    metrics = {name: _metrics(part, probabilities[name], threshold, policy) for name, part in parts.items()}
    metrics["train"] |= {f"cv_auc_{name}": auc for name, auc in tuned.aucs.items()} | {"cv_fold_count": float(len(folds))}
    metrics["validation"] |= _importance(estimator, validation, features, spec)
    metrics["validation"] |= missing_value_metrics(
        train.matrix, validation.matrix, validation.outcome, features, model.probability, spec.seed
    )
    intervals = _intervals(test, probabilities["test"], spec, threshold)
    metrics["test"] |= {f"{name}_low": low for name, (low, _) in intervals.items()}
    metrics["test"] |= {f"{name}_high": high for name, (_, high) in intervals.items()}
    sliced = [name for name in spec.slice_columns if name in test.rows.columns]
    metrics["test"] |= slice_metrics(test.rows, sliced, test.outcome, probabilities["test"], spec.seed)
    return TrainingResult(model, None, model_version, split, metrics, predictions)


def _importance(estimator: Estimator, validation: _Part, features: tuple[str, ...], spec: PropensitySpec) -> dict[str, float]:
    """Of every feature; where missing values are filled also of the flags that say so. Trees have a branch for them instead."""
    who = validation.rows["customer_id"].tolist()
    found = permutation_importance(estimator.decision, validation.matrix, validation.outcome, who, features, spec.seed)
    if isinstance(estimator, LogisticModel) and estimator.flagged:
        design, names = estimator.design(validation.matrix), estimator.design_names(features)
        of_design = permutation_importance(estimator.decision_of, design, validation.outcome, who, names, spec.seed)
        found |= {name: lost for name, lost in of_design.items() if name.endswith(IS_MISSING)}
    return {
        f"importance_{name}{end}": figure
        for name, each in found.items()
        for end, figure in (("", each.lost), ("_low", each.low), ("_high", each.high))
    }


def _intervals(
    part: _Part, probability: FloatArray, spec: PropensitySpec, threshold: float | None = None, is_short: bool = False
) -> dict[str, tuple[float, float]]:
    return bootstrap_intervals(
        part.outcome, probability, part.rows["customer_id"].tolist(), spec.seed, threshold=threshold, is_short=is_short
    )


def _folds(train: pd.DataFrame, split: DateSplit, features: tuple[str, ...], spec: PropensitySpec) -> list[Fold]:
    """Rows of fewer customers where there are many; none where the training dates are too few to judge one by the ones before."""
    rows = _sample(_rows_of(train, split.train), spec.max_tuning_rows)
    part = _part(rows, features, spec)
    dates = pd.to_datetime(rows["as_of_date"]).dt.date.tolist()
    return folds_of(
        dates, expanding_folds(split.train, spec.horizon_days, spec.fold_count), part.matrix, part.outcome, spec.minimum_fold_cases
    )


def _metrics(part: _Part, probability: FloatArray, threshold: float, policy: ContactPolicy | None) -> dict[str, float]:
    metrics = classification_metrics(part.outcome, probability, threshold) | {
        "is_trained": 1.0,
        "is_threshold_by_policy": float(bool(policy)),
    }
    if policy is None:
        return metrics
    contacts = metrics["true_positives"] + metrics["false_positives"]
    return metrics | {
        "value_of_hit": policy.value_of_hit,
        "cost_of_contact": policy.cost_of_contact,
        "net_value": policy.net_value(metrics["true_positives"], contacts),
        "net_value_of_everybody": policy.net_value(metrics["positive_count"], metrics["row_count"]),
    }


def _too_thin(parts: Mapping[str, _Part], features: Sequence[str], spec: PropensitySpec) -> str | None:
    if not features:
        return "no feature varies between customers"
    for name, part in parts.items():
        floor = spec.minimum_train_cases if name == "train" else spec.minimum_holdout_cases
        for kind, count in (("positive", int(part.outcome.sum())), ("negative", int((~part.outcome).sum()))):
            if count < floor:
                return f"{count} {kind} cases in the {name} part, {floor} needed"
    return None


def _counts(parts: Mapping[str, _Part]) -> dict[str, dict[str, float]]:
    return {name: {"row_count": float(len(part.outcome)), "positive_count": float(part.outcome.sum())} for name, part in parts.items()}


def _untrained(model_version: str, split: DateSplit | None, counts: Mapping[str, Mapping[str, float]], reason: str) -> TrainingResult:
    metrics = {name: {"is_trained": 0.0, **counts.get(name, {})} for name in (counts or {"train": {}})}
    return TrainingResult(None, reason, model_version, split, metrics, _no_predictions())


def _training_rows(mature: pd.DataFrame, split: DateSplit, spec: PropensitySpec) -> pd.DataFrame:
    """The rows of the training dates and, where each has its own horizon, those of later dates whose own window is over in time.

    The latter are the short horizons only. That shifts which customers are seen, not what is seen of them: the horizon is a feature.
    """
    if spec.horizon_column is None:
        return _rows_of(mature, split.train)
    first_validation_date = min(split.validation)
    window_ends = pd.to_datetime(mature["as_of_date"]) + pd.to_timedelta(mature[spec.horizon_column].astype("int64"), unit="D")
    return mature[window_ends <= pd.Timestamp(first_validation_date)].reset_index(drop=True)


def _sample(training: pd.DataFrame, max_rows: int) -> pd.DataFrame:
    """Rows of a fixed set of customers: the same people on every date, drawn by the hash that the features carry.

    The buckets of a large shop are a sample already: those that are there are counted, not those that could be.
    """
    if len(training) <= max_rows:
        return training
    buckets = max(1, int((int(training["sample_bucket"].max()) + 1) * max_rows / len(training)))
    return training[training["sample_bucket"] < buckets].reset_index(drop=True)


def _part(rows: pd.DataFrame, features: Sequence[str], spec: PropensitySpec) -> _Part:
    return _Part(rows, feature_matrix(rows, features), rows[spec.outcome_column].to_numpy(dtype=bool))


def _rows_of(rows: pd.DataFrame, dates: Sequence[date]) -> pd.DataFrame:
    return rows[pd.to_datetime(rows["as_of_date"]).dt.date.isin(dates)].reset_index(drop=True)


def _settled_dates(mature: pd.DataFrame, spec: PropensitySpec) -> list[date]:
    settled = mature[mature[spec.settled_date_column].astype(bool)] if spec.settled_date_column else mature
    return sorted(pd.to_datetime(settled["as_of_date"]).dt.date.unique())


def _columns(spec: PropensitySpec) -> tuple[str, ...]:
    return (*KEYS, *spec.features, spec.outcome_column)


def _predictions(name: str, part: _Part, probability: FloatArray) -> pd.DataFrame:
    keys = part.rows[["customer_id", "as_of_date"]]
    return keys.assign(split=name, probability=probability, outcome=np.asarray(part.outcome))


def _no_predictions() -> pd.DataFrame:
    return pd.DataFrame({"customer_id": [], "as_of_date": [], "split": [], "probability": [], "outcome": []})
