"""Models that are fitted anew by every run, in one of several ways: when all are compared, and when only the one that serves is fitted.

Comparing costs many times what fitting costs, and the better way does not change from day to day. The answer is a function of the data and
of what was registered for earlier dates, so that a rerun of a day does what the first run did.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, Protocol, TypeVar

from orchestration.model_checks import ModelCheck
from orchestration.model_records import ChosenWay, Provenance, chosen_way, full_code_version
from orchestration.model_store import ModelStore
from orchestration.retraining import why_not_yet


class ChoosingSpec(Protocol):
    """Settings of a model that chooses between ways to be fitted."""

    @property
    def model_name(self) -> str: ...

    @property
    def code_version(self) -> str: ...


class ChosenFit(Protocol):
    """A fit that says by which way it was made; none where no way served, only what needs no model."""

    @property
    def way(self) -> str | None: ...


Fit = TypeVar("Fit", bound=ChosenFit)


@dataclass(frozen=True)
class WayFit(Generic[Fit]):
    """The fit, the date on which all ways were compared last, and what to keep of it."""

    fit: Fit
    compared_date: date
    check: ModelCheck
    provenance: Provenance


def fit_way(
    store: ModelStore,
    spec: ChoosingSpec,
    as_of_date: date,
    limits: Mapping[str, float],
    demanded: str | None,
    train: Callable[[str | None, str | None], Fit],
) -> WayFit[Fit]:
    """Compare all ways when that is due, `demanded`, or when the incumbent alone would no longer serve; else fit the incumbent only.

    `train` takes the only way to fit (None: compare all) and the incumbent. limits: of seed `monitoring_limits`, check `champion`.
    """
    chosen = store.way_before(spec.model_name, as_of_date)
    incumbent = chosen.way if chosen else None
    due = demanded or comparison_reason(chosen, spec.code_version, as_of_date, limits)
    if due is None and chosen is not None and chosen.compared_date is not None:
        fit = train(incumbent, incumbent)
        if fit.way == incumbent:
            why = why_not_yet(chosen.compared_date, as_of_date, limits)
            return _way_fit(fit, spec, chosen.compared_date, ModelCheck(spec.model_name, as_of_date, incumbent, False, why))
        due = f"{incumbent} would no longer serve on its own"
    check = ModelCheck(spec.model_name, as_of_date, incumbent, True, due or "")
    return _way_fit(train(None, incumbent), spec, as_of_date, check)


def comparison_reason(chosen: ChosenWay | None, code_version: str, as_of_date: date, limits: Mapping[str, float]) -> str | None:
    """Why all ways are compared in the run of this date; None when they are not."""
    if chosen is None or chosen.way is None or chosen.compared_date is None:
        return "no way served before"
    if chosen.code_version != full_code_version(code_version):
        return "its code changed"
    days = (as_of_date - chosen.compared_date).days
    return f"due after {days} days" if days >= limits["maximum_age_days"] else None


def _way_fit(fit: Fit, spec: ChoosingSpec, compared_date: date, check: ModelCheck) -> WayFit[Fit]:
    return WayFit(fit, compared_date, check, chosen_way(spec.code_version, fit.way, compared_date))
