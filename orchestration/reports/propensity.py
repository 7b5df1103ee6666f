"""One page per version of a propensity model: everything that somebody needs who has to trust it, in one file without outside parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from orchestration.reports.page import Report, Version, report
from python_models.evaluation.importance import Importance
from python_models.evaluation.metrics import has_both_classes
from python_models.evaluation.plots import classification_plots, importance_plot
from python_models.propensity.model import ESTIMATORS, IsotonicCalibration, LogisticModel, PropensityModel
from python_models.propensity.spec import PropensitySpec
from python_models.propensity.train import TrainingResult

CURVES, IMPORTANCE = "curves (test)", "importance (validation)"
HEADLINE = ("auc", "pr_auc", "brier", "ece", "lift_decile_01", "log_loss", "base_rate", "mean_probability", "precision", "recall")
SLICE_FIGURES = ("row_count", "base_rate", "mean_probability", "auc", "brier", "ece")
COUNTS = frozenset({"row_count"})
USES = {"train": "choosing and fitting", "validation": "calibration and threshold", "test": "these figures, once"}


def propensity_report(result: TrainingResult, spec: PropensitySpec, as_of_date: date) -> Report:
    """The page holds counts and figures of groups, nothing of a single customer."""
    content: dict[str, Any] = {
        "outcome": spec.outcome_column,
        "horizon_days": spec.horizon_days if spec.horizon_column is None else f"up to {spec.horizon_days}",
        "is_conditional": spec.comparable_feature is not None,
        "parts": _parts(result),
        "embargoed": _days(result.split.embargoed) if result.split else "",
    }
    plots: dict[str, bytes] = {}
    if result.model is not None:
        content |= _judged(result, result.model, spec)
        plots = _plots(result, spec)
    return report("propensity.html", Version(spec.model_name, result.model_version, as_of_date, result.reason, plots), content)


def importances(result: TrainingResult) -> dict[str, Importance]:
    """AUC lost per feature of a trained model, the largest first, and of equal ones by name."""
    figures = _with_prefix(result.metrics["validation"], "importance_")
    lost = {name: figure for name, figure in figures.items() if f"{name}_low" in figures}
    return {
        name: Importance(figure, figures[f"{name}_low"], figures[f"{name}_high"])
        for name, figure in sorted(lost.items(), key=lambda each: (-each[1], each[0]))
    }


def _parts(result: TrainingResult) -> list[dict[str, str]]:
    dates: Mapping[str, Sequence[date]] = (
        {"train": result.split.train, "validation": result.split.validation, "test": result.split.test} if result.split else {}
    )
    found = []
    for name, days in dates.items():
        metrics = result.metrics.get(name, {})
        found.append(
            {
                "name": name,
                "dates": _days(days),
                "rows": f"{metrics.get('row_count', 0):,.0f}",
                "cases": f"{metrics.get('positive_count', 0):,.0f}",
                "use": USES[name],
            }
        )
    return found


def _judged(result: TrainingResult, model: PropensityModel, spec: PropensitySpec) -> dict[str, Any]:
    train, test = result.metrics["train"], result.metrics["test"]
    return {
        "fold_count": int(train["cv_fold_count"]),
        "margin": spec.simplicity_margin_auc,
        "serves": next(name for name, kind in ESTIMATORS.items() if isinstance(model.estimator, kind)),
        "calibration": "isotonic" if isinstance(model.calibration, IsotonicCalibration) else "Platt",
        "candidates": [(name, f"{auc:.4f}") for name, auc in _with_prefix(train, "cv_auc_").items()],
        "headline": [{"name": name, "value": f"{test[name]:.4f}", "interval": _interval(test, name)} for name in HEADLINE if name in test],
        "deciles": [(decile, *(_of_decile(test, name, decile) for name in ("lift", "gain"))) for decile in range(1, 11)],
        "threshold": f"{model.threshold:.4f}",
        "why_threshold": _why(test),
        "confusion": {name: f"{test[name]:,.0f}" for name in ("true_positives", "false_positives", "false_negatives", "true_negatives")},
        "slice_figures": SLICE_FIGURES,
        "slices": _slices(test),
        "missing": _missing(result, model),
        "fills": isinstance(model.estimator, LogisticModel),
        "importance": [(name, f"{each.lost:.4f}", f"{each.low:.4f} to {each.high:.4f}") for name, each in importances(result).items()],
    }


def _plots(result: TrainingResult, spec: PropensitySpec) -> dict[str, bytes]:
    rows = result.predictions[result.predictions["split"] == "test"]
    outcome, probability = rows["outcome"].to_numpy(dtype=bool), rows["probability"].to_numpy(dtype=float)
    curves = classification_plots(outcome, probability, f"{spec.model_name}, test dates") if has_both_classes(outcome) else None
    return ({CURVES: curves} if curves else {}) | {IMPORTANCE: importance_plot(importances(result))}


def _missing(result: TrainingResult, model: PropensityModel) -> list[dict[str, str]]:
    """Features that are ever missing, most often first: what they are filled with, and what hiding known values does."""
    metrics = result.metrics["validation"]
    filled = model.estimator.imputed(model.features) if isinstance(model.estimator, LogisticModel) else {}
    shares = _with_prefix(metrics, "missing_share_")
    return [
        {
            "name": name,
            "share": f"{share:.1%}",
            "filled": f"{filled[name]:,.2f}" if name in filled else "",
            **{
                figure: f"{metrics[f'masked_{figure}_{name}']:.4f}" if f"masked_{figure}_{name}" in metrics else ""
                for figure in ("error", "baseline_error", "log_loss_rise")
            },
        }
        for name, share in sorted(shares.items(), key=lambda each: (-each[1], each[0]))
    ]


def _of_decile(test: Mapping[str, float], measure: str, decile: int) -> str:
    name, form = f"{measure}_decile_{decile:02d}", ".2f" if measure == "lift" else ".1%"
    low, high = test.get(f"{name}_low"), test.get(f"{name}_high")
    return f"{test[name]:{form}}" if low is None or high is None else f"{test[name]:{form}} ({low:{form}} to {high:{form}})"


def _why(test: Mapping[str, float]) -> str:
    if not test["is_threshold_by_policy"]:
        return "There is no row for this model in seeds/propensity_policies.csv: the threshold has the best F1 on the validation part."
    value, cost = test["value_of_hit"], test["cost_of_contact"]
    return (
        f"By seeds/propensity_policies.csv acting on somebody costs {cost:,.2f} and brings {value:,.2f} where the outcome comes: "
        f"it pays from {cost:,.2f} / {value:,.2f} on. On the test part that leaves {test['net_value']:,.0f}; acting on everybody "
        f"would have left {test['net_value_of_everybody']:,.0f}, on nobody 0. Whether acting changes anybody is for an experiment to say."
    )


def _slices(test: Mapping[str, float]) -> list[dict[str, Any]]:
    names = [name.removeprefix("row_count@") for name in test if name.startswith("row_count@")]
    return [{"name": name, "figures": [_of_slice(test, figure, name) for figure in SLICE_FIGURES]} for name in names]


def _of_slice(test: Mapping[str, float], figure: str, name: str) -> tuple[str, str]:
    """The figure, and its interval or nothing: below each other, since a line of all of them is wider than the page."""
    low, high = (test.get(f"{figure}_{side}@{name}") for side in ("low", "high"))
    return _figure(figure, test.get(f"{figure}@{name}")), "" if low is None or high is None else f"{low:.4f} to {high:.4f}"


def _figure(name: str, value: float | None) -> str:
    if value is None:
        return "too few"
    return f"{value:,.0f}" if name in COUNTS else f"{value:.4f}"


def _interval(metrics: Mapping[str, float], name: str) -> str:
    return f"{metrics[f'{name}_low']:.4f} to {metrics[f'{name}_high']:.4f}" if f"{name}_low" in metrics else ""


def _with_prefix(metrics: Mapping[str, float], prefix: str) -> dict[str, float]:
    return {name.removeprefix(prefix): value for name, value in metrics.items() if name.startswith(prefix)}


def _days(days: Sequence[date]) -> str:
    return ", ".join(day.isoformat() for day in sorted(days))
