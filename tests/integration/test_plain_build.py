"""What an analytics engineer types: `dbt build` in the project folder, on an empty warehouse, unit tests and data tests included."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from pathlib import Path

from orchestration.dbt_part import dbt_executable
from orchestration.generators.spec import WorldSpec
from orchestration.generators.world import generate_world
from orchestration.paths import DBT_PROJECT


def test_a_plain_build_of_an_empty_warehouse_passes_every_test_without_a_warning(tmp_path: Path) -> None:
    generate_world(WorldSpec(customers=300), tmp_path)
    target = tmp_path / "dbt"
    environment = os.environ | {
        "A360_DATA_DIR": str(tmp_path),
        "DBT_PROFILES_DIR": "../profiles",
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
    }
    command = [dbt_executable(), "--no-use-colors", "--warn-error", "build"]
    done = subprocess.run(command, cwd=DBT_PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    results = json.loads((target / "run_results.json").read_text())["results"]
    seen = Counter((result["unique_id"].split(".")[0], result["status"]) for result in results)
    manifest = json.loads((target / "manifest.json").read_text())
    assert seen["unit_test", "pass"] == len(manifest["unit_tests"]) > 0
    assert {status for _, status in seen} <= {"success", "pass", "no-op"}, seen
