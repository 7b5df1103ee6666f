"""A tiny demo world that the tests share: a thousand people, four months, made once per session."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.generators.spec import WorldSpec
from orchestration.generators.world import Resources, generate_world

SPEC = WorldSpec(customers=2500, seed=11, start_date=date(2026, 5, 1), end_date=date(2026, 8, 23))
RESOURCES = Resources(memory_limit="1GB", threads=1)

Read = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the shared world; tests only read it."""
    data_dir = tmp_path_factory.mktemp("world")
    assert generate_world(SPEC, data_dir, RESOURCES)
    return data_dir


@pytest.fixture(scope="session")
def read(world: Path) -> Read:
    """Answers a query in which {crm.contacts} stands for the landing files of a table and {truth.people} for a truth file."""
    connection = duckdb.connect()

    class Files:
        """Turns an attribute of an attribute into a table function call."""

        def __init__(self, source: str) -> None:
            self.source = source

        def __getattr__(self, table: str) -> str:
            if self.source == "truth":
                return f"read_parquet('{world}/truth/{table}.parquet')"
            return f"read_parquet('{world}/landing/{self.source}/{table}/*.parquet')"

    sources = {source: Files(source) for source in ("crm", "shop", "web", "esp", "third_party", "truth")}
    return lambda query: connection.execute(query.format(**sources)).fetchall()
