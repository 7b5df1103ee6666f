"""The page of the value model has its parameters, its assumption, and an earlier forecast beside what came."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from orchestration.reports.page import Report
from orchestration.reports.value import value_report
from python_models.value.purchase_history import purchase_histories
from python_models.value.recalibrate import PastDates, Recalibration, recalibrate
from python_models.value.spec import CUSTOMER_VALUE
from python_models.value.train import ValueFit, train_value
from tests.unit.orchestration.reports.pages import assert_whole, cells_of, text_of
from tests.unit.python_models.value_world import world
from tests.unit.python_models.worlds import AS_OF_DATE, customer_ids

CUSTOMERS, DAYS, AHEAD = 600, 360, 90


def transactions() -> pd.DataFrame:
    """People who buy at a rate of their own, some until the end and some until a day on which they leave."""
    generator = np.random.default_rng(4)
    rows = []
    for customer in customer_ids(CUSTOMERS):
        mean_gap, mean_amount = generator.gamma(2.0, 20.0) + 5, generator.gamma(9.0, 5.0)
        until = DAYS if generator.random() < 0.6 else generator.uniform(30, DAYS)
        day = generator.uniform(0, 60)
        while day < until:
            rows.append((customer, int(day), mean_amount * generator.gamma(6.0, 1 / 6)))
            day += generator.exponential(mean_gap)
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    return frame.assign(purchased_at=pd.Timestamp(AS_OF_DATE) + pd.to_timedelta(frame["day"] - DAYS, unit="D"))


@pytest.fixture(scope="module")
def histories() -> tuple[pd.DataFrame, pd.DataFrame]:
    bought = transactions()
    today = pd.Timestamp(AS_OF_DATE)
    return purchase_histories(bought, today - pd.Timedelta(days=AHEAD)), purchase_histories(bought, today)


@pytest.fixture(scope="module")
def fit(histories: tuple[pd.DataFrame, pd.DataFrame]) -> ValueFit:
    return train_value(histories[1], CUSTOMER_VALUE)


@pytest.fixture(scope="module")
def past(histories: tuple[pd.DataFrame, pd.DataFrame]) -> Recalibration:
    """A shop with one earlier date: a forecast is checked, nothing can correct it."""
    return recalibrate(one_earlier_date(*histories), CUSTOMER_VALUE)


@pytest.fixture(scope="module")
def returners() -> PastDates:
    return world(has_returners=True)


def one_earlier_date(before: pd.DataFrame, now: pd.DataFrame) -> PastDates:
    return PastDates(now, before, AHEAD, before.head(0), 0)


def page_of(fit: ValueFit, past: Recalibration) -> Report:
    return value_report(fit, past, CUSTOMER_VALUE, AS_OF_DATE, CUSTOMERS)


def test_the_page_holds_what_was_fitted(fit: ValueFit, past: Recalibration) -> None:
    made = page_of(fit, past)
    assert_whole(made, customer_ids(CUSTOMERS))
    cells, metrics = cells_of(made), fit.metrics
    assert set(made.plots) == {"repeats", "as published (held out)"}
    for name in ("r", "alpha", "a", "b", "p", "q", "v"):
        row = next(row for row in cells if row and row[0] == name)
        assert row[2:4] == [f"{metrics[name]:,.4f}", f"{metrics[f'{name}_standard_error']:,.4f}"]
    assert ["BG/NBD", f"{metrics['bg_nbd_log_likelihood']:,.2f}", f"{metrics['customers']:,.0f}"] in cells
    assert f"<strong>{metrics['frequency_amount_correlation']:+.3f}</strong>" in made.page
    first = fit.repeats.iloc[0]
    assert ["0", f"{first['actual_share']:.1%}", f"{first['expected_share']:.1%}"] in cells


def test_the_page_holds_the_forecast_beside_what_came(fit: ValueFit, past: Recalibration) -> None:
    made = page_of(fit, past)
    cells, metrics = cells_of(made), past.metrics
    off = metrics["actual_orders"] / metrics["expected_orders"] - 1
    assert ["orders", f"{metrics['expected_orders']:,.1f}", f"{metrics['actual_orders']:,.1f}", f"{off:+.1%}"] in cells
    assert "2026-08-03" in made.page
    assert f"off by {metrics['mean_absolute_error']:.4f} on average" in made.page
    for row in past.served.value.itertuples():
        shown = next(each for each in cells if each[:3] == [str(row.decile), str(row.customers), f"{row.expected:,.2f}"])
        assert shown[3] == f"{row.actual:,.2f}"
        assert shown[5] == f"{row.relative_error:+.1%}"
    goal = next(row for row in cells if row[:1] == ["value"] and len(row) == 7)
    assert goal[2] == f"{metrics['value_deciles_within_10_percent']:.0f} of 10"
    assert goal[3] == f"{metrics['value_deciles_within_10_percent_by_chance']:.1f}"
    assert goal[4] == f"{metrics['value_decile_error_largest']:.1%}"
    assert goal[1] == ("met" if metrics["value_deciles_within_10_percent"] == 10 else "missed")


def test_a_young_shop_has_parameters_and_no_forecast(fit: ValueFit) -> None:
    made = page_of(fit, Recalibration(reason="there is no earlier date"))
    assert_whole(made)
    assert "no forecast could be held against what came" in made.page
    assert set(made.plots) == {"repeats"}


def test_standard_errors_that_are_not_known_are_not_shown_as_figures(fit: ValueFit, past: Recalibration) -> None:
    assert fit.purchases is not None
    unknown = replace(fit.purchases.estimate, standard_errors=(float("nan"),) * 4)
    made = page_of(replace(fit, purchases=replace(fit.purchases, estimate=unknown)), past)
    assert_whole(made)
    assert ["n/a", "n/a"] in [row[-2:] for row in cells_of(made) if row[:1] == ["r"]]


def test_below_the_floor_the_page_says_why(histories: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    made = page_of(train_value(histories[1].head(30), CUSTOMER_VALUE), Recalibration())
    assert_whole(made)
    assert "100 needed" in made.page
    assert "Nobody has an expected value" in made.page
    assert text_of(made).count("<h2>") == 1
    assert made.plots == {}


def test_it_is_the_same_page_each_time(histories: tuple[pd.DataFrame, pd.DataFrame], fit: ValueFit, past: Recalibration) -> None:
    before, now = (frame.sample(frac=1, random_state=1) for frame in histories)
    again = recalibrate(one_earlier_date(before, now), CUSTOMER_VALUE)
    assert page_of(train_value(now, CUSTOMER_VALUE), again) == page_of(fit, past)


def test_without_a_second_earlier_date_the_page_says_that_nothing_is_corrected(fit: ValueFit, past: Recalibration) -> None:
    made = page_of(fit, past)
    assert "There is none: there is no second earlier date to learn a correction from." in made.page


def test_a_correction_that_is_kept_is_shown_beside_the_published_forecast(returners: PastDates) -> None:
    found = recalibrate(returners, CUSTOMER_VALUE)
    made = page_of(train_value(returners.today, CUSTOMER_VALUE, found.calibration), found)
    assert_whole(made, returners.today["customer_id"].head(500))
    assert set(made.plots) == {"repeats", "as published (held out)", "corrected (held out)", "correction"}
    assert "<strong>It is kept</strong>" in made.page
    assert "2026-05-05" in made.page
    cells, metrics = cells_of(made), found.metrics
    for name in ("orders", "value"):
        for suffix, made_how in (("raw", "as published"), ("recalibrated", "corrected")):
            row = next(row for row in cells if row[:2] == [name, made_how])
            assert row[4] == f"{metrics[f'{name}_decile_error_weighted_{suffix}']:.1%}"
    assert found.difference is not None
    assert f"{found.difference.low:+.1%} to {found.difference.high:+.1%}" in made.page


def test_a_correction_that_is_turned_down_is_shown_with_the_reason() -> None:
    shop = world(has_returners=False)
    found = recalibrate(shop, CUSTOMER_VALUE)
    made = page_of(train_value(shop.today, CUSTOMER_VALUE, found.calibration), found)
    assert_whole(made)
    assert "<strong>It is not kept</strong>: the corrected forecast was not better beyond noise." in made.page
    assert "the map that was turned down" in made.page
    assert "corrected (held out)" in made.plots
