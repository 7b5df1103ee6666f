"""Decides how a stored column becomes a column of the declared type.

Each way of reading is a name that the macro `landing_value` turns into SQL. The rule behind the table: a value is taken
when nothing of it is lost, and is reported as malformed otherwise; only decimals are rounded, to the declared scale.
"""

import re

# Ways of reading that cannot fail on any value; for every other one a null that comes of a value is malformed.
SAFE_READINGS = frozenset({"as_is", "cast", "null", "utc", "json", "number_text"})
SIGNED = frozenset({"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32"})
INTEGERS = SIGNED | {"uint64"}
FLOATS = frozenset({"halffloat", "float", "double"})
DECIMAL = re.compile(r"decimal\((\d+), ?(\d+)\)")


def _family(physical: str) -> str:
    if physical in INTEGERS:
        return "integer"
    if physical in FLOATS:
        return "float"
    return re.split(r"[\[(]", physical)[0]


_READINGS = {
    ("string", "string"): "as_is",
    ("string", "float"): "number_text",
    ("string", "binary"): "decode_text",
    ("string", "nested"): "json",
    ("string", "timestamptz"): "utc",
    ("bigint", "integer"): "checked",
    ("bigint", "float"): "integral",
    ("bigint", "decimal"): "integral",
    ("bigint", "string"): "text_integer",
    ("double", "float"): "finite",
    ("double", "integer"): "cast",
    ("double", "decimal"): "cast",
    ("double", "string"): "text_double",
    ("decimal", "integer"): "checked",
    ("decimal", "float"): "checked",
    ("decimal", "decimal"): "checked",
    ("decimal", "string"): "text_decimal",
    ("boolean", "boolean"): "as_is",
    ("boolean", "integer"): "zero_one",
    ("boolean", "string"): "text_boolean",
    ("date", "date"): "as_is",
    ("date", "timestamp"): "midnight",
    ("date", "timestamptz"): "utc_midnight",
    ("date", "string"): "text_date",
    ("timestamp", "timestamp"): "cast",
    ("timestamp", "timestamptz"): "utc",
    ("timestamp", "date"): "cast",
    ("timestamp", "string"): "text_timestamp",
}


def reading_of(declared: str, physical: str) -> str | None:
    """How to read a stored column as a declared type, or None when there is no sound way."""
    if physical == "null":
        return "null"
    if _is_same(declared, physical):
        return "as_is"
    if declared == "bigint" and physical in SIGNED:
        return "cast"
    target = declared.split("(", maxsplit=1)[0]
    if target == "string":
        return _READINGS.get((target, _family(physical)), "cast")
    return _READINGS.get((target, _family(physical)))


def _is_same(declared: str, physical: str) -> bool:
    if declared == "timestamp":
        return physical == "timestamp[us]"
    if declared == "bigint":
        return physical == "int64"
    wanted, found = DECIMAL.fullmatch(declared), DECIMAL.fullmatch(physical)
    return bool(wanted and found and wanted.groups() == found.groups())
