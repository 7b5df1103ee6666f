"""Decisions about who is who: what is written, what is refused, and that no address or number leaks."""

from pathlib import Path

import pytest

from orchestration.identity_overrides import Identifier, OverrideError, decide, in_force
from orchestration.paths import DBT_PROJECT
from orchestration.source_tables import read_source_tables
from orchestration.warehouse import Warehouse

ANN = Identifier("email", "ann@x.com")
BOB = Identifier("email", "bob@x.com")
ACCOUNT = Identifier("shop_customer_id", "s1")


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    with Warehouse(tmp_path).connect() as connection:
        connection.execute("create schema seeds")
        connection.execute("create schema intermediate")
        connection.execute(
            """
            create table seeds.identity_identifier_types as
            select * from (values ('shop_customer_id', 2), ('email', 4), ('phone', 5)) as types (identifier_type, type_rank)
            """
        )
        connection.execute(
            """
            create table intermediate.int_identifiers as
            select * from (
                values (10, 'email', 'ann@x.com'), (20, 'email', 'bob@x.com'), (30, 'shop_customer_id', 's1'), (40, 'phone', '+4930')
            ) as identifiers (identifier_key, identifier_type, identifier_value)
            """
        )
        connection.execute(
            """
            create table intermediate.int_email_addresses_observed as
            select * from (values (10, 'A.nn+shop@x.com'), (20, 'bob@x.com')) as addresses (identifier_key, email_as_given)
            """
        )
    return tmp_path


def standing(data_dir: Path) -> dict[tuple[int, int], str]:
    table = read_source_tables(DBT_PROJECT / "models", "ops")["identity_overrides"]
    return {pair: each.decision for pair, each in in_force(Warehouse(data_dir), table).items()}


def test_a_decision_is_kept_by_key_whatever_the_order_of_the_sides(data_dir: Path) -> None:
    decide(data_dir, "split", BOB, ANN, by="anna", reason="two people")
    decide(data_dir, "link", ACCOUNT, Identifier("email", " a.NN+shop@x.com "), by="anna", reason="called us")
    assert standing(data_dir) == {(10, 20): "split", (10, 30): "link"}
    kept = Warehouse(data_dir).rows("select * from ops.main.identity_overrides")
    assert not any("x.com" in str(value) for row in kept for value in row)


def test_the_newest_decision_of_a_pair_holds_and_can_be_withdrawn(data_dir: Path) -> None:
    decide(data_dir, "split", ANN, BOB, by="anna", reason="two people")
    decide(data_dir, "withdrawn", BOB, ANN, by="anna", reason="wrong ones")
    assert standing(data_dir) == {}
    decide(data_dir, "link", ANN, BOB, by="anna", reason="one person")
    assert standing(data_dir) == {(10, 20): "link"}
    assert Warehouse(data_dir).value("select count(*) from ops.main.identity_overrides") == 3


@pytest.mark.parametrize(
    ("decision", "one", "other", "message"),
    [
        ("merge", ANN, BOB, "unknown decision 'merge'"),
        ("link", Identifier("twitter", "ann"), BOB, "unknown type of identifier 'twitter': use one of shop_customer_id, email, phone"),
        ("link", Identifier("email", "  "), BOB, "the value of the email is empty"),
        ("link", Identifier("email", "nobody@x.com"), BOB, "no email of the last run has this value"),
        ("link", ANN, Identifier("email", "A.nn+shop@x.com"), "both sides are the same identifier"),
        ("withdrawn", ANN, BOB, "nothing was decided about these two"),
    ],
)
def test_what_cannot_be_decided_is_refused_without_naming_anybody(
    data_dir: Path, decision: str, one: Identifier, other: Identifier, message: str
) -> None:
    with pytest.raises(OverrideError) as refused:
        decide(data_dir, decision, one, other, by="anna", reason="because")
    assert str(refused.value).startswith(message)
    assert "x.com" not in str(refused.value)
    assert standing(data_dir) == {}


@pytest.mark.parametrize(("by", "reason"), [("", "because"), ("anna", " ")])
def test_who_and_why_are_asked_for(data_dir: Path, by: str, reason: str) -> None:
    with pytest.raises(OverrideError, match="is missing"):
        decide(data_dir, "link", ANN, BOB, by=by, reason=reason)


def test_a_pair_is_not_linked_and_split_at_once(data_dir: Path) -> None:
    decide(data_dir, "split", ANN, BOB, by="anna", reason="two people")
    with pytest.raises(OverrideError, match="these two have a split"):
        decide(data_dir, "link", BOB, ANN, by="anna", reason="one person")
    with pytest.raises(OverrideError, match="was decided before"):
        decide(data_dir, "split", BOB, ANN, by="anna", reason="two people")


def test_links_may_not_join_a_split_over_several_steps(data_dir: Path) -> None:
    phone = Identifier("phone", "+4930")
    decide(data_dir, "split", ANN, BOB, by="anna", reason="two people")
    decide(data_dir, "link", ANN, ACCOUNT, by="anna", reason="hers")
    decide(data_dir, "link", BOB, phone, by="anna", reason="his")
    with pytest.raises(OverrideError, match="join both sides of a split"):
        decide(data_dir, "link", ACCOUNT, phone, by="anna", reason="hers")


def test_a_split_may_not_part_what_links_join_over_several_steps(data_dir: Path) -> None:
    decide(data_dir, "link", ANN, ACCOUNT, by="anna", reason="hers")
    decide(data_dir, "link", ACCOUNT, BOB, by="anna", reason="his")
    with pytest.raises(OverrideError, match=r"join both sides of a split \(decision this one\)"):
        decide(data_dir, "split", ANN, BOB, by="anna", reason="two people")


def test_a_value_is_bound_and_never_part_of_a_query(data_dir: Path) -> None:
    with pytest.raises(OverrideError, match="no email of the last run"):
        decide(data_dir, "link", Identifier("email", "' or true --"), BOB, by="anna", reason="because")


def test_an_identifier_does_not_show_its_value() -> None:
    assert "x.com" not in repr(ANN)
