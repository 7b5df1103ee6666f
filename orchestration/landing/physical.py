"""Reads which columns a Parquet file really has."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.landing.contract import LandingError

NESTED = (pa.types.is_struct, pa.types.is_list, pa.types.is_large_list, pa.types.is_map)
TEXT = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
BINARY = (pa.types.is_binary, pa.types.is_large_binary)


def physical_type(arrow_type: pa.DataType) -> str:
    """The type of a stored column in the words of `reading.reading_of`."""
    if pa.types.is_dictionary(arrow_type):
        return physical_type(arrow_type.value_type)
    if any(is_kind(arrow_type) for is_kind in TEXT):
        return "string"
    if any(is_kind(arrow_type) for is_kind in BINARY):
        return "binary"
    if any(is_kind(arrow_type) for is_kind in NESTED):
        return "nested"
    if pa.types.is_timestamp(arrow_type):
        return f"timestamptz[{arrow_type.unit}]" if arrow_type.tz else f"timestamp[{arrow_type.unit}]"
    if pa.types.is_date(arrow_type):
        return "date"
    if pa.types.is_boolean(arrow_type):
        return "boolean"
    if pa.types.is_decimal(arrow_type):
        return f"decimal({arrow_type.precision}, {arrow_type.scale})"
    return str(arrow_type)


def parquet_columns(path: Path, name: str) -> dict[str, str]:
    """Name and type of every column of a Parquet file.

    Raises LandingError when the file is no Parquet file or not whole.
    """
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError) as problem:
        reason = str(problem).splitlines()[0]
        message = f"{name}: not a whole Parquet file ({reason}). Deliver it again under a new name, and remove this one."
        raise LandingError(message) from problem
    return {field.name: physical_type(field.type) for field in schema}
