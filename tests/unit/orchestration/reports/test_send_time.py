"""The page of the send-time model shows the habits, and what the chosen hours were worth on other days."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from orchestration.reports.page import Report
from orchestration.reports.send_time import send_time_report
from python_models.send_time.replay import Replay, replay
from python_models.send_time.spec import SEND_TIME, SendTimePolicy
from python_models.send_time.train import SendTimeFit, train_send_time
from tests.unit.orchestration.reports.pages import assert_whole, cells_of
from tests.unit.python_models.test_send_time import world
from tests.unit.python_models.worlds import AS_OF_DATE

POLICY = SendTimePolicy(quiet_from=23, quiet_until=6, exploring_share=0.1)


@pytest.fixture(scope="module")
def contacts() -> tuple[pd.DataFrame, pd.DataFrame]:
    return world(400, seed=6)[0], world(400, seed=6, prompt_bonus=0.3)[0]


@pytest.fixture(scope="module")
def fit(contacts: tuple[pd.DataFrame, pd.DataFrame]) -> SendTimeFit:
    return train_send_time(contacts[0], SEND_TIME)


@pytest.fixture(scope="module")
def found(contacts: tuple[pd.DataFrame, pd.DataFrame]) -> Replay:
    return replay(*contacts, SEND_TIME, POLICY)


def page_of(fit: SendTimeFit, found: Replay) -> Report:
    return send_time_report(fit, found, SEND_TIME, POLICY, AS_OF_DATE)


def test_the_page_holds_habits_and_what_they_were_worth(
    fit: SendTimeFit, found: Replay, contacts: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    made = page_of(fit, found)
    assert_whole(made, contacts[0]["customer_id"].unique())
    cells, metrics = cells_of(made), found.metrics
    assert set(made.plots) == {"habits", "hours (held out)"}
    assert "Quiet hours: 23:00 to 6:00. 10% of the customers get an hour by lot" in made.page
    at_chosen = [f"{metrics['messages_at_chosen_hour']:,.0f}", f"{metrics['prompt_read_rate']:.1%}"]
    assert ["messages that came at the chosen hour", *at_chosen] in cells
    assert f"<strong>{100 * metrics['uplift']:+.2f} points</strong>" in made.page
    assert f"({100 * metrics['uplift_low']:.2f} to {100 * metrics['uplift_high']:.2f}, 95 %" in made.page
    assert "That is beyond noise." in made.page
    own = found.sources.iloc[0]
    assert ["own reads", f"{own['customers']:,.0f}", f"{own['share']:.1%}"] in [row[:3] for row in cells]
    assert fit.model is not None
    most = int(fit.model.shares.argmax())
    assert [f"{fit.model.shares[most]:.1%}", f"{fit.model.read_rates[most].argmax()}:00"] in [row[:2] for row in cells]


def test_an_effect_within_noise_is_not_called_one(fit: SendTimeFit, found: Replay) -> None:
    noise = replace(found, metrics={**found.metrics, "uplift": 0.01, "uplift_low": -0.01, "uplift_high": 0.03})
    assert "these days do not show that the hours help" in page_of(fit, noise).page
    worse = replace(found, metrics={**found.metrics, "uplift": -0.03, "uplift_low": -0.05, "uplift_high": -0.01})
    assert "worse than chance" in page_of(fit, worse).page


def test_a_source_without_a_message_has_no_figures(fit: SendTimeFit, found: Replay) -> None:
    silent = found.sources.copy()
    silent.loc[silent.index[0], ["messages_at_chosen_hour", "prompt_read_rate", "usual_prompt_read_rate"]] = float("nan")
    silent.loc[silent.index[0], ["uplift", "uplift_low", "uplift_high"]] = float("nan")
    assert_whole(page_of(fit, replace(found, sources=silent)))


def test_without_a_message_at_a_chosen_hour_nothing_is_claimed(fit: SendTimeFit) -> None:
    made = page_of(fit, Replay())
    assert_whole(made)
    assert "nothing can be said yet" in made.page
    assert set(made.plots) == {"habits"}


def test_below_the_floor_the_page_says_why(contacts: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    made = page_of(train_send_time(contacts[0].head(50), SEND_TIME), Replay())
    assert_whole(made)
    assert "500 needed" in made.page
    assert "<table>" not in made.page
    assert made.plots == {}


def test_it_is_the_same_page_each_time(fit: SendTimeFit, found: Replay, contacts: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    before, since = (frame.sample(frac=1, random_state=1) for frame in contacts)
    assert page_of(train_send_time(before, SEND_TIME), replay(before, since, SEND_TIME, POLICY)) == page_of(fit, found)
