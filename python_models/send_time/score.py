"""Which hour to write to whom."""

from __future__ import annotations

import hashlib
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from python_models.reproducible import single_thread, sort_rows
from python_models.send_time.counts import count_hours
from python_models.send_time.model import Matrix, SendTimeModel
from python_models.send_time.spec import HOURS, SendTimePolicy, SendTimeSpec
from python_models.send_time.train import ORDER, circular_mean

SCORE_COLUMNS = (
    "customer_id",
    "best_local_hour",
    "send_local_hour",
    "expected_read_rate",
    "lift",
    "own_read_count",
    "hour_source",
    "is_exploring",
    "model_version",
)
CUSTOMERS_PER_BATCH = 200_000


def score_send_times(contacts: pd.DataFrame, model: SendTimeModel, spec: SendTimeSpec, policy: SendTimePolicy) -> pd.DataFrame:
    """One row per customer with a contact, in the order of their ids.

    Columns: customer_id; best_local_hour, the allowed hour at which a waiting message is most likely read; send_local_hour, the same or,
    for those who explore, an allowed hour by lot; expected_read_rate in the best hour (0 to 1) and its lift over the mean of all hours;
    own_read_count; hour_source (`own` with enough reads, `cohort` with some reads or visits, else `everybody`); is_exploring;
    model_version.
    """
    ordered = sort_rows(contacts, ORDER)
    edges = np.flatnonzero(ordered["customer_id"].ne(ordered["customer_id"].shift()).to_numpy())
    starts = [*edges[::CUSTOMERS_PER_BATCH], len(ordered)]
    parts = [_score_batch(ordered.iloc[start:end], model, spec, policy) for start, end in pairwise(starts)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(SCORE_COLUMNS))


def _score_batch(contacts: pd.DataFrame, model: SendTimeModel, spec: SendTimeSpec, policy: SendTimePolicy) -> pd.DataFrame:
    counts = count_hours(contacts, spec)
    with single_thread():
        read_rates = model.expected_read_rates(counts)
    rates, best = circular_mean(read_rates), best_hours(read_rates, policy)
    allowed = np.array(policy.allowed_hours, dtype=np.int64)
    rate = rates[np.arange(len(rates)), best]
    lot, draw = _lots(counts.customer_ids)
    is_exploring = lot < policy.exploring_share
    own_reads = counts.reads.sum(axis=1)
    has_told = own_reads + counts.visits.sum(axis=1) > 0
    return pd.DataFrame(
        {
            "customer_id": counts.customer_ids,
            "best_local_hour": best,
            "send_local_hour": np.where(is_exploring, allowed[(draw * len(allowed)).astype(np.int64)], best),
            "expected_read_rate": rate,
            "lift": rate / rates.mean(axis=1),
            "own_read_count": own_reads.astype(np.int64),
            "hour_source": np.select([own_reads >= spec.minimum_own_reads, has_told], ["own", "cohort"], "everybody"),
            "is_exploring": is_exploring,
            "model_version": model.model_version,
        }
    )


def best_hours(read_rates: Matrix, policy: SendTimePolicy) -> npt.NDArray[np.int64]:
    """The allowed hour around which a waiting message is most likely read, per row of read rates by hour."""
    allowed = np.array(policy.allowed_hours, dtype=np.int64)
    # Rounded before the cut, so that two hours that differ in the last digit only do not change places on another machine.
    return np.asarray(allowed[np.round(circular_mean(read_rates)[:, allowed], 12).argmax(axis=1)])


def _lots(customer_ids: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Two numbers per customer in [0, 1) that stay the same for good: who explores does so long enough to be compared."""
    digests = b"".join(hashlib.sha256(f"send_time:{customer_id}".encode()).digest()[:16] for customer_id in customer_ids)
    numbers = np.frombuffer(digests, dtype=">u8").reshape(-1, 2).astype(np.float64) / 2.0**64
    return np.minimum(numbers[:, 0], 1 - 2**-53), np.minimum(numbers[:, 1], 1 - 2**-53)


def is_within(hours: npt.NDArray[np.float64], others: npt.NDArray[np.float64], distance: float) -> npt.NDArray[np.bool_]:
    """Whether two moments of the day lie at most so many hours apart, around midnight."""
    return np.abs((hours - others + HOURS / 2) % HOURS - HOURS / 2) <= distance
