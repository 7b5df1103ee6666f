"""Forecasts of value are corrected by what earlier ones came to: the maps by hand, and what is kept in worlds whose truth is known."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from python_models.matrix import FloatArray
from python_models.value.bg_nbd import BgNbd
from python_models.value.calibration import Calibration, MonotoneMap, fit_map
from python_models.value.gamma_gamma import GammaGamma
from python_models.value.model import ValueModel, value_model_from_json
from python_models.value.recalibrate import PastDates, Recalibration, error_difference, recalibrate
from python_models.value.score import score_value
from python_models.value.spec import CUSTOMER_VALUE
from python_models.value.train import train_value
from tests.unit.python_models.value_world import world

MODEL = ValueModel("m", BgNbd(0.6, 6.0, 0.8, 2.5), GammaGamma(6.0, 4.0, 60.0), (("top", 100.0), ("low", 0.0)))
RISING = MonotoneMap((0.01, 1.0, 4.0), (0.1, 0.8, 2.0))


@pytest.fixture(scope="module")
def returners() -> PastDates:
    return world(has_returners=True)


@pytest.fixture(scope="module")
def corrected(returners: PastDates) -> Recalibration:
    return recalibrate(returners, CUSTOMER_VALUE)


def test_means_of_bins_are_pooled_until_they_rise_by_hand() -> None:
    """Bins of two: means 1, 2, 3, 4 of what was expected; 1, 4, 2, 6 of what came, of which the two in the middle are pooled to 3."""
    expected = np.array([0.5, 1.5, 1.9, 2.1, 2.9, 3.1, 3.9, 4.1])
    actual = np.array([0.0, 2.0, 4.0, 4.0, 1.0, 3.0, 6.0, 6.0])
    found = fit_map(expected, actual, customers_per_bin=2, most_bins=10)
    assert found == MonotoneMap((1.0, 2.5, 4.0), (1.0, 3.0, 6.0))
    # In the middle of two logarithms, and beyond the highest mean by its ratio.
    assert found(np.array([np.sqrt(2.5), 4.0, 8.0])) == pytest.approx([np.sqrt(3.0), 6.0, 12.0])
    # Fewer bins hold more customers each: of all, what was expected and what came.
    assert fit_map(expected, actual, customers_per_bin=2, most_bins=1) == MonotoneMap((2.5,), (3.25,))


def test_a_map_rises_is_never_negative_and_knows_what_is_not_known() -> None:
    values = np.concatenate([[0.0], np.logspace(-200, 3, 4_000)])
    mapped = RISING(values)
    assert (np.diff(mapped) > 0).all()
    assert mapped[0] > 0
    # Who was all but given up is expected to come back like the others of whom little was expected.
    assert RISING(np.array([1e-9]))[0] == pytest.approx(0.1, rel=0.05)
    assert np.isnan(RISING(np.array([np.nan]))).all()


def test_those_of_whom_nothing_came_or_nothing_was_expected_are_pooled_with_the_next() -> None:
    expected, actual = np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 0.0, 4.0, 5.0])
    assert fit_map(expected, actual, 1, 10) == MonotoneMap((1.0, 3.0), (4 / 3, 5.0))
    assert fit_map(expected, np.zeros(4), 1, 10) is None
    assert fit_map(np.full(4, np.nan), actual, 1, 10) is None
    assert fit_map(np.array([np.nan, 1.0]), np.array([9.0, 2.0]), 1, 10) == MonotoneMap((1.0,), (2.0,))
    # Equal expectations are one bin, however many there are.
    assert fit_map(np.array([1.0, 1.0, 1.0, 2.0]), np.array([0.0, 3.0, 0.0, 3.0]), 1, 10) == MonotoneMap((1.0, 2.0), (1.0, 3.0))


def test_a_map_does_not_depend_on_the_order_of_the_rows() -> None:
    random = np.random.default_rng(0)
    expected = random.choice(random.gamma(0.5, 1.0, 700), 5_000)
    actual = random.poisson(expected) * random.random(5_000)
    order = random.permutation(5_000)
    assert fit_map(expected[order], actual[order], 100, 40) == fit_map(expected, actual, 100, 40)


def scores_of(calibration: Calibration | None, horizons: tuple[int, ...] = (30, 90, 365)) -> pd.DataFrame:
    days = np.array([0.0, 1.0, 60.0, 300.0])
    frequency = np.array([0.0, 3.0, 12.0, 40.0])
    histories = pd.DataFrame(
        {"customer_id": list("abcd"), "frequency": frequency, "recency": days, "age": [80.0, 300.0, 80.0, 300.0], "monetary_value": 50.0}
    )
    spec = replace(CUSTOMER_VALUE, horizons_days=horizons)
    return score_value(histories, replace(MODEL, calibration=calibration), spec)


@pytest.mark.parametrize("goes_on_steadily", [True, False])
@pytest.mark.parametrize("window", [20, 90, 91, 400])
def test_more_days_never_bring_less(window: int, goes_on_steadily: bool) -> None:
    scores = scores_of(Calibration(window, RISING, RISING, goes_on_steadily))
    for name in ("orders", "value"):
        by_days = scores[[f"expected_{name}_{days}d" for days in (30, 90, 365)]].to_numpy()
        assert (np.diff(by_days, axis=1) > 0).all()
        assert (by_days >= 0).all()


def test_forecasts_over_the_window_are_those_of_the_map_and_others_have_their_share() -> None:
    published = scores_of(None)
    calibration = Calibration(90, RISING, MonotoneMap((1.0, 10.0), (5.0, 20.0)), goes_on_steadily=True)
    steady, as_published = scores_of(calibration), scores_of(replace(calibration, goes_on_steadily=False))
    assert steady["expected_orders_90d"].tolist() == RISING(published["expected_orders_90d"].to_numpy()).tolist()
    assert steady["expected_value_90d"].tolist() == calibration.value(published["expected_value_90d"].to_numpy()).tolist()
    assert (steady["expected_value_365d"] / steady["expected_value_90d"]).tolist() == pytest.approx([365 / 90] * 4)
    for days in (30, 365):
        share = published[f"expected_orders_{days}d"] / published["expected_orders_90d"]
        assert (as_published[f"expected_value_{days}d"] / as_published["expected_value_90d"]).tolist() == pytest.approx(share.tolist())
    same = ["customer_id", "probability_alive", "expected_order_amount", "expected_days_to_next_order", "model_version"]
    pd.testing.assert_frame_equal(steady[same], published[same])


def test_who_is_expected_to_buy_nothing_at_all_gets_the_share_of_the_days() -> None:
    nothing = np.zeros(1)
    assert Calibration(90, RISING, RISING, goes_on_steadily=False).share(nothing, nothing, 30).tolist() == [30 / 90]


def test_a_model_with_maps_survives_storage_and_an_older_one_has_none() -> None:
    model = replace(MODEL, calibration=Calibration(90, RISING, MonotoneMap((1.0,), (2.0,)), goes_on_steadily=True))
    assert value_model_from_json(model.to_json()) == model
    older = json.loads(MODEL.to_json())
    del older["calibration"]
    assert value_model_from_json(json.dumps(older)) == MODEL


def test_who_has_bought_once_has_maps_of_their_own_where_there_are_enough(returners: PastDates, corrected: Recalibration) -> None:
    once, again = MonotoneMap((1.0,), (3.0,)), MonotoneMap((1.0,), (0.5,))
    calibration = Calibration(90, again, again, True, once, once)
    published = scores_of(None)["expected_orders_90d"].to_numpy()
    scores = scores_of(calibration)
    expected = np.where([True, False, False, False], once(published), again(published))
    assert scores["expected_orders_90d"].tolist() == expected.tolist()
    model = replace(MODEL, calibration=calibration)
    assert value_model_from_json(model.to_json()) == model
    # A version that a shop was rolled back to may be older than these maps.
    older = json.loads(model.to_json())
    del older["calibration"]["orders_after_one"], older["calibration"]["value_after_one"]
    assert value_model_from_json(json.dumps(older)).calibration == Calibration(90, again, again, goes_on_steadily=True)
    assert corrected.corrected_by is not None
    assert corrected.corrected_by.orders_after_one is None
    many = recalibrate(returners, replace(CUSTOMER_VALUE, minimum_customers_by_repeats=900))
    assert many.corrected_by is not None
    assert many.corrected_by.orders_after_one not in (None, many.corrected_by.orders)


def test_people_who_come_back_are_forecast_better_and_that_is_kept(returners: PastDates, corrected: Recalibration) -> None:
    assert corrected.calibration is not None
    assert corrected.reason is None
    assert corrected.difference is not None
    assert corrected.difference.low <= corrected.difference.value <= corrected.difference.high < 0
    metrics = corrected.metrics
    for name in ("orders", "value"):
        assert metrics[f"{name}_decile_error_weighted"] == metrics[f"{name}_decile_error_weighted_recalibrated"]
        assert metrics[f"{name}_decile_error_weighted_recalibrated"] < metrics[f"{name}_decile_error_weighted_raw"] / 1.5
    # Within a tenth, or within what chance moves a decile of so few customers by.
    for deciles in (corrected.corrected.orders, corrected.corrected.value):
        holds = deciles["expected"].between(deciles["actual_low"], deciles["actual_high"]) | (deciles["relative_error"].abs() <= 0.1)
        assert holds.sum() >= 9
    published = corrected.published.orders
    assert published["expected"].between(published["actual_low"], published["actual_high"]).sum() <= 5


def test_what_serves_is_learned_on_the_newest_window(returners: PastDates, corrected: Recalibration) -> None:
    assert corrected.calibration is not None
    assert corrected.corrected_by is not None
    assert corrected.calibration.orders != corrected.corrected_by.orders
    fit, published = (train_value(returners.today, CUSTOMER_VALUE, each).model for each in (corrected.calibration, None))
    assert fit is not None
    assert published is not None
    assert (fit.purchases, fit.amounts) == (published.purchases, published.amounts)
    assert fit.model_version != published.model_version
    tiers = score_value(returners.today, fit, CUSTOMER_VALUE)["value_tier"].value_counts(normalize=True)
    assert tiers.to_dict() == pytest.approx({"top": 0.1, "high": 0.2, "middle": 0.4, "low": 0.3}, abs=0.02)


def test_it_is_the_same_decision_whatever_the_order_of_the_rows(returners: PastDates, corrected: Recalibration) -> None:
    frames = {name: getattr(returners, name).sample(frac=1, random_state=2) for name in ("today", "test", "calibration")}
    again = recalibrate(replace(returners, **frames), CUSTOMER_VALUE)
    assert again.calibration == corrected.calibration
    assert again.difference == corrected.difference
    assert again.metrics == corrected.metrics


def test_where_people_are_as_the_models_say_nothing_is_corrected() -> None:
    found = recalibrate(world(has_returners=False), CUSTOMER_VALUE)
    assert found.calibration is None
    assert found.corrected_by is not None
    assert "not better beyond noise" in (found.reason or "")
    assert found.served is found.published
    assert found.metrics["is_recalibrated"] == 0
    assert found.metrics["value_decile_error_weighted"] == found.metrics["value_decile_error_weighted_raw"]
    assert "value_decile_error_weighted_recalibrated" in found.metrics


def test_young_shops_have_no_correction_and_say_why(returners: PastDates) -> None:
    nobody = returners.today.head(0)
    alone = recalibrate(replace(returners, test=nobody, test_days=0, calibration=nobody, calibration_days=0), CUSTOMER_VALUE)
    assert alone.calibration is None
    assert "no earlier date" in (alone.reason or "")
    assert alone.metrics == {}
    once = recalibrate(replace(returners, calibration=nobody, calibration_days=0), CUSTOMER_VALUE)
    assert once.calibration is None
    assert "no second earlier date" in (once.reason or "")
    assert once.metrics["value_decile_error_weighted"] == once.metrics["value_decile_error_weighted_raw"]
    assert "value_decile_error_weighted_recalibrated" not in once.metrics


def test_too_few_customers_are_no_reason_to_correct_anybody(returners: PastDates) -> None:
    few = recalibrate(replace(returners, calibration=returners.calibration.head(600)), CUSTOMER_VALUE)
    assert few.calibration is None
    assert few.reason == "600 customers to learn a correction from; 1000 needed"
    hardly_any = recalibrate(replace(returners, calibration=returners.calibration.head(50)), CUSTOMER_VALUE)
    assert "no model that could have forecast" in (hardly_any.reason or "")
    nobody = recalibrate(replace(returners, test=returners.test.head(50)), CUSTOMER_VALUE)
    assert nobody.metrics == {}
    assert "no model that could have forecast" in (nobody.reason or "")


def test_an_interval_of_groups_is_that_of_customers() -> None:
    """A forecast that is right beside one that is half of it, and beside itself."""
    random = np.random.default_rng(4)
    expected: FloatArray = random.gamma(1.0, 2.0, 20_000)
    actual = random.poisson(expected).astype(float)
    better = error_difference(expected / 2, expected, actual, CUSTOMER_VALUE)
    assert better.is_better
    assert better.value == pytest.approx(-1, abs=0.03)
    grouped, single = (
        error_difference(expected / 2, expected, actual, replace(CUSTOMER_VALUE, bootstrap_groups=groups)) for groups in (1_000, 20_000)
    )
    assert grouped.value == pytest.approx(single.value)
    assert grouped.high - grouped.low == pytest.approx(single.high - single.low, rel=0.2)
    same = error_difference(expected, expected, actual, CUSTOMER_VALUE)
    assert (same.value, same.low, same.high) == (0, 0, 0)
    assert not same.is_better
