"""The behaviour model as arrays: transitions and likelihoods of the hidden state, for the filter of ``probability``.

Arrays over the hidden state have the shape (``TYPES`` · ``LEVELS``, ``STATES``): first the pair of latent type and activity level,
then alive with 0, 1, 2 or more missions, or dormant. What depends on the person beyond that goes by group.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from orchestration.generators import behaviour as model

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

TYPES = len(model.LATENT_TYPES)
LEVELS = len(model.ACTIVITY_LEVELS)
KINDS = TYPES * LEVELS
STATES = 4
DORMANT = 3
RHYTHMS = len(model.RHYTHMS)
FREQUENCIES = len(model.FREQUENCIES)
NOT_MAILABLE = FREQUENCIES


def by_kind(attribute: str) -> Array:
    """A parameter of the latent types, one value per pair of type and level."""
    return np.repeat([float(getattr(latent_type, attribute)) for latent_type in model.LATENT_TYPES], LEVELS)


def by_type(attribute: str) -> Array:
    """A list-valued parameter of the latent types: one row per type."""
    return np.array([getattr(latent_type, attribute) for latent_type in model.LATENT_TYPES])


def group_of(is_tracked: Bools, rhythm: Ints, has_unlinked: Bools) -> Ints:
    """The number of the group whose members share the likelihoods of a day."""
    return (is_tracked.astype(np.int64) * RHYTHMS + rhythm) * 2 + has_unlinked


GROUPS = 2 * RHYTHMS * 2


@dataclass(frozen=True)
class CalendarDays:
    """What the model needs to know of each day: season, weekday factor per rhythm, sale, and how many campaigns of each type."""

    season: Array
    weekday: Array
    is_sale: Bools
    campaigns: dict[str, Ints]

    @classmethod
    def load(cls, connection: duckdb.DuckDBPyConnection, day_count: int) -> CalendarDays:
        """Reads the first days of the engine's calendar."""
        query = "select t, season, weekday_factors, is_sale from calendar where t < $1 order by t"
        rows = connection.execute(query, [day_count]).fetchall()
        campaigns = {kind: np.zeros(len(rows), dtype=np.int64) for kind in model.CAMPAIGN_TYPES}
        for day, kind in connection.execute("select t, campaign_type from campaigns where t < $1", [len(rows)]).fetchall():
            campaigns[kind][day] += 1
        return cls(
            season=np.array([row[1] for row in rows], dtype=np.float64),
            weekday=np.array([row[2] for row in rows], dtype=np.float64),
            is_sale=np.array([row[3] for row in rows], dtype=np.bool_),
            campaigns=campaigns,
        )


class Emissions:
    """Transition matrices and likelihood tables for every day of a calendar."""

    def __init__(self, days: CalendarDays) -> None:
        self.days = days
        self._level = np.tile(model.ACTIVITY_LEVELS, TYPES)
        self._lift = by_kind("sale_lift")
        self._mail_answers: dict[tuple[int, bool], Array] = {}

    def transition(self, day: int) -> Array:
        """P(state on ``day`` | state the day before) as (KINDS, STATES new, STATES old)."""
        death, birth = by_kind("dormancy_rate"), by_kind("return_rate")
        start = np.minimum(by_kind("mission_rate") * self._level * self.days.season[day], model.MISSION_MAX_RATE)
        stay, end = 1 - model.MISSION_END_RATE, model.MISSION_END_RATE
        # Columns: missions the day before; rows: missions that go on.
        thinning = np.array([[1, end, end**2], [0, stay, 2 * stay * end], [0, 0, stay**2]])
        zero, one = np.zeros(KINDS), np.ones(KINDS)
        starting = np.array([[1 - start, zero, zero], [start, 1 - start, zero], [zero, start, one]]).transpose(2, 0, 1)
        missions = starting @ thinning
        matrix = np.zeros((KINDS, STATES, STATES))
        matrix[:, :DORMANT, :DORMANT] = missions * (1 - death)[:, None, None]
        matrix[:, :DORMANT, DORMANT] = missions[:, :, 0] * birth[:, None]
        matrix[:, DORMANT, :DORMANT] = death[:, None]
        matrix[:, DORMANT, DORMANT] = 1 - birth
        return matrix

    def visit(self, day: int, rhythm: int) -> Array:
        """P(organic visit)."""
        weekday = self.days.weekday[day, rhythm]
        quiet = np.minimum(by_kind("visit_quiet") * self._level, 0.5) * weekday
        mission = by_kind("visit_mission") * weekday
        return np.stack([quiet, mission, mission, np.full(KINDS, model.VISIT_DORMANT)], axis=1)

    def outcome(self, day: int) -> tuple[Array, Array]:
        """P(order | visit) and P(abandoned cart | visit)."""
        lift = self._lift if self.days.is_sale[day] else np.ones(KINDS)
        zero = np.zeros(KINDS)
        order_quiet, order_mission = (np.minimum(by_kind(name) * lift, model.ORDER_CAP) for name in ("order_quiet", "order_mission"))
        order = np.stack([order_quiet, order_mission, order_mission, zero], axis=1)
        cart = np.stack([by_kind("cart_quiet"), by_kind("cart_mission"), by_kind("cart_mission"), zero], axis=1)
        return order, cart

    def store(self) -> Array:
        """P(purchase in a store)."""
        zero, store = np.zeros(KINDS), by_kind("store_order")
        return np.stack([zero, store, store, zero], axis=1)

    def nothing_seen(self, day: int) -> Array:
        """P(nothing is seen on the day) per group, as (GROUPS, KINDS, STATES)."""
        order, _ = self.outcome(day)
        table = np.empty((GROUPS, KINDS, STATES))
        for rhythm in range(RHYTHMS):
            visit = self.visit(day, rhythm)
            for tracked in (0, 1):
                for unlinked in (0, 1):
                    seen_share = (1 - model.UNLINKED_VISIT_SHARE * unlinked) * tracked
                    table[(tracked * RHYTHMS + rhythm) * 2 + unlinked] = 1 - visit * (order + (1 - order) * seen_share)
        return table * (1 - self.store())

    def answer_likelihood(
        self,
        recent_count: Ints,
        factors: Array,
        answer: Ints,
        is_order: Bools,
        has_machine_opens: Bools,
    ) -> Array:
        """Likelihood of the answers to messages, as (KINDS, STATES, messages); ``factors`` are (3, messages): open, click, order."""
        open_, click, order = (by_kind(name)[:, None] for name in ("open_rate", "click_rate", "mail_order"))
        result = np.empty((KINDS, STATES, len(answer)))
        for states, open_factor, click_factor in (
            (slice(0, DORMANT), 1.0, 1.0),
            (slice(DORMANT, STATES), model.DORMANT_OPEN_FACTOR, model.DORMANT_CLICK_FACTOR),
        ):
            fatigue = np.exp(-model.FATIGUE_PER_MESSAGE * recent_count)
            opened = np.minimum(open_ * factors[0], 0.9) * fatigue * open_factor
            clicked = np.minimum(click * factors[1], 0.9) * click_factor
            visible = np.where(has_machine_opens, model.VISIBLE_HUMAN_OPEN_WITH_PROXY, 1.0)
            ordered = np.where(is_order, order * factors[2], 1 - order * factors[2])
            read_only = opened * (1 - clicked)
            likelihood = np.where(
                answer == 2, opened * clicked * ordered, np.where(answer == 1, read_only * visible, 1 - opened + read_only * (1 - visible))
            )
            result[:, states, :] = likelihood[:, None, :]
        return result

    def mail_answer(self, day: int, *, is_order: bool) -> Array:
        """P(at least one e-mail that is sent on the day is clicked, or leads to an order), not knowing who will be sent one, as
        (FREQUENCIES + 1, KINDS, STATES)."""
        if (day, is_order) not in self._mail_answers:
            after_click = by_kind("mail_order") * model.mean_factor(model.ORDER_FACTOR_RANGE) if is_order else np.ones(KINDS)
            by_frequency = [self._mail_answer(day, frequency, after_click) for frequency in range(FREQUENCIES)]
            self._mail_answers[day, is_order] = np.stack([*by_frequency, np.zeros((KINDS, STATES))])
        return self._mail_answers[day, is_order]

    def _mail_answer(self, day: int, frequency: int, after_click: Array) -> Array:
        relief = 1 - np.exp(-model.FATIGUE_PER_MESSAGE)
        fatigue = 1.0
        for before in range(max(0, day - model.FATIGUE_WINDOW_DAYS), day):
            for kind, counts in self.days.campaigns.items():
                fatigue *= (1 - model.target_share(kind, frequency) * relief) ** int(counts[before])
        opened = np.minimum(by_kind("open_rate") * model.mean_factor(model.OPEN_FACTOR_RANGE), 0.9) * fatigue
        clicked = np.minimum(by_kind("click_rate") * model.mean_factor(model.CLICK_FACTOR_RANGE), 0.9)
        alive = opened * clicked * after_click
        dormant = alive * model.DORMANT_OPEN_FACTOR * model.DORMANT_CLICK_FACTOR
        per_message = np.stack([alive, alive, alive, dormant], axis=1)
        kept = np.ones((KINDS, STATES))
        for kind, counts in self.days.campaigns.items():
            kept *= (1 - model.target_share(kind, frequency) * per_message) ** int(counts[day])
        return 1 - kept

    def no_message_probability(self, first_day: int, horizon: int) -> Array:
        """P(no e-mail is sent on ``horizon`` days from ``first_day``) by wanted frequency, as (FREQUENCIES + 1)."""
        result = np.ones(FREQUENCIES + 1)
        for kind, counts in self.days.campaigns.items():
            sent = int(counts[first_day : first_day + horizon].sum())
            result[:NOT_MAILABLE] *= [(1 - model.target_share(kind, frequency)) ** sent for frequency in range(FREQUENCIES)]
        return result

    def unsubscribe_probability(self, first_day: int, horizon: int) -> Array:
        """P(an e-mail of ``horizon`` days from ``first_day`` is answered by unsubscribing) by wanted frequency, as (FREQUENCIES + 1).
        Nothing latent makes it likelier; a complaint ends the mail as well."""
        result, goes_on = np.zeros(FREQUENCIES + 1), np.ones(FREQUENCIES)
        for day in range(first_day, first_day + horizon):
            for kind, counts in self.days.campaigns.items():
                shares = np.array([model.target_share(kind, frequency) for frequency in range(FREQUENCIES)])
                for _ in range(int(counts[day])):
                    result[:NOT_MAILABLE] += goes_on * shares * model.UNSUBSCRIBE_SHARE
                    goes_on *= 1 - shares * model.STOP_SHARE
        return result

    def no_click_probability(self, first_day: int, horizon: int) -> Array:
        """P(no e-mail of ``horizon`` days from ``first_day`` is clicked | state the day before), as (FREQUENCIES + 1, KINDS, STATES)."""
        result = np.ones((FREQUENCIES + 1, KINDS, STATES))
        for day in range(first_day + horizon - 1, first_day - 1, -1):
            result = np.einsum("kji,fkj->fki", self.transition(day), (1 - self.mail_answer(day, is_order=False)) * result)
        return result

    def no_order_probability(self, first_day: int, horizon: int) -> Array:
        """P(no order on ``horizon`` days from ``first_day`` | state the day before), by backward recursion, as
        (2 tracked, RHYTHMS, FREQUENCIES + 1, KINDS, STATES)."""
        recovery = np.array([[recovery_probability(t, f) for f in range(FREQUENCIES + 1)] for t in (0, 1)])[:, None, :, None, None]
        last_day = first_day + horizon - 1
        result = np.ones((2, RHYTHMS, FREQUENCIES + 1, KINDS, STATES))
        for day in range(last_day, first_day - 1, -1):
            order, cart = self.outcome(day)
            mail = self.mail_answer(day, is_order=True)
            visit = np.stack([self.visit(day, rhythm) for rhythm in range(RHYTHMS)])[None, :, None]
            # A cart left on the last day would be bought after the horizon.
            recovered = cart * recovery * (day < last_day)
            none_today = (1 - visit * (order + recovered)) * (1 - self.store()) * (1 - mail)
            result = np.einsum("kji,trfkj->trfki", self.transition(day), none_today * result)
        return result


def recovery_probability(tracked: int, frequency: int) -> float:
    """P(an abandoned cart is bought on the next days): by itself, or because a reminder was sent."""
    if not tracked:
        return 0.0
    reminded = 0.0
    if frequency != NOT_MAILABLE:
        factors = model.mean_factor(model.CLICK_FACTOR_RANGE) * model.mean_factor(model.ORDER_FACTOR_RANGE)
        reminded = model.CART_REMINDER_SHARE * model.CART_REMINDER_OPEN * model.CART_REMINDER_CLICK * model.CART_REMINDER_ORDER * factors
    return 1 - (1 - model.CART_RECOVERY_PROBABILITY) * (1 - reminded)
