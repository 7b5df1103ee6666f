"""Compares what two engines built from one landing folder: every model, row by row, every column.

The rows of a model travel from the cluster as Parquet files and are compared inside DuckDB. Two rows are equal when all columns are:
nulls equal nulls, doubles within 1e-9 relative, everything else exactly. Because doubles have no exact match, rows are first matched on
the columns of other types; rows that share those are ordered by their doubles and compared one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

RELATIVE_TOLERANCE = 1e-9
FLOATING = ("DOUBLE", "FLOAT")
# Texts for people to read, which engines print in their own way (see the macros row_as_json and landing_raw): only whether there is
# one is compared.
READ_BY_PEOPLE = frozenset({"_raw", "raw_payload"})


@dataclass(frozen=True)
class Comparison:
    """What was found for one model; `examples` shows a few of the differing rows."""

    model: str
    rows: int
    other_rows: int
    differences: int
    examples: Sequence[str] = ()


def compare(
    connection: duckdb.DuckDBPyConnection, model: str, ours: str, theirs: str, left_out: frozenset[str] = frozenset()
) -> Comparison:
    """Compare two relations of the connection; columns that only one engine has for itself are named in `left_out`."""
    our_types, their_types = _types(connection, ours), _types(connection, theirs)
    names = [name for name in our_types if name not in left_out]
    missing = [name for name in names if name not in their_types]
    counts = [int(_value(connection, f"select count(*) from {relation}")) for relation in (ours, theirs)]
    if missing:
        return Comparison(model, counts[0], counts[1], max(counts[0], 1), (f"columns only on one side: {', '.join(missing)}",))
    doubles = [name for name in names if our_types[name] in FLOATING or their_types[name] in FLOATING]
    exact = [name for name in names if name not in doubles]
    for side, relation, types in (("ours", ours, our_types), ("theirs", theirs, their_types)):
        columns = [f"{_exact(name, our_types[name], types[name])} as {_quoted(name)}" for name in exact]
        columns += [f"cast({_quoted(name)} as double) as {_quoted(name)}" for name in doubles]
        keys = ", ".join(map(_quoted, exact)) or "1"
        order = f"order by {', '.join(map(_quoted, doubles))}" if doubles else ""
        connection.execute(
            f"create or replace temporary table parity_{side} as with typed as (select {', '.join(columns)} from {relation}) "
            f"select *, row_number() over (partition by {keys} {order}) as parity_number from typed"
        )
    matched = " and ".join(f"ours.{_quoted(name)} is not distinct from theirs.{_quoted(name)}" for name in [*exact, "parity_number"])
    near = " and ".join(_near(name) for name in doubles) or "true"
    differing = (
        f"select coalesce(ours.parity_number, theirs.parity_number) is not null as _, ours, theirs from parity_ours as ours "
        f"full outer join parity_theirs as theirs on {matched} "
        f"where ours.parity_number is null or theirs.parity_number is null or not ({near})"
    )
    count = int(_value(connection, f"select count(*) from ({differing})"))
    examples = [str(row) for row in connection.execute(f"select ours, theirs from ({differing}) limit 4").fetchall()] if count else []
    return Comparison(model, counts[0], counts[1], count, tuple(examples))


def parquet_relation(folder: Path) -> str:
    """The files that a cluster wrote, as a relation; a model without rows has a file that says its columns."""
    return f"read_parquet('{folder}/**/*.parquet', union_by_name = true, hive_partitioning = false)"


def as_markdown(comparisons: Mapping[str, Sequence[Comparison]]) -> str:
    """One table over all rounds."""
    lines = ["| round | model | rows | rows on Spark | differences |", "|---|---|---:|---:|---:|"]
    for round_name, found in comparisons.items():
        lines += [f"| {round_name} | {one.model} | {one.rows:,} | {one.other_rows:,} | {one.differences:,} |" for one in found]
    total = [one for found in comparisons.values() for one in found]
    lines.append(
        f"| **all** | **{len(total)} comparisons** | **{sum(one.rows for one in total):,}** | "
        f"**{sum(one.other_rows for one in total):,}** | **{sum(one.differences for one in total):,}** |"
    )
    return "\n".join(lines) + "\n"


def _types(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    return {str(row[0]): str(row[1]) for row in connection.execute(f"describe select * from {relation}").fetchall()}


def _value(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(query).fetchall()[0][0])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _exact(name: str, our_type: str, own_type: str) -> str:
    """A value in the form in which it is compared: sizes of numbers and zones of times differ between engines, values may not."""
    column = _quoted(name)
    if name in READ_BY_PEOPLE:
        return f"{column} is not null"
    if own_type == "TIMESTAMP WITH TIME ZONE":
        return f"cast({column} at time zone 'UTC' as timestamp)"
    if our_type == "HUGEINT" or own_type == "HUGEINT":
        return f"cast({column} as decimal(38, 0))"
    if "INT" in own_type:
        return f"cast({column} as hugeint)"
    if own_type.startswith("DECIMAL"):
        return f"cast({column} as decimal(38, 10))"
    return column


def _near(name: str) -> str:
    ours, theirs = f"ours.{_quoted(name)}", f"theirs.{_quoted(name)}"
    return (
        f"({ours} is not distinct from {theirs} or coalesce(abs({ours} - {theirs}) <= "
        f"{RELATIVE_TOLERANCE} * greatest(abs({ours}), abs({theirs})), false))"
    )
