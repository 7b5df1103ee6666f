"""What the send-time model counts, how strongly it shrinks, and which hours it may choose."""

from __future__ import annotations

from dataclasses import dataclass

HOURS = 24


@dataclass(frozen=True)
class SendTimeSpec:
    """Counts are per hour of the customer's local day.

    A message that is read within `settling_hours` of its delivery says when we sent it and not when its reader reads: those hours count
    neither for nor against. After `waiting_hours` an unread message is taken for not read. `hazard_prior` (hours of waiting) and
    `visit_prior` (visits) pull each habit towards what everybody does. Below the floors nothing is fitted.
    """

    model_name: str = "send_time"
    settling_hours: int = 2
    waiting_hours: int = 24
    hazard_prior: float = 50.0
    visit_prior: float = 5.0
    iterations: int = 60
    training_customers: int = 100_000
    minimum_reads: int = 500
    minimum_own_reads: int = 3
    prompt_hours: int = 3
    code_version: str = "1"


@dataclass(frozen=True)
class SendTimePolicy:
    """What may be chosen (seed send_time_policy): no hour from `quiet_from` to before `quiet_until`, both local, around midnight or not.

    A share `exploring_share` of the customers gets an hour by lot, so that the model can be judged and goes on learning.
    """

    quiet_from: int = 22
    quiet_until: int = 7
    exploring_share: float = 0.1

    def __post_init__(self) -> None:
        if not (0 <= self.quiet_from < HOURS and 0 <= self.quiet_until < HOURS):
            raise ValueError(f"seed send_time_policy: quiet hours are 0 to 23, not {self.quiet_from} and {self.quiet_until}")
        if not 0 <= self.exploring_share <= 1:
            raise ValueError(f"seed send_time_policy: exploring_share is between 0 and 1, not {self.exploring_share}")

    @property
    def allowed_hours(self) -> tuple[int, ...]:
        """The hours at which somebody may be written to; all of them when quiet hours begin and end at the same hour."""
        quiet_length = (self.quiet_until - self.quiet_from) % HOURS
        return tuple(hour for hour in range(HOURS) if (hour - self.quiet_from) % HOURS >= quiet_length)


SEND_TIME = SendTimeSpec()
