"""What identifies a demo world: the same specification always yields the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

DEFAULT_END_DATE = date(2026, 10, 31)
HISTORY_MONTHS = 24
# Raise it whenever the rows of a world change: an existing world of another version is then refused, not mixed.
GENERATOR_VERSION = 2


def first_day_of_history(end_date: date, months: int = HISTORY_MONTHS) -> date:
    """The first day of a history of so many months that ends with the month of ``end_date``."""
    month_index = end_date.year * 12 + end_date.month - months
    return date(month_index // 12, month_index % 12 + 1, 1)


DEFAULT_START_DATE = first_day_of_history(DEFAULT_END_DATE)


@dataclass(frozen=True)
class WorldSpec:
    """A demo world. ``customers`` is the number of people that it has after 24 months; they join at an even pace."""

    customers: int = 20_000
    seed: int = 7
    start_date: date = DEFAULT_START_DATE
    end_date: date = DEFAULT_END_DATE

    def __post_init__(self) -> None:
        if not 10 <= self.customers <= 2_000_000:
            raise ValueError(f"customers must lie between 10 and 2,000,000, not {self.customers}")
        if not 0 <= self.seed < 2**31:
            raise ValueError(f"seed must be a number from 0 to {2**31 - 1}, not {self.seed}")
        if self.start_date.day != 1:
            raise ValueError(f"a world starts on the first day of a month, not on {self.start_date}")
        if self.end_date < self.start_date:
            raise ValueError(f"the world ends ({self.end_date}) before it starts ({self.start_date})")

    @property
    def day_count(self) -> int:
        """Days from the first to the last, both included."""
        return (self.end_date - self.start_date).days + 1
