"""The declared dbt sources as tables: their YAML is the only DDL, for dbt's hook and for Python alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DUCKDB_TYPES = {"string": "varchar", "bigint": "bigint", "double": "double", "boolean": "boolean", "date": "date", "timestamp": "timestamp"}


@dataclass(frozen=True)
class SourceTable:
    """One declared table; `kind`, `is_required` and the freshness column matter to landing tables only."""

    source: str
    schema: str
    name: str
    description: str
    columns: tuple[tuple[str, str], ...]
    meta: Mapping[str, Any]

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.columns)

    @property
    def is_required(self) -> bool:
        return bool(self.meta.get("is_required", False))

    def create_statement(self, relation: str) -> str:
        columns = ", ".join(f'"{name}" {_duckdb_type(data_type)}' for name, data_type in self.columns)
        return f"create table if not exists {relation} ({columns})"


def read_source_tables(models_dir: Path, source: str) -> dict[str, SourceTable]:
    """All tables of a source, by name; a source may be declared in several files."""
    tables = {
        table["name"]: _table(declared, table)
        for declared in _declared(models_dir)
        if declared["name"] == source
        for table in declared["tables"]
    }
    if not tables:
        raise LookupError(f"no dbt source named {source} under {models_dir}: declare it in a *__sources.yml")
    return tables


def landing_sources(models_dir: Path) -> dict[str, dict[str, SourceTable]]:
    """The sources whose files arrive in the landing folder, by source and table."""
    names = [declared["name"] for declared in _declared(models_dir) if declared["schema"] == f"landing_{declared['name']}"]
    return {name: read_source_tables(models_dir, name) for name in dict.fromkeys(names)}


@cache
def _declared(models_dir: Path) -> tuple[Mapping[str, Any], ...]:
    # Read once per process: the declarations are code, and PyYAML takes its time; its loader in C, where it is built in, a tenth.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    files = sorted(models_dir.glob("**/*__sources.yml"))
    return tuple(source for file in files for source in yaml.load(file.read_text(encoding="utf-8"), loader)["sources"])


def _table(source: Mapping[str, Any], table: Mapping[str, Any]) -> SourceTable:
    return SourceTable(
        source=source["name"],
        schema=source["schema"],
        name=table["name"],
        description=table["description"].strip(),
        columns=tuple((column["name"], column["data_type"]) for column in table["columns"]),
        meta=table.get("config", {}).get("meta", {}),
    )


def _duckdb_type(data_type: str) -> str:
    return DUCKDB_TYPES.get(data_type, data_type)
