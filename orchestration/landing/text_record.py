"""What a record of a text file is, before any type is known."""

from collections.abc import Sequence
from typing import NamedTuple


class TextRecord(NamedTuple):
    """One record: its values, or its text and why it has no values."""

    number: int
    values: Sequence[str | None] | None
    raw: str | None
    problem: str | None


def decode(raw: bytes) -> str:
    """The text of a record that may hold anything; bytes that are not UTF-8 are written as escapes."""
    return raw.decode("utf-8", errors="backslashreplace")
