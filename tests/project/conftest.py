"""The manifest of the repository as it is now, parsed once for all project tests."""

from pathlib import Path
from typing import Any

import pytest

from orchestration.dbt_part import prepared_manifest, street_manifest
from orchestration.paths import DataFolder


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return street_manifest(prepared_manifest(DataFolder(tmp_path_factory.mktemp("project") / "data")))


@pytest.fixture(scope="session")
def repository() -> Path:
    return Path(__file__).resolve().parents[2]
