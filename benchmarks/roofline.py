"""The physical limit on this machine: decode every column that the street needs, with one group-by per source, and nothing else.

Usage: python -m benchmarks.roofline <data folder> [--accepted]

With --accepted the same aggregates are taken from the accepted, deduplicated rows of a built warehouse.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb

from orchestration.warehouse import Warehouse, literal

# One pass per large source: the key of its person, and everything that a customer 360 counts of it.
QUERIES = {
    "web/events": """
        select anonymous_id, count(*), min(event_at), max(event_at), sum(dwell_seconds), count(user_id), count(product_id), count(cart_id),
            count(case when event_type = 'product_view' then 1 end), max(device_type), max(geo_country)
        from {files} group by anonymous_id
    """,
    "esp/events": """
        select email, count(*), min(event_at), max(event_at), count(case when event_type = 'open' then 1 end),
            count(case when event_type = 'click' then 1 end), max(user_agent), max(ip_class)
        from {files} group by email
    """,
    "esp/messages": "select email, count(*), max(sent_at), count(variant) from {files} group by email",
    "shop/orders": """
        select coalesce(shop_customer_id, email), count(*), min(ordered_at), max(ordered_at), sum(discount_amount), max(status)
        from {files} group by all
    """,
    "shop/order_items": """
        select product_id, count(*), sum(quantity), sum(quantity * unit_price), max(created_at)
        from {files} group by product_id
    """,
}


def pattern(landing: Path, table: str) -> str:
    """The files of a landing table, as DuckDB reads them."""
    literal = str(landing / table / "**" / "*.parquet").replace("'", "''")
    return f"read_parquet('{literal}')"


def accepted(table: str) -> str:
    """The accepted rows of a landing table, as the warehouse's own view gives them."""
    source_name, table_name = table.split("/")
    return f"(select * from staging.base_{source_name}__{table_name} where _row_status = 'accepted')"


def aggregate(connection: duckdb.DuckDBPyConnection, rows_of: Callable[[str], str]) -> dict[str, int]:
    """Run the queries; the number of groups per table, the rest is looked at and thrown away."""
    groups = {}
    for table, query in QUERIES.items():
        # Every aggregate is hashed, or the engine would leave out those that nobody asks for.
        looked_at = f"select count(*), bit_xor(hash(columns(*))) from ({query.format(files=rows_of(table))})"
        groups[table] = int(connection.execute(looked_at).fetchall()[0][0])
    return groups


def tell(groups: Mapping[str, int]) -> None:
    """One line per table."""
    for table, count in groups.items():
        print(f"{table}: {count} groups")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="a data folder")
    parser.add_argument("--accepted", action="store_true", help="from the accepted rows of its warehouse, not from its files")
    parser.add_argument("--memory-limit", default="6GB")
    parsed = parser.parse_args()
    if not parsed.accepted:
        with duckdb.connect(config={"memory_limit": parsed.memory_limit}) as connection:
            tell(aggregate(connection, lambda table: pattern(parsed.data / "landing", table)))
        return
    # With the ops store beside it: the views over landing files look up which of them are registered.
    with Warehouse(parsed.data).connect(read_only=True) as connection:
        connection.execute(f"set memory_limit = {literal(parsed.memory_limit)}")
        tell(aggregate(connection, accepted))


if __name__ == "__main__":
    main()
