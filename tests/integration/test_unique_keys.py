"""The project's own dbt_utils.unique_combination_of_columns in a real dbt, on a small project: it finds what the package's finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import yaml
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from orchestration.paths import DBT_PROJECT

PROFILE = "keys: {target: dev, outputs: {dev: {type: duckdb, path: ':memory:', threads: 1}}}"
Rows = Sequence[tuple[str, str]]

# By name: rows of (text, number), and how many combinations occur more than once.
CASES: Mapping[str, tuple[Rows, int]] = {
    "no_rows": ((), 0),
    "one_of_each": ((("'a'", "1"), ("'a'", "2"), ("'b'", "1")), 0),
    "one_twice": ((("'a'", "1"), ("'b'", "1"), ("'a'", "1")), 1),
    "one_thrice_one_twice": ((("'a'", "1"), ("'a'", "1"), ("'b'", "2"), ("'b'", "2"), ("'a'", "1"), ("'c'", "1")), 2),
    "nulls_once": ((("null", "1"), ("null", "2"), ("'a'", "null")), 0),
    "nulls_twice": ((("null", "1"), ("null", "1"), ("null", "null"), ("null", "null")), 2),
    "parts_that_run_together": ((("'a1'", "1"), ("'a'", "11")), 0),
    "nulls_and_empty_texts": ((("''", "1"), ("null", "1")), 0),
}


def failures(root: Path, hash_macro: str | None) -> dict[str, int]:
    """How many combinations each case's test complains of; with a hash of our own where one is given."""
    project = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    (root / "models").mkdir()
    (root / "macros").mkdir()
    (root / "dbt_project.yml").write_text(
        yaml.safe_dump(
            {
                "name": "audience360",
                "version": "1.0.0",
                "config-version": 2,
                "profile": "keys",
                "dispatch": project["dispatch"],
                "flags": {"send_anonymous_usage_stats": False, "require_generic_test_arguments_property": True},
            }
        ),
        encoding="utf-8",
    )
    (root / "profiles.yml").write_text(PROFILE, encoding="utf-8")
    (root / "packages.yml").write_text("packages: [{local: dbt_utils}]", encoding="utf-8")
    (root / "dbt_packages").mkdir()
    (root / "dbt_packages" / "dbt_utils").symlink_to(DBT_PROJECT / "offline_packages" / "dbt_utils")
    for file in ("engine/repeated_hashes.sql", "engine/transient_hash.sql", "packages/unique_combination_of_columns.sql"):
        (root / "macros" / Path(file).name).write_text((DBT_PROJECT / "macros" / file).read_text(encoding="utf-8"), encoding="utf-8")
    if hash_macro is not None:
        (root / "macros" / "transient_hash.sql").write_text(hash_macro, encoding="utf-8")
    for name, (rows, _) in CASES.items():
        values = [f"select cast({text} as varchar) as text, cast({number} as bigint) as number" for text, number in rows]
        nothing = "select cast(null as varchar) as text, cast(null as bigint) as number where false"
        (root / "models" / f"{name}.sql").write_text(" union all ".join([*values, nothing]), encoding="utf-8")
    test = {"dbt_utils.unique_combination_of_columns": {"arguments": {"combination_of_columns": ["text", "number"]}}}
    models = [{"name": name, "data_tests": [test]} for name in CASES]
    (root / "models" / "models.yml").write_text(yaml.safe_dump({"version": 2, "models": models}), encoding="utf-8")
    done = dbtRunner().invoke(["build", "--quiet", "--project-dir", str(root), "--profiles-dir", str(root)])
    DuckDBConnectionManager.close_all_connections()
    assert done.exception is None
    assert not isinstance(done.result, bool)
    tests = [item for item in getattr(done.result, "results", []) if item.node.resource_type == "test"]
    assert all("key_hash" in item.node.compiled_code for item in tests)
    return {item.node.attached_node.split(".")[-1]: item.failures for item in tests}


@pytest.mark.parametrize(
    "hash_macro",
    [
        pytest.param(None, id="the engine's hash"),
        pytest.param("{% macro transient_hash(columns) %}7{% endmacro %}", id="every key has the same hash"),
        pytest.param("{% macro transient_hash(columns) %}coalesce(number, 0){% endmacro %}", id="some keys have the same hash"),
    ],
)
def test_every_repeated_key_is_found_and_no_other(tmp_path: Path, hash_macro: str | None) -> None:
    assert failures(tmp_path, hash_macro) == {name: count for name, (_, count) in CASES.items()}
