"""Documentation and unit tests are complete: every model, column, source, seed, macro; every model that decides something."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.project.test_layers import models

Manifest = Mapping[str, Any]
# Where a mistake hides: a choice, a window, a shift in time, a collapse of rows.
LOGIC = re.compile(r"\bcase\b|\bover\s*\(|\bqualify\b|\bdistinct on\b|\binterval\b|dateadd|datediff", re.IGNORECASE)
COMMENT = re.compile(r"--[^\n]*|\{#.*?#\}", re.DOTALL)


def test_every_model_says_what_one_row_is(manifest: Manifest) -> None:
    assert [model["name"] for model in models(manifest) if not model["description"].strip().startswith("One row")] == []


def test_every_declared_column_is_described(manifest: Manifest) -> None:
    undescribed = [
        f"{model['name']}.{name}"
        for model in models(manifest)
        for name, column in model["columns"].items()
        if not column["description"].strip()
    ]
    assert undescribed == []


def test_every_model_lists_its_columns(manifest: Manifest) -> None:
    assert [model["name"] for model in models(manifest) if not model["columns"]] == []


def test_every_model_has_its_yaml_beside_it(manifest: Manifest) -> None:
    for model in models(manifest):
        assert (model["patch_path"] or "").endswith(f"{model['name']}.yml"), model["name"]


@pytest.mark.parametrize("kind", ["sources", "nodes"])
def test_every_source_and_seed_is_described(manifest: Manifest, kind: str) -> None:
    for node in manifest[kind].values():
        if node["resource_type"] in ("source", "seed") and node["package_name"] == manifest["metadata"]["project_name"]:
            assert node["description"].strip(), node["name"]
            assert all(column["description"].strip() for column in node["columns"].values()), node["name"]


def test_every_source_has_a_loaded_at_column(manifest: Manifest) -> None:
    for source in manifest["sources"].values():
        assert source["loaded_at_field"], source["name"]


def test_every_macro_of_ours_is_described(repository: Path, manifest: Manifest) -> None:
    """In its YAML, or by a comment that opens its file."""
    project = manifest["metadata"]["project_name"]
    undescribed = [
        macro["name"]
        for macro in manifest["macros"].values()
        if macro["package_name"] == project
        and not macro["description"].strip()
        and not (repository / "dbt_project" / macro["original_file_path"]).read_text(encoding="utf-8").lstrip().startswith("{#")
    ]
    assert undescribed == []


def test_every_model_that_decides_something_has_a_unit_test(manifest: Manifest) -> None:
    tested = {node for test in manifest["unit_tests"].values() for node in test["depends_on"]["nodes"]}
    untested = [
        model["name"] for model in models(manifest) if LOGIC.search(COMMENT.sub("", model["raw_code"])) and model["unique_id"] not in tested
    ]
    assert untested == []


def test_unit_tests_are_named_after_behaviour(manifest: Manifest) -> None:
    assert [test["name"] for test in manifest["unit_tests"].values() if not test["name"].startswith("test_")] == []


def test_every_model_has_a_data_test(manifest: Manifest) -> None:
    tested = {parent for name, parents in manifest["parent_map"].items() if name.startswith("test.") for parent in parents}
    assert [model["name"] for model in models(manifest) if model["unique_id"] not in tested] == []
