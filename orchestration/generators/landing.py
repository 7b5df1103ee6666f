"""Writes the landing files of a window. A file appears under its name only when it is complete, and is never written again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from orchestration.generators.engine import SQL_DIR, Engine
from orchestration.generators.spec import WorldSpec
from orchestration.generators.tables import LANDING_TABLES, TRUTH_PARTS, LandingTable

# The longest time after which a row is delivered a second time.
REDELIVERY_DAYS = 2


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


def write_window(engine: Engine, window: Window, data_dir: Path) -> int:
    """Writes what is missing of one window, the truth about it first; returns the number of landing rows written."""
    parts = [part for part in TRUTH_PARTS if not truth_part_file(data_dir, part, window).exists()]
    tables = [table for table in LANDING_TABLES if not landing_file(data_dir, table, window).exists()]
    if not parts and not tables:
        return 0
    engine.roll_to(window.first_day, window.end_day)
    for part in parts:
        _write_parquet(engine.connection, f"from ({_query(f'truth/{part}')}) order by all", truth_part_file(data_dir, part, window))
    return sum(_write_table(engine.connection, table, landing_file(data_dir, table, window)) for table in tables)


def _query(name: str) -> str:
    return (SQL_DIR / f"{name}.sql").read_text(encoding="utf-8")


def _write_table(connection: duckdb.DuckDBPyConnection, table: LandingTable, path: Path) -> int:
    # Rows first, then the file: a re-delivered row appears a second time, so rows of a few days before are candidates too.
    connection.execute(
        f"""
        create or replace temp table candidates as
        select *
        from ({_query("landing/" + table.name)})
        where available_at >= getvariable('window_start') - interval {REDELIVERY_DAYS} days and available_at < getvariable('window_end')
        """
    )
    rows = _write_parquet(
        connection,
        f"""
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
        where available_at >= getvariable('window_start') and available_at < getvariable('window_end')
        order by _loaded_at, available_at, {table.sort_key}
        """,
        path,
    )
    connection.execute("drop table candidates")
    return rows


def _write_parquet(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".parquet.tmp")
    target = str(temporary).replace("'", "''")
    copied = connection.execute(f"copy ({query}) to '{target}' (format parquet, compression zstd)")
    rows = int(copied.fetchall()[0][0])
    temporary.replace(path)
    return rows
