"""How far the project is from Snowflake, BigQuery and Redshift: every compiled model is written in their SQL and read back.

This checks syntax and the names of functions, not results: nothing here has run on those warehouses (docs: profiles/README.md).
What the translation cannot do is listed below, by warehouse, with the macro that does it there; a new entry fails the test.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
import sqlglot
from sqlglot.errors import ErrorLevel, UnsupportedError

from orchestration.dbt_part import dbt_executable
from orchestration.generators.spec import WorldSpec
from orchestration.generators.world import generate_world
from orchestration.paths import DBT_PROJECT, PROFILES

MANY = 10_000
WAREHOUSES = ("snowflake", "bigquery", "redshift")
# Functions that only DuckDB has, and the macro that has another version for the warehouses.
MACRO_OF_FUNCTION = {"epoch_us": "epoch_micros", "hash": "transient_hash", "to_json": "row_as_json"}
# Macros that a warehouse would need a version of, and has none yet.
MISSING_VERSIONS = {("redshift", "row_as_json")}
# What sqlglot says it cannot translate, and why that is no obstacle.
KNOWN_REMARKS = {
    "bigquery": {
        "Argument 'modifiers' is not supported for expression 'RegexpReplace'": "macro replace_pattern has a version",
        "'NULLS LAST' translation not supported": "those windows, and the one list of texts, are ordered by columns that are never null",
    },
    "snowflake": {},
    "redshift": {},
}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, sqlglot.exp.Expression]:
    """The SQL of every model as DuckDB gets it, parsed."""
    folder = tmp_path_factory.mktemp("compiled")
    generate_world(WorldSpec(customers=10, start_date=date(2026, 10, 1)), folder / "data")
    environment = os.environ | {
        "A360_DATA_DIR": str(folder / "data"),
        "DBT_PROFILES_DIR": str(PROFILES),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    command = [dbt_executable(), "--quiet", "compile", "--vars", '{"minimum_segment_size": 25}']
    done = subprocess.run(command, cwd=DBT_PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    models = folder / "target" / "compiled" / "audience360" / "models"
    files = [file for file in sorted(models.rglob("*.sql")) if file.parent.suffix != ".yml"]
    return {file.stem: sqlglot.parse_one(file.read_text(encoding="utf-8"), read="duckdb") for file in files}


@pytest.mark.parametrize("warehouse", WAREHOUSES)
def test_every_model_can_be_written_in_the_sql_of_the_warehouse(compiled: Mapping[str, sqlglot.exp.Expression], warehouse: str) -> None:
    assert len(compiled) > 150
    unknown_functions: dict[str, str] = {}
    remarks: dict[str, str] = {}
    for name, query in compiled.items():
        try:
            translated = query.sql(dialect=warehouse, unsupported_level=ErrorLevel.RAISE, max_unsupported=MANY)
        except UnsupportedError as error:
            remarks |= {remark.strip(): name for remark in str(error).split("\n") if remark.strip()}
            translated = query.sql(dialect=warehouse, unsupported_level=ErrorLevel.IGNORE)
        read_back = sqlglot.parse_one(translated, read=warehouse)
        unknown_functions |= {call.name.lower(): name for call in read_back.find_all(sqlglot.exp.Anonymous)}
    assert set(unknown_functions) <= set(MACRO_OF_FUNCTION), unknown_functions
    unexplained = {remark: name for remark, name in remarks.items() if not any(known in remark for known in KNOWN_REMARKS[warehouse])}
    assert not unexplained


@pytest.mark.parametrize("warehouse", WAREHOUSES)
@pytest.mark.parametrize("macro", sorted(set(MACRO_OF_FUNCTION.values())))
def test_a_function_of_duckdb_alone_has_a_version_for_the_warehouse(warehouse: str, macro: str) -> None:
    text = Path(DBT_PROJECT / "macros" / "engine" / f"{macro}.sql").read_text(encoding="utf-8")
    has_version = re.search(rf"macro {warehouse}__{macro}\(", text) is not None
    assert has_version is not ((warehouse, macro) in MISSING_VERSIONS)
