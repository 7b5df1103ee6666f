"""Tells whether what dbt reads has changed, without starting dbt."""

from __future__ import annotations

import hashlib
import json

from orchestration.paths import DBT_PROJECT, PROFILES, REPOSITORY, DataFolder
from orchestration.variables import dbt_vars

WATCHED = (DBT_PROJECT / "dbt_project.yml", DBT_PROJECT / "packages.yml", PROFILES / "profiles.yml")
WATCHED_FOLDERS = (DBT_PROJECT / "models", DBT_PROJECT / "macros", DBT_PROJECT / "tests", REPOSITORY / "seeds")


def project_fingerprint(folder: DataFolder) -> str:
    """One value that changes whenever a file of the dbt project, or a variable of the data folder, does."""
    files = [file for file in WATCHED if file.exists()]
    files += [file for root in WATCHED_FOLDERS for file in root.rglob("*") if file.suffix in {".sql", ".yml", ".csv", ".md"}]
    lines = [f"{file}|{file.stat().st_mtime_ns}|{file.stat().st_size}" for file in sorted(files)]
    lines.append(json.dumps(dbt_vars(folder), sort_keys=True))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
