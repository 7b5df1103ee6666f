"""Sums of what dbt nodes cost: per layer of the street, per group of models, per kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.measuring import Cost

Node = Mapping[str, Any]

# Which models answer the same question as a peer.
RFM = ("segment_rfm_values", "segment_rfm_scores", "segment_rfm")
SESSIONS = ("int_web_visit_pieces", "int_web_sessions")
CUSTOMER_360 = (
    "feature_as_of_dates",
    "feature_date_inputs",
    "feature_customer_dates",
    "feature_customer_members",
    "feature_customer_orders",
    "feature_customer_refunds",
    "feature_customer_commerce",
    "feature_customer_web",
    "feature_customer_email",
)
COMPONENTS = (
    "int_identity_account_components",
    "int_identity_phone_components",
    "int_identity_match_components",
    "int_identity_device_components",
)


def read_nodes(file: Path) -> list[Node]:
    """What the probe wrote, one node per line."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def name_of(node: Node) -> str:
    """The model's name from `model.<project>.<name>`."""
    return str(node["unique_id"]).split(".")[2]


def total(nodes: Iterable[Node]) -> Cost:
    """The sum; a node has no peak of its own, since all run in one process."""
    rows = list(nodes)
    return Cost(
        wall_seconds=sum(row["wall_seconds"] for row in rows),
        cpu_seconds=sum(row["cpu_seconds"] for row in rows),
        bytes_read=sum(row["bytes_read"] for row in rows),
        bytes_written=sum(row["bytes_written"] for row in rows),
    )


def of_models(nodes: Iterable[Node], names: Iterable[str]) -> Cost:
    """The sum over some models."""
    wanted = set(names)
    return total(node for node in nodes if node["resource_type"] == "model" and name_of(node) in wanted)


def by(nodes: Iterable[Node], key: Callable[[Node], str]) -> dict[str, Cost]:
    """Sums by a key, in the order in which the keys appear."""
    groups: dict[str, list[Node]] = {}
    for node in nodes:
        groups.setdefault(key(node), []).append(node)
    return {name: total(rows) for name, rows in groups.items()}


def layers(nodes: Iterable[Node], manifest: Mapping[str, Any], group_of: Callable[[Mapping[str, Any]], str]) -> dict[str, Cost]:
    """Sums of the models by layer of the street."""
    models = [node for node in nodes if node["resource_type"] == "model"]
    return by(models, lambda node: group_of(manifest["nodes"][node["unique_id"]]))


def slowest(nodes: Iterable[Node], count: int) -> list[Node]:
    """The nodes with the largest CPU time."""
    return sorted(nodes, key=lambda node: -float(node["cpu_seconds"]))[:count]


def incremental_names(manifest: Mapping[str, Any]) -> set[str]:
    """Models of events and what is counted from them, that an increment only adds to or repairs; not those about customers on a date."""
    return {
        str(node["name"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and node["config"]["materialized"] == "incremental"
        and node["config"]["incremental_strategy"] != "replace_dates"
    }
