"""Times the demo world and a plain `dbt build` on it, with the peak memory of each.

Usage: python -m benchmarks.street --size 20000. Writes one line per step to benchmarks/results/street.jsonl.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from orchestration.paths import DATA_DIR_VARIABLE, DBT_PROJECT, PROFILES, REPOSITORY

RESULTS = REPOSITORY / "benchmarks" / "results" / "street.jsonl"


@dataclass(frozen=True)
class Measurement:
    """What one step cost: the whole process tree's time, the largest process's memory."""

    step: str
    size: int
    wall_seconds: float
    cpu_seconds: float
    peak_gb: float
    cores: int
    python: str
    measured_at: str


def measure(step: str, size: int, command: Sequence[str | Path], environment: dict[str, str]) -> Measurement:
    """Run a command to its end and measure it.

    Raises SystemExit when it fails: a figure of a failed step is worth nothing.
    """
    started = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], cwd=DBT_PROJECT, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{step} failed with exit code {process.returncode}")
    return Measurement(
        step=step,
        size=size,
        wall_seconds=round(time.monotonic() - started, 1),
        cpu_seconds=round(usage.ru_utime + usage.ru_stime, 1),
        # Linux counts kilobytes.
        peak_gb=round(usage.ru_maxrss / 1024**2, 2),
        cores=os.cpu_count() or 0,
        python=platform.python_version(),
        measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def steps(size: int) -> dict[str, list[str | Path]]:
    """The steps, in order: a second build shows what an unchanged landing folder costs."""
    dbt = Path(sys.executable).with_name("dbt")
    build: list[str | Path] = [dbt, "--quiet", "build", "--profiles-dir", PROFILES, "--exclude-resource-type", "unit_test"]
    return {
        "generate": [sys.executable, "-m", "orchestration.cli", "generate", "--size", str(size)],
        "dbt build": build,
        "dbt build again": build,
    }


def main() -> None:
    """Measure, print and keep the figures; the data folder is thrown away."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=20_000, help="customers")
    parser.add_argument("--keep", type=Path, help="use this data folder and keep it")
    parsed = parser.parse_args()
    root = parsed.keep.resolve() if parsed.keep else Path(tempfile.mkdtemp(prefix="a360-bench-"))
    environment = os.environ | {DATA_DIR_VARIABLE: str(root), "DBT_TARGET_PATH": str(root / "dbt"), "DBT_LOG_PATH": str(root / "logs")}
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    try:
        with RESULTS.open("a", encoding="utf-8") as results:
            for step, command in steps(parsed.size).items():
                figures = measure(step, parsed.size, command, environment)
                results.write(json.dumps(asdict(figures)) + "\n")
                print(
                    f"{step:16} {figures.wall_seconds:8.1f} s wall {figures.cpu_seconds:8.1f} s CPU {figures.peak_gb:6.2f} GB", flush=True
                )
    finally:
        if not parsed.keep:
            shutil.rmtree(root)


if __name__ == "__main__":
    main()
