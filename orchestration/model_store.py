"""Trained models on disk and in the registry: content-addressed folders, digests checked before anything is read.

Which version serves is written in the registry too. A model that is fitted anew by every run serves from its own run; one with a
champion is registered together with the decision of `orchestration.champions`. Every change replaces the rows of the model in one
transaction, after the files: whoever dies before it has registered nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from orchestration.atomic_files import write_whole
from orchestration.model_records import (
    BY_PERSON,
    BY_RUN,
    CHALLENGER,
    CHAMPION,
    COMPARED,
    FITTED_ANEW,
    RETIRED,
    UNKNOWN,
    WAY,
    Champion,
    ChosenWay,
    DamagedModelError,
    Decision,
    Provenance,
    RollbackError,
    Row,
    StoredModel,
    as_json,
    file_text,
    full_code_version,
    held_version,
    in_time,
    is_same,
    kept_text,
    latest_champion,
    next_number,
    text_digest,
)
from orchestration.source_tables import SourceTable, read_source_tables
from orchestration.table_store import TableStore


@dataclass(frozen=True)
class ModelStore:
    """Models of one data folder."""

    warehouse: TableStore
    models_dir: Path

    @property
    def table(self) -> SourceTable:
        return read_source_tables(self.models_dir, "ops")["model_registry"]

    def folder(self, model_name: str, model_version: str) -> Path:
        return self.warehouse.data_dir / "artifacts" / "models" / model_name / model_version

    def save(
        self,
        model: StoredModel,
        as_of_at: datetime,
        keep_content: bool = False,
        decision: Decision | None = None,
        provenance: Provenance = UNKNOWN,
    ) -> Path:
        """Write the file first, then register it: a registered model is always complete.

        Without a decision it serves from this run on, unless a person has rolled the model back to a version and not released it since.
        """
        folder = self.folder(model.model_name, model.model_version)
        text = file_text(model)
        file = folder / "model.json"
        write_whole(file, text)
        registered = self._rows(model.model_name)
        held = None if decision else held_version(registered, model.as_of_date)
        serves = model.content is not None and held is None and (decision is None or decision.is_promoted)
        row: Row = {
            "model_name": model.model_name,
            "model_version": model.model_version,
            "as_of_date": model.as_of_date,
            "as_of_at": as_of_at,
            "is_trained": model.content is not None,
            "reason": model.reason,
            "artifact_path": str(file.relative_to(self.warehouse.data_dir)),
            "artifact_sha256": text_digest(text),
            # A champion cannot be trained again from the data of a later day, so that the store that is backed up keeps it.
            "content": model.content if keep_content or (decision and serves) else None,
            "trained_at": datetime.now(UTC).replace(tzinfo=None),
            "data_fingerprint": provenance.data_fingerprint,
            "code_version": full_code_version(provenance.code_version) if provenance.code_version else None,
            "parameters": as_json(provenance.parameters),
            "metrics": as_json(model.metrics),
            "test_dates": as_json(model.test_dates),
            "learned_until_date": provenance.learned_until_date,
            "status": CHALLENGER,
            "decision": decision.reason if decision else f"{held} serves until it is released" if held else FITTED_ANEW,
            "comparison": as_json(decision.comparison) if decision else None,
            "promoted_date": None,
            "promotion_number": None,
            "promoted_by": None,
            "rolled_back_at": None,
        }
        replaced = f"replaced by {model.model_version}, a later run of the same date"
        rows = [self._without_decision(other, model.as_of_date, replaced) for other in registered if not is_same(row, other)]
        before = next((other for other in registered if is_same(row, other)), {})
        row["rolled_back_at"] = before.get("rolled_back_at")
        if before.get("promoted_by") == BY_PERSON or row["rolled_back_at"] is not None:
            row |= {name: before[name] for name in ("promoted_date", "promotion_number", "promoted_by")}
            row["content"] = before["content"]
        elif serves:
            row |= {"promoted_date": model.as_of_date, "promotion_number": next_number(rows), "promoted_by": BY_RUN}
        self._replace(model.model_name, [*rows, row], somebody_serves=decision is not None or held is not None or serves)
        return folder

    def load(self, model_name: str, as_of_date: date) -> StoredModel:
        """The version that the run of this as-of date trained last."""
        rows = [row for row in self._rows(model_name) if row["as_of_date"] == as_of_date]
        if not rows:
            raise LookupError(f"no {model_name} was trained for {as_of_date}: materialise its training asset first")
        return self._read(max(rows, key=lambda row: (row["trained_at"], row["model_version"])))

    def load_version(self, model_name: str, model_version: str, as_of_date: date) -> StoredModel:
        """One registered version."""
        for row in self._rows(model_name):
            if (row["model_version"], row["as_of_date"]) == (model_version, as_of_date):
                return self._read(row)
        raise LookupError(f"no version {model_version} of {model_name} is registered for {as_of_date}")

    def load_serving(self, model_name: str, as_of_date: date) -> StoredModel:
        """Of a model that every run fits anew: what the run of this date fitted, or the version that a person rolled back to."""
        rows = self._rows(model_name)
        held = held_version(rows, as_of_date)
        if held is None:
            return self.load(model_name, as_of_date)
        return self._read(max((row for row in rows if row["model_version"] == held), key=in_time))

    def is_held(self, model_name: str, as_of_date: date) -> bool:
        """Whether a person rolled back to the version that serves."""
        return held_version(self._rows(model_name), as_of_date) is not None

    def champion_before(self, model_name: str, as_of_date: date) -> Champion | None:
        """The version that serves when the run of this date begins: what the run itself has promoted before does not count."""
        rows = self._rows(model_name)
        return latest_champion([row for row in rows if row.get("promoted_by") == BY_PERSON or row["as_of_date"] < as_of_date], as_of_date)

    def champion_at(self, model_name: str, as_of_date: date) -> Champion | None:
        """The version that serves on this date."""
        return latest_champion(self._rows(model_name), as_of_date)

    def is_rolled_back(self, model_name: str, model_version: str) -> bool:
        """Whether somebody took this version out of service."""
        return any(row["model_version"] == model_version and row.get("rolled_back_at") is not None for row in self._rows(model_name))

    def comparison(self, model_name: str, as_of_date: date) -> dict[str, Any]:
        """How the version that the run of this date trained last compares with the champion; empty when it was not compared."""
        rows = [row for row in self._rows(model_name) if row["as_of_date"] == as_of_date]
        latest = max(rows, key=lambda row: (row["trained_at"], row["model_version"]), default={})
        return dict(json.loads(latest.get("comparison") or "{}"))

    def roll_back(self, model_name: str, to_version: str | None = None) -> tuple[str, str]:
        """Make an earlier version the champion; returns (version taken out, version that serves now).

        The version that served is never promoted again by a run. Without `to_version` it is the champion before it that returns. The
        moment counts by the clock of the data: the newest date that a run has registered.
        """
        rows = self._rows(model_name)
        if not rows:
            raise RollbackError(f"no model {model_name} is registered")
        newest = max(row["as_of_date"] for row in rows)
        current = latest_champion(rows, newest)
        if current is None:
            raise RollbackError(f"no version of {model_name} serves")
        target = self._rollback_target(rows, current, to_version, newest)
        stored = self._read(target)
        for row in rows:
            if row["model_version"] == current.model_version:
                row["rolled_back_at"] = datetime.now(UTC).replace(tzinfo=None)
        target |= {
            "content": stored.content,
            "promoted_date": newest,
            "promotion_number": next_number(rows),
            "promoted_by": BY_PERSON,
            "rolled_back_at": None,
        }
        self._replace(model_name, rows)
        return current.model_version, str(target["model_version"])

    def release(self, model_name: str) -> str:
        """Let runs choose again after a rollback of a model that they fit anew; returns the version that was held."""
        rows = self._rows(model_name)
        held = held_version(rows, max((row["as_of_date"] for row in rows), default=date.min))
        if held is None:
            raise RollbackError(f"no version of {model_name} is held by a person")
        for row in rows:
            row["rolled_back_at"] = None
            row["promoted_by"] = BY_RUN if row.get("promoted_by") == BY_PERSON else row.get("promoted_by")
        self._replace(model_name, rows)
        return held

    def versions(self) -> list[Row]:
        """Every registered version, the newest first."""
        rows = self.warehouse.ops_rows(self.table, "1 = 1")
        return sorted(rows, key=lambda row: (row["model_name"], -row["as_of_date"].toordinal(), row["model_version"]))

    def previous_content(self, model_name: str, before: date) -> str | None:
        """The newest model of an earlier as-of date, so that a rerun of today finds the same predecessor."""
        rows = [row for row in self._rows(model_name) if row["as_of_date"] < before and row["content"] is not None]
        # Of one date the last that was trained; of the same moment the first name, so that there is an order in any case.
        newest = min(
            rows, key=lambda row: (-row["as_of_date"].toordinal(), -row["trained_at"].timestamp(), row["model_version"]), default=None
        )
        return None if newest is None else str(newest["content"])

    def newest_before(self, model_name: str, as_of_date: date, is_trained: bool = False) -> Row | None:
        """What the last run of an earlier date registered; with `is_trained` a model, not only the reason why there is none."""
        rows = [row for row in self._rows(model_name) if row["as_of_date"] < as_of_date and (row["is_trained"] or not is_trained)]
        return max(rows, key=in_time, default=None)

    def way_before(self, model_name: str, as_of_date: date) -> ChosenWay | None:
        """What the last run of an earlier date that fitted a model chose for it; None if there was no such run."""
        row = self.newest_before(model_name, as_of_date, is_trained=True)
        if row is None:
            return None
        parameters = json.loads(row.get("parameters") or "{}")
        compared = parameters.get(COMPARED)
        return ChosenWay(parameters.get(WAY), date.fromisoformat(compared) if compared else None, row.get("code_version"))

    def withdraw(self, model_name: str, as_of_date: date) -> None:
        """Nothing is trained for this date: what an earlier run of it promoted no longer serves."""
        registered = self._rows(model_name)
        rows = [self._without_decision(row, as_of_date, "a later run of the same date trained nothing") for row in registered]
        if rows != registered:
            self._replace(model_name, rows)

    def _rollback_target(self, rows: Sequence[Row], current: Champion, to_version: str | None, newest: date) -> Row:
        if to_version == current.model_version:
            raise RollbackError(f"{to_version} serves already")
        others = [row for row in rows if row["model_version"] != current.model_version and row["is_trained"]]
        if to_version is not None:
            wanted = [row for row in others if row["model_version"] == to_version]
            if not wanted:
                raise RollbackError(f"no trained version {to_version} is registered: `models list` shows those that are")
            return max(wanted, key=lambda row: row["as_of_date"])
        previous = latest_champion(others, newest)
        if previous is None:
            raise RollbackError(f"no earlier version than {current.model_version} has served: name one with --to")
        return next(row for row in others if (row["model_version"], row["as_of_date"]) == (previous.model_version, previous.as_of_date))

    def _read(self, row: Row) -> StoredModel:
        """The file, or what the registry keeps of it, if its digest is the registered one."""
        file = self.warehouse.data_dir / row["artifact_path"]
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        if text_digest(text) != row["artifact_sha256"]:
            text = kept_text(row)
            if text is None or text_digest(text) != row["artifact_sha256"]:
                raise DamagedModelError(f"{file} is not the file that was registered: train {row['model_name']} again")
        stored = json.loads(text)
        return StoredModel(
            row["model_name"],
            row["model_version"],
            row["as_of_date"],
            stored["model"],
            stored["reason"],
            stored["metrics"],
            tuple(stored["test_dates"]),
        )

    @staticmethod
    def _without_decision(row: Row, as_of_date: date, decision: str) -> Row:
        """What another run of the same date decided no longer counts; what a person decided does."""
        if row["as_of_date"] != as_of_date or row.get("promoted_by") != BY_RUN or row.get("rolled_back_at") is not None:
            return row
        return {**row, "promoted_date": None, "promotion_number": None, "promoted_by": None, "decision": decision}

    def _rows(self, model_name: str) -> list[Row]:
        return self.warehouse.ops_rows(self.table, "model_name = ?", [model_name])

    def _replace(self, model_name: str, rows: Sequence[Row], somebody_serves: bool = True) -> None:
        newest = max(row["as_of_date"] for row in rows)
        champion = latest_champion(rows, newest) if somebody_serves else None
        for row in rows:
            is_champion = champion is not None and (row["model_version"], row["as_of_date"]) == (
                champion.model_version,
                champion.as_of_date,
            )
            row["status"] = CHAMPION if is_champion else RETIRED if row.get("promoted_date") is not None else CHALLENGER
        frame = pd.DataFrame(rows, columns=list(self.table.column_names), dtype=object)
        self.warehouse.replace_ops_rows(self.table, frame.where(frame.notna(), None), {"model_name": model_name})
