"""Part of a world arrives at random: days after it was loaded, late, too late, or a second time."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from orchestration.paths import DataFolder

# Of the rows that were loaded in the last days of the world: how many come with a later delivery, and how many are delivered again.
DELAYED, REPEATED = 0.05, 0.02
LAST_DAYS = 45
# Of the delayed events: how many were also loaded later than they would have been, up to so many days.
LATE, MOST_DAYS_LATE = 0.5, 30
DELIVERIES = 2
EVENT_TABLES = ("web/events", "esp/events")


def hold_back(folder: DataFolder) -> None:
    """Take a share of the rows out of the landing files, and keep what each later delivery brings beside the landing zone."""
    tables = sorted(path.relative_to(folder.landing) for path in folder.landing.glob("*/*"))
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        [(end,)] = connection.execute(
            f"select max(_loaded_at) from read_parquet('{folder.landing}/web/events/*.parquet', union_by_name = true)"
        ).fetchall()
        for table in tables:
            late = LATE if str(table) in EVENT_TABLES else 0.0
            for file in sorted((folder.landing / table).glob("*.parquet")):
                connection.execute(
                    _MARKED.format(
                        file=file,
                        end=end,
                        days=LAST_DAYS,
                        delayed=int(DELAYED * 10_000),
                        repeated=int((DELAYED + REPEATED) * 10_000),
                        late=int(late * 10_000),
                        most=MOST_DAYS_LATE,
                        deliveries=DELIVERIES,
                    )
                )
                [(moved,)] = connection.execute("select count(*) from marked where delivery > 0").fetchall()
                if not moved:
                    continue
                for number in range(1, DELIVERIES + 1):
                    target = _held(folder, number) / table / f"late_{file.name}"
                    target.parent.mkdir(parents=True, exist_ok=True)
                    connection.execute(f"copy ({_ROWS_OF.format(condition=f'delivery = {number}')}) to '{target}' (format parquet)")
                rest = file.with_suffix(".rest")
                connection.execute(f"copy ({_ROWS_OF.format(condition='delivery = 0 or is_repeated')}) to '{rest}' (format parquet)")
                rest.replace(file)


def deliver(folder: DataFolder, number: int) -> None:
    """Land what was held back for one delivery."""
    for file in sorted(_held(folder, number).rglob("*.parquet")):
        target = folder.landing / file.relative_to(_held(folder, number)).with_name(f"{number}_{file.name}")
        shutil.copy(file, target)


def _held(folder: DataFolder, number: int) -> Path:
    return folder.root / "held_back" / str(number)


# A row is known by its file and its place in it. What is repeated comes both with the first delivery and with a later one.
_MARKED = """
create or replace table marked as
with
numbered as (
    select *, hash(parse_filename('{file}'), file_row_number) as row_id
    from read_parquet('{file}', file_row_number = true)
),
drawn as (
    select
        * exclude (file_row_number),
        row_id % 10_000 < {delayed} and _loaded_at > timestamp '{end}' - interval {days} day as is_delayed,
        row_id % 10_000 between {delayed} and {repeated} - 1 and _loaded_at > timestamp '{end}' - interval {days} day as is_repeated,
        1 + cast(hash(row_id, 'delivery') % {deliveries} as integer) as turn
    from numbered
)
select
    * exclude (is_delayed, turn) replace (
        case
            when is_delayed and hash(row_id, 'late') % 10_000 < {late}
                then least(_loaded_at + to_days(1 + cast(hash(row_id, 'by') % {most} as integer)), timestamp '{end}')
            else _loaded_at
        end as _loaded_at
    ),
    case when is_delayed or is_repeated then turn else 0 end as delivery
from drawn
"""
_ROWS_OF = "select * exclude (row_id, is_repeated, delivery) from marked where {condition} order by row_id"
