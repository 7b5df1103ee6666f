"""CSV and JSON lines: every line is a record, a wrong one says why, and the counter agrees with the readers."""

import random

import pytest

from orchestration.landing.contract import LandingError
from orchestration.landing.counting import count_csv, count_json_lines
from orchestration.landing.csv_records import CsvReader
from orchestration.landing.json_records import read_json_lines


def csv_rows(content: bytes, delimiter: str = ",") -> list[tuple[object, ...]]:
    _, records = CsvReader(delimiter).read(content, "shop/x.csv")
    return [tuple(record.values) if record.values is not None else (record.problem, record.raw) for record in records]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (b"1,x\n", [("1", "x")]),
        (b"1,x", [("1", "x")]),
        (b"1,x\r\n2,y\r\n", [("1", "x"), ("2", "y")]),
        (b"1,\n", [("1", None)]),
        (b'1,""\n', [("1", None)]),
        (b'1,"a,b"\n', [("1", "a,b")]),
        (b'1,"say ""hi"""\n', [("1", 'say "hi"')]),
        (b'1,"two\nlines"\n2,y\n', [("1", "two\nlines"), ("2", "y")]),
        (b'1,"two\r\nlines"\r\n2,y\r\n', [("1", "two\r\nlines"), ("2", "y")]),
        (b'1,3" candle\n', [("1", '3" candle')]),
        (b"\n1,x\n\n\r\n2,y\n\n", [("1", "x"), ("2", "y")]),
        (b"1, x \n", [("1", " x ")]),
        ("1,Zoë\n".encode(), [("1", "Zoë")]),
    ],
)
def test_well_formed_lines_are_read_as_written(lines: bytes, expected: list[tuple[str | None, ...]]) -> None:
    assert csv_rows(b"a,b\n" + lines) == expected


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"1\n", "line has 1 fields, the header has 2"),
        (b"1,2,3\n", "line has 3 fields, the header has 2"),
        (b'1,"open\n', "line is not valid CSV: a quoted field does not end properly"),
        (b'1,"closed"too early\n', "line is not valid CSV: a quoted field does not end properly"),
        (b"1,\xff\n", "line is not valid UTF-8"),
    ],
)
def test_a_malformed_line_keeps_its_text_and_spares_its_neighbours(line: bytes, problem: str) -> None:
    rows = csv_rows(b"a,b\n0,before\n" + line + b'9,"after"\n')
    assert rows == [("0", "before"), (problem, line.rstrip().decode(errors="backslashreplace")), ("9", "after")]


def test_a_stray_quote_does_not_swallow_the_rest_of_the_file() -> None:
    rows = csv_rows(b'a,b\n1,"oops\n' + b"".join(b'%d,"fine"\n' % number for number in range(2, 1000)))
    assert rows[1:] == [(str(number), "fine") for number in range(2, 1000)]


def test_other_delimiters_and_a_byte_order_mark_are_understood() -> None:
    names, records = CsvReader(";").read(b'\xef\xbb\xbfa;b\n1;"x;y"\n', "shop/x.csv")
    assert names == ["a", "b"]
    assert [record.values for record in records] == [["1", "x;y"]]


@pytest.mark.parametrize("header", [b"a,a\n", b"a,A\n", b"a,\n", b'"a,b\n', b"\xff,b\n"])
def test_a_header_that_cannot_be_trusted_is_an_error(header: bytes) -> None:
    with pytest.raises(LandingError, match=r"shop/x\.csv: the first line must name every column once"):
        CsvReader(",").read(header + b"1,2\n", "shop/x.csv")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_has_no_columns_and_no_rows(content: bytes) -> None:
    names, records = CsvReader(",").read(content, "shop/x.csv")
    assert (names, list(records), count_csv(content, ",")) == ([], [], 0)


def test_the_csv_counter_agrees_with_the_reader_on_any_bytes() -> None:
    chance = random.Random(7)
    pieces = [b"a", b"1", b",", b",", b";", b'"', b'"', b'""', b"\n", b"\n", b"\r\n", b"\r", b" ", b"\xff", "é".encode()]
    for _ in range(5_000):
        content = b"x,y\n" + b"".join(chance.choices(pieces, k=chance.randrange(25)))
        assert count_csv(content, ",") == len(csv_rows(content)), content


def test_the_json_counter_agrees_with_the_reader_on_any_bytes() -> None:
    chance = random.Random(7)
    pieces = [b'{"a":1}', b"{", b"}", b'"', b"\n", b"\n", b"\r\n", b"\r", b" ", b"\t", b"[1]", b"\xff"]
    for _ in range(5_000):
        content = b"".join(chance.choices(pieces, k=chance.randrange(12)))
        assert count_json_lines(content) == len(list(read_json_lines(content)[1])), content


def test_json_values_become_text_without_passing_through_a_float() -> None:
    content = b'{"a":12.10,"b":1,"c":true,"d":null,"e":"x","f":{"g":[1,2.50]},"h":""}\n{"a":0.1000000000000000055,"z":1e3}\n'
    names, records = read_json_lines(content)
    assert names == ["a", "b", "c", "d", "e", "f", "h", "z"]
    assert [dict(zip(names, record.values or [], strict=True)) for record in records] == [
        {"a": "12.10", "b": "1", "c": "true", "d": None, "e": "x", "f": '{"g": [1, 2.5]}', "h": None, "z": None},
        {"a": "0.1000000000000000055", "b": None, "c": None, "d": None, "e": None, "f": None, "h": None, "z": "1e3"},
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"{not json}", "line is not valid JSON"),
        (b'{"a":NaN}', "line is not valid JSON"),
        (b'{"a":1}{"a":2}', "line is not valid JSON"),
        (b"[1]", "line is not a JSON object"),
        (b"1", "line is not a JSON object"),
        (b'{"a":"\xff"}', "line is not valid UTF-8"),
        (b"[" * 100_000, "line is not valid JSON"),
    ],
)
def test_a_malformed_json_line_keeps_its_text(line: bytes, problem: str) -> None:
    _, records = read_json_lines(b'{"a":"before"}\n\n' + line + b'\n{"a":"after"}')
    before, malformed, after = records
    assert (before.values, after.values, after.number) == (["before"], ["after"], 3)
    assert (malformed.values, malformed.problem, malformed.raw) == (None, problem, line.decode(errors="backslashreplace"))
