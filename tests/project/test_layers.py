"""The one-way street, over the manifest: what dbt's own project evaluator cannot know."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from orchestration.dbt_part import STREET, group_of

PREFIXES = {
    "staging": ("base_", "stg_"),
    "intermediate": ("int_",),
    "marts": ("dim_", "fct_"),
    "customer_360": ("dim_", "fct_"),
    "features": ("feature_",),
    "scores": ("score_",),
    "segments": ("segment_",),
    "audiences": ("audience_",),
    "sync": ("sync_",),
    "feedback": ("feedback_",),
}
Manifest = Mapping[str, Any]


def models(manifest: Manifest) -> Iterator[Mapping[str, Any]]:
    """Our models, without those of packages."""
    project = manifest["metadata"]["project_name"]
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and node["package_name"] == project:
            yield node


def test_every_model_lies_in_a_folder_of_the_street(manifest: Manifest) -> None:
    assert {group_of(model) for model in models(manifest)} == set(STREET)


def test_a_model_reads_its_own_or_an_earlier_folder(manifest: Manifest) -> None:
    backwards = [
        f"{model['name']} reads {parent['name']}"
        for model in models(manifest)
        for parent in (manifest["nodes"].get(name) for name in model["depends_on"]["nodes"])
        if parent is not None and parent["resource_type"] == "model" and STREET.index(group_of(parent)) > STREET.index(group_of(model))
    ]
    assert backwards == []


def test_nothing_reads_feedback(manifest: Manifest) -> None:
    readers = [
        child
        for model in models(manifest)
        if group_of(model) == "feedback"
        for child in manifest["child_map"][model["unique_id"]]
        if child.startswith("model.") and group_of(manifest["nodes"][child]) != "feedback"
    ]
    assert readers == []


def test_only_staging_reads_sources(manifest: Manifest) -> None:
    readers = {model["name"] for model in models(manifest) for name in model["depends_on"]["nodes"] if name.startswith("source.")}
    assert readers
    assert [name for name in sorted(readers) if not name.startswith(("base_", "stg_"))] == []


def test_a_source_table_is_read_by_one_model(manifest: Manifest) -> None:
    readers = {name: [child for child in manifest["child_map"][name] if child.startswith("model.")] for name in manifest["sources"]}
    assert {name: children for name, children in readers.items() if len(children) > 1} == {}


@pytest.mark.parametrize("folder", STREET)
def test_names_carry_the_prefix_of_their_folder(manifest: Manifest, folder: str) -> None:
    names = [model["name"] for model in models(manifest) if group_of(model) == folder]
    assert names
    assert [name for name in names if not name.startswith(PREFIXES[folder])] == []


def test_what_leaves_the_warehouse_is_public_contracted_and_exposed(manifest: Manifest) -> None:
    exposed = {name for exposure in manifest["exposures"].values() for name in exposure["depends_on"]["nodes"]}
    for model in models(manifest):
        if group_of(model) == "sync" or model["name"] == "dim_customer_360":
            assert model["access"] == "public", model["name"]
            assert model["config"]["contract"]["enforced"], model["name"]
            assert model["unique_id"] in exposed, model["name"]


def test_connectors_read_sync_models_only(repository: Path) -> None:
    for file in (repository / "orchestration" / "connectors").glob("*.py"):
        text = file.read_text(encoding="utf-8")
        relations = [word.strip('"') for word in text.split() if word.strip('"').startswith("warehouse.") and word.count(".") >= 2]
        assert [relation for relation in relations if not relation.startswith("warehouse.sync.sync_")] == [], file.name


def test_python_models_know_neither_dagster_nor_dbt_nor_duckdb(repository: Path) -> None:
    forbidden = {"dagster", "dagster_dbt", "dbt", "duckdb", "orchestration"}
    for file in (repository / "python_models").rglob("*.py"):
        assert not forbidden & set(imported_packages(file)), file


def test_no_model_reads_the_truth_of_the_demo_world(manifest: Manifest, repository: Path) -> None:
    assert [model["name"] for model in models(manifest) if "truth" in (model["raw_code"] or "").lower()] == []
    for file in (repository / "python_models").rglob("*.py"):
        assert "/truth" not in file.read_text(encoding="utf-8"), file


def test_modules_stay_short(repository: Path) -> None:
    long = {
        str(file.relative_to(repository)): lines
        for package in ("orchestration", "python_models")
        for file in (repository / package).rglob("*.py")
        if (lines := file.read_text(encoding="utf-8").count("\n")) > 300
    }
    assert long == {}


def imported_packages(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]
