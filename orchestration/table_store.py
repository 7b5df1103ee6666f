"""What training, scoring and publishing need of a warehouse, whichever engine it is."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
import pyarrow as pa

from orchestration.source_tables import SourceTable
from orchestration.warehouse import Warehouse

# The variable that dbt itself reads its target from.
TARGET_VARIABLE = "DBT_TARGET"
SPARK_TARGET = "spark"


class TableStore(Protocol):
    """Reads in Arrow batches, replaces rows so that a rerun replaces and a crash changes nothing or is repaired by the next run."""

    @property
    def data_dir(self) -> Path: ...

    def batches(self, query: str, parameters: Sequence[Any] = (), rows: int = ...) -> Iterator[pa.RecordBatch]:
        """The result in Arrow batches, so that a large table never has to fit into memory."""

    def frame(self, query: str, parameters: Sequence[Any] = ()) -> pd.DataFrame:
        """The whole result as a pandas frame: for results that are known to be small enough."""

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """A small result as tuples."""

    def value(self, query: str, parameters: Sequence[Any] = ()) -> Any:
        """The first column of the only row."""

    def has_table(self, schema: str, name: str) -> bool:
        """Whether a table or view of that name exists."""

    def replace_rows(self, table: SourceTable, frame: pd.DataFrame, same: Mapping[str, Any]) -> int:
        """Replace the rows that agree with `same` by the frame."""

    def replace_ops_rows(self, table: SourceTable, frame: pd.DataFrame, same: Mapping[str, Any]) -> int:
        """`replace_rows` for a table of the `ops` store."""

    def ops_rows(self, table: SourceTable, condition: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Rows of a table of the `ops` store, by column name; the table is made from its declaration when it is not there yet."""


def open_table_store(data_dir: Path) -> TableStore:
    """The tables of a data folder on the engine that dbt's target names: DuckDB unless DBT_TARGET is `spark`."""
    if os.environ.get(TARGET_VARIABLE) == SPARK_TARGET:
        # Imported late: the extra `spark` is installed only where somebody asks for it.
        from orchestration.spark_warehouse import SparkWarehouse

        return SparkWarehouse(data_dir)
    return Warehouse(data_dir)
