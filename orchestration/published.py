"""Which models leave the warehouse: the ends of the street, and the reports that explain them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestration.serving import ServedTable

PUBLISHED_FOLDERS = frozenset({"customer_360", "campaigns", "sync", "feedback"})
REPORTS = (
    "audience_exclusions",
    "segment_cluster_migration",
    "segment_memberships",
    "segment_rfm_migration",
    "segment_sizes",
    "stg_landing__row_counts",
    "stg_ml__cluster_profiles",
    "stg_ml__model_metrics",
)


def published_models(manifest: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Published dbt models by name."""
    models = (node for node in manifest["nodes"].values() if node["resource_type"] == "model")
    return {
        node["name"]: node
        for node in models
        if node["config"]["materialized"] != "ephemeral" and (PUBLISHED_FOLDERS & set(node["fqn"]) or node["name"] in REPORTS)
    }


def served_tables(manifest: Mapping[str, Any]) -> list[ServedTable]:
    """The same as tables to copy, in a fixed order."""
    tables = [ServedTable(node["schema"], node["name"], node["description"].strip()) for node in published_models(manifest).values()]
    return sorted(tables, key=lambda table: (table.schema, table.name))
