"""Time-aware split: the past trains, the recent past chooses and calibrates, the latest past judges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class DateSplit:
    """Whole as-of dates of each part; a date is in one part or, between two parts, in none."""

    train: tuple[date, ...]
    validation: tuple[date, ...]
    test: tuple[date, ...]
    embargoed: tuple[date, ...]


def split_dates(dates: Sequence[date], horizon_days: int, holdout_share: float = 0.15) -> DateSplit | None:
    """Cut the as-of dates, oldest first, into 70/15/15 rounded to whole dates; None when there are too few.

    An outcome looks `horizon_days` ahead, so that a training date whose outcome window reaches beyond the first date of the next part
    would tell the model what happens there. Such dates are embargoed (López de Prado, Advances in Financial Machine Learning, 7.4.1).
    Validation and test each get the nearest whole number of the dates that are left, at least one; training gets the rest.
    """
    ordered = sorted(set(dates))
    for holdout_count in range(max(1, _nearest(len(ordered) * holdout_share)), 0, -1):
        split = _cut(ordered, horizon_days, holdout_count)
        usable_count = len(ordered) - len(split.embargoed)
        if split.train and holdout_count <= max(1, _nearest(usable_count * holdout_share)):
            return split
    return None


def expanding_folds(dates: Sequence[date], horizon_days: int, fold_count: int) -> list[tuple[tuple[date, ...], date]]:
    """The latest dates to judge on, each with all dates to fit on whose outcome window is over by then; fewer where the dates are few."""
    ordered = sorted(set(dates))
    folds = [(tuple(_ending_before(ordered, [judged], horizon_days)), judged) for judged in ordered[-fold_count:]]
    return [fold for fold in folds if fold[0]]


def _cut(ordered: list[date], horizon_days: int, holdout_count: int) -> DateSplit:
    test = ordered[-holdout_count:]
    validation = _ending_before(ordered, test, horizon_days)[-holdout_count:]
    train = _ending_before(ordered, validation, horizon_days)
    used = {*train, *validation, *test}
    return DateSplit(tuple(train), tuple(validation), tuple(test), tuple(day for day in ordered if day not in used))


def _ending_before(dates: list[date], next_part: list[date], horizon_days: int) -> list[date]:
    """The dates whose outcome window [date, date + horizon) is over when the next part begins."""
    if not next_part:
        return []
    return [day for day in dates if day + timedelta(days=horizon_days) <= next_part[0]]


def _nearest(value: float) -> int:
    return int(value + 0.5)
