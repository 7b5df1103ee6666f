"""Worlds whose rows arrive at random: late, too late, twice, in another order, with decisions of people in between."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from orchestration.generators.spec import WorldSpec
from orchestration.generators.world import generate_world

START, END = date(2026, 7, 1), date(2026, 10, 29)
DELIVERY_COUNT = 3
# Of the rows of every table.
DELAYED, REPEATED = 0.15, 0.04
# Of the events, which alone can be too late: loaded up to so many days after they would have been.
LATE, MOST_DAYS_LATE = 0.05, 20
DAYS = (END - START).days + 1
OWN_COLUMNS = "row_id, first_id, first_loaded_at, first_delivery, delivery, part"
EVENT_TABLES = ("web/events", "esp/events")


@dataclass(frozen=True)
class RandomWorld:
    """All rows that a shop will ever deliver, each with the time at which it was loaded, wherever it arrives."""

    folder: Path
    seed: int
    customers: int

    def make(self) -> None:
        """Generate a demo world and make its events late and its rows repeated, by the seed."""
        raw = self.folder / "generated"
        generate_world(WorldSpec(customers=self.customers, seed=self.seed, start_date=START, end_date=END), raw)
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            for table, source in _tables(raw / "landing"):
                target = self.folder / "rows" / f"{table}.parquet"
                target.parent.mkdir(parents=True, exist_ok=True)
                late = LATE if table in EVENT_TABLES else 0.0
                columns = [name for name, *_ in connection.execute(f"describe from {source}").fetchall()]
                content = ", ".join(f'"{name}"' for name in columns if name not in ("_loaded_at", "file_name"))
                connection.execute(
                    _ROWS.format(source=source, content=content, seed=self.seed, late=late, repeated=REPEATED, most=MOST_DAYS_LATE)
                )
                connection.execute(f"copy rows_of_a_table to '{target}' (format parquet)")

    def deliver(self, data_dir: Path, number: int, order: int) -> None:
        """Land one delivery of an order of arrival, in one to three files per table and one of what is loaded again.

        Whatever comes first of an event counts, so what a source loads again is registered after it.
        """
        with duckdb.connect() as connection:
            for file in sorted((self.folder / "rows").rglob("*.parquet")):
                table = file.relative_to(self.folder / "rows").with_suffix("")
                parts = random.Random(f"{self.seed} {order} {number} {table}").randint(1, 3)
                query = _DELIVERY.format(
                    file=file, seed=self.seed, order=order, parts=parts, delayed=DELAYED, last=DELIVERY_COUNT - 1, start=START, days=DAYS
                )
                for part in (*range(parts), "repeated"):
                    # The folder says when the file was loaded, which decides the order of files that one run registers.
                    loaded_at = f"loaded_at=2026-11-0{number + 1}T{'12' if part == 'repeated' else '06'}-00-00"
                    target = data_dir / "landing" / table / loaded_at / f"{part}.parquet"
                    target.parent.mkdir(parents=True, exist_ok=True)
                    connection.execute(
                        f"copy (select * exclude ({OWN_COLUMNS}) from ({query}) where delivery = {number} and part = '{part}' "
                        f"order by hash(row_id, {order})) to '{target}' (format parquet)"
                    )


def _tables(landing: Path) -> Iterator[tuple[str, str]]:
    for folder in sorted(landing.glob("*/*")):
        yield str(folder.relative_to(landing)), f"read_parquet('{folder}/*.parquet', union_by_name = true, filename = 'file_name')"


# A row is known by its file and its place in it. What is repeated is loaded at the very same time, or again some days later.
_ROWS = """
create or replace table rows_of_a_table as
with
numbered as (
    select *, hash(parse_filename(file_name), row_number() over (partition by file_name)) as row_id
    from {source}
),
made_late as (
    select * exclude (file_name) replace (
        case
            when hash(row_id, {seed}, 'late') % 10_000 < {late} * 10_000
                then least(
                    _loaded_at + to_days(1 + cast(hash(row_id, {seed}, 'by') % {most} as integer)),
                    (select max(_loaded_at) from numbered)
                )
            else _loaded_at
        end as _loaded_at
    )
    from numbered
),
repeated as (
    select * from made_late
    union all by name
    select * replace (
        hash(row_id, 'again') as row_id,
        least(
            _loaded_at + to_days(greatest(cast(hash(row_id, {seed}, 'gap') % 12 as integer) - 4, 0)),
            (select max(_loaded_at) from made_late)
        ) as _loaded_at
    )
    from made_late
    where hash(row_id, {seed}, 'repeated') % 10_000 < {repeated} * 10_000
)
select
    *,
    first_value(row_id) over same_content as first_id,
    first_value(_loaded_at) over same_content as first_loaded_at
from repeated
window same_content as (partition by {content} order by _loaded_at, row_id)
"""

# The deliveries are equal parts of the time in which rows were loaded; a row that is delayed comes with any later one.
_DELIVERY = """
with
timed as (
    select
        *,
        least(cast(floor(({last} + 1) * (epoch(first_loaded_at) - epoch(timestamp '{start}')) / ({days} * 86_400)) as integer), {last})
            as first_turn,
        least(cast(floor(({last} + 1) * (epoch(_loaded_at) - epoch(timestamp '{start}')) / ({days} * 86_400)) as integer), {last}) as turn
    from '{file}'
),
arrived as (
    select
        * exclude (first_turn),
        case
            when hash(first_id, {seed}, {order}, 'delayed') % 10_000 < {delayed} * 10_000
                then first_turn + cast(hash(first_id, {seed}, {order}, 'to') % ({last} + 1 - first_turn) as integer)
            else first_turn
        end as first_delivery
    from timed
)
select
    * exclude (turn),
    case when row_id = first_id then first_delivery else greatest(first_delivery, turn) end as delivery,
    case
        when _loaded_at > first_loaded_at then 'repeated'
        else cast(hash(row_id, {order}, 'file') % {parts} as varchar)
    end as part
from arrived
"""
