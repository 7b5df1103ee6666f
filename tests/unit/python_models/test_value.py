"""Value models: published figures, simulated customers whose parameters are known, and histories as the papers define them."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import check_grad

from python_models.value import bg_nbd, gamma_gamma
from python_models.value.bg_nbd import (
    NOBODY_LEAVES,
    BgNbd,
    Histories,
    expected_purchases,
    fit_bg_nbd,
    periods_to_next_purchase,
    probability_alive,
    purchase_count_shares,
)
from python_models.value.forecast import calibration_by_decile, check_forecast, outcome_of
from python_models.value.gamma_gamma import GammaGamma, expected_amount, fit_gamma_gamma
from python_models.value.likelihood import FitFailedError, maximise
from python_models.value.model import value_model_from_json
from python_models.value.purchase_history import histories_from_days, purchase_histories
from python_models.value.score import score_value
from python_models.value.spec import CUSTOMER_VALUE
from python_models.value.train import train_value

# Fader, Hardie and Lee (2005), table 2: the estimates for the CDNOW sample, in weeks.
PUBLISHED = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
# Fader and Hardie (2013), section 4: the amounts of the same customers.
PUBLISHED_AMOUNTS = GammaGamma(p=6.25, q=3.74, v=15.44)
TRUE = BgNbd(r=0.8, alpha=6.0, a=0.8, b=2.5)
SOMEWHERE = np.array([0.5, 4.0, 0.9, 2.0])
TRUE_AMOUNTS = GammaGamma(p=6.0, q=4.0, v=15.0)


def simulated(customers: int, seed: int = 3) -> pd.DataFrame:
    """Histories of customers who buy and drop out as the models say, by the day."""
    random = np.random.default_rng(seed)
    rate, dropout = random.gamma(TRUE.r, 1 / TRUE.alpha, customers), random.beta(TRUE.a, TRUE.b, customers)
    age = np.ceil(random.uniform(100, 700, customers)) / 7
    count, last, now, is_alive = np.zeros(customers), np.zeros(customers), np.zeros(customers), np.ones(customers, dtype=bool)
    while is_alive.any():
        now = now + random.exponential(1 / rate)
        is_alive = is_alive & (now < age)
        count[is_alive] += 1
        last[is_alive] = now[is_alive]
        is_alive = is_alive & (random.random(customers) > dropout)
    # Amounts have rate nu ~ gamma(q, v); the mean of x of them is gamma with shape p x and rate nu x.
    repeats, amount_rate = np.maximum(count, 1), random.gamma(TRUE_AMOUNTS.q, 1 / TRUE_AMOUNTS.v, customers)
    amount = random.gamma(TRUE_AMOUNTS.p * repeats, 1 / (amount_rate * repeats))
    return pd.DataFrame(
        {
            "customer_id": [f"c{position:06d}" for position in range(customers)],
            "frequency": count.astype(int),
            "recency": np.where(count > 0, np.minimum(np.ceil(last * 7), age * 7) / 7, 0),
            "age": age,
            "monetary_value": np.where(count > 0, amount, np.nan),
        }
    )


@pytest.fixture(scope="module")
def histories() -> pd.DataFrame:
    return simulated(8_000)


def columns(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return tuple(frame[name].to_numpy(dtype=float) for name in ("frequency", "recency", "age"))


def test_expected_purchases_are_the_published_ones() -> None:
    # The paper's worked example: two repeats, the last after 30.43 of 38.86 weeks, expects 1.226 in the next 39 weeks.
    assert expected_purchases(PUBLISHED, np.array([2.0]), np.array([30.43]), np.array([38.86]), 39.0)[0] == pytest.approx(1.226, abs=5e-4)


def test_expected_amounts_are_the_published_ones() -> None:
    # Mean of all customers: p v / (q - 1) = 35.2; somebody with many purchases is believed, somebody with one hardly.
    nobody, once, often = expected_amount(PUBLISHED_AMOUNTS, np.array([0, 1, 50]), np.array([np.nan, 100.0, 100.0]))
    assert nobody == pytest.approx(6.25 * 15.44 / 2.74)
    assert nobody < once < 85
    assert often == pytest.approx(100, rel=0.02)


def test_parameters_of_simulated_customers_are_found_again(histories: pd.DataFrame) -> None:
    fit = fit_bg_nbd(*columns(histories))
    true = np.array([TRUE.r, TRUE.alpha, TRUE.a, TRUE.b])
    distance = np.abs(np.array(fit.estimate.values) - true) / np.array(fit.estimate.standard_errors)
    assert distance.max() < 4
    assert (np.array(fit.estimate.standard_errors) / true).max() < 0.1


def test_amounts_of_simulated_customers_are_found_again(histories: pd.DataFrame) -> None:
    repeaters = histories[histories["frequency"] > 0]
    fit = fit_gamma_gamma(repeaters["frequency"].to_numpy(dtype=float), repeaters["monetary_value"].to_numpy())
    true = np.array([TRUE_AMOUNTS.p, TRUE_AMOUNTS.q, TRUE_AMOUNTS.v])
    assert (np.abs(np.array(fit.estimate.values) - true) / np.array(fit.estimate.standard_errors)).max() < 4
    assert abs(fit.frequency_correlation) < 0.05


def test_the_gradient_is_the_gradient(histories: pd.DataFrame) -> None:
    likelihood = Histories.of(np.column_stack(columns(histories.head(500)))).log_likelihood
    error = check_grad(lambda values: likelihood(values)[0], lambda values: likelihood(values)[1], SOMEWHERE, epsilon=1e-6)
    assert error < 1e-3 * np.linalg.norm(likelihood(SOMEWHERE)[1])


def test_the_likelihood_is_that_of_single_customers(histories: pd.DataFrame) -> None:
    few = np.column_stack(columns(histories.head(200)))
    together = Histories.of(few).log_likelihood(SOMEWHERE)[0]
    alone = [Histories.of(few[[row]]).log_likelihood(SOMEWHERE)[0] for row in range(len(few))]
    assert together == pytest.approx(sum(alone))


def test_a_coarse_start_leads_to_the_same_maximum(histories: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = fit_bg_nbd(*columns(histories)).estimate
    monkeypatch.setattr(bg_nbd, "COARSE_HISTORIES", 100)
    assert fit_bg_nbd(*columns(histories)).estimate.values == pytest.approx(at_once.values, rel=1e-4)


def test_new_customers_buy_as_often_as_expected(histories: pd.DataFrame) -> None:
    # Before anything is known of them, over each one's whole age.
    zero, (count, _, age) = np.zeros(1), columns(histories)
    expected = [expected_purchases(TRUE, zero, zero, zero, float(weeks))[0] for weeks in age[:2_000]]
    assert np.mean(expected) == pytest.approx(count[:2_000].mean(), rel=0.1)


def test_who_paused_longer_than_their_own_rhythm_is_less_alive() -> None:
    regular, silent = probability_alive(PUBLISHED, np.array([10.0, 10.0]), np.array([38.0, 10.0]), np.array([38.86, 38.86]))
    assert regular > 0.8
    assert silent < 0.05
    assert probability_alive(PUBLISHED, np.zeros(1), np.zeros(1), np.array([500.0]))[0] == 1.0


def test_thousands_of_purchases_do_not_overflow() -> None:
    x, t_x, age = np.array([5_000.0, 5_000.0]), np.array([100.0, 50.0]), np.array([100.0, 100.0])
    assert np.isfinite(expected_purchases(PUBLISHED, x, t_x, age, 52.0)).all()
    assert probability_alive(PUBLISHED, x, t_x, age)[1] < 1e-9


def test_expectations_are_smooth_where_a_is_one() -> None:
    at = [
        expected_purchases(BgNbd(0.5, 5.0, a, 2.0), np.array([3.0]), np.array([20.0]), np.array([30.0]), 10.0)[0] for a in (0.99, 1.0, 1.01)
    ]
    assert at[0] > at[1] > at[2]
    assert at[1] == pytest.approx((at[0] + at[2]) / 2, rel=1e-3)


def test_expectations_do_not_vanish_where_everybody_leaves_with_the_same_chance() -> None:
    """With a and b growing the chance to leave is p for all: (1 - ((alpha + T) / (alpha + T + p t)) ^ (r + x)) / p purchases, if alive."""
    x, age, weeks, chance = np.array([0.0, 1.0, 5.0, 20.0, 5_000.0]), np.full(5, 100.0), 52.0, 0.025
    limit = (1 - (112.0 / (112.0 + chance * weeks)) ** (1 + x)) / chance
    for total, near in ((1e4, 0.02), (1e5, 0.002), (1e6, 2e-4)):
        model = BgNbd(1.0, 12.0, chance * total, (1 - chance) * total)
        if_alive = expected_purchases(model, x, age, age, weeks) / probability_alive(model, x, age, age)
        assert if_alive[:4] == pytest.approx(limit[:4], rel=near)
    assert if_alive[4] == pytest.approx(limit[4], rel=0.01)


def test_half_of_the_living_wait_longer_than_the_median() -> None:
    x, age = np.array([4.0]), np.array([30.0])
    waiting = periods_to_next_purchase(PUBLISHED, x, age)[0]
    assert ((PUBLISHED.alpha + 30) / (PUBLISHED.alpha + 30 + waiting)) ** (PUBLISHED.r + 4) == pytest.approx(0.5)


@pytest.mark.parametrize(("x", "t_x", "age"), [(1, 0, 5), (0, 1, 5), (1, 6, 5), (-1, 1, 5)])
def test_impossible_histories_are_refused(x: float, t_x: float, age: float) -> None:
    with pytest.raises(ValueError, match="1 impossible histories"):
        fit_bg_nbd(np.array([x]), np.array([t_x]), np.array([age]))


def test_where_nobody_leaves_the_likelihood_has_its_maximum_at_drop_out_never() -> None:
    """Steady buyers: without a limit at its edge this shop would have no model at all."""
    random = np.random.default_rng(4)
    ages = random.integers(20, 60, 3_000)
    days = [np.flatnonzero(random.random(7 * age) < rate / 7) for age, rate in zip(ages, random.gamma(0.8, 1 / 8, 3_000), strict=True)]
    x, t_x = (np.array([measure(found) for found in days], dtype=float) for measure in (len, lambda found: (found.max(initial=-1) + 1) / 7))
    fit = fit_bg_nbd(x, t_x, ages.astype(float))
    assert (fit.model.a, fit.model.b) == NOBODY_LEAVES
    assert np.isnan(fit.estimate.standard_errors[2:]).all()
    assert [fit.model.r, fit.model.alpha] == pytest.approx([0.8, 8.0], rel=0.15)
    assert probability_alive(fit.model, x, t_x, ages.astype(float)) == pytest.approx(1.0)
    # Of a negative binomial: the own rate, drawn towards that of everybody.
    expected = (fit.model.r + x) / (fit.model.alpha + ages) * 13
    assert expected_purchases(fit.model, x, t_x, ages.astype(float), 13.0) == pytest.approx(expected, rel=1e-6)


def test_a_likelihood_without_a_maximum_is_an_error() -> None:
    with pytest.raises(FitFailedError, match="end of its range"):
        maximise(lambda values: (float(values[0]), np.ones(1)), [(1.0,)], 1)


def test_histories_count_days_and_leave_the_future_out() -> None:
    transactions = pd.DataFrame(
        [
            ("ann", "2026-01-01 09:00", 10.0),
            ("ann", "2026-01-01 17:00", 5.0),
            ("ann", "2026-01-15 09:00", 20.0),
            ("ann", "2026-01-22 09:00", 0.0),
            ("ann", "2026-01-29 09:00", -3.0),
            ("ann", "2026-02-05 00:00", 99.0),
            ("bob", "2026-01-08 23:59", 7.0),
        ],
        columns=["customer_id", "purchased_at", "amount"],
    )
    ann, bob = purchase_histories(transactions, pd.Timestamp("2026-02-05")).to_dict("records")
    # A gift is a purchase of nothing; a day that only took back is none.
    assert ann == {"customer_id": "ann", "frequency": 2, "recency": 3.0, "age": pytest.approx(34 / 7), "monetary_value": 10.0}
    assert (bob["frequency"], bob["recency"], bob["age"]) == (0, 0.0, pytest.approx(27 / 7))
    assert np.isnan(bob["monetary_value"])


def test_histories_need_their_columns_and_customers() -> None:
    with pytest.raises(ValueError, match="lack amount"):
        purchase_histories(pd.DataFrame({"customer_id": [], "purchased_at": []}), pd.Timestamp("2026-01-01"))
    with pytest.raises(ValueError, match="without a customer"):
        purchase_histories(
            pd.DataFrame({"customer_id": [None], "purchased_at": ["2026-01-01"], "amount": [1.0]}), pd.Timestamp("2026-01-02")
        )


def test_scores_do_not_depend_on_the_order_and_survive_storage(histories: pd.DataFrame) -> None:
    few = histories.head(3_000)
    model = train_value(few, CUSTOMER_VALUE).model
    assert model is not None
    assert train_value(few.sample(frac=1, random_state=1), CUSTOMER_VALUE).model == model
    assert value_model_from_json(model.to_json()) == model
    scores = score_value(few, model, CUSTOMER_VALUE)
    assert scores["probability_alive"].between(0, 1).all()
    assert (scores["expected_orders_30d"] <= scores["expected_orders_90d"]).all()
    assert (scores["expected_value_365d"] >= 0).all()


def test_tiers_hold_the_shares_that_they_name(histories: pd.DataFrame) -> None:
    model = train_value(histories, CUSTOMER_VALUE).model
    assert model is not None
    shares = score_value(histories, model, CUSTOMER_VALUE)["value_tier"].value_counts(normalize=True)
    assert shares.to_dict() == pytest.approx({"top": 0.1, "high": 0.2, "middle": 0.4, "low": 0.3}, abs=0.02)


def test_too_few_repeat_customers_give_no_model(histories: pd.DataFrame) -> None:
    fit = train_value(histories.head(20), CUSTOMER_VALUE)
    assert fit.model is None
    assert "needed" in (fit.reason or "")
    assert fit.metrics == {"is_trained": 0, "repeat_customers": fit.repeat_customers}
    assert 0 < fit.repeat_customers < CUSTOMER_VALUE.minimum_repeat_customers


def test_amounts_need_repeats_and_money() -> None:
    with pytest.raises(ValueError, match="positive mean amount"):
        gamma_gamma.fit_gamma_gamma(np.array([1.0, 0.0]), np.array([5.0, 5.0]))


def bought_on(days: list[str], amounts: list[float], customer_id: str = "a") -> pd.DataFrame:
    return pd.DataFrame({"customer_id": customer_id, "purchased_at": pd.to_datetime(days), "amount": amounts})


def test_counts_made_in_sql_are_the_same_histories() -> None:
    transactions = pd.concat(
        [bought_on(["2026-01-01", "2026-01-15", "2026-02-01"], [10.0, 20.0, 5.0]), bought_on(["2026-01-20"], [7.0], "b")]
    )
    counted = pd.DataFrame(
        {
            "customer_id": ["a", "b"],
            "repeat_purchase_day_count": [2, 0],
            "days_between_first_and_last_purchase": [31, 0],
            "days_observed_since_first_purchase": [58, 39],
            "repeat_purchase_value": [25.0, None],
        }
    )
    pd.testing.assert_frame_equal(histories_from_days(counted), purchase_histories(transactions, pd.Timestamp("2026-03-01")))


def test_a_forecast_is_held_against_what_came() -> None:
    """Customers who go on as the models say: the forecast adds up, and is nearer to each of them than their own rate so far."""
    random = np.random.default_rng(5)
    size, weeks, ahead = 6_000, 52.0, 90 / 7
    rate, dropout = random.gamma(TRUE.r, 1 / TRUE.alpha, size), random.beta(TRUE.a, TRUE.b, size)
    found: dict[str, list[list[float]]] = {"before": [], "now": []}
    for person in range(size):
        times: list[float] = []
        time, is_alive = 0.0, True
        while is_alive:
            time += random.exponential(1 / rate[person])
            if time > weeks + ahead:
                break
            times.append(time)
            is_alive = random.random() > dropout[person]
        for name, until in (("before", weeks), ("now", weeks + ahead)):
            seen = [moment for moment in times if moment <= until]
            found[name].append([len(seen), seen[-1] if seen else 0.0, until])
    before, now = (
        pd.DataFrame(rows, columns=["frequency", "recency", "age"]).assign(
            customer_id=[f"c{person:05d}" for person in range(size)],
            monetary_value=lambda frame: np.where(frame["frequency"] > 0, 20.0, np.nan),
        )
        for rows in found.values()
    )
    before["monetary_value"] *= np.tile([0.8, 1.2], size // 2)
    check = check_forecast(outcome_of(before, now.iloc[:-1], 90), train_value(before, CUSTOMER_VALUE).model, CUSTOMER_VALUE)
    metrics = check.metrics
    assert metrics["customers"] == size - 1
    assert metrics["customers_left_out"] == 1
    assert metrics["expected_orders"] == pytest.approx(metrics["actual_orders"], rel=0.1)
    assert metrics["mean_absolute_error"] < metrics["mean_absolute_error_of_unchanged_rate"]
    assert metrics["orders_decile_error_largest"] == check.orders["relative_error"].abs().max()
    off = (check.value["customers"] * (check.value["actual"] - check.value["expected"])).abs().sum()
    assert metrics["value_decile_error_weighted"] == pytest.approx(off / metrics["expected_value"])
    assert metrics["value_deciles_within_10_percent"] == (check.value["relative_error"].abs() <= 0.1).sum()
    # A decile whose interval is as wide as the tenth to either side would be within it nineteen times out of twenty.
    scatter = (check.value["actual_high"] - check.value["actual"]) / check.value["expected"] / 1.96
    inside = np.random.default_rng(2).normal(0.0, scatter.to_numpy()[:, None], (10, 20_000))
    by_chance = (np.abs(inside) <= 0.1).mean(axis=1).sum()
    assert metrics["value_deciles_within_10_percent_by_chance"] == pytest.approx(by_chance, abs=0.05)
    assert check.orders["customers"].sum() == check.value["customers"].sum() == size - 1
    assert (check.orders["customers"] * check.orders["actual"]).sum() == pytest.approx(metrics["actual_orders"])
    # The people are as the model says, so that what came is within the noise of nearly every decile.
    assert check.orders["expected"].between(check.orders["actual_low"], check.orders["actual_high"]).sum() >= 8
    few = before.head(20)
    nothing = check_forecast(outcome_of(few, now, 90), train_value(few, CUSTOMER_VALUE).model, CUSTOMER_VALUE)
    assert nothing.metrics == {}
    assert nothing.orders.empty


def test_deciles_are_means_of_tenths_by_hand() -> None:
    """Twenty customers, two to a decile, the highest expectation first; equal ones in the order of their rows."""
    expected = np.repeat(np.arange(1.0, 11.0), 2)
    actual = np.where(np.arange(20) % 2 == 0, 0.0, 2.2 * expected)
    deciles = calibration_by_decile(expected, actual)
    assert deciles["decile"].tolist() == list(range(1, 11))
    assert deciles["customers"].tolist() == [2] * 10
    assert deciles["expected"].tolist() == list(np.arange(10.0, 0.0, -1.0))
    assert deciles["actual"].tolist() == pytest.approx([1.1 * value for value in deciles["expected"]])
    assert deciles["relative_error"].tolist() == pytest.approx([0.1] * 10)
    # Of 0 and 22 the standard deviation is 22 / sqrt(2), the standard error of their mean 11.
    assert deciles["actual_high"].iloc[0] == pytest.approx(11 + 1.96 * 11)
    assert deciles["actual_low"].iloc[0] == 0.0
    assert calibration_by_decile(np.array([2.0, 1.0]), np.array([0.0, 3.0]))["relative_error"].tolist() == [-1.0, 2.0]


def test_shares_by_number_of_repeats_are_those_of_the_formula_and_of_simulated_customers(histories: pd.DataFrame) -> None:
    # With r = 1 the number is geometric: nobody in alpha / (alpha + T); one, and still there or gone, as in FHL, equation 8.
    model, age = BgNbd(r=1.0, alpha=3.0, a=1.0, b=1.0), np.array([1.0])
    nobody, once, _ = purchase_count_shares(model, age, 2)
    assert nobody == pytest.approx(3 / 4)
    # B(1, 2) / B(1, 1) = 1/2 are still there after one purchase, 1/2 are gone after it, however many they would have made.
    assert once == pytest.approx(1 / 2 * 3 / 4 * 1 / 4 + 1 / 2 * (1 - 3 / 4))
    # Who bought today for the first time had no time for more.
    assert purchase_count_shares(TRUE, np.array([0.0]), 3).tolist() == pytest.approx([1, 0, 0, 0])
    fit = train_value(histories, CUSTOMER_VALUE)
    assert fit.repeats["actual_share"].sum() == pytest.approx(1)
    assert fit.repeats["expected_share"].sum() == pytest.approx(1)
    assert (fit.repeats["actual_share"] - fit.repeats["expected_share"]).abs().max() < 0.015
