"""Macros with a version per engine mean the same on both."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestration.spark_landing import register_landing
from tests.spark.two_engines import TARGETS, TwoEngines

pytestmark = pytest.mark.spark

QUERY = Path(__file__).with_name("engine_macros.sql")


def shown(engines: TwoEngines, target: str) -> list[dict[str, Any]]:
    """The rows of the query on one engine, as dbt prints them."""
    output = engines.dbt(target, "show", "--quiet", "--inline", QUERY.read_text(), "--limit", "100", "--output", "json")
    rows: list[dict[str, Any]] = json.loads(output[output.index("{") :])["show"]
    return rows


def test_every_expression_has_the_same_value(engines: TwoEngines) -> None:
    register_landing(engines.folder)
    ours, theirs = (shown(engines, target) for target in TARGETS)
    assert len(ours) == 5
    for our_row, their_row in zip(ours, theirs, strict=True):
        assert our_row == their_row


def test_dbt_says_what_to_run_when_the_landing_was_not_registered(engines: TwoEngines) -> None:
    from orchestration.spark_warehouse import SparkWarehouse

    register_landing(engines.folder)
    with SparkWarehouse(engines.folder.root).connect() as session:
        session.run("alter table landing.plan rename to landing.plan_aside")
        try:
            done = engines.try_dbt("spark", "run", "--select", "int_clock")
        finally:
            session.run("alter table landing.plan_aside rename to landing.plan")
    assert done.returncode
    assert "python -m orchestration.spark_landing" in done.stdout
