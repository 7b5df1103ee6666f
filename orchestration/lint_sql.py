"""Lints every SQL model and singular test with sqlfluff, compiled by dbt against an empty throw-away warehouse.

sqlfluff's dbt templater uses one core, so the files are shared out over several processes. A file that was clean is linted
again only when it, a macro or the configuration has changed; `.sqlfluff_cache.json` remembers and may be deleted.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from orchestration.paths import DATA_DIR_VARIABLE, DBT_PROJECT, REPOSITORY

LINTED = (DBT_PROJECT / "models", DBT_PROJECT / "tests")
CACHE = REPOSITORY / ".sqlfluff_cache.json"
MAX_PROCESSES = 4
VIOLATIONS_FOUND = 1


def fingerprint(paths: Iterable[Path]) -> str:
    """Changes whenever one of the files does."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.relative_to(REPOSITORY).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def surroundings() -> str:
    """Changes whenever the same file might be judged differently."""
    macros = [*(DBT_PROJECT / "macros").rglob("*.sql"), *(DBT_PROJECT / "dbt_packages").rglob("*.sql")]
    return fingerprint([*macros, DBT_PROJECT / "dbt_project.yml", REPOSITORY / "pyproject.toml", REPOSITORY / "requirements.lock"])


def shares(paths: list[Path], count: int) -> list[list[Path]]:
    """The files in so many groups of about equal size."""
    groups: list[list[Path]] = [[] for _ in range(count)]
    sizes = [0] * count
    for path in sorted(paths, key=lambda path: path.stat().st_size, reverse=True):
        smallest = sizes.index(min(sizes))
        groups[smallest].append(path)
        sizes[smallest] += path.stat().st_size
    return [group for group in groups if group]


def lint(paths: list[Path]) -> list[dict[str, Any]]:
    """What sqlfluff says of each file; raises SystemExit when it cannot say anything."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            DATA_DIR_VARIABLE: folder,
            "DBT_TARGET_PATH": str(Path(folder) / "target"),
            "DBT_LOG_PATH": str(Path(folder) / "logs"),
        }
        report = Path(folder) / "report.json"
        sqlfluff = str(Path(sys.executable).with_name("sqlfluff"))
        options = ["--disable-progress-bar", "--format", "json", "--write-output", str(report)]
        result = subprocess.run(
            [sqlfluff, "lint", *options, *(str(path) for path in paths)],
            cwd=REPOSITORY,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )
        if result.returncode not in {0, VIOLATIONS_FOUND} or not report.exists():
            raise SystemExit(f"sqlfluff failed:\n{result.stdout}{result.stderr}")
        found: list[dict[str, Any]] = json.loads(report.read_text(encoding="utf-8"))
        return found


def main() -> int:
    """Lint the given files, or everything; the exit code says whether a rule was broken."""
    given = [Path(argument).resolve() for argument in sys.argv[1:]] or list(LINTED)
    paths = [found for path in given for found in ([path] if path.is_file() else path.rglob("*.sql"))]
    around = surroundings()
    keys = {path: hashlib.sha256((around + fingerprint([path])).encode()).hexdigest() for path in paths}
    clean: dict[str, str] = json.loads(CACHE.read_text(encoding="utf-8")) if CACHE.exists() else {}
    names = {path: path.relative_to(REPOSITORY).as_posix() for path in paths}
    changed = [path for path in paths if clean.get(names[path]) != keys[path]]
    if changed:
        groups = shares(changed, min(os.cpu_count() or 1, MAX_PROCESSES))
        with ThreadPoolExecutor(len(groups)) as executor:
            reports = [report for group in executor.map(lint, groups) for report in group]
        broken = {Path(report["filepath"]).resolve(): report["violations"] for report in reports if report["violations"]}
        clean |= {names[path]: keys[path] for path in changed if path not in broken}
        CACHE.write_text(json.dumps(clean, indent=0, sort_keys=True), encoding="utf-8")
    else:
        broken = {}
    for path, violations in sorted(broken.items()):
        for violation in violations:
            place = f"{names[path]}:{violation['start_line_no']}:{violation['start_line_pos']}"
            print(f"{place}: {violation['code']} {violation['description']} [{violation['name']}]")
    count = sum(len(violations) for violations in broken.values())
    print(f"sqlfluff: {len(paths)} files, {len(changed)} linted now, {count} violations.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
