"""Which stored type can become which declared type, and how."""

import pyarrow as pa
import pytest

from orchestration.landing.physical import physical_type
from orchestration.landing.reading import SAFE_READINGS, reading_of

SAME = [
    ("string", pa.string()),
    ("string", pa.large_string()),
    ("string", pa.dictionary(pa.int8(), pa.string())),
    ("bigint", pa.int64()),
    ("decimal(18, 4)", pa.decimal128(18, 4)),
    ("boolean", pa.bool_()),
    ("date", pa.date32()),
    ("timestamp", pa.timestamp("us")),
]
CONVERTED = [
    ("string", pa.int32(), "cast"),
    ("string", pa.float64(), "number_text"),
    ("string", pa.list_(pa.string()), "json"),
    ("string", pa.binary(), "decode_text"),
    ("string", pa.timestamp("us", "UTC"), "utc"),
    ("bigint", pa.int16(), "cast"),
    ("bigint", pa.uint64(), "checked"),
    ("bigint", pa.float32(), "integral"),
    ("bigint", pa.decimal128(10, 2), "integral"),
    ("bigint", pa.string(), "text_integer"),
    ("double", pa.float64(), "finite"),
    ("double", pa.int64(), "cast"),
    ("decimal(18, 4)", pa.decimal128(38, 10), "checked"),
    ("decimal(18, 4)", pa.float64(), "checked"),
    ("boolean", pa.int8(), "zero_one"),
    ("date", pa.timestamp("ms"), "midnight"),
    ("date", pa.timestamp("us", "Europe/Berlin"), "utc_midnight"),
    ("timestamp", pa.timestamp("ns"), "cast"),
    ("timestamp", pa.timestamp("ms", "UTC"), "utc"),
    ("timestamp", pa.date32(), "cast"),
    ("timestamp", pa.string(), "text_timestamp"),
]
IMPOSSIBLE = [
    ("bigint", pa.bool_()),
    ("bigint", pa.timestamp("us")),
    ("decimal(18, 4)", pa.struct([("amount", pa.int64())])),
    ("boolean", pa.float64()),
    ("date", pa.int32()),
    ("timestamp", pa.int64()),
    ("timestamp", pa.time64("us")),
    ("double", pa.binary()),
]


@pytest.mark.parametrize(("declared", "stored"), SAME)
def test_the_declared_type_is_read_as_it_is(declared: str, stored: pa.DataType) -> None:
    assert reading_of(declared, physical_type(stored)) == "as_is"


@pytest.mark.parametrize(("declared", "stored", "reading"), CONVERTED)
def test_other_types_are_converted(declared: str, stored: pa.DataType, reading: str) -> None:
    assert reading_of(declared, physical_type(stored)) == reading


@pytest.mark.parametrize(("declared", "stored"), IMPOSSIBLE)
def test_a_type_without_a_sound_reading_is_refused(declared: str, stored: pa.DataType) -> None:
    assert reading_of(declared, physical_type(stored)) is None


@pytest.mark.parametrize("declared", ["string", "bigint", "double", "decimal(18, 4)", "boolean", "date", "timestamp"])
def test_a_column_of_nulls_and_a_column_of_text_fit_every_type(declared: str) -> None:
    assert reading_of(declared, physical_type(pa.null())) == "null"
    assert reading_of(declared, physical_type(pa.string())) is not None


def test_only_readings_that_cannot_fail_are_called_safe() -> None:
    assert {"as_is", "null", "cast", "utc"} <= SAFE_READINGS
    assert not {reading for reading in SAFE_READINGS if reading.startswith("text_")}
