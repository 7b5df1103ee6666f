"""The landing tables as the dbt sources declare them: what the macro `landing_contract` reads from the graph, read from the YAML."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


def landing_contract(models_dir: Path) -> list[dict[str, Any]]:
    """One request entry per landing table, in the order and with the keys of the macro."""
    tables: list[tuple[str, dict[str, Any]]] = []
    for file in sorted(models_dir.glob("**/*__sources.yml")):
        for source in yaml.safe_load(file.read_text(encoding="utf-8"))["sources"]:
            if source.get("schema") == f"landing_{source['name']}":
                tables += [(f"{source['name']}.{table['name']}", _entry(source, table)) for table in source["tables"]]
    return [entry for _, entry in sorted(tables, key=lambda named: named[0])]


def contract_digest(contract: list[dict[str, Any]]) -> str:
    """What the on-run-start hook compares: the md5 of the same JSON as dbt's `tojson` writes."""
    return hashlib.md5(json.dumps(contract).encode(), usedforsecurity=False).hexdigest()


def _entry(source: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    meta = {**_meta(source), **_meta(table)}
    return {
        "source_name": source["name"],
        "table_name": table["name"],
        "is_required": meta.get("is_required", False),
        "csv_delimiter": meta.get("csv_delimiter", ","),
        "columns": [
            {
                "name": column["name"],
                "data_type": column["data_type"],
                "is_optional": _meta(column).get("is_optional", False),
                "is_mandatory": _meta(column).get("is_mandatory", False),
            }
            for column in table["columns"]
        ],
    }


def _meta(declared: Mapping[str, Any]) -> Mapping[str, Any]:
    meta: Mapping[str, Any] = declared.get("config", {}).get("meta", {})
    return meta
