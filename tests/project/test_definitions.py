"""What Dagster loads: every dbt node an asset, every test a check, three dbt calls in one job, nothing external by accident."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from orchestration.paths import DataFolder
from orchestration.run_street import DBT_PARTS, dagster_home

# Loads the definitions in a process of its own, since they belong to one data folder, and prints what the tests look at.
DESCRIBE = """
import json
import dagster as dg
from orchestration.definitions import defs

graph = defs.resolve_asset_graph()
job = defs.resolve_job_def("street")
print(json.dumps({
    "assets": [key.to_user_string() for key in graph.materializable_asset_keys],
    "external": [key.to_user_string() for key in graph.external_asset_keys],
    "job_assets": [key.to_user_string() for key in job.asset_layer.selected_asset_keys],
    "groups": sorted({graph.get(key).group_name for key in graph.get_all_asset_keys()}),
    "checks": [[key.asset_key.to_user_string(), key.name, graph.get(key).blocking] for key in graph.asset_check_keys],
    "steps": list(job.graph.node_dict),
    "parents": {key.to_user_string(): [p.to_user_string() for p in graph.get(key).parent_keys] for key in graph.get_all_asset_keys()},
    "schedules": sorted(schedule.name for schedule in defs.schedules),
    "sensors": sorted(sensor.name for sensor in defs.sensors),
    "executor": job.executor_def.name,
    "fresh": [key.to_user_string() for key in graph.materializable_asset_keys if graph.get(key).freshness_policy is not None],
}))
"""
Described = dict[str, Any]


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = DataFolder(tmp_path_factory.mktemp("definitions"))
    return {**os.environ, "A360_DATA_DIR": str(folder.root), "DAGSTER_HOME": str(dagster_home(folder))}


@pytest.fixture(scope="session")
def described(environment: dict[str, str], repository: Path) -> Described:
    done = subprocess.run(
        [sys.executable, "-W", "error::dagster.PreviewWarning", "-c", DESCRIBE],
        cwd=repository,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_dagster_validates_them_without_a_warning(environment: dict[str, str], repository: Path) -> None:
    command = [str(Path(sys.executable).with_name("dagster")), "definitions", "validate", "-m", "orchestration.definitions"]
    done = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    # Dagster says of this very command that `dg check defs` of another package succeeds it.
    warnings = [line for line in (done.stdout + done.stderr).splitlines() if "warning" in line.lower() and "Supersession" not in line]
    assert warnings == []


def test_every_dbt_node_is_an_asset(described: Described, manifest: Mapping[str, Any]) -> None:
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed", "snapshot")]
    missing = [node["name"] for node in nodes if f"{node['config']['schema']}/{node['name']}" not in described["assets"]]
    assert missing == []


def test_only_the_ops_store_and_the_trigger_runner_are_external(described: Described) -> None:
    """What comes back through `ops` closes the loop through time; a wrong key would show up here as one more external asset."""
    assert [key for key in described["external"] if not key.startswith("ops/")] == ["destinations/trigger_audience"]


def test_every_asset_is_in_the_one_job(described: Described) -> None:
    assert sorted(described["job_assets"]) == sorted(described["assets"])


def test_dbt_is_called_three_times(described: Described) -> None:
    """Every further link between dbt and Python would cost another start of dbt."""
    assert sorted(step for step in described["steps"] if step.startswith("dbt_")) == sorted(DBT_PARTS)


def test_python_stands_between_the_parts(described: Described) -> None:
    parents = described["parents"]
    assert "intermediate/int_identity_match_records" in parents["ml/identity_match_pairs"]
    assert "ml/identity_match_pairs" in parents["staging/stg_ml__identity_match_pairs"]
    assert "intermediate/int_identity_match_people" in parents["intermediate/int_identity_components"]
    assert "features/feature_customers" in parents["models/purchase_30d"]
    assert "models/purchase_30d" in parents["ml/propensity_scores"]
    assert "ml/propensity_scores" in parents["staging/stg_ml__propensity_scores"]
    assert "serving/current" in parents["destinations/file_drop"]


def test_landing_feeds_the_base_models(described: Described) -> None:
    assert described["parents"]["staging/base_shop__refunds"] == ["shop/refunds"]
    assert described["parents"]["staging/base_shop__orders_delivered"] == ["shop/orders"]


def test_every_data_test_is_a_check(described: Described, manifest: Mapping[str, Any]) -> None:
    checks = {name: blocking for _, name, blocking in described["checks"]}
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    assert [test["name"] for test in tests if test["name"] not in checks] == []
    severities = {test["name"]: test["config"]["severity"].lower() for test in tests}
    assert {name for name, severity in severities.items() if checks[name] != (severity == "error")} == set()


def test_our_checks_stop_publishing(described: Described) -> None:
    blocking = {name for _, name, is_blocking in described["checks"] if is_blocking}
    assert {"accepted_rows", "size_swings", "purchase_30d_auc_floor", "purchase_30d_distribution"} <= blocking


def test_models_that_steer_no_audience_only_warn(described: Described) -> None:
    blocking = {name: is_blocking for _, name, is_blocking in described["checks"]}
    assert not blocking["email_click_30d_auc_floor"]
    assert not blocking["email_unsubscribe_30d_distribution"]
    assert not blocking["churn_own_rhythm_auc_floor"]
    assert "features/feature_email_labels" in described["parents"]["models/email_unsubscribe_30d"]


def test_groups_read_like_the_street(described: Described) -> None:
    assert {"sources", "staging", "marts", "features", "models", "ml", "scores", "segments", "audiences", "sync", "publish"} <= set(
        described["groups"]
    )


def test_schedules_sensor_and_executor(described: Described) -> None:
    assert described["schedules"] == ["street_daily", "street_hourly"]
    assert described["sensors"] == ["landing_files", "trigger_audience"]
    assert described["executor"] == "in_process"


def test_python_assets_have_freshness_policies(described: Described) -> None:
    assert {"serving/current", "destinations/file_drop", "ml/propensity_scores", "models/purchase_30d", "shop/orders"} <= set(
        described["fresh"]
    )
