"""Models on disk: registered after they are complete, never loaded when the file is not the registered one."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from orchestration.model_records import ChosenWay, StoredModel, chosen_way, full_code_version
from orchestration.model_store import ModelStore
from orchestration.paths import DBT_PROJECT
from orchestration.warehouse import Warehouse

TODAY, YESTERDAY = date(2026, 11, 1), date(2026, 10, 31)
AS_OF_AT = datetime(2026, 11, 1, tzinfo=UTC).replace(tzinfo=None)


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(Warehouse(tmp_path), DBT_PROJECT / "models")


def model(as_of_date: date = TODAY, version: str = "v1", content: str | None = '{"k": 5}') -> StoredModel:
    return StoredModel("clusters", version, as_of_date, content, None if content else "too thin", {"test": {"auc": 0.7}}, ("2026-10-02",))


def test_a_saved_model_comes_back(store: ModelStore) -> None:
    store.save(model(), AS_OF_AT)
    assert store.load("clusters", TODAY) == model()


def test_a_model_below_the_floor_comes_back_with_its_reason(store: ModelStore) -> None:
    store.save(model(content=None), AS_OF_AT)
    assert store.load("clusters", TODAY).reason == "too thin"


def test_saving_twice_registers_once(store: ModelStore) -> None:
    for _ in range(2):
        store.save(model(), AS_OF_AT)
    assert store.warehouse.value("select count(*) from ops.main.model_registry") == 1


def test_a_changed_file_is_not_loaded(store: ModelStore) -> None:
    folder = store.save(model(), AS_OF_AT)
    (folder / "model.json").write_text('{"model": "something else"}')
    with pytest.raises(ValueError, match="train clusters again"):
        store.load("clusters", TODAY)


def test_a_missing_file_is_not_loaded(store: ModelStore) -> None:
    folder = store.save(model(), AS_OF_AT)
    (folder / "model.json").unlink()
    with pytest.raises(ValueError, match="train clusters again"):
        store.load("clusters", TODAY)


def test_no_model_says_what_to_do(store: ModelStore) -> None:
    with pytest.raises(LookupError, match="materialise its training asset first"):
        store.load("clusters", TODAY)


def test_the_predecessor_is_the_newest_of_an_earlier_date(store: ModelStore) -> None:
    assert store.previous_content("clusters", TODAY) is None
    for as_of_date, content in ((date(2026, 10, 1), "old"), (YESTERDAY, "yesterday"), (TODAY, "today")):
        store.save(model(as_of_date, f"v-{as_of_date}", content), AS_OF_AT, keep_content=True)
    assert store.previous_content("clusters", TODAY) == "yesterday"
    assert store.previous_content("clusters", YESTERDAY) == "old"


def test_the_predecessor_needs_no_file(store: ModelStore, tmp_path: Path) -> None:
    folder = store.save(model(YESTERDAY), AS_OF_AT, keep_content=True)
    (folder / "model.json").unlink()
    assert store.previous_content("clusters", TODAY) == '{"k": 5}'


def test_the_way_to_challenge_is_that_of_an_earlier_date(store: ModelStore) -> None:
    assert store.way_before("clusters", TODAY) is None
    compared = TODAY - timedelta(days=2)
    for days, way in ((2, "ease"), (1, "svd"), (0, "cosine")):
        day = TODAY - timedelta(days=days)
        store.save(model(day, f"v{days}"), datetime.combine(day, time()), provenance=chosen_way("1", way, compared))
    store.save(model(YESTERDAY, "none", None), datetime.combine(TODAY, time()), provenance=chosen_way("1", None, YESTERDAY))
    found = store.way_before("clusters", TODAY)
    assert found == ChosenWay("svd", compared, full_code_version("1")), "a run of the same date decides as the first one did"
    tomorrow = store.way_before("clusters", TODAY + timedelta(days=1))
    assert tomorrow is not None
    assert tomorrow.way == "cosine"
