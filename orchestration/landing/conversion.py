"""Writes delivered text files as Parquet, every value still text, so that all formats are read in one way.

A copy lies at `converted/v1/<path of the file>.<first digits of its hash>.parquet`. It is written once, under another
name first, and may be deleted at any time: the next run makes it again from the delivered file.
"""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.landing.content import read_content
from orchestration.landing.csv_records import CsvReader
from orchestration.landing.json_records import read_json_lines
from orchestration.landing.text_record import TextRecord

# Raise it whenever the readers change what they make of a file: older copies are then no longer used.
CONVERSION_VERSION = "v1"
ROWS_PER_GROUP = 100_000
ROW_NUMBER = "_a360_row_number"
PROBLEM = "_a360_problem"
RAW = "_a360_raw"


def converted_path(path: str, content_hash: str) -> str:
    """Where the Parquet copy of a delivered text file lies, below the folder of converted files."""
    return f"{CONVERSION_VERSION}/{path}.{content_hash[:8]}.parquet"


def _batches(names: list[str], records: Iterator[TextRecord], schema: pa.Schema) -> Iterator[pa.Table]:
    nothing: list[str | None] = [None] * len(names)
    while batch := list(islice(records, ROWS_PER_GROUP)):
        values = [record.values if record.values is not None else nothing for record in batch]
        columns = list(zip(*values, strict=True)) if names else []
        yield pa.table(
            [
                *(pa.array(column, pa.string()) for column in columns),
                pa.array([record.number for record in batch], pa.int64()),
                pa.array([record.problem for record in batch], pa.string()),
                pa.array([record.raw for record in batch], pa.string()),
            ],
            schema=schema,
        )


def convert(source: Path, file_format: str, delimiter: str, path: str, target: Path) -> list[str]:
    """Write the Parquet copy of a CSV or JSON lines file.

    Args:
        source: the delivered file.
        file_format: 'csv' or 'jsonl'.
        delimiter: what separates the fields of a CSV file.
        path: how to call the file in messages.
        target: where the copy goes.

    Returns:
        The names of the columns found in the file.
    """
    content = read_content(source)
    names, records = CsvReader(delimiter).read(content, path) if file_format == "csv" else read_json_lines(content)
    schema = pa.schema(
        [
            *((name, pa.string()) for name in names),
            (ROW_NUMBER, pa.int64()),
            (PROBLEM, pa.string()),
            (RAW, pa.string()),
        ]
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with pq.ParquetWriter(unfinished, schema, compression="zstd") as writer:
            for batch in _batches(names, records, schema):
                writer.write_table(batch)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return names
