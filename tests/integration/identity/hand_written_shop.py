"""A shop of a few hand-written rows, built with dbt day by day."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from dbt.contracts.graph.manifest import Manifest

from orchestration.paths import DBT_PROJECT
from orchestration.source_tables import landing_sources
from tests.integration.dbt_runs import build


@dataclass
class Shop:
    """The shop's data folder and what a run on it sees."""

    root: Path
    manifest: Manifest
    models: Sequence[str]

    @property
    def data(self) -> Path:
        return self.root / "data"

    def deliver(self, table: str, loaded_on: str, *rows: dict[str, str]) -> None:
        """One file with all declared columns; those that a row does not give are empty."""
        source, name = table.split("/")
        columns = [column for column in landing_sources(DBT_PROJECT / "models")[source][name].column_names if not column.startswith("_")]
        file = self.data / "landing" / table / f"loaded_at={loaded_on}T06-00-00" / "rows.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def order(self, loaded_on: str, *orders: tuple[str, str, str]) -> None:
        """Orders of the day before as (order, account, address)."""
        at = f"2026-10-{int(loaded_on[-2:]) - 1:02} 10:00:00"
        shared = {"status": "paid", "currency": "USD", "ordered_at": at, "updated_at": at}
        heads = [{"order_id": order, "shop_customer_id": account, "email": email} | shared for order, account, email in orders]
        item = {"quantity": "1", "unit_price": "9.99", "created_at": at}
        self.deliver("shop/orders", loaded_on, *heads)
        self.deliver("shop/order_items", loaded_on, *({"order_item_id": f"i{order}", "order_id": order} | item for order, _, _ in orders))

    def run(self, as_of: str, *options: str) -> None:
        variables = f"{{as_of_at: '{as_of} 00:00:00', minimum_segment_size: 1}}"
        build(self.manifest, self.root, self.models, "--vars", variables, *options)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect() as connection:
            connection.execute(f"attach '{self.data / 'warehouse.duckdb'}' as warehouse (read_only)")
            connection.execute(f"attach '{self.data / 'ops.duckdb'}' as ops (read_only)")
            connection.execute("use warehouse")
            return connection.execute(query).fetchall()

    def customer(self, account: str) -> str:
        [(customer_id,)] = self.rows(f"select customer_id from intermediate.int_identity_map where identifier_value = '{account}'")
        return str(customer_id)

    def changes(self, as_of: str) -> set[tuple[Any, ...]]:
        return set(
            self.rows(
                f"""
                select change_type, before_customer_id, after_customer_id, cause from intermediate.int_identity_changes
                where changed_at = timestamp '{as_of} 00:00:00'
                """
            )
        )

    def belongings(self) -> dict[str, set[str]]:
        """What belongs to each customer: orders, sessions by device, and current segments."""
        found: dict[str, set[str]] = {}
        for customer_id, thing in self.rows(
            """
            select customer_id, order_id from marts.fct_orders
            union all
            select customer_id, 'visit of ' || anonymous_id from marts.fct_sessions
            union all
            select customer_id, segment_name from segments.segment_memberships where is_current
            """
        ):
            found.setdefault(customer_id, set()).add(thing)
        return found

    def everything(self, *more: str) -> dict[str, list[tuple[Any, ...]]]:
        """What a rebuild must give again."""
        tables = (
            "intermediate.int_identity_map",
            "intermediate.int_identity_changes",
            "ops.main.identity_members",
            "ops.main.identity_changes",
            "ops.main.identity_runs",
            *more,
        )
        return {table: self.rows(f"select * from {table} order by all") for table in tables}
