"""Shops whose customers are as the value models say, or come back."""

from __future__ import annotations

import numpy as np
import pandas as pd

from python_models.value.purchase_history import purchase_histories
from python_models.value.recalibrate import PastDates
from tests.unit.python_models.worlds import AS_OF_DATE

WINDOW, DAYS = 90, 540
CUSTOMERS = 6_000


def world(has_returners: bool, customers: int = CUSTOMERS, seed: int = 8) -> PastDates:
    """People who buy at a rate of their own and, after any purchase, leave for good or, with returners, sleep for some months."""
    today = pd.Timestamp(AS_OF_DATE)
    random = np.random.default_rng(seed)
    people = np.arange(customers)
    rate = random.gamma(1.5, 1 / 45, customers)
    leaves = random.beta(1.0, 5.0, customers)
    mean_amount = 60 / random.gamma(4.0, 1.0, customers) * 3
    now = random.uniform(0, 300, customers)
    rows = []
    while len(people):
        rows.append((people, now, mean_amount[people] * random.gamma(6.0, 1 / 6, len(people))))
        is_asleep = random.random(len(people)) < leaves[people]
        waiting = random.exponential(1 / rate[people])
        if has_returners:
            now = now + waiting + np.where(is_asleep, random.exponential(240, len(people)), 0.0)
            is_there = now < DAYS
        else:
            now = now + waiting
            is_there = (now < DAYS) & ~is_asleep
        people, now = people[is_there], now[is_there]
    who, day, amount = (np.concatenate(each) for each in zip(*rows, strict=True))
    bought = pd.DataFrame({"customer_id": [f"c{person:05d}" for person in who], "amount": amount})
    bought["purchased_at"] = today + pd.to_timedelta(np.floor(day) - DAYS, unit="D")
    now_known, test, calibration = (purchase_histories(bought, today - pd.Timedelta(days=days)) for days in (0, WINDOW, 2 * WINDOW))
    return PastDates(now_known, test, WINDOW, calibration, WINDOW)
