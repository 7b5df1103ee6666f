"""The dbt project as Dagster sees it: a manifest that is never stale, and keys and groups that read like the street."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject
from filelock import FileLock

from orchestration.atomic_files import write_whole
from orchestration.paths import DBT_PROJECT, PROFILES, DataFolder
from orchestration.project_fingerprint import project_fingerprint
from orchestration.variables import vars_arguments

# Tables of the source `ml` that are written from staging alone: who is who needs them, so that all other models of Python come later.
LINKAGE_TABLES = ("identity_match_pairs",)
# What needs anything that Python wrote, and everything after that; before it dbt runs for the first time.
NEEDS_PYTHON = "source:ml+"
# What needs the linkage. dbt runs without it, then for it without what needs scores, then for those.
NEEDS_LINKAGE = " ".join(f"source:ml.{table}+" for table in LINKAGE_TABLES)
# The order of the folders; the customer 360 is assembled between segments and audiences.
STREET = ("staging", "intermediate", "marts", "features", "scores", "segments", "customer_360", "audiences", "sync", "feedback")
# What people and other systems look at is rebuilt every night.
LOOKED_AT = ("customer_360", "audiences", "sync", "feedback")
NIGHTLY = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36))
ACCOUNTING_MODEL = "stg_landing__row_counts"


class StreetTranslator(DagsterDbtTranslator):
    """Keys are <folder>/<model>, groups are the folders of the street, and dbt sources are the assets that land or write them."""

    def __init__(self) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_asset_checks=True, enable_source_tests_as_checks=True))

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return group_of(dbt_resource_props)

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        spec = super().get_asset_spec(manifest, unique_id, project)
        is_looked_at = spec.group_name in LOOKED_AT and not unique_id.startswith("source.")
        return spec.replace_attributes(freshness_policy=NIGHTLY) if is_looked_at else spec

    def get_tags(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, str]:
        return {
            **super().get_tags(dbt_resource_props),
            "a360/materialized": str(dbt_resource_props["config"].get("materialized", "source")),
        }


def group_of(resource: Mapping[str, Any]) -> str:
    """The folder of the street that a dbt resource lies in."""
    if resource["resource_type"] == "source":
        return "sources"
    if resource["resource_type"] == "seed":
        return "seeds"
    folders = resource["fqn"][1:-1]
    return "customer_360" if "customer_360" in folders else str(folders[0])


def project_of(folder: DataFolder) -> DbtProject:
    """The dbt project, with its build files in the data folder: two data folders never disturb each other."""
    return DbtProject(project_dir=DBT_PROJECT, target_path=folder.root / "dbt" / "parse", profiles_dir=PROFILES)


def prepared_manifest(folder: DataFolder) -> Path:
    """The manifest of what is in the repository now; dbt parses only when a file changed since the last time."""
    manifest = project_of(folder).manifest_path
    stamp = manifest.with_name("manifest.fingerprint")
    manifest.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(manifest.with_name("prepare.lock")):
        current = project_fingerprint(folder)
        if not (manifest.exists() and stamp.exists() and stamp.read_text() == current):
            _parse(folder, manifest.parent)
            write_whole(stamp, current)
    return manifest


def street_manifest(file: Path) -> dict[str, Any]:
    """The manifest with every data test attached to one model, so that each becomes a check of an asset.

    dbt attaches a generic test to the model it is declared on and a singular test to none. Here a test that looks at several models
    belongs to the last of them: it is run by the part of dbt that builds that one. A test that looks at none belongs to the accounting.
    """
    manifest: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    part = _parts(manifest)
    for name, node in manifest["nodes"].items():
        if node["resource_type"] == "test":
            parents = [parent for parent in manifest["parent_map"][name] if parent in manifest["nodes"]]
            attached = node.get("attached_node")
            if attached is None or part(name) > part(attached):
                ranked = sorted(parents, key=lambda parent: (part(parent), _street_rank(manifest["nodes"][parent]), parent))
                node["attached_node"] = ranked[-1] if ranked else _accounting(manifest)
                if not parents:
                    _make_parent(manifest, node["attached_node"], name)
    return manifest


def needs_scores(manifest: Mapping[str, Any]) -> str:
    """The selection of what needs tables of `ml` other than those of the linkage, and of everything after that: dbt's last part."""
    return " ".join(sorted(f"source:ml.{source['name']}+" for source in _python_tables(manifest) if source["name"] not in LINKAGE_TABLES))


def dbt_executable() -> str:
    """The dbt of the environment that runs us, whether or not that environment is activated."""
    return str(Path(sys.executable).with_name("dbt"))


def _python_tables(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [source for source in manifest["sources"].values() if source["source_name"] == "ml"]


def _parts(manifest: Mapping[str, Any]) -> Callable[[str], int]:
    """Which of dbt's runs builds a node, counted from 0."""
    tables = _python_tables(manifest)
    linked = _descendants(manifest, [source["unique_id"] for source in tables])
    scored = _descendants(manifest, [source["unique_id"] for source in tables if source["name"] not in LINKAGE_TABLES])
    return lambda name: (name in linked) + (name in scored)


def _descendants(manifest: Mapping[str, Any], roots: list[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        for child in manifest["child_map"].get(waiting.pop(), []):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return found


def _street_rank(node: Mapping[str, Any]) -> int:
    group = group_of(node)
    return STREET.index(group) if group in STREET else -1


def _make_parent(manifest: dict[str, Any], parent: str, child: str) -> None:
    manifest["nodes"][child]["depends_on"]["nodes"] = [parent]
    manifest["parent_map"][child] = [parent]
    manifest["child_map"][parent] = [*manifest["child_map"][parent], child]


def _accounting(manifest: Mapping[str, Any]) -> str:
    return f"model.{manifest['metadata']['project_name']}.{ACCOUNTING_MODEL}"


def _parse(folder: DataFolder, target_path: Path) -> None:
    command = [
        dbt_executable(),
        "--quiet",
        "parse",
        "--project-dir",
        str(DBT_PROJECT),
        "--target-path",
        str(target_path),
        *vars_arguments(folder),
    ]
    environment = {**os.environ, "DBT_PROFILES_DIR": str(PROFILES), "A360_DATA_DIR": str(folder.root), "DBT_LOG_PATH": str(target_path)}
    done = subprocess.run(command, cwd=DBT_PROJECT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"dbt could not read the project; `make build` shows the same:\n{done.stdout}{done.stderr}")
