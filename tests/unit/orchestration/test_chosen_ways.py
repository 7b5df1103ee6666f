"""All ways to fit a model are compared once a month, and at once when the one that serves would not; else it alone is fitted."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from orchestration.chosen_ways import WayFit, fit_way
from orchestration.model_checks import read_check, save_check
from orchestration.model_records import StoredModel
from orchestration.model_store import ModelStore
from orchestration.paths import DBT_PROJECT
from orchestration.warehouse import Warehouse

FIRST = date(2026, 11, 1)
LIMITS = {"maximum_age_days": 30.0}


@dataclass(frozen=True)
class Spec:
    model_name: str = "recommender"
    code_version: str = "1"


@dataclass(frozen=True)
class Fit:
    way: str | None


@dataclass
class Trainer:
    """Finds one way best when it compares all; what it was asked for is remembered."""

    best: str | None = "ease"
    alone: str | None = "ease"

    def __post_init__(self) -> None:
        self.asked: list[tuple[str | None, str | None]] = []

    def __call__(self, only: str | None, incumbent: str | None) -> Fit:
        self.asked.append((only, incumbent))
        return Fit(self.best if only is None else self.alone)


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(Warehouse(tmp_path), DBT_PROJECT / "models")


def run(store: ModelStore, day: date, trainer: Trainer, spec: Spec = Spec(), demanded: str | None = None) -> WayFit[Fit]:
    """What a training asset does."""
    found = fit_way(store, spec, day, LIMITS, demanded, trainer)
    content = None if found.fit.way is None else found.fit.way
    store.save(StoredModel(spec.model_name, f"v{day}", day, content, None, {}), datetime.combine(day, time()), provenance=found.provenance)
    save_check(store, found.check, datetime.combine(day, time()))
    return found


def test_all_are_compared_at_first_and_then_the_one_that_serves_is_fitted_alone_for_a_month(store: ModelStore) -> None:
    trainer = Trainer()
    for days in (0, 1, 29, 30, 31):
        run(store, FIRST + timedelta(days=days), trainer)
    assert trainer.asked == [(None, None), ("ease", "ease"), ("ease", "ease"), (None, "ease"), ("ease", "ease")]
    reasons = []
    for days in (0, 1, 30, 31):
        check = read_check(store, Spec.model_name, FIRST + timedelta(days=days))
        assert check is not None
        reasons.append((check.incumbent, check.is_trained, check.reason))
    assert reasons == [
        (None, True, "no way served before"),
        ("ease", False, "1 of 30 days old, and within its limits"),
        ("ease", True, "due after 30 days"),
        ("ease", False, "1 of 30 days old, and within its limits"),
    ]


def test_one_that_would_not_serve_alone_is_challenged_by_all(store: ModelStore) -> None:
    run(store, FIRST, Trainer())
    trainer = Trainer(best="svd", alone="most_popular")
    found = run(store, FIRST + timedelta(days=1), trainer)
    assert trainer.asked == [("ease", "ease"), (None, "ease")]
    assert (found.fit.way, found.compared_date) == ("svd", FIRST + timedelta(days=1))
    assert found.check.reason == "ease would no longer serve on its own"


def test_a_rerun_of_a_day_does_what_the_first_run_did(store: ModelStore) -> None:
    for day in (FIRST, FIRST + timedelta(days=1)):
        first, again = Trainer(), Trainer()
        assert run(store, day, first) == run(store, day, again)
        assert first.asked == again.asked


def test_new_code_and_somebody_who_asks_are_reasons(store: ModelStore) -> None:
    run(store, FIRST, Trainer())
    tomorrow = FIRST + timedelta(days=1)
    assert run(store, tomorrow, Trainer(), Spec(code_version="2")).check.reason == "its code changed"
    assert run(store, tomorrow, Trainer(), demanded="it was asked for").check.reason == "it was asked for"


def test_where_no_way_serves_every_run_looks_for_one(store: ModelStore) -> None:
    nothing = Trainer(best=None)
    run(store, FIRST, nothing)
    run(store, FIRST + timedelta(days=1), nothing)
    assert nothing.asked == [(None, None), (None, None)]
