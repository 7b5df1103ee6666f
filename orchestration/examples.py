"""Bring your own shop: run the SELECTs of `examples/<name>/` over foreign tables and write the landing files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import uuid4

import duckdb
import yaml

from orchestration.atomic_files import write_whole
from orchestration.paths import DBT_PROJECT, REPOSITORY, DataFolder
from orchestration.source_tables import landing_sources
from orchestration.variables import keep_vars
from orchestration.warehouse import literal

EXAMPLES = REPOSITORY / "examples"
LOADED_AT = "_loaded_at"
Deliveries = Literal["all", "daily"]


class ExampleError(Exception):
    """The mapping or its data cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Example:
    """The mapping of one shop, as `example.yml` states it."""

    name: str
    title: str
    folder: Path
    relation: str
    environment_variable: str | None
    paths: tuple[str, ...]
    missing: str
    tables: Mapping[str, str]
    variables: Mapping[str, object]


@dataclass(frozen=True)
class LandedTable:
    """What was written for one landing table."""

    table: str
    row_count: int
    file_count: int


def read_example(name: str) -> Example:
    """The mapping of that name, checked against the contract."""
    folder = EXAMPLES / name
    file = folder / "example.yml"
    if not file.exists():
        known = ", ".join(sorted(path.parent.name for path in EXAMPLES.glob("*/example.yml")))
        raise ExampleError(f"no example {name}: {file} does not exist; there are: {known}")
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    example = Example(
        name=content["name"],
        title=content["title"],
        folder=folder,
        relation=content["input"]["relation"],
        environment_variable=content["input"].get("environment_variable"),
        paths=tuple(content["input"].get("paths", ())),
        missing=content["input"]["missing"],
        tables=content["tables"],
        variables=content.get("vars") or {},
    )
    contract = {f"{source}.{table}" for source, tables in landing_sources(DBT_PROJECT / "models").items() for table in tables}
    unknown = sorted(set(example.tables) - contract)
    if unknown:
        raise ExampleError(f"{file} maps tables that are not in the contract: {', '.join(unknown)}")
    return example


def prepare_example(name: str, data_dir: Path, deliveries: Deliveries = "all") -> list[LandedTable]:
    """Write the landing files of a shop: one file per table, or one per table and day of `_loaded_at`.

    The project's variables for the shop are kept in the data folder, so that every later run uses them.
    """
    example = read_example(name)
    folder = DataFolder(data_dir)
    _refuse_other_data(folder, example)
    with duckdb.connect(":memory:") as connection:
        connection.execute("set timezone = 'UTC'")
        _create_input(connection, example)
        landed = [_land(connection, example, table, file, folder, deliveries) for table, file in example.tables.items()]
    keep_vars(folder, example.variables)
    return landed


def input_files(example: Example) -> list[str]:
    """Files of the foreign data; the environment names them first, then the paths in the order of the mapping."""
    named = os.environ.get(example.environment_variable) if example.environment_variable else None
    candidates = [Path(named).expanduser()] if named else [example.folder / path for path in example.paths]
    for candidate in candidates:
        files = sorted(str(file) for file in _expand(candidate))
        if files:
            return files
    looked_in = ", ".join(str(candidate) for candidate in candidates)
    raise ExampleError(f"no data for {example.title} (looked for {looked_in}). {example.missing}")


def _expand(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (file for suffix in ("*.parquet", "*.csv") for file in path.glob(suffix))
    elif path.is_file():
        yield path
    elif "*" in path.name and path.parent.is_dir():
        yield from path.parent.glob(path.name)


def _create_input(connection: duckdb.DuckDBPyConnection, example: Example) -> None:
    files = input_files(example)
    kinds = {Path(file).suffix for file in files}
    if len(kinds) != 1:
        raise ExampleError(f"{example.title}: all input files have to be of one kind, found {', '.join(sorted(kinds))}")
    listed = ", ".join(literal(file) for file in files)
    if kinds == {".parquet"}:
        reader = f"read_parquet([{listed}], filename = true, file_row_number = true)"
        query = f"select * rename (filename as file_name) from {reader}"
    else:
        # One thread reads in order, so that the place in the file is known.
        connection.execute("set threads = 1")
        reader = f"read_csv([{listed}], filename = true, all_varchar = true)"
        query = f"""
            select * rename (filename as file_name), row_number() over (partition by filename order by position) - 1 as file_row_number
            from (select *, row_number() over () as position from {reader})
        """
    connection.execute(f'create table "{example.relation}" as {query}')


def _land(
    connection: duckdb.DuckDBPyConnection, example: Example, table: str, file: str, folder: DataFolder, deliveries: Deliveries
) -> LandedTable:
    source, name = table.split(".")
    query = (example.folder / file).read_text(encoding="utf-8")
    connection.execute(f"create or replace temp table landed as {query}")
    _check_columns(connection, example, source, name, file)
    target = folder.landing / source / name
    target.mkdir(parents=True, exist_ok=True)
    if deliveries == "all":
        parts = [("all", "true")]
    else:
        days = connection.execute(f"select distinct cast({LOADED_AT} as date) as day from landed order by day").fetchall()
        parts = [(f"{day:%Y-%m-%d}", f"cast({LOADED_AT} as date) = date '{day}'") for (day,) in days]
    row_count = sum(_write(connection, condition, target / f"{name}_{label}.parquet") for label, condition in parts)
    return LandedTable(table, row_count, len(parts))


def _check_columns(connection: duckdb.DuckDBPyConnection, example: Example, source: str, name: str, file: str) -> None:
    declared = set(landing_sources(DBT_PROJECT / "models")[source][name].column_names) | {LOADED_AT}
    found = {row[0] for row in connection.execute("describe landed").fetchall()}
    [(unstamped,)] = connection.execute(
        f"select count(*) from landed where {LOADED_AT if LOADED_AT in found else 'null'} is null"
    ).fetchall()
    if found - declared or LOADED_AT not in found or unstamped:
        raise ExampleError(
            f"{example.folder / file}: columns beside the contract: {sorted(found - declared) or 'none'}; "
            f"rows without {LOADED_AT}: {unstamped}. Each row has to say when it was delivered."
        )


def _write(connection: duckdb.DuckDBPyConnection, condition: str, file: Path) -> int:
    """Written once: a delivered file never changes, so one that is there already has to hold the same."""
    if file.exists():
        [(row_count,)] = connection.execute(f"select count(*) from read_parquet({literal(file)})").fetchall()
        return int(row_count)
    fresh = file.with_name(f".{file.name}-{uuid4().hex[:8]}")
    [(row_count,)] = connection.execute(
        f"copy (select * from landed where {condition}) to {literal(fresh)} (format parquet, compression zstd)"
    ).fetchall()
    fresh.replace(file)
    return int(row_count)


def _refuse_other_data(folder: DataFolder, example: Example) -> None:
    """Two shops in one data folder would become one."""
    marker = folder.root / "example.txt"
    if marker.exists():
        if marker.read_text(encoding="utf-8").strip() != example.name:
            raise ExampleError(
                f"{folder.root} holds {marker.read_text(encoding='utf-8').strip()}: set A360_DATA_DIR to a folder of its own"
            )
        return
    if any(folder.landing.glob("*/*/*")):
        raise ExampleError(f"{folder.landing} already holds other data: set A360_DATA_DIR to an empty folder, or empty this one")
    write_whole(marker, example.name + "\n")
