"""The goals of the bench as ratios of figures measured in one run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.measuring import Cost

# A vendor's limit for calls that update one profile each, and for calls that update many at once.
CALLS_PER_MINUTE = 150
PROFILES_PER_BULK_CALL = 10_000


@dataclass(frozen=True)
class Goal:
    """`figure` may be at most (or must be at least) `limit` times `reference`; without a reference, `limit` seconds of wall time."""

    text: str
    figure: tuple[str, ...]
    reference: tuple[str, ...]
    limit: float
    is_at_least: bool = False


GOALS = (
    Goal("staging with dedupe ≤ 5 x roofline", ("layer staging",), ("roofline",), 5),
    Goal("SQL from staging to marts ≤ 12 x roofline", ("layer staging", "layer intermediate", "layer marts"), ("roofline",), 12),
    Goal("360 aggregates from accepted events ≤ 1.8 x roofline", ("360 from accepted events",), ("roofline",), 1.8),
    Goal("360 aggregates from daily state ≤ 0.7 x roofline", ("360 from daily state",), ("roofline",), 0.7),
    Goal("one-day increment of event-grain models ≤ 3 %", ("event-grain models, one day",), ("event-grain models, full build",), 0.03),
    Goal("one-day increment of all other models ≤ 25 %", ("other models, one day",), ("other models, full build",), 0.25),
    Goal("sessions ≥ 5 x less than naive SQL", ("peer sessions_naive_sql",), ("own sessions",), 5, is_at_least=True),
    Goal("sessions ≥ 2 x less than polars", ("peer sessions_polars",), ("own sessions",), 2, is_at_least=True),
    Goal("sessions at 2 GB ≤ 1.3 x unlimited", ("own sessions at 2 GB",), ("own sessions",), 1.3),
    Goal("RFM ≥ 7 x faster than pymc-marketing", ("peer rfm_pymc_marketing",), ("own rfm",), 7, is_at_least=True),
    Goal("diff ≥ 8 x faster than pandas", ("peer diff_pandas",), ("own diff",), 8, is_at_least=True),
    Goal("no-op build ≤ 30 s", ("no-op build",), (), 30),
    Goal("one model ≤ 8 s", ("one model",), (), 8),
    Goal("whole street ≤ 15 minutes", ("street",), (), 900),
)


@dataclass(frozen=True)
class Verdict:
    """A goal with what was measured; no value when a figure is missing."""

    text: str
    value: float | None
    is_met: bool | None


def judge(costs: Mapping[str, Cost]) -> list[Verdict]:
    """Every goal, by CPU time where there is a reference: it says more than wall time on a machine that is shared."""
    return [_judge(goal, costs) for goal in GOALS]


def _judge(goal: Goal, costs: Mapping[str, Cost]) -> Verdict:
    if any(name not in costs for name in (*goal.figure, *goal.reference)):
        return Verdict(goal.text, None, None)
    if not goal.reference:
        value = sum(costs[name].wall_seconds for name in goal.figure)
    else:
        reference = sum(costs[name].cpu_seconds for name in goal.reference)
        value = sum(costs[name].cpu_seconds for name in goal.figure) / reference if reference else float("inf")
    return Verdict(goal.text, value, value >= goal.limit if goal.is_at_least else value <= goal.limit)


def esp_arithmetic(customers: int) -> tuple[float, float]:
    """Hours for one call per profile, and for bulk calls, at the limit of a vendor."""
    return customers / CALLS_PER_MINUTE / 60, customers / PROFILES_PER_BULK_CALL / CALLS_PER_MINUTE / 60
