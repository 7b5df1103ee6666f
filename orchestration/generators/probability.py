"""What can be known of the demo world's future: by its latent truth, and, the best that anybody can do, by observable history.

Write x = (z, a, n, s) for a person's state on a day: latent type z, activity level a, number of running shopping missions
n (0, 1, 2 or more), alive or dormant s. ``orchestration/generators/behaviour.py`` states the model. z and a are fixed; (n, s) is a
Markov chain with, per day,

    P(s' = alive | s)   = 1 - dormancy_rate(z) if s is alive, else return_rate(z)
    n' = Binomial(n, 1 - mission_end_rate) + Bernoulli(q(z, a, t) · 1[s' alive]),  q = min(mission_rate(z) · a · season(t), cap)

The observer sees y(t): whether and how the person visited (for people who let themselves be tracked), orders, coupons,
basket sizes, and how each e-mail was answered. Given x(t) these are independent, so the forward filter (Rabiner 1989, eq. 20)

    b(t) ∝ L(y(t) | x(t)) · Σ_x' P(x(t) | x') b(t - 1)(x')

is the exact posterior, and with v_D(x) = P(no order on the days D … D + 29 | x(D - 1) = x), computed by backward recursion,

    latent_probability     = 1 - v_D(x(D - 1))                     for the true state
    observable_probability = 1 - Σ_x b(D - 1)(x) · w(x) · v_D(x) / Σ_x b(D - 1)(x) · w(x)

where w(x) is the likelihood of the loyalty tier and of the vendor's price attitude, if known by D. An abandoned cart of day
D - 1 multiplies "no order" by the known probability that it is not recovered. No order within 60, 90 and 120 days follows in the same
way, for the dates whose window is over. So does a click within thirty days, given that an e-mail is sent: who gets one depends on the
wanted frequency alone, so that it is P(click) / P(at least one is sent). An unsubscribe depends on nothing but how many e-mails come, so
that its probability is the same for everybody of one wanted frequency, and the same for who knows the latent truth.

What the filter idealises: identity is resolved perfectly and at once, no event is late, time zones shift no visit to another
day, and the calendar of campaigns is known (but not who will be sent what, nor who will unsubscribe). What it ignores: more than
two missions at once, that missions end after thirty days, what was in the basket of orders that came from an e-mail, the answer to
cart reminders, and answers to e-mails of the last two days, which are mostly still to come. So nobody can do better in earnest,
and the loss by what it ignores is small; both are tested against the outcome (calibration, and AUC between a naive score and the
latent probability).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from orchestration.generators import behaviour as model
from orchestration.generators.emissions import (
    KINDS,
    LEVELS,
    NOT_MAILABLE,
    STATES,
    Array,
    Bools,
    CalendarDays,
    Emissions,
    Ints,
    by_kind,
    by_type,
    recovery_probability,
)
from orchestration.generators.observations import People, load_people

HORIZON_DAYS = 30
# Customers are silent for long before they count as lost.
LONGER_HORIZONS = (60, 90, 120)
# Those that features are built for too: today, and the newest dates of the grid of dbt_project.yml.
GRID_DATE = date(2000, 1, 22)
GRID_STEP_DAYS = 30
GRID_DATES = 6
# The answers to a message arrive over two days, so they count from the second day after it was sent.
ANSWER_DELAY_DAYS = 2
CHUNK_PEOPLE = 4096
SAMPLE_QUERY = (Path(__file__).parent / "sql" / "truth" / "sample.sql").read_text(encoding="utf-8")


@dataclass(frozen=True)
class AsOf:
    """One date as of which probabilities are computed; ``day`` is the number of the first day that is to be predicted."""

    day: int
    as_of_date: date


@dataclass(frozen=True)
class Futures:
    """What may happen from a day on, given the state of the evening before: ``no_order`` by horizon and ``no_click`` as in
    ``Emissions``, ``no_message`` and ``unsubscribe`` by wanted frequency."""

    as_of: AsOf
    no_order: Mapping[int, Array]
    no_click: Array
    no_message: Array
    unsubscribe: Array

    @classmethod
    def of(cls, as_of: AsOf, emissions: Emissions, last_day: int) -> Futures:
        """Longer horizons only where they are over by the end of the world."""
        horizons = [HORIZON_DAYS, *(days for days in LONGER_HORIZONS if as_of.day + days - 1 <= last_day)]
        return cls(
            as_of,
            {days: emissions.no_order_probability(as_of.day, days) for days in horizons},
            emissions.no_click_probability(as_of.day, HORIZON_DAYS),
            emissions.no_message_probability(as_of.day, HORIZON_DAYS),
            emissions.unsubscribe_probability(as_of.day, HORIZON_DAYS),
        )


def as_of_days(start_date: date, last_day: int) -> list[AsOf]:
    """The day after the world ends, and the newest dates of the grid before it, as far as the world reaches; latest first."""
    today = last_day + 1
    newest = today - 1 - (start_date + timedelta(days=today - 1) - GRID_DATE).days % GRID_STEP_DAYS
    days = (today, *(newest - GRID_STEP_DAYS * step for step in range(GRID_DATES)))
    return [AsOf(day, start_date + timedelta(days=day)) for day in days if day > 0]


def purchase_probabilities(connection: duckdb.DuckDBPyConnection, start_date: date, last_day: int) -> pd.DataFrame:
    """One row per person of the sample and as-of date after they joined: person_id, as_of_date, latent_probability,
    observable_probability, has_purchase_30d (null when the thirty days are not over), and observable_type, the latent type that
    observable history makes most likely: nobody can tell types apart better. ``latent_`` and ``observable_no_order_60d`` (90, 120) are
    null when the days are not over, ``latent_`` and ``observable_click_30d``, a click by a person, and
    ``unsubscribe_30d``, by both views, for those who may not be mailed."""
    emissions = Emissions(CalendarDays.load(connection, last_day + HORIZON_DAYS + 1))
    futures = {as_of.day: Futures.of(as_of, emissions, last_day) for as_of in as_of_days(start_date, last_day)}
    frames = [_filter(people, emissions, futures, last_day) for people in load_people(connection, SAMPLE_QUERY, last_day + 1, CHUNK_PEOPLE)]
    return pd.concat(frames, ignore_index=True)


def _filter(people: People, emissions: Emissions, futures: Mapping[int, Futures], last_day: int) -> pd.DataFrame:
    """Runs through the days once; ``belief`` is (KINDS, STATES, people), proportional to the posterior."""
    belief = np.zeros((KINDS, STATES, people.size))
    enter_day = people.ints("enter_day")
    # People are sorted by group, so that each group is one slice.
    bounds = np.flatnonzero(np.diff(people.group, prepend=-1, append=-1)).tolist()
    slices = [(int(people.group[first]), slice(first, end)) for first, end in pairwise(bounds)]
    frames: list[pd.DataFrame] = []
    for day in range(last_day + 1):
        belief = np.matmul(emissions.transition(day), belief)
        nothing_seen = emissions.nothing_seen(day)
        for group, members in slices:
            belief[:, :, members] *= nothing_seen[group][:, :, None]
        _observe_day(belief, people, emissions, day, nothing_seen)
        _observe_answers(belief, people, emissions, day - ANSWER_DELAY_DAYS)
        entering = np.flatnonzero(enter_day == day)
        if len(entering):
            belief[:, :, entering] = _prior(people, entering)
        if day % 10 == 0:
            belief /= np.maximum(belief.sum(axis=(0, 1)), 1e-300)
        if day + 1 in futures:
            frames.append(_read_out(belief, people, futures[day + 1], last_day))
    return pd.concat(frames, ignore_index=True)


def _prior(people: People, entering: Ints) -> Array:
    """The state on the evening of the day on which somebody enters: newcomers join on a mission; founders may be dormant."""
    shares = {
        is_founder: np.repeat([getattr(kind, name) / 100 for kind in model.LATENT_TYPES], LEVELS) / LEVELS
        for is_founder, name in ((True, "founder_share"), (False, "newcomer_share"))
    }
    founder = np.zeros((KINDS, STATES))
    founder[:, 0] = shares[True] * (1 - by_kind("dormant_at_start"))
    founder[:, 3] = shares[True] * by_kind("dormant_at_start")
    newcomer = np.zeros((KINDS, STATES))
    newcomer[:, 1] = shares[False]
    return np.where(people.bools("is_founder")[entering], founder[:, :, None], newcomer[:, :, None])


def _observe_day(belief: Array, people: People, emissions: Emissions, day: int, nothing_seen: Array) -> None:
    """Replaces, where something was seen, the likelihood of having seen nothing by that of what was seen."""
    rows = people.days.on(day)
    if not len(rows["person"]):
        return
    person = rows["person"].astype(np.int64)
    outcome = rows["outcome"].astype(np.int64)
    is_tracked = people.bools("is_tracked")[person]
    is_seen = np.where(is_tracked, (outcome >= 0) & ~rows["is_on_unlinked_device"].astype(np.bool_), outcome == 2)
    order, cart = emissions.outcome(day)
    # By rhythm: likelihood of a visit that ends as browsing, cart or order.
    visits = [emissions.visit(day, rhythm) for rhythm in range(len(model.RHYTHMS))]
    seen = np.stack([np.stack([visit * (1 - order - cart), visit * cart, visit * order]) for visit in visits])
    rhythm = people.ints("rhythm")[person]
    unseen = nothing_seen[people.group[person]] / (1 - emissions.store())
    likelihood = np.where(is_seen[:, None, None], seen[rhythm, np.maximum(outcome, 0)], unseen)
    depth = np.repeat(by_type("depth"), LEVELS, axis=0)
    likelihood *= np.where((is_seen & is_tracked)[:, None], depth.T[rows["depth"].astype(np.int64)], 1.0)[:, :, None]
    for happened, coupon, basket in (
        (is_seen & (outcome == 2), "has_coupon", "basket"),
        (rows["is_store_order"].astype(np.bool_), "store_has_coupon", "store_basket"),
    ):
        evidence = _order_evidence(rows[coupon].astype(np.bool_), rows[basket].astype(np.int64))
        likelihood *= np.where(happened[:, None], evidence, 1.0)[:, :, None]
    in_store = rows["is_store_order"].astype(np.bool_)[:, None, None]
    likelihood *= np.where(in_store, emissions.store(), 1 - emissions.store())
    belief[:, :, person] *= (likelihood / nothing_seen[people.group[person]]).transpose(1, 2, 0)


def _order_evidence(has_coupon: Bools, basket: Ints) -> Array:
    """Likelihood of the coupon and the basket size of orders, as (orders, KINDS)."""
    coupon: Array = np.where(has_coupon[:, None], by_kind("coupon"), 1 - by_kind("coupon"))
    return coupon * np.repeat(by_type("basket"), LEVELS, axis=0).T[basket]


def _observe_answers(belief: Array, people: People, emissions: Emissions, sent_on: int) -> None:
    rows = people.messages.on(sent_on)
    if not len(rows["person"]):
        return
    person = rows["person"].astype(np.int64)
    likelihood = emissions.answer_likelihood(
        rows["recent_count"].astype(np.int64),
        np.stack([rows[name].astype(np.float64) for name in ("open_factor", "click_factor", "order_factor")]),
        rows["answer"].astype(np.int64),
        rows["is_order"].astype(np.bool_),
        people.bools("has_machine_opens")[person],
    )
    # Somebody may have been sent two messages on one day: apply them one after the other.
    while len(person):
        _, first = np.unique(person, return_index=True)
        belief[:, :, person[first]] *= likelihood[:, :, first]
        rest = np.setdiff1d(np.arange(len(person)), first)
        person, likelihood = person[rest], likelihood[:, :, rest]


def _static_evidence(people: People, day: int) -> Array:
    """Likelihood of the loyalty tier and the vendor's price attitude that are known before a day, as (KINDS, people)."""
    result = np.ones((KINDS, people.size))
    for value, known_day, attribute in (("tier", "loyalty_day", "tier"), ("price_attitude", "attitude_day", "price_attitude")):
        values = people.ints(value)
        likelihood = np.repeat(by_type(attribute), LEVELS, axis=0)[:, np.maximum(values, 0)]
        result *= np.where((values >= 0) & (people.ints(known_day) < day), likelihood, 1.0)
    return result


def _read_out(belief: Array, people: People, futures: Futures, last_day: int) -> pd.DataFrame:
    as_of = futures.as_of
    there = np.flatnonzero(people.ints("enter_day") < as_of.day)
    tracked, rhythm = people.ints("is_tracked")[there], people.ints("rhythm")[there]
    frequency = people.frequency_on(as_of.day)[there]
    weights = (belief * _static_evidence(people, as_of.day)[:, None, :])[:, :, there].transpose(2, 0, 1)
    weights = weights / weights.sum(axis=(1, 2), keepdims=True)
    kind, state = people.true_state(as_of.day - 1)

    def known(by_state: Array) -> tuple[Array, Array]:
        """Of a probability per person and state: what the latent truth says, and what observable history does."""
        return by_state[np.arange(len(there)), kind[there], state[there]], (weights * by_state).sum(axis=(1, 2))

    recovery = np.array([[recovery_probability(t, f) for f in range(len(model.FREQUENCIES) + 1)] for t in (0, 1)])
    cart_factor = 1 - recovery[tracked, frequency] * people.has_cart_on(as_of.day - 1)[there]
    no_order = {days: known(table[tracked, rhythm, frequency]) for days, table in futures.no_order.items()}
    sent = np.where(frequency == NOT_MAILABLE, np.nan, 1 - futures.no_message[frequency])
    click = [(1 - no_click) / sent for no_click in known(futures.no_click[frequency])]
    likeliest = weights.sum(axis=2).reshape(len(there), len(model.LATENT_TYPES), LEVELS).sum(axis=2).argmax(axis=1)
    is_mature = as_of.day + HORIZON_DAYS - 1 <= last_day
    outcome = people.has_purchase_between(as_of.day, as_of.day + HORIZON_DAYS)[there] if is_mature else [None] * len(there)
    found: dict[str, object] = {
        "person_id": people.ints("p")[there],
        "as_of_date": pd.Series([as_of.as_of_date] * len(there), dtype="object"),
        "has_purchase_30d": pd.array(outcome, dtype="boolean"),
        "unsubscribe_30d": np.round(futures.unsubscribe[frequency] / sent, 6),
        "observable_type": np.array([kind.name for kind in model.LATENT_TYPES], dtype=object)[likeliest],
    }
    for view, name in enumerate(("latent", "observable")):
        found[f"{name}_probability"] = np.round(1 - no_order[HORIZON_DAYS][view] * cart_factor, 6)
        found[f"{name}_click_30d"] = np.round(click[view], 6)
        for days in LONGER_HORIZONS:
            probability = no_order[days][view] * cart_factor if days in no_order else np.full(len(there), np.nan)
            found[f"{name}_no_order_{days}d"] = np.round(probability, 6)
    return pd.DataFrame(found)
