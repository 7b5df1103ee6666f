"""The page of the uplift model: what a message brings on average, whether anybody can say to whom more, and how that was judged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from orchestration.reports.page import Report, Table, Version, interval, number, records, report
from python_models.evaluation.model_plots import effects_plot, qini_plot
from python_models.uplift.spec import UpliftSpec
from python_models.uplift.train import UpliftResult

KINDS = {
    "t": "T-learner: two outcome models, subtracted",
    "x": "X-learner: regression of imputed effects",
    "bandit": "contextual bandit, replayed",
}
BY_PROBABILITY = "qini_by_purchase_probability"


def uplift_report(result: UpliftResult, spec: UpliftSpec, as_of_date: date, compared_date: date) -> Report:
    """A personal model, the average with the reason why, or no model with the reason why.

    `spec` names the learners that were fitted: all of them on `compared_date`, from then on the one that serves.
    """
    plots: dict[str, bytes] = {}
    if result.candidate_curves:
        plots["Qini (validation)"] = qini_plot(result.candidate_curves, "candidates, validation")
    chosen = _chosen(result, spec)
    if chosen is not None and len(result.curve):
        plots["Qini (test)"] = qini_plot({chosen: result.curve}, "what serves, test")
        plots["effects by decile (test)"] = effects_plot(result.deciles)
    content: dict[str, Any] = {"is_model": result.model is not None, "spec": spec, "data": _data(result, spec)}
    if result.model is not None:
        content["compared_before"] = compared_date.isoformat() if compared_date < as_of_date else None
        content |= _content(result, chosen, spec) | {"feature_count": len(result.model.features)}
    return report("uplift.html", Version(spec.model_name, result.model_version, as_of_date, result.reason, plots), content)


def _chosen(result: UpliftResult, spec: UpliftSpec) -> str | None:
    """The candidate that serves, or else the one with the best Qini on validation."""
    if result.way is not None:
        return result.way
    validation = result.metrics.get("validation")
    return max(spec.learners, key=lambda learner: validation[f"qini_{learner.name}"]).name if validation else None


def _data(result: UpliftResult, spec: UpliftSpec) -> Table:
    train, dates = result.metrics["train"], result.test_dates
    rows = [("all", "average effect", _campaigns(train), number(train["row_count"]), number(train.get("treated_count")))]
    if "validation" in result.metrics:
        blocks = f"{spec.fold_count} blocks in time order"
        rows.append(("validation", "choosing a learner", blocks, number(result.metrics["validation"]["row_count"]), ""))
    if "test" in result.metrics:
        when = f"{min(dates).isoformat()} to {max(dates).isoformat()}, {len(dates)} dates"
        rows.append(("test", "judging it, once", when, number(result.metrics["test"]["row_count"]), ""))
    return Table.of(("part", "used for", "campaigns", "rows", "of them drawn"), rows if train["row_count"] else (), text_columns=3)


def _campaigns(train: Mapping[str, float]) -> str:
    return f"{train['campaign_count']:,.0f}" if "campaign_count" in train else ""


def _content(result: UpliftResult, chosen: str | None, spec: UpliftSpec) -> dict[str, Any]:
    train, test = result.metrics["train"], result.metrics.get("test", {})
    validation = result.metrics.get("validation", {})
    return {
        "average": Table.of(
            ("a message brings", "on average", "95 % interval (bootstrap over customers)"),
            (
                ("purchases within the window", number(train["average_effect"], 5), interval(train, "average_effect", 5)),
                ("margin, in money", number(train["average_margin_effect"], 4), interval(train, "average_margin_effect", 4)),
            ),
        ),
        "is_average_beyond_noise": train["average_effect_low"] > 0 or train["average_effect_high"] < 0,
        "chosen": chosen,
        "confidence": f"{100 * (1 - (1 - spec.confidence) / len(spec.learners)):g} %",
        "candidates": _candidates(validation, chosen, spec),
        "serves": chosen if test else None,
        "is_kept": bool(validation.get("is_incumbent_kept")),
        "lead": interval(validation, "qini_gain_over_incumbent", 5) if "is_incumbent_kept" in validation else None,
        "judged": Table.of(
            ("on the test part", "value", "95 % interval (bootstrap over customers)"),
            (
                (words, number(test[name], 5), interval(test, name, 5))
                for name, words in (
                    ("qini", "Qini of what serves"),
                    (BY_PROBABILITY, "Qini of an order by purchase probability"),
                    ("average_effect", "average effect"),
                )
                if test
            ),
        ),
        "is_test_beyond_noise": test.get("qini_low", 0.0) > 0,
        "deciles": Table.of(
            ("decile, largest promise first", "promised effect", "observed effect", "95 % interval"),
            (
                (
                    str(row["decile"]),
                    number(row["predicted_effect"], 5),
                    number(row["observed_effect"], 5),
                    interval(row, "observed_effect", 5),
                )
                for row in records(result.deciles)
            ),
        ),
    }


def _candidates(validation: Mapping[str, float], chosen: str | None, spec: UpliftSpec) -> Table:
    if not validation:
        return Table((), ())
    rows = [
        (
            learner.name,
            KINDS.get(learner.kind, learner.kind),
            number(validation[f"qini_{learner.name}"], 5),
            interval(validation, f"qini_{learner.name}", 5),
            "" if learner.name == chosen else number(validation[f"qini_gain_over_{learner.name}"], 5),
            "" if learner.name == chosen else interval(validation, f"qini_gain_over_{learner.name}", 5),
        )
        for learner in spec.learners
    ]
    rows.append(("order by purchase probability", "reference", number(validation[BY_PROBABILITY], 5), "", "", ""))
    heads = ("candidate", "how it learns", "Qini", "interval", f"gain of {chosen} over it", "95 % interval")
    return Table.of(heads, rows, text_columns=2)
