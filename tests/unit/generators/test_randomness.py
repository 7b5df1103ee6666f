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
    for name, value in (
        ("products_per_category", 20),
        ("seed_key", 97),
        ("staple_share", 0.5),
        ("staple_count", 2),
        ("style_count", 3),
        ("style_products", 5),
    ):
        connection.execute(f"set variable {name} = {value}")
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


def test_staples_are_few_and_come_from_the_list_of_the_style(macros: duckdb.DuckDBPyConnection) -> None:
    query = """
        with people as (
            select i, k, pick(k, 80, 3) as style, list_distinct([staple_place(k, 2, 0), staple_place(k, 2, 1)]) as staples
            from keys where i < 3000
        ),
        styles as (
            select style, list_distinct([style_place(style, 2, position) for position in range(5)]) as liked
            from range(3) as numbers (style)
        )
        select
            count(distinct people.style),
            max(len(people.staples)),
            bool_and(list_has_all(styles.liked, people.staples)),
            count(distinct list_sort(people.staples)) > 10,
            bool_and(styles.liked <> others.liked)
        from people
        inner join styles on people.style = styles.style
        inner join styles as others on (people.style + 1) % 3 = others.style
    """
    assert macros.execute(query).fetchall() == [(3, 2, True, True, True)]


def test_a_line_is_a_staple_as_often_as_said_and_nobodys_never_is(macros: duckdb.DuckDBPyConnection) -> None:
    query = """
        with lines as (
            select
                line_category(k, 2) as category,
                item_product(k, 2, 12345::ubigint) as product_number,
                item_product(k, 2, null) as product_number_of_nobody,
                line_category(k, 2) + 8 * popular_place(u01(k, 3)) as popular_product_number,
                [staple_place(12345::ubigint, line_category(k, 2), staple) for staple in range(2)] as staples
            from keys
        )
        select
            bool_and(product_number % 8 = category and product_number_of_nobody = popular_product_number),
            bool_and(product_number = popular_product_number or list_contains(staples, product_number // 8)),
            avg((product_number <> popular_product_number)::int) between 0.4 and 0.5
        from lines
    """
    assert macros.execute(query).fetchall() == [(True, True, True)]


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
