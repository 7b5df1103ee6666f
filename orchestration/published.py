"""Which models leave the warehouse: the ends of the street, and the reports that explain them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestration.dbt_part import group_of
from orchestration.serving import ServedTable

PUBLISHED_GROUPS = ("customer_360", "audiences", "sync", "feedback")
REPORTS = ("segment_memberships", "segment_report", "stg_landing__row_counts", "stg_ml__model_metrics", "stg_ml__cluster_profiles")


def published_models(manifest: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Published dbt models by name."""
    models = (node for node in manifest["nodes"].values() if node["resource_type"] == "model")
    return {
        node["name"]: node
        for node in models
        if node["config"]["materialized"] != "ephemeral" and (group_of(node) in PUBLISHED_GROUPS or node["name"] in REPORTS)
    }


def served_tables(manifest: Mapping[str, Any]) -> list[ServedTable]:
    """The same as tables to copy, in a fixed order."""
    tables = [ServedTable(node["schema"], node["name"], node["description"].strip()) for node in published_models(manifest).values()]
    return sorted(tables, key=lambda table: (table.schema, table.name))
