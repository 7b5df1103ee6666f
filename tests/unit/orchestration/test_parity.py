"""The comparison of two engines finds what differs and nothing else."""

from collections.abc import Iterator

import duckdb
import pytest

from orchestration.parity import Comparison, as_markdown, compare


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as opened:
        yield opened


def compared(connection: duckdb.DuckDBPyConnection, ours: str, theirs: str, **options: frozenset[str]) -> Comparison:
    connection.execute(f"create or replace view our_rows as {ours}")
    connection.execute(f"create or replace view their_rows as {theirs}")
    return compare(connection, "model", "our_rows", "their_rows", **options)


def test_order_and_the_size_of_types_do_not_matter(connection: duckdb.DuckDBPyConnection) -> None:
    found = compared(
        connection,
        "select * from (values (1::hugeint, 1.5::decimal(38, 2), null, timestamp '2026-01-01'), (2, 2, 'b', null)) as rows (a, b, c, d)",
        "select a::bigint as a, b::decimal(18, 4) as b, c, d "
        "from (values (2, 2, 'b', null), (1, 1.5, null, timestamptz '2026-01-01 00:00+00')) as rows (a, b, c, d)",
    )
    assert (found.rows, found.other_rows, found.differences) == (2, 2, 0)


@pytest.mark.parametrize(("theirs", "differences"), [(1.0 + 1e-12, 0), (1.0 + 1e-6, 1)])
def test_doubles_may_differ_by_a_billionth(connection: duckdb.DuckDBPyConnection, theirs: float, differences: int) -> None:
    found = compared(connection, "select 'a' as key, 1.0::double as value", f"select 'a' as key, {theirs!r}::double as value")
    assert found.differences == differences


def test_a_null_is_not_a_number(connection: duckdb.DuckDBPyConnection) -> None:
    assert compared(connection, "select null::double as value", "select 0.0::double as value").differences == 1


def test_repeated_rows_are_counted(connection: duckdb.DuckDBPyConnection) -> None:
    found = compared(connection, "select 'a' as key from range(3)", "select 'a' as key from range(2)")
    assert (found.rows, found.other_rows, found.differences) == (3, 2, 1)


def test_a_changed_value_shows_both_rows(connection: duckdb.DuckDBPyConnection) -> None:
    found = compared(connection, "select 1 as key, 'x' as value", "select 1 as key, 'y' as value")
    assert found.differences == 2
    assert len(found.examples) == 2


def test_a_missing_column_is_a_difference_unless_left_out(connection: duckdb.DuckDBPyConnection) -> None:
    ours, theirs = "select 1 as key, 2 as registered_at", "select 1 as key"
    assert "registered_at" in compared(connection, ours, theirs).examples[0]
    assert compared(connection, ours, theirs, left_out=frozenset({"registered_at"})).differences == 0


def test_the_table_ends_with_the_sums() -> None:
    text = as_markdown({"full": [Comparison("a", 2, 2, 0), Comparison("b", 3, 2, 1)]})
    assert text.splitlines()[-1] == "| **all** | **2 comparisons** | **5** | **4** | **1** |"
