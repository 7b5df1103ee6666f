"""Makes a demo world in a data folder, and appends days to it.

``generate_world`` writes the landing zone month by month, ``append_days`` day by day; then the truth, apart from it. A day that
is appended holds exactly the rows that it would hold had the longer world been generated in one go, because every row is a
function of (seed, size, start date, person, day) and goes into the file of the day on which it becomes available.
"""

from __future__ import annotations

import fcntl
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from orchestration.generators.engine import Engine
from orchestration.generators.landing import Window, batches, day_windows, month_windows, write_batch
from orchestration.generators.manifest import (
    Manifest,
    WorldMismatchError,
    check_folder_is_free,
    check_same_world,
    read_manifest,
    write_manifest,
)
from orchestration.generators.spec import WorldSpec
from orchestration.generators.truth import write_truth

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Resources:
    """What the generator may use. The memory limit is DuckDB's; ``threads`` None means one per core."""

    memory_limit: str = "4GB"
    threads: int | None = None


@contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    """Lets one generator at a time work in a folder; the next one waits. The kernel lets go when the process ends."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / ".generator.lock").open("a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            logger.info("Another generator is at work in %s; waiting for it to end.", data_dir)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def generate_world(spec: WorldSpec, data_dir: Path, resources: Resources | None = None) -> bool:
    """Makes the world in the folder; finishes a run that was interrupted. Returns False when it was there already."""
    with alone(data_dir):
        return _generate(spec, data_dir, resources or Resources())


def _generate(spec: WorldSpec, data_dir: Path, resources: Resources) -> bool:
    manifest = read_manifest(data_dir)
    if manifest is None:
        check_folder_is_free(data_dir)
        manifest = Manifest(spec=spec, generated_until=None, pending_until=spec.end_date)
        write_manifest(data_dir, manifest)
    check_same_world(data_dir, manifest, spec)
    held_until = manifest.generated_until
    if held_until is not None and spec.end_date in (manifest.spec.end_date, held_until):
        logger.info("The demo world is there already (%s customers, until %s).", f"{spec.customers:,}", held_until)
        return False
    if held_until is not None or manifest.spec.end_date != spec.end_date:
        held = f"ends on {held_until}" if held_until else f"was to end on {manifest.spec.end_date}"
        raise WorldMismatchError(
            f"The demo world in {data_dir} {held}, not on {spec.end_date}. Use --append-days to make it longer, "
            f"or remove {data_dir / 'landing'} and {data_dir / 'truth'} to make it anew."
        )
    _write(manifest, spec.end_date, list(month_windows(spec)), data_dir, resources)
    return True


def append_days(data_dir: Path, days: int, resources: Resources | None = None) -> date:
    """Appends so many days to the world in the folder, one file per table and day; returns its new last day."""
    if days < 1:
        raise ValueError(f"at least one day must be appended, not {days}")
    with alone(data_dir):
        return _append(data_dir, days, resources or Resources())


def _append(data_dir: Path, days: int, resources: Resources) -> date:
    manifest = read_manifest(data_dir)
    if manifest is None or manifest.generated_until is None:
        raise WorldMismatchError(f"There is no complete demo world in {data_dir} to append to: generate it first.")
    check_same_world(data_dir, manifest, manifest.spec)
    held_until = manifest.generated_until
    target = held_until + timedelta(days=days)
    # A run that was interrupted may have set out for more days; its files are kept, so they are finished.
    target = max(target, manifest.pending_until or target)
    manifest = replace(manifest, pending_until=target)
    write_manifest(data_dir, manifest)
    windows = list(day_windows(manifest.spec, held_until, target))
    _write(manifest, target, windows, data_dir, resources)
    return target


def _write(manifest: Manifest, until: date, windows: Sequence[Window], data_dir: Path, resources: Resources) -> None:
    started = time.monotonic()
    spec = manifest.spec
    scratch = data_dir / ".generator_scratch"
    for leftover in (*(data_dir / "landing").rglob("*.parquet.tmp"), *(data_dir / "truth").rglob("*.parquet.tmp")):
        leftover.unlink()
    engine = Engine.open(spec, (until - spec.start_date).days, resources.memory_limit, resources.threads, scratch)
    try:
        rows = 0
        for batch in batches(windows, spec.customers):
            written = write_batch(engine, batch, data_dir)
            rows += written
            if written:
                logger.info("Demo world %s to %s: %s rows", batch[0].label, batch[-1].label, f"{written:,}")
        write_truth(engine, until, data_dir)
    finally:
        engine.close()
        if scratch.exists():
            for leftover in scratch.iterdir():
                leftover.unlink()
            scratch.rmdir()
    write_manifest(data_dir, replace(manifest, generated_until=until, pending_until=None))
    logger.info("Demo world until %s: %s rows in %.0f s", until, f"{rows:,}", time.monotonic() - started)
