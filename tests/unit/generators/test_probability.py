"""The purchase probabilities of the truth: exact where that can be enumerated, calibrated, and ordered as they must be."""

from collections.abc import Callable
from datetime import date
from itertools import product
from pathlib import Path

import duckdb
import numpy as np
import pytest
import yaml
from sklearn.metrics import roc_auc_score

from orchestration.generators import behaviour as model
from orchestration.generators.emissions import GROUPS, KINDS, NOT_MAILABLE, STATES, CalendarDays, Emissions, group_of
from orchestration.generators.probability import GRID_DATE, GRID_STEP_DAYS, as_of_days
from orchestration.generators.spec import WorldSpec
from orchestration.generators.world import Resources, generate_world
from orchestration.paths import DBT_PROJECT

# Clicks on reminders of carts, and people who stop their mail meanwhile, are left out of the probability.
CLICK_SLACK = 0.03
QUIET_CALENDAR = CalendarDays(
    season=np.linspace(0.8, 1.5, 40),
    weekday=np.ones((40, len(model.RHYTHMS))),
    is_sale=np.arange(40) % 7 == 0,
    campaigns={kind: (np.arange(40) % 5 == number).astype(np.int64) for number, kind in enumerate(model.CAMPAIGN_TYPES)},
)


@pytest.fixture(scope="module")
def emissions() -> Emissions:
    return Emissions(QUIET_CALENDAR)


def test_shares_of_types_and_frequencies_add_up() -> None:
    assert sum(kind.founder_share for kind in model.LATENT_TYPES) == 100
    assert sum(kind.newcomer_share for kind in model.LATENT_TYPES) == 100
    assert sum(share for _, share, _, _ in model.FREQUENCIES) == 100
    for kind in model.LATENT_TYPES:
        for shares in (kind.depth, kind.basket, kind.tier, kind.price_attitude):
            assert sum(shares) == pytest.approx(1.0)
        for order, cart in ((kind.order_mission, kind.cart_mission), (kind.order_quiet, kind.cart_quiet)):
            assert min(order * kind.sale_lift, model.ORDER_CAP) + cart <= 1.0
    for rhythm in model.RHYTHMS:
        assert sum(rhythm) == pytest.approx(7.0)


def test_transitions_are_probabilities(emissions: Emissions) -> None:
    transition = emissions.transition(3)
    assert transition.min() >= 0
    np.testing.assert_allclose(transition.sum(axis=1), 1.0)


def test_what_may_be_seen_of_a_tracked_person_adds_up_to_one(emissions: Emissions) -> None:
    day, rhythm = 7, 1
    group = int(group_of(np.array([True]), np.array([rhythm]), np.array([False]))[0])
    order, cart = emissions.outcome(day)
    visit = emissions.visit(day, rhythm)
    seen = visit * order + visit * cart + visit * (1 - order - cart)
    np.testing.assert_allclose(emissions.nothing_seen(day)[group] / (1 - emissions.store()) + seen, 1.0)


def test_groups_are_numbered_without_a_gap() -> None:
    combinations = np.array(list(product([0, 1], range(len(model.RHYTHMS)), [0, 1])))
    numbers = group_of(combinations[:, 0].astype(bool), combinations[:, 1], combinations[:, 2].astype(bool))
    assert sorted(numbers.tolist()) == list(range(GROUPS))


def test_answers_to_a_message_add_up_to_one(emissions: Emissions) -> None:
    answers = [(0, False), (1, False), (2, False), (2, True)]
    count = len(answers)
    likelihood = emissions.answer_likelihood(
        np.full(count, 3),
        np.tile(np.array([[1.2], [0.9], [1.1]]), (1, count)),
        np.array([answer for answer, _ in answers]),
        np.array([is_order for _, is_order in answers]),
        np.full(count, fill_value=True),
    )
    np.testing.assert_allclose(likelihood.sum(axis=2), 1.0)


def test_no_order_probability_equals_the_sum_over_all_paths(emissions: Emissions) -> None:
    first_day, horizon, rhythm = 5, 3, 0
    computed = emissions.no_order_probability(first_day, horizon)[0, rhythm, NOT_MAILABLE]
    days = range(first_day, first_day + horizon)
    transitions = {day: emissions.transition(day) for day in days}
    none_today = {day: (1 - emissions.visit(day, rhythm) * emissions.outcome(day)[0]) * (1 - emissions.store()) for day in days}
    expected = np.zeros((KINDS, STATES))
    for start in range(STATES):
        for path in product(range(STATES), repeat=horizon):
            weight = np.ones(KINDS)
            for day, before, after in zip(days, (start, *path), path, strict=False):
                weight = weight * transitions[day][:, after, before] * none_today[day][:, after]
            expected[:, start] += weight
    np.testing.assert_allclose(computed, expected, rtol=1e-12)


def test_no_click_probability_equals_the_sum_over_all_paths(emissions: Emissions) -> None:
    first_day, horizon, frequency = 5, 3, 1
    computed = emissions.no_click_probability(first_day, horizon)
    days = range(first_day, first_day + horizon)
    expected = np.zeros((KINDS, STATES))
    for start in range(STATES):
        for path in product(range(STATES), repeat=horizon):
            weight = np.ones(KINDS)
            for day, before, after in zip(days, (start, *path), path, strict=False):
                no_click = 1 - emissions.mail_answer(day, is_order=False)[frequency]
                weight = weight * emissions.transition(day)[:, after, before] * no_click[:, after]
            expected[:, start] += weight
    np.testing.assert_allclose(computed[frequency], expected, rtol=1e-12)
    assert (computed[frequency] < 1).all()
    assert computed[NOT_MAILABLE] == pytest.approx(1.0)


@pytest.mark.parametrize("frequency", range(len(model.FREQUENCIES)))
def test_unsubscribe_probability_equals_the_sum_over_all_that_may_happen_to_each_message(emissions: Emissions, frequency: int) -> None:
    first_day, horizon = 4, 8
    campaigns = [
        kind
        for day in range(first_day, first_day + horizon)
        for kind, counts in QUIET_CALENDAR.campaigns.items()
        for _ in range(int(counts[day]))
    ]
    expected = 0.0
    for fates in product(("not sent", "kept", "unsubscribed", "complained"), repeat=len(campaigns)):
        chances = []
        for kind, fate in zip(campaigns, fates, strict=True):
            share = model.target_share(kind, frequency)
            stop = {"unsubscribed": model.UNSUBSCRIBE_SHARE, "complained": model.STOP_SHARE - model.UNSUBSCRIBE_SHARE}
            chances.append(1 - share if fate == "not sent" else share * stop.get(fate, 1 - model.STOP_SHARE))
        ends = [fate for fate in fates if fate in ("unsubscribed", "complained")]
        expected += np.prod(chances) * (ends[:1] == ["unsubscribed"])
    found = emissions.unsubscribe_probability(first_day, horizon)
    assert found[frequency] == pytest.approx(expected, rel=1e-12)
    assert found[NOT_MAILABLE] == 0


def test_nobody_is_sure_to_be_sent_anything_and_who_may_not_be_mailed_gets_nothing(emissions: Emissions) -> None:
    none_sent = emissions.no_message_probability(0, 10)
    share = model.target_share("newsletter", 0)
    others = [model.target_share(kind, 0) for kind in model.CAMPAIGN_TYPES if kind != "newsletter"]
    # Ten days with two campaigns of each type.
    assert none_sent[0] == pytest.approx((1 - share) ** 2 * np.prod([(1 - other) ** 2 for other in others]))
    assert none_sent[NOT_MAILABLE] == 1


def test_mail_makes_orders_likelier(emissions: Emissions) -> None:
    table = emissions.no_order_probability(2, 30)[1, 0]
    assert (table[0] < table[NOT_MAILABLE]).all()


def test_as_of_dates_are_today_and_the_grid_before_it() -> None:
    dates = as_of_days(date(2026, 5, 1), 100)
    assert [as_of.as_of_date for as_of in dates] == [
        date(2026, 8, 10),
        date(2026, 8, 3),
        date(2026, 7, 4),
        date(2026, 6, 4),
        date(2026, 5, 5),
    ]
    assert [as_of.day for as_of in dates] == [101, 94, 64, 34, 4]


def test_today_on_the_grid_is_not_there_twice() -> None:
    dates = as_of_days(date(2026, 5, 1), 182)
    assert [as_of.as_of_date for as_of in dates][:2] == [date(2026, 10, 31), date(2026, 10, 2)]
    dates = as_of_days(date(2026, 5, 1), 183)
    assert [as_of.as_of_date for as_of in dates][:2] == [date(2026, 11, 1), date(2026, 10, 2)]


def test_the_grid_is_that_of_the_features() -> None:
    variables = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    assert variables["training_grid_date"] == str(GRID_DATE)
    assert variables["training_date_step_days"] == GRID_STEP_DAYS


@pytest.fixture(scope="module")
def outcomes_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three thousand people over ten months."""
    data_dir: Path = tmp_path_factory.mktemp("outcomes")
    spec = WorldSpec(customers=3000, seed=2, start_date=date(2026, 1, 1), end_date=date(2026, 10, 31))
    generate_world(spec, data_dir, Resources(memory_limit="2GB"))
    return data_dir


@pytest.fixture(scope="module")
def outcomes(outcomes_dir: Path) -> dict[str, np.ndarray]:
    """Probabilities, outcomes and the days since the last order before the date."""
    data_dir = outcomes_dir
    query = f"""
        select
            probabilities.latent_probability as latent,
            probabilities.observable_probability as observable,
            probabilities.has_purchase_30d::int as outcome,
            probabilities.observable_type = people.latent_type as is_type_right,
            coalesce(min(date_diff('day', orders.ordered_at::date, probabilities.as_of_date)), 999) as recency
        from read_parquet('{data_dir}/truth/purchase_probability.parquet') as probabilities
        inner join read_parquet('{data_dir}/truth/people.parquet') as people on probabilities.person_id = people.person_id
        left join read_parquet('{data_dir}/truth/identifiers.parquet') as identifiers
            on probabilities.person_id = identifiers.person_id and identifiers.identifier_type = 'shop_customer_id'
        left join read_parquet('{data_dir}/landing/shop/orders/*.parquet') as orders
            on identifiers.identifier_value = orders.shop_customer_id and orders.ordered_at < probabilities.as_of_date
        where probabilities.has_purchase_30d is not null
        group by probabilities.person_id, probabilities.as_of_date, latent, observable, outcome, is_type_right
    """
    return duckdb.sql(query).fetchnumpy()


@pytest.mark.parametrize("probability", ["latent", "observable"])
def test_probabilities_are_calibrated(outcomes: dict[str, np.ndarray], probability: str) -> None:
    order = np.argsort(outcomes[probability], kind="stable")
    for part in np.array_split(order, 10):
        expected = outcomes[probability][part].mean()
        error = np.sqrt((outcomes[probability][part] * (1 - outcomes[probability][part])).sum()) / len(part)
        assert outcomes["outcome"][part].mean() == pytest.approx(expected, abs=4 * error)


@pytest.fixture(scope="module")
def later_outcomes(outcomes_dir: Path) -> Callable[[str], list[tuple[float, float]]]:
    """(Probability, outcome) of everybody and every date for which a column of the truth has a value."""
    truth = outcomes_dir / "truth"
    orders = f"""exists (
        select 1 from read_parquet('{truth}/parts/purchases/*.parquet') as purchases
        where purchases.p = futures.person_id and date '2026-01-01' + purchases.t >= futures.as_of_date
            and date '2026-01-01' + purchases.t < futures.as_of_date + DAYS
    )"""
    messages = f"""
        select max((messages.answer = 2)::int) from read_parquet('{truth}/parts/observed_messages/*.parquet') as messages
        where messages.p = futures.person_id and date '2026-01-01' + messages.t >= futures.as_of_date
            and date '2026-01-01' + messages.t < futures.as_of_date + 30
    """

    def read(column: str) -> list[tuple[float, float]]:
        outcome = f"({messages})" if "click" in column else f"(not {orders})::int".replace("DAYS", column[-4:-1].strip("_"))
        return duckdb.sql(
            f"""
            select {column} as probability, {outcome} as outcome
            from read_parquet('{truth}/purchase_probability.parquet') as futures
            where {column} is not null and futures.has_purchase_30d is not null and outcome is not null
            """
        ).fetchall()

    return read


@pytest.mark.parametrize("view", ["latent", "observable"])
@pytest.mark.parametrize(("column", "overlap"), [("no_order_60d", 2), ("no_order_90d", 3), ("no_order_120d", 4), ("click_30d", 1)])
def test_longer_silences_and_clicks_are_calibrated(
    later_outcomes: Callable[[str], list[tuple[float, float]]], view: str, column: str, overlap: int
) -> None:
    found = np.array(later_outcomes(f"{view}_{column}"))
    assert len(found) > 2000
    ranked = found[np.argsort(found[:, 0], kind="stable")]
    for part in np.array_split(ranked, 5):
        # Dates are thirty days apart: so many windows of one person share days and say the same.
        error = np.sqrt(overlap * (part[:, 0] * (1 - part[:, 0])).sum()) / len(part)
        assert part[:, 1].mean() == pytest.approx(part[:, 0].mean(), abs=4 * error + CLICK_SLACK * ("click" in column)), column


def test_as_many_unsubscribe_as_expected_of_those_who_are_sent_something(outcomes_dir: Path) -> None:
    found = duckdb.sql(
        f"""
        with answers as (
            select distinct messages.email, messages.sent_at::date as sent_on, stops.message_id is not null as is_stopped
            from read_parquet('{outcomes_dir}/landing/esp/messages/*.parquet') as messages
            left join read_parquet('{outcomes_dir}/landing/esp/events/*.parquet') as stops
                on messages.message_id = stops.message_id and stops.event_type = 'unsubscribe'
        )
        select futures.person_id, futures.as_of_date, any_value(futures.unsubscribe_30d), bool_or(answers.is_stopped)
        from read_parquet('{outcomes_dir}/truth/purchase_probability.parquet') as futures
        inner join read_parquet('{outcomes_dir}/truth/people.parquet') as people on futures.person_id = people.person_id
        inner join answers
            on people.email = answers.email
            and answers.sent_on >= futures.as_of_date and answers.sent_on < futures.as_of_date + 30
        where futures.unsubscribe_30d is not null and futures.has_purchase_30d is not null
        group by futures.person_id, futures.as_of_date
        """
    ).fetchall()
    expected, came = sum(row[2] for row in found), sum(row[3] for row in found)
    assert len(found) > 4000
    assert came == pytest.approx(expected, abs=4 * np.sqrt(expected))


def test_history_tells_more_than_recency_and_less_than_the_truth(outcomes: dict[str, np.ndarray]) -> None:
    naive, observable, latent = (
        roc_auc_score(outcomes["outcome"], score) for score in (-outcomes["recency"], outcomes["observable"], outcomes["latent"])
    )
    assert naive + 0.02 < observable < latent - 0.02


def test_history_tells_types_apart_and_not_all_of_them(outcomes: dict[str, np.ndarray]) -> None:
    most_common = max(kind.newcomer_share for kind in model.LATENT_TYPES) / 100
    assert most_common + 0.2 < outcomes["is_type_right"].mean() < 0.8


def test_the_base_rate_is_that_of_a_plausible_shop(outcomes: dict[str, np.ndarray]) -> None:
    assert 0.06 < outcomes["outcome"].mean() < 0.18
