"""Which version of a propensity model scores: the champion, until a challenger is better beyond noise, or has to take over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from orchestration.model_checks import ModelCheck, read_check, save_check
from orchestration.model_records import DamagedModelError, Decision, Metrics, Provenance, StoredModel
from orchestration.model_store import ModelStore
from orchestration.retraining import Checkup, iso_dates, replacement_reasons, why_not_yet
from python_models.evaluation.compare import Comparison, compare
from python_models.propensity.spec import PropensitySpec
from python_models.propensity.train import KEYS, TrainingResult
from python_models.reproducible import fingerprint, sort_rows
from python_models.splits import DateSplit

EXACT = 6


def judge(
    store: ModelStore, spec: PropensitySpec, result: TrainingResult, checkup: Checkup, as_of_date: date, limits: Mapping[str, float]
) -> Decision:
    """Whether the version that was just trained takes over from the one that was examined on the same rows."""
    champion = checkup.champion
    if result.model is None:
        return Decision(False, f"no model: {result.reason}")
    if store.is_rolled_back(spec.model_name, result.model_version):
        return Decision(False, "this version was rolled back")
    if champion is None:
        return Decision(True, "the first model")
    if champion.model_version == result.model_version:
        return Decision(False, "the same version serves already")
    if checkup.fault is not None:
        return Decision(True, f"the champion {champion.model_version} can no longer score: {checkup.fault}")
    comparison = _compared(checkup, result, spec, limits["confidence"])
    promoted, reason = decide(comparison, replacement_reasons(checkup, as_of_date, limits))
    shown = {name: round(value, EXACT) for name, value in asdict(comparison).items()} if comparison else {}
    return Decision(promoted, reason, {"champion_version": champion.model_version, **shown})


def decide(comparison: Comparison | None, due: Sequence[str]) -> tuple[bool, str]:
    """Better beyond noise, or `due` for a reason and not worse beyond noise."""
    if comparison is None:
        return False, "no held-out rows that the champion has not learned from"
    figures = f"log loss {comparison.difference:+.5f} [{comparison.low:+.5f}, {comparison.high:+.5f}]"
    if comparison.is_better:
        return True, f"better beyond noise: {figures}"
    if due and not comparison.is_worse:
        return True, f"{due[0]}, and not worse beyond noise: {figures}"
    if comparison.is_worse:
        return False, f"worse beyond noise: {figures}"
    return False, f"within noise: {figures}"


def keep_champion(store: ModelStore, spec: PropensitySpec, checkup: Checkup, as_of_at: datetime, limits: Mapping[str, float]) -> ModelCheck:
    """The champion goes on: nothing is trained in this run, and what an earlier run of the same date promoted no longer counts."""
    champion = checkup.champion
    assert champion is not None, "a model that nobody serves is always due"
    store.withdraw(spec.model_name, as_of_at.date())
    check = _check(spec, checkup, as_of_at, why_not_yet(champion.serves_since_date, as_of_at.date(), limits), is_trained=False)
    save_check(store, check, as_of_at)
    return check


def note_training(store: ModelStore, spec: PropensitySpec, checkup: Checkup, as_of_at: datetime, reason: str) -> None:
    """Keep why a challenger was trained, and how good the champion was."""
    save_check(store, _check(spec, checkup, as_of_at, reason, is_trained=True), as_of_at)


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
    champion = store.champion_at(model_name, as_of_date)
    if champion is None:
        trained = store.load(model_name, as_of_date)
        reason = trained.reason or "every version of this model was rolled back"
        return StoredModel(model_name, trained.model_version, as_of_date, None, reason, trained.metrics, trained.test_dates)
    try:
        return store.load_version(model_name, champion.model_version, champion.as_of_date)
    except DamagedModelError:
        # Below the floor nothing could take its place, and that is no reason to stop the street.
        check = read_check(store, model_name, as_of_date)
        if check is not None and check.is_trained and store.load(model_name, as_of_date).content is None:
            return store.load(model_name, as_of_date)
        raise


def serving_metrics(store: ModelStore, model_name: str, as_of_date: date) -> tuple[str, Metrics]:
    """The version that scores and its metrics, those of the test part on today's test dates where it has not learned from them."""
    serving = serving_model(store, model_name, as_of_date)
    check = read_check(store, model_name, as_of_date)
    if serving.as_of_date != as_of_date and check is not None and check.incumbent == serving.model_version and check.metrics:
        return serving.model_version, {**serving.metrics, "test": {**check.metrics, "is_trained": 1.0}}
    return serving.model_version, serving.metrics


def _check(spec: PropensitySpec, checkup: Checkup, as_of_at: datetime, reason: str, is_trained: bool) -> ModelCheck:
    return ModelCheck(
        spec.model_name,
        as_of_at.date(),
        checkup.champion.model_version if checkup.champion else None,
        is_trained,
        reason,
        checkup.metrics,
        None if checkup.score_drift is None else round(checkup.score_drift, EXACT),
        iso_dates(checkup.test_dates),
    )


def _compared(checkup: Checkup, result: TrainingResult, spec: PropensitySpec, confidence: float) -> Comparison | None:
    """Both models on the test dates whose outcomes neither has seen: the challenger never saw its own test part."""
    held_out = checkup.held_out
    if held_out.empty:
        return None
    test = result.predictions[result.predictions["split"] == "test"]
    unseen = set(pd.to_datetime(held_out["as_of_date"]).dt.date)
    challenger = sort_rows(test[pd.to_datetime(test["as_of_date"]).dt.date.isin(unseen)], KEYS)
    if list(held_out["customer_id"]) != list(challenger["customer_id"]):
        raise ValueError(f"{spec.model_name}: the challenger was not scored on the rows that the champion is judged on")
    probability = challenger["probability"].to_numpy(dtype=np.float64)
    outcome = held_out["outcome"].to_numpy(dtype=bool)
    return compare(outcome, held_out["probability"].to_numpy(), probability, held_out["customer_id"], confidence, spec.seed)
