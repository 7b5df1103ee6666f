"""What the chosen hours would have been worth, from messages that happened to be sent at them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from python_models.send_time.score import is_within, score_send_times
from python_models.send_time.spec import SendTimePolicy, SendTimeSpec
from python_models.send_time.train import train_send_time

RESAMPLES = 200
SEED = 20_260_101


def replay(before: pd.DataFrame, since: pd.DataFrame, spec: SendTimeSpec, policy: SendTimePolicy) -> Mapping[str, float]:
    """Choose hours from the contacts `before`, judge them by the messages `since`; empty without a model or a message at a chosen hour.

    A message was sent at the chosen hour when it was delivered in it or the one before or after (replay of Li et al., WSDM 2011, where
    hours are not drawn at random: so each such message is compared with all messages delivered in its own local hour, to whomever). What
    counts is a read within `prompt_hours` of delivery. `uplift` is the difference of the two rates; its interval of 95 % is of
    bootstrap samples of customers.
    """
    model = train_send_time(before, spec).model
    messages = since[since["contact_type"] == "message"]
    if model is None or messages.empty:
        return {}
    chosen = score_send_times(before, model, spec, policy)[["customer_id", "best_local_hour"]]
    judged = messages.merge(chosen, on="customer_id").sort_values(["customer_id", "local_hour", "hours_until_read"], kind="stable")
    hour = judged["local_hour"].to_numpy(dtype=np.float64)
    number = judged["contact_count"].to_numpy(dtype=np.float64)
    prompt = number * (judged["hours_until_read"] < spec.prompt_hours).to_numpy(dtype=np.float64)
    hourly = pd.DataFrame({"hour": hour, "number": number, "prompt": prompt}).groupby("hour").sum()
    usual = number * (hourly["prompt"] / hourly["number"]).reindex(hour).to_numpy()
    is_match = is_within(hour, judged["best_local_hour"].to_numpy(dtype=np.float64), 1)
    if not is_match.any():
        return {}
    matched = pd.DataFrame({"number": number, "prompt": prompt, "usual": usual})[is_match]
    per_customer = matched.groupby(judged["customer_id"][is_match].to_numpy()).sum().to_numpy()
    total, read, expected = per_customer.sum(axis=0)
    generator = np.random.default_rng(SEED)
    draws = [per_customer[generator.integers(0, len(per_customer), len(per_customer))].sum(axis=0) for _ in range(RESAMPLES)]
    uplifts = np.array([(draw[1] - draw[2]) / draw[0] for draw in draws])
    low, high = np.quantile(uplifts, [0.025, 0.975])
    return {
        "messages": float(number.sum()),
        "messages_at_chosen_hour": float(total),
        "prompt_read_rate": float(read / total),
        "usual_prompt_read_rate": float(expected / total),
        "uplift": float((read - expected) / total),
        "uplift_low": float(low),
        "uplift_high": float(high),
    }
