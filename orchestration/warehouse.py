"""Open the warehouse as dbt does (same storage version, `ops` attached), read in Arrow batches, replace rows in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.lock import warehouse_connection
from orchestration.source_tables import SourceTable

if TYPE_CHECKING:
    # Only named here: whoever asks for a frame pays for the import, not everybody who opens the stores.
    import pandas as pd
    import pyarrow as pa

STORAGE_VERSION = "v1.4.0"
BATCH_ROWS = 100_000


@dataclass(frozen=True)
class Warehouse:
    """The two stores of one data folder. Every connection waits for the warehouse lock; hold none while dbt runs."""

    data_dir: Path

    @property
    def path(self) -> Path:
        return self.data_dir / "warehouse.duckdb"

    @property
    def ops_path(self) -> Path:
        return self.data_dir / "ops.duckdb"

    @contextmanager
    def connect(self, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection for the length of a `with` block, closed even when the block fails."""
        if read_only and not (self.path.exists() and self.ops_path.exists()):
            raise FileNotFoundError(f"no warehouse in {self.data_dir}: run `make run`, or `make demo` for the demo world")
        with warehouse_connection(self.data_dir, "python"), self._open(read_only) as connection:
            yield connection

    @contextmanager
    def _open(self, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        # In memory, with both stores attached: DuckDB writes to one file per transaction, so nothing may be written by accident.
        connection = duckdb.connect(":memory:")
        try:
            mode = "read_only" if read_only else f"storage_version '{STORAGE_VERSION}'"
            connection.execute(f"attach {literal(self.path)} as warehouse ({mode})")
            connection.execute(f"attach {literal(self.ops_path)} as ops ({mode})")
            connection.execute("use warehouse")
            yield connection
        finally:
            connection.close()

    def batches(self, query: str, parameters: Sequence[Any] = (), rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """The result in Arrow batches, so that a large table never has to fit into memory."""
        with self.connect(read_only=True) as connection:
            yield from connection.sql(query, params=list(parameters)).to_arrow_reader(rows)

    def frame(self, query: str, parameters: Sequence[Any] = ()) -> pd.DataFrame:
        """The whole result as a pandas frame: for results that are known to be small enough."""
        with self.connect(read_only=True) as connection:
            return connection.execute(query, list(parameters)).df()

    def rows(self, query: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        """A small result as tuples; parameters by position, or by name for a query that uses one more than once."""
        bound = dict(parameters) if isinstance(parameters, Mapping) else list(parameters)
        with self.connect(read_only=True) as connection:
            return list(connection.execute(query, bound).fetchall())

    def value(self, query: str, parameters: Sequence[Any] = ()) -> Any:
        """The first column of the only row."""
        rows = self.rows(query, parameters)
        if len(rows) != 1:
            raise LookupError(f"expected one row, got {len(rows)}: {query}")
        return rows[0][0]

    def has_table(self, schema: str, name: str) -> bool:
        with self.connect(read_only=True) as connection:
            return has_table(connection, "warehouse", schema, name)

    def replace_rows(self, table: SourceTable, frame: pd.DataFrame, same: Mapping[str, Any]) -> int:
        """Delete the rows that agree with `same` and insert the frame, in one transaction: a rerun replaces, a crash changes nothing."""
        with self.connect() as connection:
            replace_rows(connection, f"warehouse.{table.schema}.{table.name}", table, frame, same)
        return len(frame)

    def replace_ops_rows(self, table: SourceTable, frame: pd.DataFrame, same: Mapping[str, Any]) -> int:
        """`replace_rows` for a table of the `ops` store."""
        with self.connect() as connection:
            replace_rows(connection, f"ops.main.{table.name}", table, frame, same)
        return len(frame)

    def ops_rows(self, table: SourceTable, condition: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Rows of a table of the `ops` store, by column name; the table is made from its declaration when it is not there yet."""
        with self.connect() as connection:
            connection.execute(table.create_statement(f"ops.main.{table.name}"))
            result = connection.execute(f"select * from ops.main.{table.name} where {condition}", list(parameters))
            names = [column[0] for column in result.description or []]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def replace_rows(
    connection: duckdb.DuckDBPyConnection, relation: str, table: SourceTable, frame: pd.DataFrame, same: Mapping[str, Any]
) -> None:
    """See `Warehouse.replace_rows`; makes the table from its declaration when dbt has not run yet."""
    missing = set(table.column_names) ^ set(frame.columns)
    if missing:
        raise ValueError(f"{table.source}.{table.name} and the frame differ in the columns {', '.join(sorted(missing))}")
    database, schema, _ = relation.split(".")
    columns = ", ".join(f'"{name}"' for name in table.column_names)
    where = " and ".join(f'"{name}" = ?' for name in same)
    import pyarrow as pa

    connection.register("incoming_rows", pa.Table.from_pandas(frame[list(table.column_names)], preserve_index=False))
    with transaction(connection):
        connection.execute(f"create schema if not exists {database}.{schema}")
        connection.execute(table.create_statement(relation))
        connection.execute(f"delete from {relation} where {where}", list(same.values()))
        connection.execute(f"insert into {relation} ({columns}) select {columns} from incoming_rows")
    connection.unregister("incoming_rows")


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing."""
    connection.execute("begin transaction")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def has_table(connection: duckdb.DuckDBPyConnection, database: str, schema: str, name: str) -> bool:
    """Whether a table or view of that name exists."""
    found = connection.execute(
        "select 1 from information_schema.tables where table_catalog = ? and table_schema = ? and table_name = ?", [database, schema, name]
    ).fetchall()
    return bool(found)


def literal(value: object) -> str:
    """A quoted SQL string, for the statements (attach, copy) that take no bound parameters."""
    return "'" + str(value).replace("'", "''") + "'"
