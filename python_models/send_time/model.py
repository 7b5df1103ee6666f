"""A fitted send-time model as plain numbers, and what it says of a customer."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from python_models.send_time.counts import HourCounts

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SendTimeModel:
    """Habits: how many people have each, how likely a waiting message is read in each hour, and how visits spread over the hours."""

    model_version: str
    shares: Matrix
    read_rates: Matrix
    visit_shares: Matrix

    def memberships(self, counts: HourCounts) -> tuple[Matrix, float]:
        """The probability of each habit per customer, and the log-likelihood of all counts; sums run over habits and hours only."""
        logs = (
            np.log(self.shares)
            + counts.reads @ np.log(self.read_rates).T
            + (counts.waiting - counts.reads) @ np.log1p(-self.read_rates).T
            + counts.visits @ np.log(self.visit_shares).T
        )
        largest = logs.max(axis=1, keepdims=True)
        weights = np.exp(logs - largest)
        totals = weights.sum(axis=1, keepdims=True)
        return weights / totals, float((largest + np.log(totals)).sum())

    def expected_read_rates(self, counts: HourCounts) -> Matrix:
        """How likely a message that waits is read in each hour, per customer, 0 to 1."""
        return self.memberships(counts)[0] @ self.read_rates

    def to_json(self) -> str:
        content = {name: getattr(self, name).tolist() for name in ("shares", "read_rates", "visit_shares")}
        return json.dumps({"model_version": self.model_version, **content}, sort_keys=True)


def send_time_model_from_json(text: str) -> SendTimeModel:
    """The model that `to_json` wrote."""
    content = json.loads(text)
    return SendTimeModel(
        content["model_version"], *(np.array(content[name], dtype=np.float64) for name in ("shares", "read_rates", "visit_shares"))
    )
