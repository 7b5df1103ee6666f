"""What all tests on real data folders share."""

import pytest
from dbt.contracts.graph.manifest import Manifest

from orchestration.paths import DATA_DIR_VARIABLE
from tests.integration.dbt_runs import parse


@pytest.fixture(scope="session")
def parsed_project(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """The dbt project, parsed once per test process."""
    root = tmp_path_factory.mktemp("parsed_project")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(DATA_DIR_VARIABLE, str(root / "data"))
        return parse(root)
