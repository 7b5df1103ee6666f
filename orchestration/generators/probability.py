"""The purchase probability of the demo world: the latent one, and the best one that observable history allows.

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
D - 1 multiplies "no order" by the known probability that it is not recovered.

What the filter idealises: identity is resolved perfectly and at once, no event is late, time zones shift no visit to another
day, and the calendar of campaigns is known (but not who will be sent what, nor who will unsubscribe). What it ignores: more than
two missions at once, that missions end after thirty days, what was in the basket of orders that came from an e-mail, the answer to
cart reminders, and answers to e-mails of the last two days, which are mostly still to come. So nobody can do better in earnest,
and the loss by what it ignores is small; both are tested against the outcome (calibration, and AUC between a naive score and the
latent probability).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from orchestration.generators import behaviour
from orchestration.generators.emissions import CalendarDays, Emissions
from orchestration.generators.observations import Observations, load_observations

Array = npt.NDArray[np.float64]

HORIZON_DAYS = 30
AS_OF_DATES = 7
# The answers to a message arrive over two days, so they count from the second day after it was sent.
ANSWER_DELAY_DAYS = 2
CHUNK_PEOPLE = 2048


@dataclass(frozen=True)
class AsOf:
    """One date as of which probabilities are computed; ``day`` is the number of the first day that is to be predicted."""

    day: int
    as_of_date: date


def as_of_days(start_date: date, last_day: int) -> list[AsOf]:
    """The day after the world ends, and every thirty days before it, as far as the world reaches; latest first."""
    days = (last_day + 1 - HORIZON_DAYS * step for step in range(AS_OF_DATES))
    return [AsOf(day, start_date + timedelta(days=day)) for day in days if day > 0]


def purchase_probabilities(connection: duckdb.DuckDBPyConnection, start_date: date, last_day: int) -> pd.DataFrame:
    """One row per person of the sample and as-of date after they joined: person_id, as_of_date, latent_probability,
    observable_probability, has_purchase_30d (null when the thirty days are not over)."""
    dates = as_of_days(start_date, last_day)
    days = CalendarDays.load(connection, last_day + HORIZON_DAYS + 1)
    observations = load_observations(connection)
    emissions = Emissions(days)
    survival = {as_of.day: emissions.no_order_probability(as_of.day, HORIZON_DAYS) for as_of in dates}
    frames = [
        _chunk(observations.of_people(first, first + CHUNK_PEOPLE), emissions, survival, dates, last_day)
        for first in range(0, observations.size, CHUNK_PEOPLE)
    ]
    columns = ["person_id", "as_of_date", "latent_probability", "observable_probability", "has_purchase_30d"]
    return pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)


def _chunk(people: Observations, emissions: Emissions, survival: dict[int, Array], dates: list[AsOf], last_day: int) -> pd.DataFrame:
    belief = np.zeros((people.size, *emissions.shape))
    static = emissions.static_likelihoods(people)
    wanted = {as_of.day: as_of for as_of in dates}
    frames: list[pd.DataFrame] = []
    for day in range(last_day + 2):
        if day in wanted:
            frames.append(_read_out(people, belief, static, survival[day], emissions, wanted[day], last_day))
        if day > last_day:
            break
        belief = emissions.predict(belief, day)
        emissions.enter(belief, people, day)
        emissions.observe(belief, people, day, answers_of=day - ANSWER_DELAY_DAYS)
        if day % 8 == 0:
            belief /= np.maximum(belief.sum(axis=(1, 2, 3, 4), keepdims=True), 1e-300)
    return pd.concat(frames, ignore_index=True)


def _read_out(
    people: Observations, belief: Array, static: Array, survival: Array, emissions: Emissions, as_of: AsOf, last_day: int
) -> pd.DataFrame:
    there = np.flatnonzero(people.enter_day < as_of.day)
    groups = emissions.future_group(people, as_of.day)[there]
    weights = belief[there] * static[there][:, :, None, None, None]
    # Evidence that is not known yet on the date does not count.
    for known_day, likelihood in emissions.late_evidence(people):
        unknown = known_day[there] >= as_of.day
        weights[unknown] /= likelihood[there][unknown][:, :, None, None, None]
    weights /= weights.sum(axis=(1, 2, 3, 4), keepdims=True)
    no_order = np.einsum("pzans,pzans->p", weights, survival[groups])
    z, a, n, s = (state[there] for state in people.true_state(as_of.day - 1))
    latent_no_order = survival[groups, z, a, n, s]
    cart_factor = 1 - emissions.recovery_probability(people)[there] * people.has_cart_on(as_of.day - 1)[there]
    outcome = people.has_purchase_between(as_of.day, as_of.day + HORIZON_DAYS)[there]
    return pd.DataFrame(
        {
            "person_id": people.person[there].astype(np.int64),
            "as_of_date": as_of.as_of_date,
            "latent_probability": np.round(1 - latent_no_order * cart_factor, 6),
            "observable_probability": np.round(1 - no_order * cart_factor, 6),
            "has_purchase_30d": pd.array(outcome, dtype="boolean")
            if as_of.day + HORIZON_DAYS - 1 <= last_day
            else pd.array([None] * len(there), dtype="boolean"),
        }
    )
