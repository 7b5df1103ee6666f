"""A real dbt on small data folders; the project is parsed once for all tests here."""

import gc
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from orchestration.paths import DATA_DIR_VARIABLE, DBT_PROJECT, PROFILES

# The least that a shop must deliver.
ORDERS = """order_id,shop_customer_id,email,phone,channel,status,currency,discount_amount,shipping_amount,tax_amount,coupon_code,\
shipping_country,shipping_postcode,ordered_at,cancelled_at,updated_at
o1,c1,ann@example.com,,web,paid,USD,,,,,US,10001,2026-10-01 10:00:00,,2026-10-01 10:00:00
"""
ITEM_HEADER = "order_item_id,order_id,product_id,description,quantity,unit_price,discount_amount,created_at\n"


def folders(root: Path) -> list[str]:
    """The options that keep everything dbt writes below one folder."""
    paths = {"project-dir": DBT_PROJECT, "profiles-dir": PROFILES, "target-path": root / "target", "log-path": root / "logs"}
    return [part for name, path in paths.items() for part in (f"--{name}", str(path))]


@dataclass
class DbtRun:
    """What one dbt invocation did."""

    succeeded: bool
    messages: list[str]
    statuses: dict[str, str]

    @property
    def text(self) -> str:
        return "\n".join(self.messages)


@dataclass
class Street:
    """One data folder and the dbt that works on it."""

    root: Path
    manifest: Manifest

    def write(self, path: str, content: bytes | str) -> Path:
        target = self.root / "data" / "landing" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    def write_orders(self) -> None:
        self.write("shop/orders/orders.csv", ORDERS)
        self.write("shop/order_items/items.csv", ITEM_HEADER + "i1,o1,p1,Lamp,1,9.99,0,2026-10-01 10:00:00\n")

    def dbt(self, command: str, *arguments: str) -> DbtRun:
        messages: list[str] = []
        runner = dbtRunner(manifest=self.manifest, callbacks=[lambda event: messages.append(event.info.msg)])
        folders = {
            "project-dir": DBT_PROJECT,
            "profiles-dir": PROFILES,
            "target-path": self.root / "target",
            "log-path": self.root / "logs",
        }
        options = [part for name, folder in folders.items() for part in (f"--{name}", str(folder))]
        result = runner.invoke([*command.split(), *arguments, *options])
        statuses = {str(item.node.unique_id): str(item.status) for item in getattr(result.result, "results", [])}
        if result.exception is not None:
            messages.append(str(result.exception))
        run = DbtRun(result.success, messages, statuses)
        # dbt-duckdb keeps the database open between invocations of one process, and an exception keeps its connection.
        del result
        DuckDBConnectionManager.close_all_connections()
        gc.collect()
        return run

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        connection = duckdb.connect(str(self.root / "data" / "warehouse.duckdb"))
        try:
            connection.execute(f"attach '{self.root / 'data' / 'ops.duckdb'}' as ops; set TimeZone = 'UTC'")
            return connection.execute(query).fetchall()
        finally:
            connection.close()


@dataclass(frozen=True)
class ParsedProject:
    """The project, parsed for one data folder; `root` holds dbt's own record of it, which another process can start from."""

    manifest: Manifest
    root: Path
    data: Path


@pytest.fixture(scope="session")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> ParsedProject:
    root = tmp_path_factory.mktemp("parsed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(DATA_DIR_VARIABLE, str(root / "data"))
        result = dbtRunner().invoke(["parse", "--quiet", *folders(root)])
    assert result.exception is None
    assert isinstance(result.result, Manifest)
    return ParsedProject(result.result, root, root / "data")


@pytest.fixture
def street(tmp_path: Path, parsed: ParsedProject, monkeypatch: pytest.MonkeyPatch) -> Street:
    monkeypatch.setenv(DATA_DIR_VARIABLE, str(tmp_path / "data"))
    monkeypatch.delenv("A360_IDENTITY_KEY", raising=False)
    return Street(tmp_path, parsed.manifest)
