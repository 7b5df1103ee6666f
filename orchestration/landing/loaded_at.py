"""Finds the newest load time that a file carries in its rows, from the statistics in its footer."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq

from orchestration.landing.contract import LOADED_AT


def _as_utc(value: object) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)


def stored_loaded_at(path: Path) -> datetime | None:
    """The largest `_loaded_at` of a Parquet file, or None when it has none or keeps no statistics."""
    metadata = pq.read_metadata(path)
    names = [name.lower() for name in metadata.schema.to_arrow_schema().names]
    if LOADED_AT not in names or metadata.num_row_groups == 0:
        return None
    paths = [metadata.schema.column(index).path.lower() for index in range(metadata.num_columns)]
    column = paths.index(LOADED_AT)
    found: list[datetime] = []
    for group in range(metadata.num_row_groups):
        statistics = metadata.row_group(group).column(column).statistics
        largest = _as_utc(statistics.max) if statistics is not None and statistics.has_min_max else None
        if largest is None:
            return None
        found.append(largest)
    return max(found)
