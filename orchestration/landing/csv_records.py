"""Splits a CSV file into records without ever losing a line.

The grammar: a field whose first character is a quote ends at the next single quote, after which a delimiter or the end
of the line must follow; inside, a quote is written twice and anything goes, line ends included. Any other field runs to
the next delimiter or line end. Where a line cannot be read so, that physical line is one malformed record and reading
resumes on the next line: one stray quote does not swallow the rest of the file. Empty lines are no records.
"""

import re
from collections.abc import Iterator

from orchestration.landing.contract import LandingError
from orchestration.landing.text_record import TextRecord, decode

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class CsvReader:
    """Reads the records of one delimiter."""

    def __init__(self, delimiter: str) -> None:
        """Prepare to read fields that are separated by one ASCII character."""
        self._delimiter = delimiter
        self._mark = delimiter.encode("ascii")
        mark = re.escape(self._mark)
        quoted = rb'"([^"]*+(?:""[^"]*+)*+)"'
        plain = rb'((?!")[^\n' + mark + rb"]*+)"
        self._field = re.compile(rb"(?:" + quoted + rb"|" + plain + rb")(" + mark + rb"|\r?(?:\n|\Z))")

    def _quoted_fields(self, content: bytes, start: int) -> tuple[list[bytes], int] | None:
        """The fields of a record and where it ends, or None where the grammar is not met."""
        fields: list[bytes] = []
        position = start
        while True:
            match = self._field.match(content, position)
            if match is None:
                return None
            quoted, plain, ending = match.groups()
            if quoted is not None:
                fields.append(quoted.replace(b'""', b'"'))
            else:
                fields.append(plain if ending == self._mark else plain.removesuffix(b"\r"))
            position = match.end()
            if ending != self._mark:
                return fields, position

    def _records(self, content: bytes) -> Iterator[tuple[list[bytes] | None, bytes]]:
        """Every record as its fields (None when malformed) and its bytes without the line end."""
        position = len(BYTE_ORDER_MARK) if content.startswith(BYTE_ORDER_MARK) else 0
        while position < len(content):
            line_end = content.find(b"\n", position)
            next_line = len(content) if line_end < 0 else line_end + 1
            line = content[position:next_line].removesuffix(b"\n").removesuffix(b"\r")
            if b'"' not in line:
                if line:
                    yield line.split(self._mark), line
                position = next_line
                continue
            read = self._quoted_fields(content, position)
            if read is None:
                yield None, line
                position = next_line
            else:
                fields, end = read
                yield fields, content[position:end].removesuffix(b"\n").removesuffix(b"\r")
                position = end

    def read(self, content: bytes, path: str) -> tuple[list[str], Iterator[TextRecord]]:
        """The names in the header, and the records after it.

        Raises LandingError when the header cannot be read: without it no row has a meaning.
        """
        records = self._records(content)
        first = next(records, None)
        if first is None:
            return [], iter(())
        try:
            names = [name.decode().strip() for name in first[0] or []]
        except UnicodeDecodeError:
            names = []
        if not names or "" in names or len({name.lower() for name in names}) < len(names):
            message = (
                f"{path}: the first line must name every column once, in UTF-8 and separated by '{self._delimiter}' "
                f"(meta.csv_delimiter of the source table says so)."
            )
            raise LandingError(message)
        return names, self._typed(records, len(names))

    def _typed(self, records: Iterator[tuple[list[bytes] | None, bytes]], width: int) -> Iterator[TextRecord]:
        for number, (fields, raw) in enumerate(records, start=1):
            if fields is None:
                yield TextRecord(number, None, decode(raw), "line is not valid CSV: a quoted field does not end properly")
                continue
            if len(fields) != width:
                problem = f"line has {len(fields)} fields, the header has {width}"
                yield TextRecord(number, None, decode(raw), problem)
                continue
            try:
                values = [field.decode() or None for field in fields]
            except UnicodeDecodeError:
                yield TextRecord(number, None, decode(raw), "line is not valid UTF-8")
            else:
                yield TextRecord(number, values, None, None)
