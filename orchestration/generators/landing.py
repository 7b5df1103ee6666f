"""Writes the landing files of a window. A file appears under its name only when it is complete, and is never written again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import duckdb

from orchestration.generators.engine import SQL_DIR, Engine
from orchestration.generators.spec import WorldSpec
from orchestration.generators.tables import LANDING_TABLES, TRUTH_PARTS, LandingTable

# The longest time after which a row is delivered a second time.
REDELIVERY_DAYS = 2
# People times days that are computed together.
BATCH_PERSON_DAYS = 20_000 * 740


@dataclass(frozen=True)
class Window:
    """Days whose deliveries are written together: from ``first_day`` up to, not including, ``end_day``; and the files' label."""

    first_day: int
    end_day: int
    label: str


def month_windows(spec: WorldSpec) -> Iterator[Window]:
    """One window per calendar month of the history; the last one ends with the world."""
    day = spec.start_date
    while day <= spec.end_date:
        next_month = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        end = min(next_month, spec.end_date + timedelta(days=1))
        yield Window((day - spec.start_date).days, (end - spec.start_date).days, day.strftime("%Y-%m"))
        day = next_month


def day_windows(spec: WorldSpec, after: date, until: date) -> Iterator[Window]:
    """One window per day that is appended to a world which was generated up to and including ``after``."""
    for offset in range(1, (until - after).days + 1):
        day = after + timedelta(days=offset)
        number = (day - spec.start_date).days
        yield Window(number, number + 1, day.isoformat())


def landing_file(data_dir: Path, table: LandingTable, window: Window) -> Path:
    """Where the rows of a table and window are written."""
    return data_dir / "landing" / table.source / table.table / f"{table.table}_{window.label}.parquet"


def truth_part_file(data_dir: Path, part: str, window: Window) -> Path:
    """Where the truth about a window is kept until it is put together."""
    return data_dir / "truth" / "parts" / part / f"{part}_{window.label}.parquet"


def batches(windows: Sequence[Window], customers: int) -> Iterator[Sequence[Window]]:
    """Windows that are computed together. Planning the queries costs seconds, so a small world goes through in one piece."""
    days = max(31, BATCH_PERSON_DAYS // customers)
    first = 0
    for last in range(1, len(windows) + 1):
        if last == len(windows) or windows[last].end_day - windows[first].first_day > days:
            yield windows[first:last]
            first = last


def write_batch(engine: Engine, windows: Sequence[Window], data_dir: Path) -> int:
    """Writes what is missing of windows that follow each other, the truth first; returns the number of landing rows written."""
    parts = {part: _missing(windows, partial(truth_part_file, data_dir, part)) for part in TRUTH_PARTS}
    tables = {table: _missing(windows, partial(landing_file, data_dir, table)) for table in LANDING_TABLES}
    if not any(parts.values()) and not any(tables.values()):
        return 0
    engine.roll_to(windows[0].first_day, windows[-1].end_day)
    for part, missing in parts.items():
        if missing:
            engine.connection.execute(f"create or replace temp table candidates as {_query('truth/' + part)}")
            for window, path in missing.items():
                _copy(engine.connection, f"from candidates where t >= {window.first_day} and t < {window.end_day} order by all", path)
    rows = 0
    for table, missing in tables.items():
        if missing:
            # A re-delivered row appears a second time, so rows of a few days before the first window are candidates too.
            engine.connection.execute(
                f"""
                create or replace temp table candidates as
                select *
                from ({_query("landing/" + table.name)})
                where
                    available_at >= getvariable('window_start') - interval {REDELIVERY_DAYS} days
                    and available_at < getvariable('window_end')
                """
            )
            rows += sum(_copy(engine.connection, _deliveries(engine, table, window), path) for window, path in missing.items())
    engine.connection.execute("drop table if exists candidates")
    return rows


def _missing(windows: Sequence[Window], file_of: Callable[[Window], Path]) -> dict[Window, Path]:
    files = {window: file_of(window) for window in windows}
    return {window: path for window, path in files.items() if not path.exists()}


def _deliveries(engine: Engine, table: LandingTable, window: Window) -> str:
    """The rows of a window, those delivered a second time included, in the order of their delivery."""
    start, end = (f"timestamp '{engine.spec.start_date + timedelta(days=day)}'" for day in (window.first_day, window.end_day))
    return f"""
        with

        deliveries as (

            select * exclude (redelivered_after_hours)
            from candidates

            union all

            select * exclude (redelivered_after_hours) replace (available_at + to_hours(redelivered_after_hours) as available_at)
            from candidates
            where redelivered_after_hours is not null

        )

        select * exclude (available_at), {table.loaded_at} as _loaded_at
        from deliveries
        where available_at >= {start} and available_at < {end}
        order by _loaded_at, available_at, {table.sort_key}
    """


def _query(name: str) -> str:
    return (SQL_DIR / f"{name}.sql").read_text(encoding="utf-8")


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".parquet.tmp")
    target = str(temporary).replace("'", "''")
    copied = connection.execute(f"copy ({query}) to '{target}' (format parquet, compression zstd)")
    rows = int(copied.fetchall()[0][0])
    temporary.replace(path)
    return rows
