"""What the chosen hours would have been worth, from messages that happened to be sent at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from python_models.send_time.model import Matrix, SendTimeModel
from python_models.send_time.score import best_hours, is_within, score_send_times
from python_models.send_time.spec import SendTimePolicy, SendTimeSpec
from python_models.send_time.train import train_send_time

RESAMPLES = 200
SEED = 20_260_101
SOURCES = ("own", "cohort", "everybody")


@dataclass(frozen=True)
class Replay:
    """Figures of all messages at a chosen hour; empty without a model or such a message.

    sources: one row per `hour_source` that anybody has, with its share of the customers, its messages at a chosen hour and the difference
    that they made; hours: one row per local hour of delivery, with its messages, how many of them were read at once, and the share of the
    customers whose best hour it is.
    """

    metrics: Mapping[str, float] = field(default_factory=dict)
    sources: pd.DataFrame = field(default_factory=pd.DataFrame)
    hours: pd.DataFrame = field(default_factory=pd.DataFrame)


def replay(before: pd.DataFrame, since: pd.DataFrame, spec: SendTimeSpec, policy: SendTimePolicy) -> Replay:
    """Choose hours from the contacts `before`, judge them by the messages `since`.

    A message was sent at the chosen hour when it was delivered in it or the one before or after (replay of Li et al., WSDM 2011, where
    hours are not drawn at random: so each such message is compared with all messages delivered in its own local hour, to whomever). What
    counts is a read within `prompt_hours` of delivery. `uplift` is the difference of the two rates; its interval of 95 % is of
    bootstrap samples of customers.
    """
    model = train_send_time(before, spec).model
    messages = since[since["contact_type"] == "message"]
    if model is None or messages.empty:
        return Replay()
    chosen = score_send_times(before, model, spec, policy)
    judged = messages.merge(chosen[["customer_id", "best_local_hour", "hour_source"]], on="customer_id")
    judged = judged.sort_values(["customer_id", "local_hour", "hours_until_read"], kind="stable")
    hour = judged["local_hour"].to_numpy(dtype=np.float64)
    number = judged["contact_count"].to_numpy(dtype=np.float64)
    prompt = number * (judged["hours_until_read"] < spec.prompt_hours).to_numpy(dtype=np.float64)
    hourly = pd.DataFrame({"hour": hour, "number": number, "prompt": prompt}).groupby("hour").sum()
    usual = number * (hourly["prompt"] / hourly["number"]).reindex(hour).to_numpy()
    is_match = is_within(hour, judged["best_local_hour"].to_numpy(dtype=np.float64), 1)
    if not is_match.any():
        return Replay()
    matched = pd.DataFrame({"number": number, "prompt": prompt, "usual": usual})[is_match]
    keys = judged[["customer_id", "hour_source"]][is_match]
    per_customer = matched.groupby([keys["customer_id"].to_numpy(), keys["hour_source"].to_numpy()]).sum()
    source_of = per_customer.index.get_level_values(1)
    by_source: list[Mapping[str, float | str]] = [
        {"hour_source": name, **_difference(per_customer[source_of == name].to_numpy())} for name in SOURCES if name in source_of
    ]
    metrics = {
        "messages": float(number.sum()),
        **_difference(per_customer.to_numpy()),
        **_references(hourly, model, policy),
        "exploring_share": float(chosen["is_exploring"].mean()),
        "fallback_share": float((chosen["hour_source"] == "everybody").mean()),
    }
    return Replay(metrics, _sources(chosen["hour_source"], by_source), _hours(hourly, chosen["best_local_hour"]))


def _difference(per_customer: Matrix) -> dict[str, float]:
    """Of one row per customer with messages, prompt reads and the prompt reads that are usual at these hours."""
    total, read, expected = per_customer.sum(axis=0)
    generator = np.random.default_rng(SEED)
    draws = [per_customer[generator.integers(0, len(per_customer), len(per_customer))].sum(axis=0) for _ in range(RESAMPLES)]
    uplifts = np.array([(draw[1] - draw[2]) / draw[0] for draw in draws])
    low, high = np.quantile(uplifts, [0.025, 0.975])
    return {
        "messages_at_chosen_hour": float(total),
        "prompt_read_rate": float(read / total),
        "usual_prompt_read_rate": float(expected / total),
        "uplift": float((read - expected) / total),
        "uplift_low": float(low),
        "uplift_high": float(high),
    }


def _references(hourly: pd.DataFrame, model: SendTimeModel, policy: SendTimePolicy) -> dict[str, float]:
    """How many are read at once whenever they were sent, and around the one hour that suits everybody best."""
    one_hour = float(best_hours((model.shares @ model.read_rates)[None, :], policy)[0])
    around = hourly[is_within(hourly.index.to_numpy(dtype=np.float64), np.full(len(hourly), one_hour), 1)]
    found = {"prompt_read_rate_of_all": float(hourly["prompt"].sum() / hourly["number"].sum()), "one_hour": one_hour}
    if around.empty:
        return found
    return found | {"prompt_read_rate_at_one_hour": float(around["prompt"].sum() / around["number"].sum())}


def _sources(chosen: pd.Series, differences: Sequence[Mapping[str, float | str]]) -> pd.DataFrame:
    counted = chosen.value_counts().reindex(list(SOURCES), fill_value=0)
    counted = counted[counted > 0]
    customers = pd.DataFrame({"hour_source": counted.index, "customers": counted.to_numpy(), "share": counted.to_numpy() / len(chosen)})
    return customers.merge(pd.DataFrame(differences), on="hour_source", how="left")


def _hours(hourly: pd.DataFrame, best: pd.Series) -> pd.DataFrame:
    chosen = best.value_counts(normalize=True).rename("best_share")
    hours = hourly.assign(prompt_read_rate=hourly["prompt"] / hourly["number"]).join(chosen, how="outer").reset_index(names="hour")
    hours = hours.rename(columns={"number": "messages"}).drop(columns="prompt")
    return hours.fillna({"messages": 0.0, "best_share": 0.0}).astype({"hour": "int64"}).sort_values("hour").reset_index(drop=True)
