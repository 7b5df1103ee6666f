"""What an entry becomes: one line, whatever is in it, and nothing of it changed."""

import json
from datetime import datetime

import pytest

from orchestration.landing.counting import count_json_lines
from orchestration.landing.json_records import read_json_lines
from orchestration.stream.entries import EntryId, arrived_at, line_of, with_all_columns

MANDATORY = ["event_id", "event_at"]


def test_a_payload_goes_through_byte_for_byte() -> None:
    payload = b'{"event_id": "k1",  "event_at":"2026-11-22","price": 1.10, "name":"Zo\xc3\xab", "name": "twice"}'
    assert line_of({b"payload": payload, b"trace": b"beside it"}, MANDATORY).content == payload


def test_fields_without_a_payload_are_columns() -> None:
    line = line_of({b"event_id": b"k1", b"event_at": b"2026-11-22", b"search_term": 'a "quoted" Zoë'.encode()}, MANDATORY)
    assert json.loads(line.content) == {"event_id": "k1", "event_at": "2026-11-22", "search_term": 'a "quoted" Zoë'}
    assert line.is_well_formed


@pytest.mark.parametrize(
    ("payload", "is_well_formed"),
    [
        (b'{"event_id":"k1","event_at":"x"}', True),
        (b'{"Event_ID":"k1","EVENT_AT":"x"}', True),
        (b'{"event_id":"k1"}', False),
        (b'{"event_id":"k1","event_at":null}', False),
        (b'{"event_id":"k1","event_at":""}', False),
        (b'["event_id","event_at"]', False),
        (b'{"event_id":"k1","event_at":"x"', False),
        (b'{"event_id":NaN,"event_at":"x"}', False),
        (b"\xff\xfe", False),
    ],
)
def test_well_formed_is_an_object_with_every_mandatory_value(payload: bytes, is_well_formed: bool) -> None:
    assert line_of({b"payload": payload}, MANDATORY).is_well_formed is is_well_formed


HOSTILE = [
    b"",
    b" \r\n\t ",
    b"\n\n",
    b"\xef\xbb\xbf",
    b" \xef\xbb\xbf \xef\xbb\xbf\n",
    b"\xef\xbb\xbf{}",
    b'{\n  "event_id": "pretty"\n}\r\n',
    b"two\nlines",
    b"a\rb",
    b"\x00",
    b"\x0b\x0c\x1c\x85",
    b"\xe2\x80\xa8",
    b"[" * 100_000,
    b"9" * 10_000,
    b"\xff",
    b'{"a":"\xff"}',
]


@pytest.mark.parametrize("payload", HOSTILE)
def test_every_entry_is_exactly_one_record_of_the_landing_zone(payload: bytes) -> None:
    """Also as the first and the last line of a file, where a reader might take a byte order mark or a line end for itself."""
    for neighbours in ([payload], [payload, b"{}"], [b"{}", payload]):
        lines = [line_of({b"payload": neighbour}, MANDATORY) for neighbour in neighbours]
        content = b"".join(line + b"\n" for line in with_all_columns(lines, ["event_id", "event_at"]))
        _, records = read_json_lines(content)
        assert len(list(records)) == count_json_lines(content) == len(neighbours)


@pytest.mark.parametrize("fields", [{b"\xff": b"x"}, {b"event_id": b"\xff"}, {b"a": b"line\nend\r"}, {b"": b""}])
def test_fields_that_are_no_text_are_a_record_too(fields: dict[bytes, bytes]) -> None:
    content = line_of(fields, MANDATORY).content + b"\n"
    _, [record] = read_json_lines(content)
    assert count_json_lines(content) == 1
    assert (record.problem == "line is not valid UTF-8") is (b"\xff" in b"".join([*fields, *fields.values()]))


def test_every_file_has_every_declared_column_and_no_value_changes() -> None:
    payloads = [b"nonsense", b'{"event_id":"k1"}', b"{ }", b'{"user_id":"u1"}']
    lines = [line_of({b"payload": payload}, MANDATORY) for payload in payloads]
    written = with_all_columns(lines, ["event_id", "event_at", "user_id", "cart_id"])
    assert written[0] == b"nonsense"
    assert json.loads(written[1]) == {"event_id": "k1", "event_at": None, "cart_id": None}
    assert written[2:] == payloads[2:]
    assert with_all_columns(lines[2:], ["event_id"])[0] == b'{ "event_id":null}'
    assert with_all_columns(lines[:1], ["event_id"]) == [b"nonsense"]


def test_ids_are_ordered_as_numbers() -> None:
    assert EntryId.parse(b"9-1") < EntryId.parse("10-0") < EntryId.parse("10-2") < EntryId.parse("10-10")
    assert EntryId.parse("1795375990607-12").text == "1795375990607-12"


NOW = datetime(2026, 11, 22, 19, 30, 0, 500_000)


@pytest.mark.parametrize(
    ("milliseconds", "expected"),
    [
        (1795375799999, datetime(2026, 11, 22, 19, 30, 0)),
        (1795375799000, datetime(2026, 11, 22, 19, 29, 59)),
        (1795375798001, datetime(2026, 11, 22, 19, 29, 59)),
        (1795375800600, datetime(2026, 11, 22, 19, 30, 0)),
        (7, datetime(2026, 11, 22, 19, 30, 0)),
        (2**64 - 1, datetime(2026, 11, 22, 19, 30, 0)),
    ],
)
def test_arrival_is_the_time_in_the_id_unless_that_is_none(milliseconds: int, expected: datetime) -> None:
    assert arrived_at(EntryId(milliseconds, 0), NOW) == expected
