"""Train the uplift model: learners judged on later campaigns than they learnt from, and refused where they rank nobody beyond noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import expit

from python_models.matrix import FloatArray, usable_features
from python_models.parallel import run_all
from python_models.reproducible import fingerprint, single_thread, sort_rows
from python_models.uplift.fit import OutcomeModels, design, fit_learner, fit_outcomes
from python_models.uplift.model import HAS_OFFER, UpliftModel
from python_models.uplift.qini import Draws, Estimate, average_effect, effects_by_decile, qini, qini_curve, qini_gain
from python_models.uplift.spec import LearnerParameters, UpliftSpec
from python_models.uplift.trial import Trial, days_in_order

KEYS = ("campaign_date", "campaign_id", "customer_id")
STRATUM = ["campaign_type", "assignment_share"]
TREATED, OUTCOME, MARGIN = "is_treated", "has_purchase", "margin_amount"


@dataclass(frozen=True)
class UpliftResult:
    """The model, which may be the average effect alone, then with the reason; or, below the floor, no model and the reason.

    curve, deciles: of the learner that serves, on the test part; candidate_curves: by name, on validation. Empty where nothing was ranked.
    """

    model: UpliftModel | None
    reason: str | None
    model_version: str
    metrics: Mapping[str, Mapping[str, float]]
    curve: pd.DataFrame
    test_dates: tuple[date, ...] = ()
    deciles: pd.DataFrame = field(default_factory=pd.DataFrame)
    candidate_curves: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    # Name of the learner that serves, none where the average does.
    way: str | None = None


@dataclass(frozen=True)
class _Fold:
    """Rows to fit on, all of whose windows are over when the rows to judge on begin."""

    fit: pd.DataFrame
    judge: pd.DataFrame
    fit_rows: slice
    judge_rows: slice


@dataclass(frozen=True)
class _Judged:
    effects: Mapping[str, FloatArray]
    draws: Draws


def train_uplift(rows: pd.DataFrame, spec: UpliftSpec, incumbent: str | None = None) -> UpliftResult:
    """`rows` holds one row per customer and randomised campaign: the draw, the features from before it, what was bought in the window.

    `incumbent`: name of the learner that has served so far. It stays while it ranks beyond noise and the best one is not better than it
    beyond noise, so that nobody's score changes for a difference that is none.
    """
    mature = sort_rows(rows[rows["is_mature"].astype(bool)], KEYS)
    columns = [*KEYS, *STRATUM, HAS_OFFER, *spec.features, TREATED, OUTCOME, MARGIN]
    version = f"{spec.model_name}-{fingerprint(mature[columns], asdict(spec) | {'incumbent': incumbent})}"
    reason = _too_thin(mature, spec) or _broken_draw(mature, spec)
    if reason:
        return UpliftResult(None, reason, version, {"train": {"is_trained": 0.0, "row_count": float(len(mature))}}, pd.DataFrame())
    with single_thread():
        return _fit(mature.assign(observed_share=mature.groupby(STRATUM)[TREATED].transform("mean")), spec, version, incumbent)


def _fit(rows: pd.DataFrame, spec: UpliftSpec, version: str, incumbent: str | None) -> UpliftResult:
    everybody = _average(rows, OUTCOME, spec)
    margin = _average(rows, MARGIN, spec)
    metrics: dict[str, dict[str, float]] = {
        "train": {
            "is_trained": 1.0,
            "is_personal": 0.0,
            "row_count": float(len(rows)),
            "treated_count": float(rows[TREATED].sum()),
            "campaign_count": float(rows["campaign_id"].nunique()),
            **_shown("average_effect", everybody),
            **_shown("average_margin_effect", margin),
        }
    }
    average = UpliftModel(spec.model_name, version, (), round(everybody.value, 9), round(float(rows[OUTCOME].astype(float).mean()), 9))
    folds, last = _folds(rows, spec)
    thin = _too_thin_to_rank(folds, spec)
    if thin:
        return UpliftResult(average, thin, version, metrics, pd.DataFrame())
    features = usable_features(folds[0].fit, spec.features)
    # Once for all folds, which are slices of it.
    matrix = design(rows, features)
    validation = _forward(folds, matrix, features, spec)
    # The best of several candidates is judged by an interval that is wide enough for all of them (Bonferroni).
    confidence = 1 - (1 - spec.confidence) / len(spec.learners)
    tasks = [partial(qini, validation.draws, effect, confidence, spec.resamples, spec.seed) for effect in validation.effects.values()]
    found = dict(zip(validation.effects, run_all(tasks), strict=True))
    chosen = max(spec.learners, key=lambda learner: found[learner.name].value)
    defender = next((learner for learner in spec.learners if learner.name == incumbent != chosen.name), None)
    lead: dict[str, float] = {}
    if defender is not None and found[defender.name].low > 0:
        gain = qini_gain(
            validation.draws,
            validation.effects[chosen.name],
            validation.effects[defender.name],
            spec.confidence,
            spec.resamples,
            spec.seed,
        )
        lead = {**_shown("qini_gain_over_incumbent", gain), "is_incumbent_kept": float(gain.low <= 0)}
        chosen = defender if gain.low <= 0 else chosen
    best = found[chosen.name]
    by_expectation = qini(validation.draws, validation.draws.expected, spec.confidence, spec.resamples, spec.seed)
    metrics["validation"] = {
        "row_count": float(len(validation.draws.treated)),
        **_shown("qini", best),
        **{key: value for name, estimate in found.items() for key, value in _shown(f"qini_{name}", estimate).items()},
        **_shown("qini_by_purchase_probability", by_expectation),
        **_gains(validation, chosen.name, spec),
        **lead,
    }
    curves = {name: qini_curve(validation.draws, effect) for name, effect in validation.effects.items()}
    if best.low <= 0:
        reason = f"no learner ranks effects beyond noise on validation: Qini {best.value:.5f} [{best.low:.5f}, {best.high:.5f}]"
        return UpliftResult(average, reason, version, metrics, pd.DataFrame(), candidate_curves=curves)
    trial = _trial(last.fit, matrix[last.fit_rows])
    outcomes = fit_outcomes(trial, spec)
    learner, expected = fit_learner(chosen, features, trial, outcomes, spec.seed), outcomes.expected
    model = UpliftModel(spec.model_name, version, features, average.average_effect, average.base_rate, expected, learner)
    effect = model.effect(matrix[last.judge_rows])
    test = _as_draws(last.judge, OUTCOME, np.asarray(expit(expected.decision(matrix[last.judge_rows]))))
    deciles = effects_by_decile(test, effect)
    metrics["train"]["is_personal"] = 1.0
    metrics["test"] = {
        "row_count": float(len(last.judge)),
        **_shown("qini", qini(test, effect, spec.confidence, spec.resamples, spec.seed)),
        **_shown("qini_by_purchase_probability", qini(test, test.expected, spec.confidence, spec.resamples, spec.seed)),
        **_shown("average_effect", average_effect(test, spec.confidence, spec.resamples, spec.seed)),
        **_by_decile("predicted_effect", deciles),
        **_by_decile("observed_effect", deciles),
    }
    dates = tuple(sorted(set(pd.to_datetime(last.judge["campaign_date"]).dt.date)))
    return UpliftResult(model, None, version, metrics, qini_curve(test, effect), dates, deciles, curves, chosen.name)


def _forward(folds: list[_Fold], matrix: FloatArray, features: tuple[str, ...], spec: UpliftSpec) -> _Judged:
    """Every fold's rows as models see them that know earlier campaigns only."""
    effects: dict[str, list[FloatArray]] = {learner.name: [] for learner in spec.learners}
    expected, judged = [], []
    for fold in folds:
        trial = _trial(fold.fit, matrix[fold.fit_rows])
        judge, outcomes = matrix[fold.judge_rows], fit_outcomes(trial, spec)
        tasks = [partial(_effect, learner, features, trial, outcomes, spec, judge) for learner in spec.learners]
        for learner, effect in zip(spec.learners, run_all(tasks), strict=True):
            effects[learner.name].append(effect)
        expected.append(expit(outcomes.expected.decision(judge)))
        judged.append(fold.judge)
    rows = pd.concat(judged, ignore_index=True)
    draws = _as_draws(rows, OUTCOME, np.concatenate(expected))
    return _Judged({name: np.concatenate(parts) for name, parts in effects.items()}, draws)


def _effect(
    learner: LearnerParameters, features: Sequence[str], trial: Trial, outcomes: OutcomeModels, spec: UpliftSpec, judge: FloatArray
) -> FloatArray:
    return fit_learner(learner, features, trial, outcomes, spec.seed).effect(judge)


def _folds(rows: pd.DataFrame, spec: UpliftSpec) -> tuple[list[_Fold], _Fold]:
    """The folds of validation in time order, and the last one, whose rows to judge on are the test part.

    `rows` are in the order of their dates, so that every part is a slice, which copies nothing.
    """
    day = pd.to_datetime(rows["campaign_date"])
    days = sorted(set(day))
    first, last = round(len(days) * spec.first_train_share), round(len(days) * (1 - spec.test_share))
    edges = [first + (last - first) * number // spec.fold_count for number in range(spec.fold_count + 1)]
    ends = [*(days[edge] for edge in edges), days[-1] + timedelta(days=1)]
    window = timedelta(days=spec.window_days)
    slices = [
        (slice(int(day.searchsorted(start - window, side="right"))), slice(*(int(edge) for edge in day.searchsorted([start, end]))))
        for start, end in pairwise(ends)
    ]
    folds = [_Fold(rows.iloc[fit], rows.iloc[judge], fit, judge) for fit, judge in slices]
    return folds[:-1], folds[-1]


def _too_thin(rows: pd.DataFrame, spec: UpliftSpec) -> str | None:
    if rows.empty:
        return "no campaign whose recipients were drawn by lot (seed campaign_draws) is over"
    dates = rows["campaign_date"].nunique()
    if dates < spec.minimum_campaign_dates:
        return f"{dates} dates of randomised campaigns are fewer than {spec.minimum_campaign_dates}"
    drawn, held_out = _buyers(rows)
    if min(drawn, held_out) < spec.minimum_buyers:
        return f"{drawn} buyers among the drawn and {held_out} among the held out: {spec.minimum_buyers} of each are needed"
    return None


def _too_thin_to_rank(folds: list[_Fold], spec: UpliftSpec) -> str | None:
    drawn, held_out = _buyers(folds[0].fit)
    if min(drawn, held_out) < spec.minimum_fit_buyers:
        return (
            f"{drawn} buyers among the drawn and {held_out} among the held out of the earliest campaigns:"
            f" {spec.minimum_fit_buyers} of each are needed for more than an average effect"
        )
    return None if usable_features(folds[0].fit, spec.features) else "no feature varies between customers"


def _broken_draw(rows: pd.DataFrame, spec: UpliftSpec) -> str | None:
    """A share that is not the declared one means that somebody else than chance chose (sample ratio mismatch, Fabijan et al. 2019)."""
    strata = rows.groupby(STRATUM)[TREATED].agg(["sum", "size"]).reset_index()
    for campaign_type, share, drawn, count in strata.astype({"assignment_share": float, "sum": float}).to_numpy():
        noise = (count * share * (1 - share)) ** 0.5
        if abs(drawn - count * share) > max(spec.share_tolerance * count * share, spec.share_deviations * noise):
            return f"{campaign_type}: {drawn / count:.4f} were drawn where {share:.4f} were declared in campaign_draws"
    return None


def _average(rows: pd.DataFrame, column: str, spec: UpliftSpec) -> Estimate:
    """Without features: within each stratum the difference of two means."""
    expected = rows.assign(value=rows[column].astype(float)).groupby(STRATUM)["value"].transform("mean")
    return average_effect(_as_draws(rows, column, expected.to_numpy()), spec.confidence, spec.resamples, spec.seed)


def _as_draws(rows: pd.DataFrame, column: str, expected: FloatArray) -> Draws:
    return Draws(
        rows[TREATED].to_numpy(dtype=np.float64),
        rows["observed_share"].to_numpy(dtype=np.float64),
        rows[column].to_numpy(dtype=np.float64),
        expected,
        rows["customer_id"].tolist(),
    )


def _trial(rows: pd.DataFrame, matrix: FloatArray) -> Trial:
    return Trial(
        matrix,
        rows[TREATED].to_numpy(dtype=np.float64),
        rows[OUTCOME].to_numpy(dtype=np.float64),
        rows["observed_share"].to_numpy(dtype=np.float64),
        days_in_order(rows["campaign_date"]),
    )


def _buyers(rows: pd.DataFrame) -> tuple[int, int]:
    treated, bought = rows[TREATED].to_numpy(dtype=bool), rows[OUTCOME].to_numpy(dtype=bool)
    return int((treated & bought).sum()), int((~treated & bought).sum())


def _gains(validation: _Judged, chosen: str, spec: UpliftSpec) -> dict[str, float]:
    """How much better the candidate that serves ranks than each of the others."""
    best = validation.effects[chosen]
    others = {name: effect for name, effect in validation.effects.items() if name != chosen}
    tasks = [partial(qini_gain, validation.draws, best, effect, spec.confidence, spec.resamples, spec.seed) for effect in others.values()]
    gains = dict(zip(others, run_all(tasks), strict=True))
    return {key: value for name, gain in gains.items() for key, value in _shown(f"qini_gain_over_{name}", gain).items()}


def _by_decile(column: str, deciles: pd.DataFrame) -> dict[str, float]:
    return {f"{column}_decile_{number:02d}": float(value) for number, value in zip(deciles["decile"], deciles[column], strict=True)}


def _shown(name: str, estimate: Estimate) -> dict[str, float]:
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
