"""Time-aware split: whole dates, oldest first, and nobody's outcome window reaches into the next part."""

from datetime import date, timedelta

import pytest

from python_models.splits import split_dates


def monthly(count: int) -> list[date]:
    return [date(2026, 1, 1) + timedelta(days=30 * number) for number in range(count)]


def test_twelve_dates_are_cut_70_15_15_to_whole_dates() -> None:
    split = split_dates(monthly(12), horizon_days=30)
    assert split is not None
    assert (len(split.train), len(split.validation), len(split.test), len(split.embargoed)) == (8, 2, 2, 0)


@pytest.mark.parametrize("horizon_days", [7, 30, 31, 90])
@pytest.mark.parametrize("count", range(3, 25))
def test_no_outcome_window_reaches_into_the_next_part(horizon_days: int, count: int) -> None:
    split = split_dates(monthly(count), horizon_days)
    if split is None:
        assert count < 3 + 2 * (horizon_days // 30)
        return
    window = timedelta(days=horizon_days)
    assert max(split.train) + window <= min(split.validation)
    assert max(split.validation) + window <= min(split.test)
    assert sorted({*split.train, *split.validation, *split.test, *split.embargoed}) == monthly(count)
    assert split.test[-1] == monthly(count)[-1]


def test_too_few_dates_give_no_split() -> None:
    assert split_dates(monthly(2), horizon_days=30) is None
    assert split_dates(monthly(6), horizon_days=90) is None


def test_order_and_repetition_of_dates_do_not_matter() -> None:
    assert split_dates(monthly(12)[::-1] * 2, horizon_days=30) == split_dates(monthly(12), horizon_days=30)
