"""Splits a JSON lines file into records without ever losing a line: every line that is not blank is one record."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from orchestration.landing.text_record import TextRecord, decode

BLANK = b" \t\r\n"


class _Number(str):
    """The digits of a number as they were written: a price never passes through a float."""

    __slots__ = ()


def _refuse(constant: str) -> None:
    message = f"{constant} is no JSON"
    raise ValueError(message)


_parser = json.JSONDecoder(parse_float=_Number, parse_int=_Number, parse_constant=_refuse)


def _lines(content: bytes) -> Iterator[bytes]:
    position = 0
    while position < len(content):
        line_end = content.find(b"\n", position)
        next_line = len(content) if line_end < 0 else line_end + 1
        line = content[position:next_line].strip(BLANK)
        if line:
            yield line
        position = next_line


def parse_line(line: bytes) -> tuple[dict[str, Any] | None, str | None]:
    """The object on a line, or why there is none."""
    try:
        value = _parser.decode(line.decode())
    except UnicodeDecodeError:
        return None, "line is not valid UTF-8"
    except (ValueError, RecursionError):
        return None, "line is not valid JSON"
    if not isinstance(value, dict):
        return None, "line is not a JSON object"
    return value, None


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: object) -> object:
    """A nested value with its numbers as numbers again."""
    if isinstance(value, _Number):
        return json.loads(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value


def read_json_lines(content: bytes) -> tuple[list[str], Iterator[TextRecord]]:
    """The keys found in the file, in order of appearance, and its records."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    names: dict[str, None] = {}
    for line in _lines(content):
        names.update(dict.fromkeys(parse_line(line)[0] or ()))
    return list(names), _records(content, list(names))


def _records(content: bytes, names: list[str]) -> Iterator[TextRecord]:
    for number, line in enumerate(_lines(content), start=1):
        value, problem = parse_line(line)
        if value is None:
            yield TextRecord(number, None, decode(line), problem)
        else:
            yield TextRecord(number, [_as_text(value.get(name)) for name in names], None, None)
