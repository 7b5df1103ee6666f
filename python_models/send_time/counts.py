"""From contacts to counts per customer and local hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from python_models.send_time.spec import HOURS, SendTimeSpec

Counts = npt.NDArray[np.float64]


@dataclass(frozen=True)
class HourCounts:
    """One row per customer, in the order of their ids, and one column per local hour.

    waiting: messages that lay unread during the hour; reads: those of them that were read in it; visits: visits that began in it.
    """

    customer_ids: npt.NDArray[np.object_]
    waiting: Counts
    reads: Counts
    visits: Counts

    def rows(self, chosen: npt.NDArray[np.int64]) -> HourCounts:
        """The same of some customers."""
        return HourCounts(self.customer_ids[chosen], self.waiting[chosen], self.reads[chosen], self.visits[chosen])


def count_hours(contacts: pd.DataFrame, spec: SendTimeSpec) -> HourCounts:
    """Counts of `contacts`, whose rows are equal messages or visits of a customer.

    Columns: customer_id, contact_type (`message` or `visit`), local_hour (of delivery or of the visit, 0 to 23), hours_until_read (from
    the hour of delivery to that of the first read; empty when there was none), contact_count. All counts are whole numbers, so that sums
    are exact whatever the order of the rows.
    """
    customer_ids = np.unique(contacts["customer_id"].to_numpy(dtype=object))
    size = (len(customer_ids), HOURS)
    row = np.searchsorted(customer_ids, contacts["customer_id"].to_numpy(dtype=object)) if len(contacts) else np.empty(0, dtype=np.int64)
    hour = contacts["local_hour"].to_numpy(dtype=np.int64)
    number = contacts["contact_count"].to_numpy(dtype=np.float64)
    until_read = contacts["hours_until_read"].to_numpy(dtype=np.float64)
    is_visit = (contacts["contact_type"] == "visit").to_numpy(dtype=bool)

    visits = np.zeros(size)
    np.add.at(visits, (row[is_visit], hour[is_visit]), number[is_visit])

    is_read = ~np.isnan(until_read) & (until_read < spec.waiting_hours)
    last = np.where(is_read, until_read, spec.waiting_hours - 1).astype(np.int64)
    is_settled = ~is_visit & (last >= spec.settling_hours)
    # Waiting begins and ends at hours of a day and the next; two running sums are cheaper than a row per hour of waiting.
    changes = np.zeros((len(customer_ids), 2 * HOURS + spec.waiting_hours + 1))
    np.add.at(changes, (row[is_settled], hour[is_settled] + spec.settling_hours), number[is_settled])
    np.add.at(changes, (row[is_settled], hour[is_settled] + last[is_settled] + 1), -number[is_settled])
    by_hour = np.cumsum(changes, axis=1)[:, : 2 * HOURS]
    waiting = by_hour[:, :HOURS] + by_hour[:, HOURS:]

    reads = np.zeros(size)
    was_read = is_settled & is_read
    np.add.at(reads, (row[was_read], (hour[was_read] + last[was_read]) % HOURS), number[was_read])
    return HourCounts(customer_ids, waiting, reads, visits)
