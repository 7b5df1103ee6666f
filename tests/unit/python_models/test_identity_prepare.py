"""Records as they are compared: one spelling per value, clear errors, and no value of a record in a message."""

from dataclasses import replace

import pandas as pd
import pytest

from python_models.identity.nicknames import NICKNAMES, read_table
from python_models.identity.prepare import ROOTS, date_digits, name_words, prepare_records, soundex
from python_models.identity.spec import LinkColumns, LinkSpec

COLUMNS = LinkColumns(
    "id", given_name="first", surname="last", date_of_birth="born", email="mail", phone="phone", street="street", city="city"
)
SPEC = LinkSpec(COLUMNS)


def record(**values: object) -> dict[str, object]:
    return {**dict.fromkeys(COLUMNS.used()), "id": "1", **values}


def prepared(spec: LinkSpec = SPEC, **values: object) -> dict[str, object]:
    return dict(prepare_records(pd.DataFrame([record(**values)]), spec).iloc[0])


@pytest.mark.parametrize("spelling", ["José-Luis", " JOSE LUIS ", "Jose\u0301 Luis", "joséluis"])
def test_spellings_of_one_name_become_one(spelling: str) -> None:
    assert prepared(first=spelling)["given_name"] == "joseluis"


@pytest.mark.parametrize("written", ["", " ", "N/A", "null", "None", "Unknown", "not known", float("nan"), None, pd.NA])
def test_what_stands_for_no_value_is_empty(written: object) -> None:
    assert prepared(last=written)["surname"] is None


@pytest.mark.parametrize(
    ("text", "order", "digits"),
    [
        ("1956-04-09", "ymd", "19560409"),
        ("19560409", "ymd", "19560409"),
        ("1956-4-9", "ymd", "19560409"),
        ("1956-04-09T00:00:00", "ymd", "19560409"),
        ("09/04/1956", "dmy", "19560409"),
        ("04/09/1956", "mdy", "19560409"),
        ("09041956", "dmy", "19560409"),
        ("1956-04-09", "dmy", "19560409"),
        ("1956-13-40", "ymd", "19561340"),
    ],
)
def test_dates_are_eight_digits_whatever_the_format_and_however_impossible(text: str, order: str, digits: str) -> None:
    assert date_digits(text, order) == digits


def test_a_short_surname_is_a_value() -> None:
    assert prepared(last="Na")["surname"] == "na"


def test_dates_may_be_dates() -> None:
    assert prepared(born=pd.Timestamp("1956-04-09"))["date_of_birth"] == "19560409"
    assert prepared(born=pd.Timestamp("1956-04-09").date())["date_of_birth"] == "19560409"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ann Mary Smith", ("ann", "smith")),
        ("Smith, Ann Mary", ("ann", "smith")),
        ("de la Cruz, Ana", ("ana", "delacruz")),
        ("O'Brien", ("", "obrien")),
        ("", ("", "")),
    ],
)
def test_full_names_are_split(text: str, words: tuple[str, str]) -> None:
    assert name_words(text) == words


def test_a_full_name_fills_the_names_that_have_no_column() -> None:
    frame = pd.DataFrame({"id": [1], "name": ["Ann Mary Smith"]})
    row = prepare_records(frame, LinkSpec(LinkColumns("id", full_name="name"))).iloc[0]
    assert (row["given_name"], row["surname"], row["name_pair"]) == ("ann", "smith", "ann|smith")


def test_a_street_gives_its_number_and_the_word_for_street_does_not_matter() -> None:
    one, other = prepared(street="12a Green Street"), prepared(street="12A, green st.")
    assert (one["street_number"], one["street"]) == (other["street_number"], other["street"]) == ("12a", "greenst")


def test_addresses_and_numbers_are_compared_without_what_does_not_tell_people_apart() -> None:
    assert prepared(mail=" Ann+News@Example.ORG ")["email"] == "ann@example.org"
    assert prepared(mail="ann at example")["email"] is None
    assert prepared(phone="+44 (0)7700 900-123")["phone"] == prepared(phone="07700 900123")["phone"] == "700900123"


def test_short_forms_lead_to_the_name_and_one_that_is_short_for_two_to_both() -> None:
    assert prepared(first="Bob")[ROOTS] == ["robert"]
    assert set(prepared(first="Harry")[ROOTS]) >= {"harold", "henry"}
    assert prepared(first="Xochitl")[ROOTS] == ["xochitl"]
    assert ("robert", "robert") in NICKNAMES


def test_short_forms_are_data() -> None:
    own = replace(SPEC, nicknames=read_table("xochitl: xochi"))
    assert prepared(own, first="Xochi")[ROOTS] == ["xochitl"]
    assert prepared(own, first="Bob")[ROOTS] == ["bob"]


@pytest.mark.parametrize(
    ("name", "code"),
    [("robert", "r163"), ("rupert", "r163"), ("ashcraft", "a261"), ("tymczak", "t522"), ("pfister", "p236"), ("honeyman", "h555")],
)
def test_soundex_gives_the_published_codes(name: str, code: str) -> None:
    """The examples of the United States National Archives."""
    assert soundex(name) == code


def test_names_in_the_wrong_order_share_a_key() -> None:
    assert prepared(first="Ann", last="Smith")["name_pair"] == prepared(first="Smith", last="Ann")["name_pair"]


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="no column born"):
        prepare_records(pd.DataFrame([record()]).drop(columns="born"), SPEC)
    with pytest.raises(ValueError, match="no column contact"):
        prepare_records(pd.DataFrame([record()]), replace(SPEC, never_differ=("contact",)))


def test_an_empty_frame_is_an_error() -> None:
    with pytest.raises(ValueError, match="no records"):
        prepare_records(pd.DataFrame(columns=list(COLUMNS.used())), SPEC)


def test_ids_are_there_and_unique_and_messages_carry_no_value() -> None:
    secret = "ann@secret.example"
    with pytest.raises(ValueError, match="1 records repeat the id") as repeated:
        prepare_records(pd.DataFrame([record(id=secret), record(id=secret)]), SPEC)
    with pytest.raises(ValueError, match="1 records have no id") as lacking:
        prepare_records(pd.DataFrame([record(id=None, mail=secret)]), SPEC)
    assert secret not in str(repeated.value) + str(lacking.value)


def test_ids_that_are_the_same_as_text_are_the_same() -> None:
    with pytest.raises(ValueError, match="repeat"):
        prepare_records(pd.DataFrame([record(id=1), record(id="1")]), SPEC)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"review_threshold": 0.99}, "review_threshold"),
        ({"link_threshold": 1.0}, "link_threshold"),
        ({"strict_rules_recall": 0.0}, "strict_rules_recall"),
        ({"date_order": "yyy"}, "date_order"),
        ({"columns": LinkColumns("id")}, "no column to compare by"),
    ],
)
def test_a_spec_that_cannot_be_meant_is_an_error(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(SPEC, **changes)
