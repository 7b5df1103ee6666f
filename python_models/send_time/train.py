"""Learn the habits of reading, without labels, by EM."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from python_models.reproducible import fingerprint, single_thread, sort_rows
from python_models.send_time.counts import HourCounts, count_hours
from python_models.send_time.model import Matrix, SendTimeModel
from python_models.send_time.spec import HOURS, SendTimeSpec

ORDER = ("customer_id", "contact_type", "local_hour", "hours_until_read")


@dataclass(frozen=True)
class SendTimeFit:
    """A model and what is known about its fit; or, below the floor, the reason why there is none."""

    model: SendTimeModel | None
    reason: str | None
    model_version: str
    metrics: Mapping[str, float]


def train_send_time(contacts: pd.DataFrame, spec: SendTimeSpec) -> SendTimeFit:
    """Fit a mixture of habits to what `count_hours` counts of the contacts; the order of the rows does not matter.

    A person's reads per hour are binomial in the messages that waited, visits multinomial, both given the habit, which nobody sees
    (Dempster, Laird and Rubin 1977); the read rates of a habit have Beta priors around everybody's, its visits a Dirichlet prior. What is
    expected of a person is the mean over habits, weighted by how well each explains the person: who has told little gets what all do,
    who has told much their own. There is one habit per hour, which begins with those who visit mostly around that hour.
    """
    ordered = sort_rows(contacts, ORDER)
    version = f"{spec.model_name}-{fingerprint(ordered, asdict(spec))}"
    counts = count_hours(ordered, spec)
    read_count = float(counts.reads.sum())
    metrics = {"is_trained": 0.0, "reads": read_count, "customers": float(len(counts.customer_ids))}
    if read_count < spec.minimum_reads:
        reason = f"{read_count:.0f} reads later than {spec.settling_hours} hours after delivery; {spec.minimum_reads} needed"
        return SendTimeFit(None, reason, version, metrics)
    with single_thread():
        model, log_likelihood = _fit(_sample(counts, spec), spec, version)
    return SendTimeFit(model, None, version, metrics | {"is_trained": 1.0, "log_likelihood": log_likelihood})


def circular_mean(values: Matrix, times: int = 1) -> Matrix:
    """Each hour with a quarter of both neighbours, around midnight, so many times."""
    for _ in range(times):
        values = 0.25 * np.roll(values, 1, axis=1) + 0.5 * values + 0.25 * np.roll(values, -1, axis=1)
    return values


def _sample(counts: HourCounts, spec: SendTimeSpec) -> HourCounts:
    """Customers at equal distances in the order of their ids, which are hashes."""
    size = len(counts.customer_ids)
    if size <= spec.training_customers:
        return counts
    return counts.rows(np.arange(spec.training_customers, dtype=np.int64) * size // spec.training_customers)


def _fit(counts: HourCounts, spec: SendTimeSpec, version: str) -> tuple[SendTimeModel, float]:
    everybody = (counts.reads.sum(axis=0) + 0.5) / (counts.waiting.sum(axis=0) + 1.0)
    visits = (counts.visits.sum(axis=0) + 1.0) / (counts.visits.sum() + HOURS)

    def maximise(memberships: Matrix) -> SendTimeModel:
        rates = (memberships.T @ counts.reads + spec.hazard_prior * everybody) / (memberships.T @ counts.waiting + spec.hazard_prior)
        spread = memberships.T @ counts.visits + spec.visit_prior * visits
        shares = (memberships.sum(axis=0) + 1.0) / (len(memberships) + HOURS)
        return SendTimeModel(version, shares, rates, spread / spread.sum(axis=1, keepdims=True))

    seen = counts.visits + counts.reads
    busiest = circular_mean(seen, times=4).argmax(axis=1)
    memberships = np.zeros((len(seen), HOURS))
    memberships[np.arange(len(seen)), busiest] = 1.0
    memberships[seen.sum(axis=1) == 0] = 1.0 / HOURS
    model = maximise(memberships)
    log_likelihood = 0.0
    for _ in range(spec.iterations):
        memberships, log_likelihood = model.memberships(counts)
        model = maximise(memberships)
    return model, log_likelihood
