"""The page of a send-time model: the habits it has found, and what messages at the chosen hours were worth."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np

from orchestration.reports.page import Report, Table, Version, interval, number, percent, records, report
from python_models.evaluation.model_plots import SHOWN_HABITS, habits_plot, hours_plot
from python_models.send_time.model import SendTimeModel
from python_models.send_time.replay import Replay
from python_models.send_time.spec import SendTimePolicy, SendTimeSpec
from python_models.send_time.train import SendTimeFit

SOURCES = {
    "own": "own reads",
    "cohort": "some reads or visits, and people with the same habits",
    "everybody": "nothing of their own: everybody's habits",
}


def send_time_report(fit: SendTimeFit, found: Replay, spec: SendTimeSpec, policy: SendTimePolicy, as_of_date: date) -> Report:
    """Below the floor the reason alone."""
    content: dict[str, Any] = {
        "customers": number(fit.metrics["customers"]),
        "reads": number(fit.metrics["reads"]),
        "spec": spec,
        "quiet": f"{policy.quiet_from}:00 to {policy.quiet_until}:00" if len(policy.allowed_hours) < 24 else "none",
        "exploring": percent(policy.exploring_share, 0),
    }
    plots: dict[str, bytes] = {}
    if fit.model is not None:
        plots["habits"] = habits_plot(fit.model.shares, fit.model.read_rates)
        if found.metrics:
            plots["hours (held out)"] = hours_plot(found.hours)
        content |= _learnt(fit, fit.model) | _judged(found)
    return report("send_time.html", Version(spec.model_name, fit.model_version, as_of_date, fit.reason, plots), content)


def _learnt(fit: SendTimeFit, model: SendTimeModel) -> dict[str, Any]:
    common = np.argsort(-model.shares, kind="stable")[:SHOWN_HABITS]
    return {
        "log_likelihood": number(fit.metrics["log_likelihood"], 1),
        "shown_share": percent(float(model.shares[common].sum()), 0),
        "habits": Table.of(
            ("share of the people", "reads most at", "read in that hour", "mean of all hours", "visits most at"),
            (
                (
                    percent(float(model.shares[habit])),
                    f"{model.read_rates[habit].argmax()}:00",
                    percent(float(model.read_rates[habit].max())),
                    percent(float(model.read_rates[habit].mean())),
                    f"{model.visit_shares[habit].argmax()}:00",
                )
                for habit in common
            ),
            text_columns=0,
        ),
    }


def _judged(found: Replay) -> dict[str, Any]:
    metrics = found.metrics
    return {
        "is_judged": bool(metrics),
        "is_beyond_noise": metrics.get("uplift_low", 0.0) > 0,
        "is_worse": metrics.get("uplift_high", 0.0) < 0,
        "messages": number(metrics.get("messages")),
        "uplift": _points(metrics.get("uplift")),
        "uplift_interval": _points_interval(metrics),
        "policies": _policies(metrics),
        "sources": Table.of(
            (
                "hour comes from",
                "customers",
                "share",
                "messages at that hour",
                "read at once",
                "usual",
                "difference in points",
                "95 % interval",
            ),
            (
                (
                    SOURCES[str(row["hour_source"])],
                    number(row["customers"]),
                    percent(row["share"]),
                    number(row["messages_at_chosen_hour"]),
                    percent(row["prompt_read_rate"]),
                    percent(row["usual_prompt_read_rate"]),
                    _points(row["uplift"]),
                    _points_interval(row) if row["uplift_low"] == row["uplift_low"] else "",
                )
                for row in records(found.sources)
            ),
        ),
        "explored": percent(metrics.get("exploring_share")),
        "fallback": percent(metrics.get("fallback_share")),
    }


def _policies(metrics: Mapping[str, float]) -> Table:
    """The chosen hour beside what it is compared with, and beside two ways to send without a model."""
    if not metrics:
        return Table((), ())
    rows = [
        ("messages that came at the chosen hour", number(metrics["messages_at_chosen_hour"]), percent(metrics["prompt_read_rate"])),
        ("usual at these very hours, whoever gets them", "", percent(metrics["usual_prompt_read_rate"])),
        ("all messages, at whatever hour", number(metrics["messages"]), percent(metrics["prompt_read_rate_of_all"])),
    ]
    if "prompt_read_rate_at_one_hour" in metrics:
        rows.append((f"one hour for everybody, {metrics['one_hour']:.0f}:00", "", percent(metrics["prompt_read_rate_at_one_hour"])))
    return Table.of(("policy", "messages", "read at once"), rows)


def _points(value: float | None) -> str:
    return number(None) if value is None or value != value else f"{100 * value:+.2f}"


def _points_interval(metrics: Mapping[str, Any]) -> str:
    return interval({name: 100 * float(metrics[name]) for name in ("uplift_low", "uplift_high") if name in metrics}, "uplift", 2)
