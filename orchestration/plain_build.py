"""`make build`: dbt build on the data folder, unless nothing that it reads has changed since the last one that ended well.

Usage: python -m orchestration.plain_build [--force]

The as-of tables are made anew by every build, so that one without news costs nearly as much as the first. What a build depends on is the
project, the variables, the environment, the delivered files and the two stores; all of them are compared by digest or by size and
time of change. Whoever else writes to a store, a model's training or a lone `dbt run`, makes the next build a whole one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

from orchestration.atomic_files import write_whole
from orchestration.paths import DBT_PROJECT, PROFILES, REPOSITORY, DataFolder, data_folder
from orchestration.project_fingerprint import project_fingerprint
from orchestration.variables import vars_text

PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb")
READ_FROM_ENVIRONMENT = ("A360_", "DBT_")
STAMP = "built.json"
# What a shell calls a program that Ctrl-C ended.
INTERRUPTED = 130


def state(folder: DataFolder) -> str:
    """One value that changes whenever something does that a build reads or that was built; a digest, so that it shows no secret."""
    stores = [store.with_name(store.name + ending) for store in (folder.warehouse, folder.ops) for ending in ("", ".wal")]
    lines = [project_fingerprint(folder), *(f"{package} {version(package)}" for package in PACKAGES)]
    lines += sorted(f"{name}={value}" for name, value in os.environ.items() if name.startswith(READ_FROM_ENVIRONMENT))
    lines += _described((REPOSITORY / "orchestration").rglob("*.py")) + _delivered(folder) + _described(filter(Path.exists, stores))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def is_built(folder: DataFolder) -> bool:
    """Whether the last whole build ended well and found everything as it is now."""
    stamp = folder.root / STAMP
    return folder.warehouse.exists() and stamp.exists() and json.loads(stamp.read_text(encoding="utf-8")) == {"state": state(folder)}


def keep_state(folder: DataFolder) -> None:
    """Remember that everything is built as it is now."""
    write_whole(folder.root / STAMP, json.dumps({"state": state(folder)}) + "\n")


def build(folder: DataFolder, command: Sequence[str]) -> int:
    """Run the build; its exit code. A build that ended with warnings is repeated, so that they are, and so is one that missed a file."""
    delivered = _delivered(folder)
    (folder.root / STAMP).unlink(missing_ok=True)
    try:
        code = subprocess.run(command, cwd=DBT_PROJECT, check=False).returncode
    except KeyboardInterrupt:
        return INTERRUPTED
    if code == 0 and not _has_warnings() and delivered == _delivered(folder):
        keep_state(folder)
    return code


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--force", action="store_true", help="build even if nothing has changed")
    parsed = parser.parse_args()
    folder = data_folder()
    if not parsed.force and is_built(folder):
        print(f"Nothing is new since the last build of {folder.root}: no file, no setting, no store. To build anyway: make build FORCE=1")
        return 0
    dbt = str(Path(sys.executable).with_name("dbt"))
    return build(folder, (dbt, "build", "--profiles-dir", str(PROFILES), "--vars", vars_text(folder)))


def _has_warnings() -> bool:
    results = Path(os.environ.get("DBT_TARGET_PATH") or DBT_PROJECT / "target") / "run_results.json"
    return any(result["status"] == "warn" for result in json.loads(results.read_text(encoding="utf-8"))["results"])


def _delivered(folder: DataFolder) -> list[str]:
    return _described(file for file in folder.landing.rglob("*") if file.is_file())


def _described(files: Iterable[Path]) -> list[str]:
    return sorted(f"{file}|{file.stat().st_size}|{file.stat().st_mtime_ns}" for file in files)


if __name__ == "__main__":
    sys.exit(main())
