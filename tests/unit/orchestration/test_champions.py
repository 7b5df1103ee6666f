"""Who scores: promotion beyond noise only, never on rows that were learned from; rollbacks last; a dead process registers nothing."""

from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from orchestration.champions import (
    decide,
    judge,
    keep_champion,
    learned_until,
    note_training,
    propensity_provenance,
    serving_metrics,
    serving_model,
)
from orchestration.model_checks import newest_checks, read_check
from orchestration.model_records import Champion, Decision, RollbackError, StoredModel
from orchestration.model_store import ModelStore
from orchestration.paths import DBT_PROJECT
from orchestration.registry import release, roll_back, show_versions
from orchestration.retraining import Checkup, examine, replacement_reasons, training_reason
from orchestration.warehouse import Warehouse
from python_models.evaluation.compare import Comparison
from python_models.propensity.model import model_from_json
from python_models.propensity.score import score_propensity
from python_models.propensity.spec import PURCHASE_30D, BoostingParameters, PropensitySpec
from python_models.propensity.train import TrainingResult, train_propensity
from tests.unit.python_models.worlds import labelled_rows

LIMITS = {"confidence": 0.95, "maximum_age_days": 30.0, "maximum_auc_drop": 0.03, "maximum_ece": 0.2, "maximum_score_psi": 0.25}
SPEC = replace(
    PURCHASE_30D, minimum_train_cases=50, minimum_holdout_cases=20, boosting=(BoostingParameters(max_iterations=10, min_samples_leaf=20),)
)
NAME = SPEC.model_name
FIRST = date(2026, 11, 1)


def comparison(difference: float, low: float, high: float) -> Comparison:
    return Comparison(1_000, 500, 0.5, 0.5 + difference, difference, low, high, 0.7, 0.7)


BETTER, WORSE, NOISE = comparison(-0.02, -0.03, -0.01), comparison(0.02, 0.01, 0.03), comparison(-0.01, -0.02, 0.001)


@pytest.mark.parametrize(
    ("compared", "due", "promoted", "reason"),
    [
        (BETTER, [], True, "better beyond noise"),
        (NOISE, [], False, "within noise"),
        (NOISE, ["due after 30 days"], True, "due after 30 days, and not worse beyond noise"),
        (WORSE, ["due after 90 days"], False, "worse beyond noise"),
        (None, ["due after 90 days"], False, "no held-out rows"),
    ],
)
def test_a_challenger_takes_over_when_it_is_better_or_due(compared: Comparison | None, due: list[str], promoted: bool, reason: str) -> None:
    found = decide(compared, due)
    assert found[0] is promoted
    assert found[1].startswith(reason)


@pytest.mark.parametrize(
    ("age_days", "metrics", "drift", "reason"),
    [
        (29, {"ece": 0.2, "auc": 0.70}, 0.249, None),
        (30, {}, None, "due after 30 days"),
        (1, {"ece": 0.21}, 0.0, "the champion's calibration error is 0.210"),
        (1, {"ece": 0.0}, 0.25, "the champion's scores have drifted (PSI 0.250)"),
        (1, {"auc": 0.68}, 0.0, "the champion's AUC fell from 0.720 to 0.680"),
        # A fall of .05 that its own interval holds is chance.
        (1, {"auc": 0.691}, 0.0, None),
    ],
)
def test_a_champion_is_due_by_age_calibration_drift_or_a_lower_auc(
    age_days: int, metrics: dict[str, float], drift: float | None, reason: str | None
) -> None:
    champion = Champion("v", FIRST, FIRST, None)
    checkup = Checkup(champion, metrics=metrics, score_drift=drift, first_metrics={"auc": 0.72, "auc_low": 0.69})
    found = replacement_reasons(checkup, FIRST + timedelta(days=age_days), LIMITS)
    assert found == ([] if reason is None else [reason])


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return labelled_rows()


@pytest.fixture(scope="module")
def trained(rows: pd.DataFrame) -> TrainingResult:
    return train_propensity(rows, SPEC)


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(Warehouse(tmp_path), DBT_PROJECT / "models")


def later(rows: pd.DataFrame, days: int) -> pd.DataFrame:
    """The same people a few days later: all dates move with the clock."""
    return rows.assign(as_of_date=[day + timedelta(days=days) for day in rows["as_of_date"]])


def run(
    store: ModelStore, rows: pd.DataFrame, as_of_date: date, result: TrainingResult | None = None, limits: dict[str, float] | None = None
) -> Decision:
    """What the training asset does when it trains."""
    result, checkup = result or train_propensity(rows, SPEC), examine(store, SPEC, rows, as_of_date)
    decision = judge(store, SPEC, result, checkup, as_of_date, limits or LIMITS)
    content = result.model.to_json() if result.model else None
    stored = StoredModel(NAME, result.model_version, as_of_date, content, result.reason, result.metrics, ("2026-10-02",))
    store.save(stored, at(as_of_date), decision=decision, provenance=propensity_provenance(SPEC, result, rows))
    note_training(store, SPEC, checkup, at(as_of_date), "of a test")
    return decision


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).replace(tzinfo=None)


def statuses(store: ModelStore) -> dict[str, str]:
    return {row["as_of_date"].isoformat(): row["status"] for row in store.versions()}


def spoilt(result: TrainingResult) -> TrainingResult:
    """A model that turns its probabilities around, and what it would have said of the test dates."""
    assert result.model is not None
    calibration = replace(result.model.calibration, slope=-1.0, intercept=0.0)
    predictions = result.predictions.assign(probability=1 - result.predictions["probability"])
    return replace(result, model=replace(result.model, calibration=calibration), predictions=predictions, model_version="spoilt")


def test_the_first_model_serves_at_once(store: ModelStore, rows: pd.DataFrame, trained: TrainingResult) -> None:
    assert run(store, rows, FIRST, trained) == Decision(True, "the first model")
    assert serving_model(store, NAME, FIRST).model_version == trained.model_version
    [row] = store.versions()
    assert (row["status"], row["promoted_by"], row["learned_until_date"]) == ("champion", "run", learned_until(trained.split, 30))
    assert row["data_fingerprint"]
    assert row["parameters"]
    assert str(row["code_version"]).startswith(SPEC.code_version + "+")


def test_a_challenger_within_noise_waits_and_the_champion_scores(store: ModelStore, rows: pd.DataFrame, trained: TrainingResult) -> None:
    run(store, rows, FIRST, trained)
    decision = run(store, later(rows, 1), FIRST + timedelta(days=1))
    assert (decision.is_promoted, decision.reason.split(":")[0]) == (False, "within noise")
    assert statuses(store) == {"2026-11-02": "challenger", "2026-11-01": "champion"}
    assert serving_model(store, NAME, FIRST + timedelta(days=1)).model_version == trained.model_version


def test_a_champion_that_is_beaten_retires_and_a_worse_challenger_does_not_serve(
    store: ModelStore, rows: pd.DataFrame, trained: TrainingResult
) -> None:
    run(store, rows, FIRST, spoilt(trained))
    decision = run(store, later(rows, 1), FIRST + timedelta(days=1))
    assert decision.reason.startswith("better beyond noise")
    assert statuses(store) == {"2026-11-02": "champion", "2026-11-01": "retired"}
    worse = run(store, later(rows, 2), FIRST + timedelta(days=2), spoilt(train_propensity(later(rows, 2), SPEC)))
    assert worse.reason.startswith("worse beyond noise")


def test_both_are_judged_on_the_same_rows_and_the_champion_learned_none_of_them(
    store: ModelStore, rows: pd.DataFrame, trained: TrainingResult
) -> None:
    run(store, rows, FIRST, trained)
    tomorrow = later(rows, 1)
    result = train_propensity(tomorrow, SPEC)
    assert result.split is not None
    run(store, tomorrow, FIRST + timedelta(days=1), result)
    champion = serving_model(store, NAME, FIRST + timedelta(days=1))
    champion_model = model_from_json(champion.content or "")
    held_out = tomorrow[tomorrow["as_of_date"].isin(result.split.test)]
    scores = score_propensity(held_out, champion_model, SPEC, at(FIRST)).merge(
        held_out[["customer_id", "as_of_date", "has_purchase_30d"]], on=["customer_id", "as_of_date"]
    )
    chance = np.where(scores["has_purchase_30d"], scores["probability"], 1 - scores["probability"])
    figures = store.comparison(NAME, FIRST + timedelta(days=1))
    assert figures["row_count"] == len(held_out)
    assert figures["champion_log_loss"] == pytest.approx(-np.log(np.clip(chance, 1e-6, 1)).mean(), abs=2e-6)
    assert figures["challenger_auc"] == pytest.approx(result.metrics["test"]["auc"], abs=1e-6)
    learned = learned_until(trained.split, SPEC.horizon_days)
    assert learned is not None
    assert min(result.split.test) >= learned


def test_rows_that_the_champion_has_learned_from_judge_nobody(store: ModelStore, rows: pd.DataFrame, trained: TrainingResult) -> None:
    """The clock is turned back: what the challenger is tested on the champion has learned."""
    run(store, rows, FIRST, trained)
    past = later(rows, -90)
    result = train_propensity(past, SPEC)
    tomorrow = FIRST + timedelta(days=1)
    decision = judge(store, SPEC, result, examine(store, SPEC, past, tomorrow), tomorrow, LIMITS)
    assert decision.reason == "no held-out rows that the champion has not learned from"


def test_the_metrics_that_are_shown_are_the_champions_on_todays_test_dates(
    store: ModelStore, rows: pd.DataFrame, trained: TrainingResult
) -> None:
    run(store, rows, FIRST, trained)
    tomorrow = FIRST + timedelta(days=1)
    run(store, later(rows, 1), tomorrow)
    version, metrics = serving_metrics(store, NAME, tomorrow)
    assert version == trained.model_version
    assert metrics["test"]["auc"] == pytest.approx(store.comparison(NAME, tomorrow)["champion_auc"], abs=1e-6)
    assert metrics["test"]["is_trained"] == 1.0
    assert metrics["validation"] == trained.metrics["validation"]


def test_a_month_is_enough_when_the_challenger_is_not_worse(store: ModelStore, rows: pd.DataFrame, trained: TrainingResult) -> None:
    run(store, rows, FIRST, trained)
    assert run(store, later(rows, 30), FIRST + timedelta(days=30)).reason.startswith("due after 30 days")


def test_a_rerun_of_a_day_decides_as_the_first_run_did(store: ModelStore, rows: pd.DataFrame, trained: TrainingResult) -> None:
    def registry() -> list[dict[str, Any]]:
        return [{name: value for name, value in row.items() if name != "trained_at"} for row in store.versions()]

    run(store, rows, FIRST, spoilt(trained))
    second = FIRST + timedelta(days=1)
    decision = run(store, later(rows, 1), second)
    before = registry()
    assert run(store, later(rows, 1), second) == decision
    assert registry() == before


def test_another_run_of_the_same_date_replaces_what_the_first_decided(
    store: ModelStore, rows: pd.DataFrame, trained: TrainingResult
) -> None:
    run(store, rows, FIRST, trained)
    assert run(store, rows, FIRST, spoilt(trained)).reason == "the first model"
    assert {row["model_version"]: row["status"] for row in store.versions()} == {"spoilt": "champion", trained.model_version: "challenger"}


def test_below_the_floor_the_champion_goes_on(store: ModelStore, rows: pd.DataFrame, trained: TrainingResult) -> None:
    run(store, rows, FIRST, trained)
    tomorrow = FIRST + timedelta(days=1)
    thin = train_propensity(later(rows, 1), replace(SPEC, minimum_train_cases=10_000))
    assert run(store, later(rows, 1), tomorrow, thin).reason.startswith("no model: ")
    assert serving_model(store, NAME, tomorrow).model_version == trained.model_version


def test_below_the_floor_without_a_champion_nothing_serves_and_the_reason_is_kept(store: ModelStore, rows: pd.DataFrame) -> None:
    thin = train_propensity(rows, replace(SPEC, minimum_train_cases=10_000))
    run(store, rows, FIRST, thin)
    serving = serving_model(store, NAME, FIRST)
    assert serving.content is None
    assert serving.reason == thin.reason
    assert statuses(store) == {"2026-11-01": "challenger"}


def test_a_lost_file_of_a_champion_is_read_from_the_registry(
    store: ModelStore, rows: pd.DataFrame, trained: TrainingResult, tmp_path: Path
) -> None:
    run(store, rows, FIRST, trained)
    before = serving_model(store, NAME, FIRST)
    (store.folder(NAME, trained.model_version) / "model.json").unlink()
    assert serving_model(store, NAME, FIRST) == before


def damage(store: ModelStore, version: str) -> None:
    (store.folder(NAME, version) / "model.json").write_text("{}")
    assert isinstance(store.warehouse, Warehouse)
    with store.warehouse.connect() as connection:
        connection.execute("update ops.main.model_registry set content = 'x' where model_version = ?", [version])


def test_a_damaged_champion_is_replaced(store: ModelStore, rows: pd.DataFrame, trained: TrainingResult) -> None:
    run(store, rows, FIRST, trained)
    damage(store, trained.model_version)
    decision = run(store, later(rows, 1), FIRST + timedelta(days=1))
    assert decision.is_promoted
    assert "is not the file that was registered" in decision.reason


def test_a_damaged_champion_below_the_floor_leaves_no_scores_and_a_reason(
    store: ModelStore, rows: pd.DataFrame, trained: TrainingResult
) -> None:
    run(store, rows, FIRST, trained)
    damage(store, trained.model_version)
    tomorrow = FIRST + timedelta(days=1)
    run(store, later(rows, 1), tomorrow, train_propensity(later(rows, 1), replace(SPEC, minimum_train_cases=10_000)))
    serving = serving_model(store, NAME, tomorrow)
    assert serving.content is None
    assert serving.reason is not None
    assert "needed" in serving.reason


def test_a_champion_whose_features_are_gone_is_replaced(store: ModelStore, rows: pd.DataFrame, trained: TrainingResult) -> None:
    run(store, rows, FIRST, trained)
    assert trained.model is not None
    lost = trained.model.features[0]
    tomorrow = later(rows, 1).drop(columns=lost)
    result = train_propensity(tomorrow, replace(SPEC, features=tuple(name for name in SPEC.features if name != lost)))
    day = FIRST + timedelta(days=1)
    decision = judge(store, SPEC, result, examine(store, SPEC, tomorrow, day), day, LIMITS)
    assert decision.is_promoted
    assert decision.reason.endswith(f"its features are gone: {lost}")


def test_a_rollback_lasts_and_a_new_version_may_take_over(store: ModelStore, rows: pd.DataFrame, trained: TrainingResult) -> None:
    run(store, rows, FIRST, trained)
    day = FIRST + timedelta(days=30)
    second = train_propensity(later(rows, 30), SPEC)
    assert run(store, later(rows, 30), day, second).is_promoted
    assert store.roll_back(NAME) == (second.model_version, trained.model_version)
    assert serving_model(store, NAME, day).model_version == trained.model_version
    assert statuses(store) == {"2026-12-01": "retired", "2026-11-01": "champion"}
    # The rerun makes the same version again, and must not bring it back; the next day makes another, which is neither due nor better.
    assert run(store, later(rows, 30), day, second) == Decision(False, "this version was rolled back")
    assert statuses(store) == {"2026-12-01": "retired", "2026-11-01": "champion"}
    next_day = day + timedelta(days=1)
    assert run(store, later(rows, 31), next_day).reason.startswith("within noise")
    assert serving_model(store, NAME, next_day).model_version == trained.model_version
    month = day + timedelta(days=30)
    assert run(store, later(rows, 60), month).reason.startswith("due after 30 days")


def test_a_rollback_to_a_version_that_never_served(store: ModelStore, rows: pd.DataFrame, trained: TrainingResult) -> None:
    run(store, rows, FIRST, trained)
    day = FIRST + timedelta(days=1)
    challenger = train_propensity(later(rows, 1), SPEC)
    run(store, later(rows, 1), day, challenger)
    store.roll_back(NAME, challenger.model_version)
    assert serving_model(store, NAME, day).model_version == challenger.model_version
    (store.folder(NAME, challenger.model_version) / "model.json").unlink()
    # Chosen by a person it is kept in the store, and a rerun of its own date leaves it where it is.
    assert run(store, later(rows, 1), day, challenger).reason == "the same version serves already"
    assert serving_model(store, NAME, day).model_version == challenger.model_version
    # Explicitly named, what was rolled back may serve again.
    store.roll_back(NAME, trained.model_version)
    assert serving_model(store, NAME, day).model_version == trained.model_version


def test_impossible_rollbacks_say_why(store: ModelStore, rows: pd.DataFrame, trained: TrainingResult) -> None:
    with pytest.raises(RollbackError, match="no model purchase_30d is registered"):
        store.roll_back(NAME)
    run(store, rows, FIRST, trained)
    with pytest.raises(RollbackError, match="no earlier version"):
        store.roll_back(NAME)
    with pytest.raises(RollbackError, match="no trained version x is registered"):
        store.roll_back(NAME, "x")
    with pytest.raises(RollbackError, match="serves already"):
        store.roll_back(NAME, trained.model_version)
    with pytest.raises(RollbackError, match="no model customer_cluster is registered"):
        roll_back(store.warehouse, store.models_dir, "customer_cluster", None)
    with pytest.raises(RollbackError, match="identity_links is fitted to the people of today"):
        roll_back(store.warehouse, store.models_dir, "identity_links", None)
    with pytest.raises(RollbackError, match="purchase_30d needs no release"):
        release(store.warehouse, store.models_dir, NAME)
    with pytest.raises(RollbackError, match="no version of customer_clusters is held by a person"):
        release(store.warehouse, store.models_dir, "customer_clusters")


def test_the_list_shows_who_scores_and_why(store: ModelStore, rows: pd.DataFrame, trained: TrainingResult) -> None:
    def listed() -> str:
        console = Console(file=StringIO(), width=200)
        show_versions(store.warehouse, store.models_dir, console)
        assert isinstance(console.file, StringIO)
        return console.file.getvalue()

    run(store, rows, FIRST, spoilt(trained))
    run(store, later(rows, 1), FIRST + timedelta(days=1))
    assert "better beyond noise" in listed()
    roll_back(store.warehouse, store.models_dir, NAME, None)
    *lines, check = (line for line in listed().splitlines() if NAME in line)
    assert "of a test" in check
    assert ["rolled back" in line for line in lines] == [True, False]
    assert ["champion" in line for line in lines] == [False, True]


def test_a_data_folder_without_a_warehouse_is_not_made_by_looking(tmp_path: Path) -> None:
    empty = Warehouse(tmp_path / "mistyped")
    with pytest.raises(FileNotFoundError, match="no warehouse in"):
        show_versions(empty, DBT_PROJECT / "models", Console(file=StringIO()))
    assert not empty.data_dir.exists()


def test_a_process_that_dies_before_the_registration_has_registered_nothing(
    store: ModelStore, rows: pd.DataFrame, trained: TrainingResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(store, rows, FIRST, spoilt(trained))
    before = store.versions()

    def die(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Warehouse, "replace_ops_rows", die)
        with pytest.raises(KeyboardInterrupt):
            run(store, later(rows, 1), FIRST + timedelta(days=1))
    assert store.versions() == before
    assert serving_model(store, NAME, FIRST).model_version == "spoilt"
    assert run(store, later(rows, 1), FIRST + timedelta(days=1)).is_promoted


def test_a_model_that_every_run_fits_anew_serves_from_its_own_run(store: ModelStore) -> None:
    for day, content in ((FIRST, "{}"), (FIRST + timedelta(days=1), "{}")):
        store.save(StoredModel("clusters", f"v{day}", day, content, None, {}), at(day))
    assert statuses(store) == {"2026-11-02": "champion", "2026-11-01": "retired"}
    thin = FIRST + timedelta(days=2)
    store.save(StoredModel("clusters", "thin", thin, None, "too thin", {}), at(thin))
    assert statuses(store) == {"2026-11-03": "challenger", "2026-11-02": "retired", "2026-11-01": "retired"}


def test_a_model_that_every_run_fits_anew_keeps_what_it_was_rolled_back_to_until_it_is_released(store: ModelStore) -> None:
    days = [FIRST + timedelta(days=number) for number in range(5)]

    def fit(day: date, content: str | None = "{}") -> str:
        """What the asset of such a model does; the version that scores."""
        store.save(StoredModel("clusters", f"v{day.day}", day, content, None if content else "too thin", {}), at(day))
        return store.load_serving("clusters", day).model_version

    assert [fit(day) for day in days[:2]] == ["v1", "v2"]
    assert roll_back(store.warehouse, store.models_dir, "clusters", None) == ("v2", "v1")
    assert store.load_serving("clusters", days[1]).model_version == "v1"
    # Neither a rerun nor the next day changes that, nor a day that is too thin for a model of its own.
    assert [fit(days[1]), fit(days[2]), fit(days[3], None)] == ["v1", "v1", "v1"]
    assert {row["model_version"]: row["status"] for row in store.versions()} == {
        "v4": "challenger",
        "v3": "challenger",
        "v2": "retired",
        "v1": "champion",
    }
    assert next(row["decision"] for row in store.versions() if row["model_version"] == "v3") == "v1 serves until it is released"
    assert release(store.warehouse, store.models_dir, "clusters") == "v1"
    assert fit(days[4]) == "v5"
    assert statuses(store)["2026-11-05"] == "champion"


def test_the_parameters_are_kept_as_they_were(store: ModelStore, rows: pd.DataFrame, trained: TrainingResult) -> None:
    provenance = propensity_provenance(SPEC, trained, rows)
    assert provenance.parameters == asdict(SPEC)
    shuffled = rows.sample(frac=1, random_state=4)
    assert propensity_provenance(SPEC, trained, shuffled).data_fingerprint == provenance.data_fingerprint
    changed = rows.assign(order_count_30d=rows["order_count_30d"] + 1)
    assert propensity_provenance(SPEC, trained, changed).data_fingerprint != provenance.data_fingerprint


def keep_or_train(store: ModelStore, rows: pd.DataFrame, as_of_date: date, spec: PropensitySpec = SPEC) -> str | None:
    """What the training asset does: the reason why it trained, None where the champion was kept."""
    checkup = examine(store, spec, rows, as_of_date)
    reason = training_reason(store, spec, checkup, as_of_date, LIMITS)
    if reason is None:
        keep_champion(store, spec, checkup, at(as_of_date), LIMITS)
    else:
        run(store, rows, as_of_date)
    return reason


def test_a_champion_is_left_alone_for_a_month(store: ModelStore, rows: pd.DataFrame, trained: TrainingResult) -> None:
    assert keep_or_train(store, rows, FIRST) == "nothing served before"
    for days in (1, 29):
        assert keep_or_train(store, later(rows, days), FIRST + timedelta(days=days)) is None
        assert serving_model(store, NAME, FIRST + timedelta(days=days)).model_version == trained.model_version
    assert len(store.versions()) == 1
    assert keep_or_train(store, later(rows, 30), FIRST + timedelta(days=30)) == "due after 30 days"
    assert statuses(store) == {"2026-12-01": "champion", "2026-11-01": "retired"}


def test_a_kept_champion_is_judged_on_todays_test_dates(store: ModelStore, rows: pd.DataFrame, trained: TrainingResult) -> None:
    run(store, rows, FIRST, trained)
    tomorrow = FIRST + timedelta(days=1)
    # Fewer people: other figures than those of the training.
    assert keep_or_train(store, later(rows[rows["sample_bucket"] < 60], 1), tomorrow) is None
    check = read_check(store, NAME, tomorrow)
    assert check is not None
    assert (check.incumbent, check.is_trained, check.reason) == (trained.model_version, False, "1 of 30 days old, and within its limits")
    split = train_propensity(later(rows, 1), SPEC).split
    assert split is not None
    assert check.test_dates == tuple(day.isoformat() for day in split.test)
    assert check.score_drift is not None
    version, metrics = serving_metrics(store, NAME, tomorrow)
    assert (version, metrics["test"]) == (trained.model_version, {**check.metrics, "is_trained": 1.0})
    assert metrics["test"]["auc"] != trained.metrics["test"]["auc"]
    assert [each.model_name for each in newest_checks(store)] == [NAME]


def test_what_an_earlier_run_of_a_date_promoted_ends_when_a_later_one_keeps_the_champion(
    store: ModelStore, rows: pd.DataFrame, trained: TrainingResult
) -> None:
    run(store, rows, FIRST, trained)
    month = FIRST + timedelta(days=29)
    always = {**LIMITS, "maximum_age_days": 1.0}
    assert run(store, later(rows, 29), month, limits=always).is_promoted
    assert serving_model(store, NAME, month).model_version != trained.model_version
    assert keep_or_train(store, later(rows, 29), month) is None
    assert serving_model(store, NAME, month).model_version == trained.model_version
    assert statuses(store) == {"2026-11-30": "challenger", "2026-11-01": "champion"}


@pytest.mark.parametrize("changed", [{"code_version": "other"}, {"max_training_rows": 1_000}])
def test_new_code_or_parameters_are_tried(store: ModelStore, rows: pd.DataFrame, trained: TrainingResult, changed: dict[str, Any]) -> None:
    run(store, rows, FIRST, trained)
    assert keep_or_train(store, later(rows, 1), FIRST + timedelta(days=1), replace(SPEC, **changed)) == "its code or parameters changed"


def test_a_model_that_turned_bad_is_challenged_at_once(store: ModelStore, rows: pd.DataFrame, trained: TrainingResult) -> None:
    run(store, rows, FIRST, spoilt(trained))
    reason = keep_or_train(store, later(rows, 1), FIRST + timedelta(days=1))
    assert reason is not None
    assert reason.startswith("the champion's ")
    assert statuses(store) == {"2026-11-02": "champion", "2026-11-01": "retired"}


def test_a_damaged_champion_is_a_reason_to_train(store: ModelStore, rows: pd.DataFrame, trained: TrainingResult) -> None:
    run(store, rows, FIRST, trained)
    damage(store, trained.model_version)
    reason = keep_or_train(store, later(rows, 1), FIRST + timedelta(days=1))
    assert str(reason).startswith("the champion can no longer score: ")
    assert serving_model(store, NAME, FIRST + timedelta(days=1)).as_of_date == FIRST + timedelta(days=1)


def test_a_young_shop_trains_until_a_model_serves(store: ModelStore, rows: pd.DataFrame) -> None:
    thin = train_propensity(rows, replace(SPEC, minimum_train_cases=10_000))
    run(store, rows, FIRST, thin)
    assert keep_or_train(store, later(rows, 1), FIRST + timedelta(days=1)) == "nothing served before"
