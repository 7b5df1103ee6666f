"""What an entry of the stream is, and how it becomes one line of a landing file. Pure functions.

Two shapes are understood: a field `payload` that holds the event as one JSON object, whatever stands beside it; or no such field, and
then every field is a column. A payload goes through byte for byte: it is judged where all deliveries are judged, in staging, and a
malformed one has its line like any other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Self

from orchestration.landing.json_records import parse_line

PAYLOAD = b"payload"
BLANK = b" \t\r\n"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# A line with nothing on it is no record and would not be counted; this one is, and is quarantined.
NOTHING = b'""'
EARLIEST = datetime(2000, 1, 1)
EPOCH = datetime(1970, 1, 1)


class EntryId(NamedTuple):
    """The id that Redis gave an entry: the milliseconds when it arrived, and a number within them. Later entries are larger."""

    milliseconds: int
    sequence: int

    @classmethod
    def parse(cls, text: bytes | str) -> Self:
        milliseconds, _, sequence = (text.decode() if isinstance(text, bytes) else text).partition("-")
        return cls(int(milliseconds), int(sequence or 0))

    @property
    def text(self) -> str:
        return f"{self.milliseconds}-{self.sequence}"


START = EntryId(0, 0)


@dataclass(frozen=True)
class Entry:
    """One entry; `fields` is None when it was removed from the stream after it had been handed out."""

    id: EntryId
    fields: Mapping[bytes, bytes] | None

    @property
    def size_bytes(self) -> int:
        return sum(len(name) + len(value) for name, value in (self.fields or {}).items())


@dataclass(frozen=True)
class Line:
    """The line of one entry, and its columns if it is an object."""

    content: bytes
    columns: frozenset[str] | None
    is_well_formed: bool


def line_of(fields: Mapping[bytes, bytes], mandatory: Iterable[str]) -> Line:
    """The line of an entry. It is well-formed when it is an object that has a value for every mandatory column."""
    content = _one_line(fields[PAYLOAD] if PAYLOAD in fields else _object_of(fields))
    values, _ = parse_line(content)
    if values is None:
        return Line(content, None, is_well_formed=False)
    given = {name.lower() for name, value in values.items() if value not in (None, "")}
    return Line(content, frozenset(name.lower() for name in values), given.issuperset(mandatory))


def with_all_columns(lines: Sequence[Line], columns: Sequence[str]) -> list[bytes]:
    """The lines of a file. Its first object names, with null, the declared columns that none of them has.

    All files then have the same columns, whichever events happen to be in them, and staging reads them as one group.
    """
    found = frozenset[str]().union(*(line.columns for line in lines if line.columns is not None))
    missing = [name for name in columns if name not in found]
    first = next((number for number, line in enumerate(lines) if line.columns is not None), None)
    contents = [line.content for line in lines]
    if first is not None and missing:
        nulls = ",".join(f"{json.dumps(name)}:null" for name in missing).encode()
        contents[first] = contents[first].removesuffix(b"}") + (b"," if lines[first].columns else b"") + nulls + b"}"
    return contents


def arrived_at(entry_id: EntryId, now: datetime) -> datetime:
    """When an entry arrived, in whole seconds, rounded up: by the clock of Redis, which is in its id.

    By ours, where that clock is ahead or where a producer made up ids that are no times.
    """
    ours = now.replace(microsecond=0)
    if entry_id.milliseconds > (now - EPOCH) / timedelta(milliseconds=1):
        return ours
    theirs = EPOCH + timedelta(seconds=-(-entry_id.milliseconds // 1000))
    return theirs if theirs >= EARLIEST else ours


def utc_now() -> datetime:
    """Now, UTC, without a time zone, as everywhere in the landing zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def _one_line(payload: bytes) -> bytes:
    """The payload without what would make it more than one line, or none. Inside a JSON string a line end is escaped anyway."""
    line = payload.replace(b"\n", b" ")
    while (stripped := line.strip(BLANK).removeprefix(BYTE_ORDER_MARK)) != line:
        line = stripped
    return line or NOTHING


def _object_of(fields: Mapping[bytes, bytes]) -> bytes:
    """Fields as a JSON object of texts. Bytes that are no UTF-8 stay as they are, so that the reader finds and reports them."""
    named = {name.decode("utf-8", "surrogateescape"): value.decode("utf-8", "surrogateescape") for name, value in fields.items()}
    return json.dumps(named, ensure_ascii=False).encode("utf-8", "surrogateescape")
