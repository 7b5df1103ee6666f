"""Worlds for the bench: made once per size and kept; each run works on hard links of its files."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from benchmarks.measuring import Cost, measure
from benchmarks.sizes import BenchFolders
from orchestration.generators.manifest import read_manifest
from orchestration.paths import REPOSITORY, DataFolder
from orchestration.variables import keep_vars

COST_FILE = "generation.json"
SEED = 7
# Below, the segments of the demo would be too small to be published.
SMALL = 100_000


def make_world(folders: BenchFolders, customers: int, memory_limit: str) -> Cost | None:
    """Make the world unless it is there; what making it cost, or None when a run before was interrupted or somebody else made it."""
    manifest = read_manifest(folders.world.root)
    file = folders.root / COST_FILE
    if manifest is None or manifest.generated_until is None:
        is_fresh = manifest is None
        command = [sys.executable, "-m", "orchestration.generators", "--data-dir", folders.world.root, "--customers", str(customers)]
        cost = measure([*command, "--seed", str(SEED), "--memory-limit", memory_limit], REPOSITORY)
        if is_fresh:
            file.write_text(json.dumps(cost.as_record()) + "\n", encoding="utf-8")
    return Cost(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None


def fresh_run(folders: BenchFolders, customers: int) -> DataFolder:
    """An empty data folder on the same landing files; days that are appended to it do not reach the kept world."""
    shutil.rmtree(folders.run.root, ignore_errors=True)
    for part in ("landing", "truth"):
        shutil.copytree(folders.world.root / part, folders.run.root / part, copy_function=_link)
    keep_vars(folders.run, {"minimum_segment_size": 25} if customers < SMALL else {})
    return folders.run


def append_day(folders: BenchFolders, memory_limit: str) -> Cost:
    """Deliver one more day to the run."""
    command = [sys.executable, "-m", "orchestration.generators", "--data-dir", folders.run.root, "--append-days", "1"]
    return measure([*command, "--memory-limit", memory_limit], REPOSITORY)


def landed(folder: DataFolder) -> dict[str, int]:
    """How much lies in the landing zone."""
    files = list(folder.landing.rglob("*.parquet"))
    return {"landing_files": len(files), "landing_bytes": sum(file.stat().st_size for file in files)}


def _link(source: str, target: str) -> str:
    # The generator rewrites its manifest by replacing the file, so that a link never changes what it came from.
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def size_of(path: Path) -> int:
    """Bytes of a file or of everything below a folder; nothing when it is not there."""
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file() and not file.is_symlink())
    return path.stat().st_size if path.exists() else 0
