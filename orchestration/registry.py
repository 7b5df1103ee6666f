"""What a person sees and decides of the model registry."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from orchestration.identity_matching import SHOP_LINKS
from orchestration.model_checks import newest_checks
from orchestration.model_records import RollbackError
from orchestration.model_store import ModelStore
from orchestration.table_store import TableStore
from orchestration.warehouse import Warehouse
from python_models.propensity.spec import SPECS

WITH_CHAMPION = tuple(spec.model_name for spec in SPECS)


def roll_back(tables: TableStore, models_dir: Path, model_name: str, to_version: str | None) -> tuple[str, str]:
    """Take the version that scores out of service; returns its version and the one that scores instead.

    A propensity model's runs go on to look for a better one. A model that every run fits anew keeps the version until it is released.
    """
    if model_name == SHOP_LINKS.model_name:
        raise RollbackError(f"{model_name} is fitted to the people of today: decide on single ones by `identity link` and `identity split`")
    return _store(tables, models_dir).roll_back(model_name, to_version)


def release(tables: TableStore, models_dir: Path, model_name: str) -> str:
    """Let the runs fit a model anew again after a rollback; returns the version that was held."""
    if model_name in WITH_CHAMPION:
        raise RollbackError(f"{model_name} needs no release: the next challenger that is better than its champion scores")
    return _store(tables, models_dir).release(model_name)


def show_versions(tables: TableStore, models_dir: Path, console: Console) -> None:
    """One line per version, the newest first; and per model why the last run trained it, or did not."""
    store = _store(tables, models_dir)
    table = Table("model", "version", "as of", "status", "since", "AUC", "decision")
    for row in store.versions():
        since = f"{row['promoted_date']:%Y-%m-%d}" if row.get("promoted_date") else ""
        status = "rolled back" if row.get("rolled_back_at") else row.get("status") or ""
        table.add_row(
            row["model_name"],
            row["model_version"].removeprefix(f"{row['model_name']}-"),
            f"{row['as_of_date']:%Y-%m-%d}",
            status,
            since,
            _auc(row),
            row.get("decision") or row.get("reason") or "",
        )
    console.print(table)
    found = newest_checks(store)
    if not found:
        return
    checks = Table("model", "last run", "trained or compared", "why")
    for check in found:
        checks.add_row(check.model_name, f"{check.as_of_date:%Y-%m-%d}", "yes" if check.is_trained else "no", check.reason)
    console.print(checks)


def _store(tables: TableStore, models_dir: Path) -> ModelStore:
    # Reading would make the files of a data folder that was mistyped.
    if isinstance(tables, Warehouse) and not tables.ops_path.exists():
        raise FileNotFoundError(f"no warehouse in {tables.data_dir}: run `make run`, or `make demo` for the demo world")
    return ModelStore(tables, models_dir)


def _auc(row: dict[str, Any]) -> str:
    auc = json.loads(row.get("metrics") or "{}").get("test", {}).get("auc")
    return "" if auc is None else f"{auc:.3f}"
