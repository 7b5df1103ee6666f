"""When a propensity model is trained again: nothing serves, its code changed, a month is over, or what serves no longer keeps its promises.

Every answer is a function of the data and of what was registered for earlier dates, so that a rerun of a day does what the first run did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date

import pandas as pd

from orchestration.model_records import Champion, DamagedModelError, as_json, full_code_version
from orchestration.model_store import ModelStore
from python_models.evaluation.drift import population_stability_index
from python_models.evaluation.metrics import classification_metrics
from python_models.matrix import FloatArray, feature_matrix
from python_models.propensity.model import PropensityModel, model_from_json
from python_models.propensity.spec import PropensitySpec
from python_models.propensity.train import KEYS, date_split
from python_models.reproducible import single_thread, sort_rows


@dataclass(frozen=True)
class Checkup:
    """The champion on the newest dates whose outcomes are known and that it has not learned from.

    held_out: one row per customer and date of them, in the order of `KEYS`, with `outcome` and the champion's `probability`.
    first_metrics: of its own test dates when it was trained. fault: why it can no longer score.
    """

    champion: Champion | None = None
    fault: str | None = None
    test_dates: tuple[date, ...] = ()
    held_out: pd.DataFrame = field(default_factory=pd.DataFrame)
    metrics: Mapping[str, float] = field(default_factory=dict)
    score_drift: float | None = None
    first_metrics: Mapping[str, float] = field(default_factory=dict)


def examine(store: ModelStore, spec: PropensitySpec, rows: pd.DataFrame, as_of_date: date) -> Checkup:
    """Judge the version that served before this date; `rows` as for training: features joined with labels.

    The dates move with the clock. A champion saw outcomes before its `learned_until_date` only; dates before that (a clock turned back,
    another split) are left out. It won its place on dates that may be among the others, which favours it a little.
    """
    mature = rows[rows[spec.maturity_column].astype(bool)]
    split = date_split(mature, spec)
    test_dates = split.test if split else ()
    champion = store.champion_before(spec.model_name, as_of_date)
    if champion is None:
        return Checkup(test_dates=test_dates)
    try:
        model, first_metrics = _readable(store, champion, spec, rows)
    except DamagedModelError as error:
        return Checkup(champion, str(error), test_dates)
    days = pd.to_datetime(mature["as_of_date"]).dt.date
    unseen = [day for day in test_dates if champion.learned_until_date is not None and day >= champion.learned_until_date]
    judged = sort_rows(mature[days.isin(unseen)], KEYS)
    if split is None or judged.empty:
        return Checkup(champion, None, test_dates, first_metrics=first_metrics)
    held_out = judged[list(KEYS)].assign(outcome=judged[spec.outcome_column].astype(bool), probability=_scored(model, judged))
    metrics = classification_metrics(held_out["outcome"].to_numpy(), held_out["probability"].to_numpy(), model.threshold)
    earlier = sort_rows(mature[days.isin((*split.train, *split.validation))], KEYS)
    drift = population_stability_index(_scored(model, earlier), held_out["probability"].to_numpy())
    return Checkup(champion, None, test_dates, held_out, metrics, drift, first_metrics)


def replacement_reasons(checkup: Checkup, as_of_date: date, limits: Mapping[str, float]) -> list[str]:
    """Why the champion should be replaced though no challenger beats it; limits of seed `monitoring_limits`, check `champion`."""
    if checkup.champion is None:
        return []
    reasons = []
    age_days = (as_of_date - checkup.champion.serves_since_date).days
    if age_days >= limits["maximum_age_days"]:
        reasons.append(f"due after {age_days} days")
    error = checkup.metrics.get("ece", 0.0)
    if error > limits["maximum_ece"]:
        reasons.append(f"the champion's calibration error is {error:.3f}")
    auc, first, lowest = checkup.metrics.get("auc"), checkup.first_metrics.get("auc"), checkup.first_metrics.get("auc_low")
    # Of few cases an AUC falls by chance: it also has to leave its own interval.
    if auc is not None and first is not None and lowest is not None and auc < lowest and first - auc > limits["maximum_auc_drop"]:
        reasons.append(f"the champion's AUC fell from {first:.3f} to {auc:.3f}")
    if checkup.score_drift is not None and checkup.score_drift >= limits["maximum_score_psi"]:
        reasons.append(f"the champion's scores have drifted (PSI {checkup.score_drift:.3f})")
    return reasons


def training_reason(store: ModelStore, spec: PropensitySpec, checkup: Checkup, as_of_date: date, limits: Mapping[str, float]) -> str | None:
    """Why a challenger is trained in the run of this date; None when the champion is left alone."""
    if checkup.champion is None:
        return "nothing served before"
    if checkup.fault is not None:
        return f"the champion can no longer score: {checkup.fault}"
    trained = store.newest_before(spec.model_name, as_of_date)
    wanted = full_code_version(spec.code_version), as_json(asdict(spec))
    if trained is None or (trained["code_version"], trained["parameters"]) != wanted:
        return "its code or parameters changed"
    return next(iter(replacement_reasons(checkup, as_of_date, limits)), None)


def why_not_yet(since: date, as_of_date: date, limits: Mapping[str, float]) -> str:
    """For a person who wonders why nothing was trained."""
    return f"{(as_of_date - since).days} of {limits['maximum_age_days']:.0f} days old, and within its limits"


def iso_dates(days: Sequence[date]) -> tuple[str, ...]:
    """As the registry holds them."""
    return tuple(f"{day:%Y-%m-%d}" for day in days)


def _readable(
    store: ModelStore, champion: Champion, spec: PropensitySpec, rows: pd.DataFrame
) -> tuple[PropensityModel, Mapping[str, float]]:
    stored = store.load_version(spec.model_name, champion.model_version, champion.as_of_date)
    try:
        model = model_from_json(stored.content or "")
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedModelError("its file cannot be read") from error
    gone = [name for name in model.features if name not in rows.columns]
    if gone:
        raise DamagedModelError(f"its features are gone: {', '.join(gone)}")
    return model, stored.metrics.get("test", {})


def _scored(model: PropensityModel, rows: pd.DataFrame) -> FloatArray:
    with single_thread():
        return model.probability(feature_matrix(rows, model.features))
