"""Send time: what counts as waiting and reading, that habits are found again, and that nothing depends on order, threads or batches."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from python_models.send_time import score as score_module
from python_models.send_time.counts import count_hours
from python_models.send_time.model import send_time_model_from_json
from python_models.send_time.replay import replay
from python_models.send_time.score import is_within, score_send_times
from python_models.send_time.spec import HOURS, SEND_TIME, SendTimePolicy
from python_models.send_time.train import train_send_time

NO_NIGHT = SendTimePolicy(quiet_from=0, quiet_until=0, exploring_share=0)
COLUMNS = ["customer_id", "contact_type", "local_hour", "hours_until_read", "contact_count"]


def contacts(*rows: tuple[str, str, int, float | None, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS).astype({"hours_until_read": float})


def world(customers: int, seed: int, prompt_bonus: float = 0.0) -> tuple[pd.DataFrame, np.ndarray]:
    """People who read around an hour of their own, whatever hour they are sent mail at, and visit less sharply around it."""
    generator = np.random.default_rng(seed)
    liked = generator.choice([7, 12, 20], size=customers, p=[0.3, 0.3, 0.4])
    rows = []
    for number in range(customers):
        for _ in range(20):
            sent = int(generator.choice([9, 11, 14, 18, 20]))
            is_near = abs(sent - liked[number]) <= 1
            until: float | None = None
            if generator.random() < 0.2 + prompt_bonus * is_near:
                until = 0.0
            elif generator.random() < 0.3:
                until = float((liked[number] + round(generator.normal(0, 0.8)) - sent) % HOURS)
            rows.append((f"c{number:05}", "message", sent, until, 1))
        around = (liked[number] + generator.normal(0, 2.4, size=6).round()).astype(int) % HOURS
        rows += [(f"c{number:05}", "visit", int(hour), None, 1) for hour in around]
    frame = pd.DataFrame(rows, columns=COLUMNS).astype({"hours_until_read": float})
    keys = COLUMNS[:-1]
    return frame.groupby(keys, dropna=False, as_index=False)["contact_count"].sum(), liked


def test_a_message_waits_until_it_is_read_and_its_first_hours_say_nothing() -> None:
    counts = count_hours(
        contacts(
            ("a", "message", 22, 5, 2),  # waits at 0, 1, 2 and is read at 3
            ("a", "message", 9, 1, 3),  # read at once: says when it was sent
            ("a", "message", 10, None, 1),  # waits from 12 until 9 of the next day
            ("a", "visit", 20, None, 4),
            ("b", "message", 23, 23, 1),  # waits from 1 on and is read at 22
        ),
        SEND_TIME,
    )
    assert list(counts.customer_ids) == ["a", "b"]
    of_a = np.zeros(HOURS)
    of_a[[0, 1, 2, 3]] = 2
    of_a[[*range(12, 24), *range(10)]] += 1
    np.testing.assert_array_equal(counts.waiting[0], of_a)
    np.testing.assert_array_equal(np.flatnonzero(counts.reads[0]), [3])
    assert counts.reads[0, 3] == 2
    assert counts.visits[0, 20] == counts.visits[0].sum() == 4
    np.testing.assert_array_equal(counts.waiting[1], [0 if hour in {0, 23} else 1 for hour in range(HOURS)])
    assert counts.reads[1, 22] == counts.reads[1].sum() == 1


def test_hours_are_found_again_whenever_mail_was_sent() -> None:
    frame, liked = world(1_500, seed=1)
    fit = train_send_time(frame, SEND_TIME)
    assert fit.model is not None
    scores = score_send_times(frame, fit.model, SEND_TIME, NO_NIGHT)
    right = is_within(scores["best_local_hour"].to_numpy(dtype=float), liked.astype(float), 1)
    assert right.mean() > 0.9
    assert (scores["lift"] > 1).all()
    assert scores["expected_read_rate"].between(0, 1).all()


def test_who_has_told_little_gets_what_people_with_the_same_visits_get() -> None:
    frame, _ = world(1_500, seed=2)
    newcomers = contacts(("n1", "visit", 20, None, 3), ("n2", "message", 9, None, 1))
    model = train_send_time(frame, SEND_TIME).model
    assert model is not None
    scores = score_send_times(newcomers, model, SEND_TIME, NO_NIGHT).set_index("customer_id")
    assert abs(scores.loc["n1", "best_local_hour"] - 20) <= 1
    assert scores["hour_source"].to_dict() == {"n1": "cohort", "n2": "everybody"}
    # 20 is what most people like.
    assert abs(scores.loc["n2", "best_local_hour"] - 20) <= 1


def test_quiet_hours_are_never_chosen_and_those_who_explore_stay_the_same() -> None:
    frame, _ = world(1_500, seed=3)
    model = train_send_time(frame, SEND_TIME).model
    assert model is not None
    policy = SendTimePolicy(quiet_from=19, quiet_until=9, exploring_share=0.2)
    scores = score_send_times(frame, model, SEND_TIME, policy)
    for column in ("best_local_hour", "send_local_hour"):
        assert scores[column].between(9, 18).all()
    exploring = scores["is_exploring"]
    assert 0.15 < exploring.mean() < 0.25
    assert (scores.loc[~exploring, "best_local_hour"] == scores.loc[~exploring, "send_local_hour"]).all()
    assert scores.loc[exploring, "send_local_hour"].nunique() == 10
    again = score_send_times(frame[frame["contact_type"] == "visit"], model, SEND_TIME, policy)
    assert set(again.loc[again["is_exploring"], "customer_id"]) <= set(scores.loc[exploring, "customer_id"])


@pytest.mark.parametrize(
    ("quiet", "allowed"),
    [((22, 7), range(7, 22)), ((0, 0), range(24)), ((1, 5), [0, *range(5, 24)])],
)
def test_the_night_may_go_over_midnight(quiet: tuple[int, int], allowed: range | list[int]) -> None:
    assert SendTimePolicy(*quiet, exploring_share=0).allowed_hours == tuple(allowed)


@pytest.mark.parametrize("policy", [(24, 7, 0.1), (22, -1, 0.1), (22, 7, 1.5)])
def test_a_policy_that_cannot_be_is_refused_by_name(policy: tuple[int, int, float]) -> None:
    with pytest.raises(ValueError, match="seed send_time_policy"):
        SendTimePolicy(*policy)


def test_order_threads_and_batches_change_no_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    frame, _ = world(400, seed=4)
    one = train_send_time(frame, SEND_TIME)
    with threadpool_limits(limits=2):
        other = train_send_time(frame.sample(frac=1, random_state=1), SEND_TIME)
    assert one.model is not None
    assert other.model is not None
    assert one.model.to_json() == other.model.to_json()
    assert one.metrics == other.metrics
    stored = send_time_model_from_json(one.model.to_json())
    whole = score_send_times(frame, one.model, SEND_TIME, SendTimePolicy())
    monkeypatch.setattr(score_module, "CUSTOMERS_PER_BATCH", 37)
    parts = score_send_times(frame.sample(frac=1, random_state=2), stored, SEND_TIME, SendTimePolicy())
    pd.testing.assert_frame_equal(whole, parts, rtol=1e-12)


def test_a_large_shop_learns_from_a_sample() -> None:
    frame, _ = world(600, seed=5)
    sampled = train_send_time(frame, replace(SEND_TIME, training_customers=300))
    assert sampled.model is not None
    assert sampled.metrics["customers"] == 600


def test_too_few_reads_give_a_reason_and_no_model() -> None:
    fit = train_send_time(contacts(("a", "message", 9, 5, 10)), SEND_TIME)
    assert fit.model is None
    assert fit.reason == "10 reads later than 2 hours after delivery; 500 needed"
    empty = train_send_time(contacts(), SEND_TIME)
    assert empty.model is None


def test_replay_finds_an_effect_and_none_where_there_is_none() -> None:
    before, _ = world(1_500, seed=6)
    with_effect, _ = world(1_500, seed=6, prompt_bonus=0.2)
    found = replay(before, with_effect, SEND_TIME, NO_NIGHT).metrics
    assert found["uplift_low"] > 0.02
    assert found["messages_at_chosen_hour"] < found["messages"]
    # Every fifth message is read at once, whoever gets it at whatever hour.
    is_read = np.random.default_rng(6).random(len(before)) < 0.2
    nothing = replay(before, before.assign(hours_until_read=np.where(is_read, 0.0, np.nan)), SEND_TIME, NO_NIGHT).metrics
    assert nothing["uplift_low"] < 0 < nothing["uplift_high"]


def test_replay_without_a_message_says_nothing() -> None:
    before, _ = world(400, seed=7)
    for nothing in (replay(before, contacts(), SEND_TIME, NO_NIGHT), replay(contacts(), before, SEND_TIME, NO_NIGHT)):
        assert nothing.metrics == {}
        assert nothing.sources.empty
        assert nothing.hours.empty


def test_a_replay_adds_up_by_source_and_by_hour() -> None:
    before, _ = world(400, seed=8)
    newcomers = contacts(("n1", "message", 9, None, 1), ("n2", "message", 9, None, 1))
    since = pd.concat([world(400, seed=9)[0], contacts(("n1", "message", 20, 0.0, 3), ("n2", "message", 20, None, 1))])
    policy = SendTimePolicy(quiet_from=0, quiet_until=0, exploring_share=0.25)
    found = replay(pd.concat([before, newcomers]), since, SEND_TIME, policy)
    sources = found.sources.set_index("hour_source")
    assert sources.loc["everybody", "customers"] == 2
    assert sources["customers"].sum() == 402
    assert sources["messages_at_chosen_hour"].sum() == found.metrics["messages_at_chosen_hour"]
    assert (sources["uplift"] * sources["messages_at_chosen_hour"]).sum() / sources["messages_at_chosen_hour"].sum() == pytest.approx(
        found.metrics["uplift"]
    )
    assert found.metrics["fallback_share"] == pytest.approx(2 / 402)
    assert found.metrics["exploring_share"] == pytest.approx(0.25, abs=0.08)
    hours = found.hours.set_index("hour")
    assert hours["messages"].sum() == found.metrics["messages"]
    assert hours["best_share"].sum() == pytest.approx(1)
    assert found.metrics["prompt_read_rate_of_all"] == pytest.approx(
        (hours["messages"] * hours["prompt_read_rate"]).sum() / hours["messages"].sum()
    )
    # Most people like eight in the evening.
    assert abs(found.metrics["one_hour"] - 20) <= 1
    at_nine = since[(since["contact_type"] == "message") & (since["local_hour"] == 9)]
    at_once = at_nine.loc[at_nine["hours_until_read"] < SEND_TIME.prompt_hours, "contact_count"].sum()
    assert hours.loc[9, "prompt_read_rate"] == pytest.approx(at_once / at_nine["contact_count"].sum())
