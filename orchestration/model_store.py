"""Trained models on disk and in the registry: content-addressed folders, digests checked before anything is read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from orchestration.atomic_files import write_whole
from orchestration.source_tables import read_source_tables
from orchestration.table_store import TableStore

Metrics = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class StoredModel:
    """A registered version; `content` is the model as JSON, None when the data was below the floor."""

    model_name: str
    model_version: str
    as_of_date: date
    content: str | None
    reason: str | None
    metrics: Metrics
    test_dates: tuple[str, ...] = ()


@dataclass(frozen=True)
class ModelStore:
    """Models of one data folder."""

    warehouse: TableStore
    models_dir: Path

    def folder(self, model_name: str, model_version: str) -> Path:
        return self.warehouse.data_dir / "artifacts" / "models" / model_name / model_version

    def save(self, model: StoredModel, as_of_at: datetime, keep_content: bool = False) -> Path:
        """Write the files first, then register them: a registered model is always complete."""
        folder = self.folder(model.model_name, model.model_version)
        stored = {"model": model.content, "reason": model.reason, "metrics": model.metrics, "test_dates": model.test_dates}
        text = json.dumps(stored, sort_keys=True)
        file = folder / "model.json"
        write_whole(file, text)
        row: dict[str, Any] = {
            "model_name": model.model_name,
            "model_version": model.model_version,
            "as_of_date": model.as_of_date,
            "as_of_at": as_of_at,
            "is_trained": model.content is not None,
            "reason": model.reason,
            "artifact_path": str(file.relative_to(self.warehouse.data_dir)),
            "artifact_sha256": hashlib.sha256(text.encode()).hexdigest(),
            "content": model.content if keep_content else None,
            "trained_at": datetime.now(UTC).replace(tzinfo=None),
        }
        table = read_source_tables(self.models_dir, "ops")["model_registry"]
        same = {name: row[name] for name in ("model_name", "model_version", "as_of_date")}
        self.warehouse.replace_ops_rows(table, pd.DataFrame([row]), same)
        return folder

    def load(self, model_name: str, as_of_date: date) -> StoredModel:
        """The version that the run of this as-of date trained last."""
        registered = self._registered(
            "model_name = ? and as_of_date = ? order by trained_at desc, model_version limit 1", [model_name, as_of_date]
        )
        if registered is None:
            raise LookupError(f"no {model_name} was trained for {as_of_date}: materialise its training asset first")
        file = self.warehouse.data_dir / registered["artifact_path"]
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        if hashlib.sha256(text.encode()).hexdigest() != registered["artifact_sha256"]:
            raise ValueError(f"{file} is not the file that was registered: train {model_name} again")
        stored = json.loads(text)
        return StoredModel(
            model_name,
            registered["model_version"],
            as_of_date,
            stored["model"],
            stored["reason"],
            stored["metrics"],
            tuple(stored["test_dates"]),
        )

    def previous_content(self, model_name: str, before: date) -> str | None:
        """The newest model of an earlier as-of date, so that a rerun of today finds the same predecessor."""
        registered = self._registered(
            "model_name = ? and as_of_date < ? and content is not null order by as_of_date desc, trained_at desc, model_version limit 1",
            [model_name, before],
        )
        return None if registered is None else str(registered["content"])

    def _registered(self, condition: str, parameters: list[Any]) -> dict[str, Any] | None:
        rows = self.warehouse.ops_rows(read_source_tables(self.models_dir, "ops")["model_registry"], condition, parameters)
        return rows[0] if rows else None
