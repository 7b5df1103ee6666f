"""What a decision is worth: from whom on to act, given what a hit brings and what acting costs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ContactPolicy:
    """Acting on somebody costs `cost_of_contact`; where the outcome would come, it brings `value_of_hit`. Both in one currency."""

    value_of_hit: float
    cost_of_contact: float

    def __post_init__(self) -> None:
        if self.value_of_hit <= 0 or self.cost_of_contact < 0:
            raise ValueError("a policy needs a value above zero and a cost that is not negative: correct seeds/propensity_policies.csv")

    @property
    def threshold(self) -> float:
        """Act where probability x value covers the cost; right for calibrated probabilities (Elkan 2001, eq. 2)."""
        return self.cost_of_contact / self.value_of_hit

    def net_value(self, hits: float, contacts: float) -> float:
        """What acting on `contacts` people brought, `hits` of whom had the outcome."""
        return hits * self.value_of_hit - contacts * self.cost_of_contact
