"""What a run found out about the model that served before it: how good it still is, and why a new one was trained, or none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import pandas as pd

from orchestration.model_store import ModelStore
from orchestration.source_tables import SourceTable, read_source_tables


@dataclass(frozen=True)
class ModelCheck:
    """`incumbent`: the version, or of a model that chooses between ways to be fitted the way, that served before; none at first.

    reason: why it was trained (compared) anew, or why not. metrics, score_drift: of the incumbent on `test_dates`, whose outcomes it has
    not learned from; empty where there were none.
    """

    model_name: str
    as_of_date: date
    incumbent: str | None
    is_trained: bool
    reason: str
    metrics: Mapping[str, float] = field(default_factory=dict)
    score_drift: float | None = None
    test_dates: tuple[str, ...] = ()


def save_check(store: ModelStore, check: ModelCheck, as_of_at: datetime) -> None:
    """Keep what the run of this date found; a rerun replaces it."""
    table = _table(store)
    row = {
        "model_name": check.model_name,
        "as_of_date": check.as_of_date,
        "as_of_at": as_of_at,
        "incumbent": check.incumbent,
        "is_trained": check.is_trained,
        "reason": check.reason,
        "metrics": json.dumps(dict(check.metrics), sort_keys=True),
        "score_drift": check.score_drift,
        "test_dates": json.dumps(check.test_dates),
    }
    frame = pd.DataFrame([row], columns=list(table.column_names), dtype=object)
    same = {"model_name": check.model_name, "as_of_date": check.as_of_date}
    store.warehouse.replace_ops_rows(table, frame.where(frame.notna(), None), same)


def read_check(store: ModelStore, model_name: str, as_of_date: date) -> ModelCheck | None:
    """What the run of this date found; None when none has looked."""
    rows = store.warehouse.ops_rows(_table(store), "model_name = ? and as_of_date = ?", [model_name, as_of_date])
    return _check(rows[0]) if rows else None


def newest_checks(store: ModelStore) -> list[ModelCheck]:
    """Of every model what was found last, by name."""
    checks = [_check(row) for row in store.warehouse.ops_rows(_table(store), "1 = 1")]
    newest = {check.model_name: check for check in sorted(checks, key=lambda check: check.as_of_date)}
    return [newest[name] for name in sorted(newest)]


def _check(row: Mapping[str, object]) -> ModelCheck:
    as_of_date = row["as_of_date"]
    assert isinstance(as_of_date, date)
    return ModelCheck(
        str(row["model_name"]),
        as_of_date,
        None if row["incumbent"] is None else str(row["incumbent"]),
        bool(row["is_trained"]),
        str(row["reason"]),
        json.loads(str(row["metrics"])),
        None if row["score_drift"] is None else float(str(row["score_drift"])),
        tuple(json.loads(str(row["test_dates"]))),
    )


def _table(store: ModelStore) -> SourceTable:
    return read_source_tables(store.models_dir, "ops")["model_checks"]
