"""Lints every SQL model and singular test with sqlfluff, compiled by dbt against an empty throw-away warehouse."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from orchestration.paths import DATA_DIR_VARIABLE, REPOSITORY

LINTED = ("dbt_project/models", "dbt_project/tests")


def main() -> int:
    """Lint the given paths, or everything; the exit code says whether a rule was broken."""
    paths = sys.argv[1:] or [path for path in LINTED if any((REPOSITORY / path).rglob("*.sql"))]
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            DATA_DIR_VARIABLE: folder,
            "DBT_TARGET_PATH": str(Path(folder) / "target"),
            "DBT_LOG_PATH": str(Path(folder) / "logs"),
        }
        command = [str(Path(sys.executable).with_name("sqlfluff")), "lint", "--disable-progress-bar", *paths]
        return subprocess.run(command, cwd=REPOSITORY, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
