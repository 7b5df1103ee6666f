"""The macros that all randomness and all identifiers come from."""

from collections.abc import Iterator

import duckdb
import pytest

from orchestration.generators.engine import SQL_DIR, split_statements

# For 255 degrees of freedom the chi-squared statistic lies below 330 in 999 of 1,000 cases.
CHI_SQUARED_LIMIT = 330


@pytest.fixture(scope="module")
def macros() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute("set variable start_date = date '2026-01-01'")
    connection.execute("set variable products_per_category = 20")
    for statement in split_statements((SQL_DIR / "macros.sql").read_text(encoding="utf-8")):
        connection.execute(statement)
    connection.execute("create table keys as select i, mix32(i::ubigint) as k from range(200000) as numbers(i)")
    yield connection
    connection.close()


def chi_squared(connection: duckdb.DuckDBPyConnection, cell: str) -> float:
    """Of the counts of 256 cells against an even spread."""
    query = f"""
        select sum(power(n - total / 256.0, 2)) / (any_value(total) / 256.0)
        from (select count(*) as n, sum(count(*)) over () as total from keys group by {cell})
    """
    row = connection.execute(query).fetchone()
    assert row is not None
    return float(row[0])


@pytest.mark.parametrize("draw", [1, 2, 30, 901, 3_000_017])
def test_draws_are_uniform(macros: duckdb.DuckDBPyConnection, draw: int) -> None:
    assert chi_squared(macros, f"floor(u01(k, {draw}) * 256)") < CHI_SQUARED_LIMIT


@pytest.mark.parametrize(("one", "other"), [(1, 2), (2, 3), (10, 11), (3, 30), (200, 201)])
def test_draws_of_one_key_are_independent(macros: duckdb.DuckDBPyConnection, one: int, other: int) -> None:
    assert chi_squared(macros, f"floor(u01(k, {one}) * 16) * 16 + floor(u01(k, {other}) * 16)") < CHI_SQUARED_LIMIT


def test_draws_of_neighbouring_keys_are_independent(macros: duckdb.DuckDBPyConnection) -> None:
    neighbour = "child_key(mix32((i + 1)::ubigint), 5) / 4294967296.0"
    assert chi_squared(macros, f"floor(u01(k, 5) * 16) * 16 + floor({neighbour} * 16)") < CHI_SQUARED_LIMIT


def test_the_two_halves_of_a_number_are_independent(macros: duckdb.DuckDBPyConnection) -> None:
    assert chi_squared(macros, "(k >> 28) * 16 + ((k >> 12) & 15)") < CHI_SQUARED_LIMIT


def test_a_draw_never_changes(macros: duckdb.DuckDBPyConnection) -> None:
    # Every world that anybody has generated depends on these values. The first is lowbias32(1), computed elsewhere.
    drawn = macros.execute("select mix32(1::ubigint), child_key(1::ubigint, 7), hex40(123456), seven_digits(42)").fetchone()
    assert drawn == (1753845952, 3814671839, "0d8646067b", "5852276")


def test_identifiers_of_different_things_differ(macros: duckdb.DuckDBPyConnection) -> None:
    # The dense lower end, and every seventh number from the largest in use downwards.
    query = "select count(distinct hex40(x)) from (select unnest([i, 274877906943 - i * 7]) as x from keys)"
    assert macros.execute(query).fetchone() == (400_000,)
    assert macros.execute("select count(distinct seven_digits(i)) from range(2000000) as numbers(i)").fetchone() == (2_000_000,)


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        (" Anna.Smith12+shop@Gmail.com", "annasmith12@gmail.com"),
        ("j.doe+news@outlook.com ", "j.doe@outlook.com"),
        ("X_Y@GMX.de", "x_y@gmx.de"),
    ],
)
def test_all_spellings_of_an_address_share_one_form(macros: duckdb.DuckDBPyConnection, typed: str, canonical: str) -> None:
    assert macros.execute("select canonical_email($1)", [typed]).fetchone() == (canonical,)


def test_whatever_people_type_leads_back_to_their_address(macros: duckdb.DuckDBPyConnection) -> None:
    query = """
        select count(*)
        from (select k, unnest(['anna.smith12@gmail.com', 'j_doe7@icloud.com', 'jan9@gmx.de']) as email from keys where i < 10000)
        where canonical_email(as_typed(email, k)) <> canonical_email(email)
    """
    assert macros.execute(query).fetchone() == (0,)
    spellings = macros.execute("select count(distinct as_typed('anna.smith12@gmail.com', k)) from keys").fetchone()
    assert spellings is not None
    assert spellings[0] >= 8
