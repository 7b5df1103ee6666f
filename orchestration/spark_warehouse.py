"""The warehouse on a Spark cluster, read and written as `orchestration.warehouse` does on DuckDB.

Rows travel as Parquet files in an exchange folder that this machine and the cluster see under one path: the Thrift protocol carries
statements and small results only. Spark cannot update or delete rows of a Parquet table, and a table that is overwritten is gone when
the writer dies. So a table is replaced in three steps, each of which the next run can finish:

1. `<table>__next` is written; the catalog knows it only when it is whole;
2. `<table>` is dropped;
3. `<table>__next` takes its name.

A run that finds `__next` beside the table starts again from 1; one that finds only `__next` finishes with 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from os import environ
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.lock import warehouse_turn
from orchestration.source_tables import SourceTable
from orchestration.spark_session import SparkSession, connect
from orchestration.spark_settings import spark_address

EXCHANGE_VARIABLE = "A360_SPARK_EXCHANGE"
OPS_SCHEMA = "ops"
NEXT = "__next"
BATCH_ROWS = 100_000


@dataclass(frozen=True)
class SparkWarehouse:
    """The schemas of one data folder's project on a cluster. Writers take the data folder's turn; readers need none."""

    data_dir: Path

    @property
    def exchange(self) -> Path:
        """Where rows change hands; on a remote cluster a folder that is mounted on all its machines."""
        return Path(environ.get(EXCHANGE_VARIABLE) or self.data_dir / "spark" / "exchange").resolve()

    @contextmanager
    def connect(self) -> Iterator[SparkSession]:
        """A session for the length of a `with` block."""
        with connect(spark_address()) as session:
            yield session

    def batches(self, query: str, parameters: Sequence[Any] = (), rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """The result in Arrow batches: written by the executors, read file by file, removed at the end."""
        folder = self.exchange / f"read-{uuid4().hex}"
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self.connect() as session:
                session.run(f"insert overwrite local directory {literal(str(folder))} using parquet {bound(query, parameters)}")
            for file in sorted(folder.glob("*.parquet")):
                # Spark writes times as INT96, which reaches to the year 9999 in microseconds only.
                with pq.ParquetFile(file, coerce_int96_timestamp_unit="us") as stored:
                    yield from stored.iter_batches(rows)
        finally:
            _remove(folder)

    def frame(self, query: str, parameters: Sequence[Any] = ()) -> pd.DataFrame:
        """The whole result as a pandas frame: for results that are known to be small enough."""
        batches = list(self.batches(query, parameters))
        if not batches:
            return pd.DataFrame()
        # By way of DuckDB, so that decimals, dates and nulls come in the same types as from the other engine.
        with duckdb.connect(":memory:") as connection:
            frame: pd.DataFrame = connection.from_arrow(pa.Table.from_batches(batches)).df()
            return frame

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """A small result as tuples."""
        with self.connect() as session:
            return session.rows(bound(query, parameters))

    def value(self, query: str, parameters: Sequence[Any] = ()) -> Any:
        """The first column of the only row."""
        rows = self.rows(query, parameters)
        if len(rows) != 1:
            raise LookupError(f"expected one row, got {len(rows)}: {query}")
        return rows[0][0]

    def has_table(self, schema: str, name: str) -> bool:
        with self.connect() as session:
            return has_table(session, schema, name)

    def replace_rows(self, table: SourceTable, frame: pd.DataFrame, same: Mapping[str, Any]) -> int:
        """Leave the rows that do not agree with `same` and add the frame: a rerun replaces, a crash is repaired by the next run."""
        return self._replace_rows(table, table.schema, frame, same)

    def replace_ops_rows(self, table: SourceTable, frame: pd.DataFrame, same: Mapping[str, Any]) -> int:
        """`replace_rows` for a table of the `ops` schema."""
        return self._replace_rows(table, OPS_SCHEMA, frame, same)

    def ops_rows(self, table: SourceTable, condition: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Rows of a table of the `ops` schema, by column name; the table is made from its declaration when it is not there yet."""
        relation = f"{OPS_SCHEMA}.{table.name}"
        with self.connect() as session:
            session.run(f"create schema if not exists {OPS_SCHEMA}")
            session.run(create_statement(table, relation))
            columns = ", ".join(f"`{name}`" for name in table.column_names)
            rows = session.rows(f"select {columns} from {relation} where {bound(condition, parameters)}")
        return [dict(zip(table.column_names, row, strict=True)) for row in rows]

    def _replace_rows(self, table: SourceTable, schema: str, frame: pd.DataFrame, same: Mapping[str, Any]) -> int:
        missing = set(table.column_names) ^ set(frame.columns)
        if missing:
            raise ValueError(f"{table.source}.{table.name} and the frame differ in the columns {', '.join(sorted(missing))}")
        relation = f"{schema}.{table.name}"
        arrow = with_types(pa.Table.from_pandas(frame[list(table.column_names)], preserve_index=False))
        with warehouse_turn(self.data_dir, "python on spark"), self.connect() as session, self.handed_over(arrow) as incoming:
            session.run(f"create schema if not exists {schema}")
            finish_replacement(session, relation)
            session.run(create_statement(table, relation))
            others = " and ".join(f"`{name}` <=> {literal(value)}" for name, value in same.items()) or "true"
            columns = ", ".join(f"`{name}`" for name in table.column_names)
            replace_table(
                session,
                relation,
                f"select {columns} from {relation} where not ({others}) union all select {typed(table)} from {incoming}",
            )
        return len(frame)

    @contextmanager
    def handed_over(self, table: pa.Table) -> Iterator[str]:
        """The rows as something to select from, for the length of a `with` block."""
        self.exchange.mkdir(parents=True, exist_ok=True)
        file = self.exchange / f"write-{uuid4().hex}.parquet"
        try:
            pq.write_table(table, file, coerce_timestamps="us")
            yield f"parquet.`{file}`"
        finally:
            file.unlink(missing_ok=True)


def with_types(table: pa.Table) -> pa.Table:
    """Columns without any value as text, which Spark casts to whatever is declared; it reads Arrow's type of nothing as whole numbers."""
    for position, field in enumerate(table.schema):
        if pa.types.is_null(field.type):
            table = table.set_column(position, field.name, table.column(position).cast(pa.string()))
    return table


def create_statement(table: SourceTable, relation: str) -> str:
    """The declared table, made when dbt has not run yet."""
    columns = ", ".join(f"`{name}` {data_type}" for name, data_type in table.columns)
    return f"create table if not exists {relation} ({columns}) using parquet"


def typed(table: SourceTable) -> str:
    """The declared columns with the declared types, from rows that Arrow has typed."""
    return ", ".join(f"cast(`{name}` as {data_type}) as `{name}`" for name, data_type in table.columns)


def has_table(session: SparkSession, schema: str, name: str) -> bool:
    """Whether a table or view of that name exists."""
    if (schema,) not in session.rows(f"show schemas like {literal(schema)}"):
        return False
    return any(row[1] == name.lower() for row in session.rows(f"show tables in {schema} like {literal(name)}"))


def replace_table(session: SparkSession, relation: str, query: str) -> None:
    """Put the result of a query, which may read the table itself, in the table's place; see the top of this module."""
    session.run(f"drop table if exists {relation}{NEXT}")
    session.run(f"create table {relation}{NEXT} using parquet as {query}")
    session.run(f"drop table {relation}")
    session.run(f"alter table {relation}{NEXT} rename to {relation}")


def finish_replacement(session: SparkSession, relation: str) -> None:
    """Finish what a crash has left between the second step and the third."""
    schema, name = relation.split(".")
    if has_table(session, schema, f"{name}{NEXT}") and not has_table(session, schema, name):
        session.run(f"alter table {relation}{NEXT} rename to {relation}")


def bound(query: str, parameters: Sequence[Any]) -> str:
    """The query with its question marks filled in: the Thrift protocol has no parameters."""
    parts = query.split("?")
    if len(parts) != len(parameters) + 1:
        raise ValueError(f"{len(parts) - 1} question marks and {len(parameters)} parameters: {query}")
    return "".join(part + value for part, value in zip(parts, [*map(literal, parameters), ""], strict=True))


def literal(value: object) -> str:
    """A value as Spark SQL."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, datetime):
        return f"timestamp '{value.isoformat(sep=' ')}'"
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    return "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"


def _remove(folder: Path) -> None:
    if folder.exists():
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
