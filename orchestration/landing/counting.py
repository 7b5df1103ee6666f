"""Counts the records of a file without parsing them.

The figure is what the accounting test compares the parsed rows with, so nothing here is shared with the readers.
"""

import re
from pathlib import Path

import pyarrow.parquet as pq

from orchestration.landing.content import read_content


def count_csv(content: bytes, delimiter: str) -> int:
    """Records after the header: one per line, where the line breaks inside well-formed quoted fields end none."""
    mark = re.escape(delimiter.encode("ascii"))
    field = rb'(?:"[^"]*+(?:""[^"]*+)*+"|(?!")[^\n' + mark + rb"]*+)"
    end = rb"\r?(?:\n|\Z)"
    good = field + rb"(?:" + mark + field + rb")*+" + end
    record = re.compile(rb"(?P<blank>" + end + rb")|(?P<good>" + good + rb")|(?P<bad>[^\n]*(?:\n|\Z))")
    text = content.removeprefix(b"\xef\xbb\xbf")
    found = sum(1 for match in record.finditer(text) if match.lastgroup != "blank")
    return max(found - 1, 0)


def count_json_lines(content: bytes) -> int:
    """Lines with anything on them."""
    return sum(1 for _ in re.finditer(rb"^[ \t\r]*[^ \t\r\n]", content.removeprefix(b"\xef\xbb\xbf"), re.MULTILINE))


def count_records(path: Path, file_format: str, delimiter: str) -> int:
    """How many records a delivered file holds."""
    if file_format == "parquet":
        return int(pq.read_metadata(path).num_rows)
    content = read_content(path)
    return count_csv(content, delimiter) if file_format == "csv" else count_json_lines(content)
