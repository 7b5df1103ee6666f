"""What the observer sees of the people of the sample, as arrays that are sorted for a run through the days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from orchestration.generators.emissions import DORMANT, LEVELS, NOT_MAILABLE, Bools, Ints, group_of

Columns = dict[str, npt.NDArray[Any]]

# What is fetched of each part of the truth; a missing outcome means that there was no visit.
QUERIES = {
    "days": """
        select
            p,
            t,
            coalesce(outcome, -1) as outcome,
            depth,
            is_store_order,
            is_join_day,
            coalesce(has_coupon, false) as has_coupon,
            coalesce(basket, 0) as basket,
            coalesce(store_has_coupon, false) as store_has_coupon,
            coalesce(store_basket, 0) as store_basket,
            is_on_unlinked_device
        from seen_observed_days
    """,
    "messages": "select * from seen_observed_messages",
    "missions": "select * from seen_missions",
    "purchases": "select * from seen_purchases",
}


@dataclass(frozen=True)
class Rows:
    """Rows of one kind, sorted by day: ``starts[day]`` is the first row of a day, ``person`` the position of the person."""

    columns: Columns
    starts: Ints

    @classmethod
    def of(cls, columns: Columns, day_count: int) -> Rows:
        order = np.argsort(columns["t"], kind="stable")
        ordered = {name: values[order] for name, values in columns.items()}
        return cls(ordered, np.searchsorted(ordered["t"], np.arange(day_count + 1)))

    def on(self, day: int) -> Columns:
        """The rows of one day."""
        if day < 0 or day + 1 >= len(self.starts):
            return {name: values[:0] for name, values in self.columns.items()}
        rows = slice(int(self.starts[day]), int(self.starts[day + 1]))
        return {name: values[rows] for name, values in self.columns.items()}


@dataclass(frozen=True)
class People:
    """A group of people with all that was seen of them. People are sorted by the group that shares likelihoods."""

    columns: Columns
    group: Ints
    days: Rows
    messages: Rows
    missions: Columns
    purchases: Rows
    spell_ends: Ints

    @property
    def size(self) -> int:
        return len(self.group)

    def ints(self, name: str) -> Ints:
        return self.columns[name].astype(np.int64)

    def bools(self, name: str) -> Bools:
        return self.columns[name].astype(np.bool_)

    def frequency_on(self, day: int) -> Ints:
        """The wanted frequency of those who may be mailed on the day, else ``NOT_MAILABLE``."""
        mailable = (self.ints("mail_from") <= day) & (day <= self.ints("mail_until"))
        return np.where(mailable, self.ints("frequency_number"), NOT_MAILABLE)

    def true_state(self, day: int) -> tuple[Ints, Ints]:
        """Latent type and level as one number, and the true hidden state, on the evening of a day."""
        kind = self.ints("z") * LEVELS + self.ints("activity_level")
        spells = (self.spell_ends <= day).sum(axis=1)
        is_alive = (self.ints("starts_dormant") + spells) % 2 == 0
        running = (self.missions["t"] <= day) & (day < self.missions["end_day"])
        count = np.bincount(self.missions["person"][running].astype(np.int64), minlength=self.size)
        return kind, np.where(is_alive, np.minimum(count, 2), DORMANT)

    def has_cart_on(self, day: int) -> Bools:
        """Whether the person left a cart on the day, to be seen."""
        rows = self.days.on(day)
        result = np.zeros(self.size, dtype=np.bool_)
        result[rows["person"][rows["outcome"] == 1].astype(np.int64)] = True
        return result & self.bools("is_tracked")

    def has_purchase_between(self, first_day: int, end_day: int) -> Bools:
        """Whether the person bought on any day from ``first_day`` up to, not including, ``end_day``."""
        result = np.zeros(self.size, dtype=np.bool_)
        for day in range(first_day, end_day):
            result[self.purchases.on(day)["person"].astype(np.int64)] = True
        return result


def _fetch(connection: duckdb.DuckDBPyConnection, query: str) -> Columns:
    return {name: np.asarray(values) for name, values in connection.execute(query).fetchnumpy().items()}


def load_people(connection: duckdb.DuckDBPyConnection, sample_query: str, day_count: int, chunk: int) -> list[People]:
    """The people of the sample in chunks of so many."""
    sample = _fetch(connection, sample_query)
    ends = np.array(connection.execute(f"select spell_ends from ({sample_query}) order by p").fetchall(), dtype=np.int64)
    spell_ends = ends.reshape(len(sample["p"]), -1)
    del sample["spell_ends"]
    is_tracked, has_unlinked = (sample[name].astype(np.bool_) for name in ("is_tracked", "has_unlinked_device"))
    group = group_of(is_tracked, sample["rhythm"].astype(np.int64), has_unlinked)
    order = np.lexsort((sample["p"], group))
    # Position of each person number in the sorted sample.
    position = np.full(int(sample["p"].max(initial=0)) + 1, -1, dtype=np.int64)
    position[sample["p"][order].astype(np.int64)] = np.arange(len(order))
    fetched = {name: _fetch(connection, query) for name, query in QUERIES.items()}
    for columns in fetched.values():
        columns["person"] = position[columns.pop("p").astype(np.int64)]
    result: list[People] = []
    for first in range(0, len(order), chunk):
        members = order[first : first + chunk]
        parts = {name: _of_people(columns, first, first + chunk) for name, columns in fetched.items()}
        result.append(
            People(
                columns={name: values[members] for name, values in sample.items()},
                group=group[members],
                days=Rows.of(parts["days"], day_count),
                messages=Rows.of(parts["messages"], day_count),
                missions=parts["missions"],
                purchases=Rows.of(parts["purchases"], day_count),
                spell_ends=spell_ends[members],
            )
        )
    return result


def _of_people(columns: Columns, first: int, end: int) -> Columns:
    chosen = (columns["person"] >= first) & (columns["person"] < end)
    result = {name: values[chosen] for name, values in columns.items()}
    result["person"] = result["person"] - first
    return result
