"""Which version of a propensity model scores: the champion, until a challenger is better beyond noise, or has to take over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from orchestration.model_records import DamagedModelError, Decision, Metrics, Provenance, StoredModel
from orchestration.model_store import ModelStore
from python_models.evaluation.compare import Comparison, compare
from python_models.evaluation.drift import population_stability_index
from python_models.evaluation.metrics import BoolArray, classification_metrics
from python_models.matrix import FloatArray, feature_matrix
from python_models.propensity.model import PropensityModel, model_from_json
from python_models.propensity.spec import PropensitySpec
from python_models.propensity.train import KEYS, TrainingResult
from python_models.reproducible import fingerprint, single_thread, sort_rows
from python_models.splits import DateSplit

EXACT = 6


@dataclass(frozen=True)
class Judged:
    """The champion on the rows that judge the challenger: what it scored there, and how it got to know them."""

    comparison: Comparison | None
    metrics: Mapping[str, float]
    score_drift: float


def judge(
    store: ModelStore, spec: PropensitySpec, result: TrainingResult, rows: pd.DataFrame, as_of_date: date, limits: Mapping[str, float]
) -> Decision:
    """Whether the version that was just trained takes over. A function of the data and of what was registered for earlier dates, so that
    a rerun of a day decides as the first run did."""
    registered = store.champion_before(spec.model_name, as_of_date)
    if result.model is None:
        return Decision(False, f"no model: {result.reason}")
    if store.is_rolled_back(spec.model_name, result.model_version):
        return Decision(False, "this version was rolled back")
    if registered is None:
        return Decision(True, "the first model")
    if registered.model_version == result.model_version:
        return Decision(False, "the same version serves already")
    try:
        champion = _readable(store, registered.model_version, registered.as_of_date, spec, rows)
    except DamagedModelError as error:
        return Decision(True, f"the champion {registered.model_version} can no longer score: {error}")
    assert result.split is not None, "a model was trained, so that the dates were split"
    judged = _judged(champion, result, result.split, rows, spec, registered.learned_until_date, limits["confidence"])
    promoted, reason = decide(judged, (as_of_date - registered.serves_since_date).days, limits)
    return Decision(promoted, reason, _shown(registered.model_version, judged))


def decide(judged: Judged, age_days: int, limits: Mapping[str, float]) -> tuple[bool, str]:
    """Better beyond noise, or due and not worse beyond noise."""
    comparison = judged.comparison
    if comparison is None:
        return False, "no held-out rows that the champion has not learned from"
    figures = f"log loss {comparison.difference:+.5f} [{comparison.low:+.5f}, {comparison.high:+.5f}]"
    if comparison.is_better:
        return True, f"better beyond noise: {figures}"
    due = due_reasons(judged, age_days, limits)
    if due and not comparison.is_worse:
        return True, f"{due[0]}, and not worse beyond noise: {figures}"
    if comparison.is_worse:
        return False, f"worse beyond noise: {figures}"
    return False, f"within noise: {figures}"


def due_reasons(judged: Judged, age_days: int, limits: Mapping[str, float]) -> list[str]:
    """Why the champion should be replaced though no challenger beats it."""
    reasons = []
    if age_days >= limits["maximum_age_days"]:
        reasons.append(f"due after {age_days} days")
    error = judged.metrics.get("ece", 0.0)
    if error > limits["maximum_ece"]:
        reasons.append(f"the champion's calibration error is {error:.3f}")
    if judged.score_drift >= limits["maximum_score_psi"]:
        reasons.append(f"the champion's scores have drifted (PSI {judged.score_drift:.3f})")
    return reasons


def learned_until(split: DateSplit | None, horizon_days: int) -> date | None:
    """The first day on which the model knows no outcome: validation chooses and calibrates, so that it counts as learned."""
    return max((*split.train, *split.validation)) + timedelta(days=horizon_days) if split else None


def propensity_provenance(spec: PropensitySpec, result: TrainingResult, rows: pd.DataFrame) -> Provenance:
    """What the registry says of a version besides its file."""
    read = sort_rows(rows[rows[spec.maturity_column].astype(bool)], KEYS)[[*KEYS, *spec.features, spec.outcome_column]]
    return Provenance(spec.code_version, asdict(spec), fingerprint(read, {}), learned_until(result.split, spec.horizon_days))


def serving_model(store: ModelStore, model_name: str, as_of_date: date) -> StoredModel:
    """The model that scores this date: the champion; where there is none, what the run of the date trained, without content and with the
    reason."""
    trained = store.load(model_name, as_of_date)
    champion = store.champion_at(model_name, as_of_date)
    if champion is None:
        reason = trained.reason or "every version of this model was rolled back"
        return StoredModel(model_name, trained.model_version, as_of_date, None, reason, trained.metrics, trained.test_dates)
    try:
        return store.load_version(model_name, champion.model_version, champion.as_of_date)
    except DamagedModelError:
        # Below the floor nothing could take its place, and that is no reason to stop the street.
        if trained.content is None:
            return trained
        raise


def serving_metrics(store: ModelStore, model_name: str, as_of_date: date) -> tuple[str, Metrics]:
    """The version that scores and its metrics, those of the test part on today's test dates where it was held against a challenger."""
    serving = serving_model(store, model_name, as_of_date)
    today = store.comparison(model_name, as_of_date)
    if serving.as_of_date != as_of_date and today.get("champion_version") == serving.model_version and today.get("champion_metrics"):
        return serving.model_version, {**serving.metrics, "test": {**today["champion_metrics"], "is_trained": 1.0}}
    return serving.model_version, serving.metrics


def _readable(store: ModelStore, model_version: str, as_of_date: date, spec: PropensitySpec, rows: pd.DataFrame) -> PropensityModel:
    stored = store.load_version(spec.model_name, model_version, as_of_date)
    try:
        champion = model_from_json(stored.content or "")
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedModelError("its file cannot be read") from error
    gone = [name for name in champion.features if name not in rows.columns]
    if gone:
        raise DamagedModelError(f"its features are gone: {', '.join(gone)}")
    return champion


def _judged(
    champion: PropensityModel,
    result: TrainingResult,
    split: DateSplit,
    rows: pd.DataFrame,
    spec: PropensitySpec,
    learned_until_date: date | None,
    confidence: float,
) -> Judged:
    """Both models on the challenger's test dates, whose outcomes neither has seen.

    The dates move with the clock: the challenger never saw its own test part, and the champion, trained earlier, saw outcomes before
    `learned_until_date` only; dates before that (a clock turned back, another split) are left out. The champion won its place on dates
    that may be among them, which favours it a little; the challenger is only taken when it is better all the same.
    """
    test = result.predictions[result.predictions["split"] == "test"]
    days = pd.to_datetime(rows["as_of_date"]).dt.date
    unseen = {day for day in split.test if learned_until_date is not None and day >= learned_until_date}
    mature = rows[spec.maturity_column].astype(bool)
    held_out = sort_rows(rows[days.isin(unseen) & mature], KEYS)
    challenger = sort_rows(test[pd.to_datetime(test["as_of_date"]).dt.date.isin(unseen)], KEYS)
    if not len(held_out):
        return Judged(None, {}, 0.0)
    if list(held_out["customer_id"]) != list(challenger["customer_id"]):
        raise ValueError(f"{spec.model_name}: the challenger was not scored on the rows that the champion is judged on")
    outcome: BoolArray = held_out[spec.outcome_column].to_numpy(dtype=bool)
    probability = _scored(champion, held_out)
    metrics = classification_metrics(outcome, probability, champion.threshold)
    earlier = sort_rows(rows[days.isin((*split.train, *split.validation))], KEYS)
    drift = population_stability_index(_scored(champion, earlier), probability)
    other = challenger["probability"].to_numpy(dtype=np.float64)
    return Judged(compare(outcome, probability, other, held_out["customer_id"], confidence, spec.seed), metrics, drift)


def _scored(model: PropensityModel, rows: pd.DataFrame) -> FloatArray:
    with single_thread():
        return model.probability(feature_matrix(rows, model.features))


def _shown(champion_version: str, judged: Judged) -> dict[str, object]:
    comparison = {name: round(value, EXACT) for name, value in asdict(judged.comparison).items()} if judged.comparison else {}
    return {
        "champion_version": champion_version,
        **comparison,
        "champion_score_psi": round(judged.score_drift, EXACT),
        "champion_metrics": dict(judged.metrics),
    }
