"""One warehouse resource: declared tables, one transaction, bound parameters, batches."""

from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from orchestration.paths import DBT_PROJECT
from orchestration.source_tables import SourceTable, landing_sources, read_source_tables
from orchestration.warehouse import Warehouse, literal, transaction

SCORES = SourceTable(
    source="ml",
    schema="ml",
    name="scores",
    description="Scores.",
    columns=(("customer_id", "string"), ("as_of_date", "date"), ("probability", "double")),
    meta={},
)


def frame(as_of_date: date, *probabilities: float) -> pd.DataFrame:
    ids = [f"c_{number}" for number in range(len(probabilities))]
    return pd.DataFrame({"customer_id": ids, "as_of_date": as_of_date, "probability": probabilities})


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path)


def test_replacing_rows_is_idempotent_and_touches_no_other_date(warehouse: Warehouse) -> None:
    monday, tuesday = date(2026, 11, 2), date(2026, 11, 3)
    warehouse.replace_rows(SCORES, frame(monday, 0.1, 0.2), {"as_of_date": monday})
    for _ in range(2):
        warehouse.replace_rows(SCORES, frame(tuesday, 0.3), {"as_of_date": tuesday})
    assert warehouse.rows("select as_of_date, count(*) from ml.scores group by as_of_date order by as_of_date") == [
        (monday, 2),
        (tuesday, 1),
    ]


def test_a_table_is_made_with_the_declared_types(warehouse: Warehouse) -> None:
    warehouse.replace_rows(SCORES, frame(date(2026, 11, 2), 0.1), {"as_of_date": date(2026, 11, 2)})
    described = warehouse.rows("select column_name, data_type from information_schema.columns where table_name = 'scores'")
    assert described == [("customer_id", "VARCHAR"), ("as_of_date", "DATE"), ("probability", "DOUBLE")]


def test_an_empty_result_removes_yesterdays_rows_of_the_same_key(warehouse: Warehouse) -> None:
    day = date(2026, 11, 2)
    warehouse.replace_rows(SCORES, frame(day, 0.1), {"as_of_date": day})
    warehouse.replace_rows(SCORES, frame(day), {"as_of_date": day})
    assert warehouse.value("select count(*) from ml.scores") == 0


def test_a_failed_insert_keeps_the_old_rows(warehouse: Warehouse) -> None:
    day = date(2026, 11, 2)
    warehouse.replace_rows(SCORES, frame(day, 0.1), {"as_of_date": day})
    broken = frame(day, 0.2).assign(probability="not a number")
    with pytest.raises(duckdb.ConversionException):
        warehouse.replace_rows(SCORES, broken, {"as_of_date": day})
    assert warehouse.rows("select probability from ml.scores") == [(0.1,)]


def test_columns_have_to_be_the_declared_ones(warehouse: Warehouse) -> None:
    with pytest.raises(ValueError, match="surprise"):
        warehouse.replace_rows(SCORES, frame(date(2026, 11, 2), 0.1).assign(surprise=1), {"as_of_date": date(2026, 11, 2)})


def test_parameters_are_bound_and_not_pasted(warehouse: Warehouse) -> None:
    warehouse.replace_rows(SCORES, frame(date(2026, 11, 2), 0.1), {"as_of_date": date(2026, 11, 2)})
    assert warehouse.value("select count(*) from ml.scores where customer_id = ?", ["c_0' or true --"]) == 0


def test_batches_hold_at_most_so_many_rows(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        connection.execute("create table numbers as select range as number from range(10000)")
    sizes = [batch.num_rows for batch in warehouse.batches("select number from numbers where number >= ?", [4000], rows=2048)]
    assert sum(sizes) == 6000
    assert max(sizes) <= 2048


def test_value_wants_exactly_one_row(warehouse: Warehouse) -> None:
    with warehouse.connect():
        pass
    with pytest.raises(LookupError, match="expected one row, got 2"):
        warehouse.value("select * from range(2)")


def test_reading_a_folder_without_a_warehouse_says_what_to_do(warehouse: Warehouse) -> None:
    with pytest.raises(FileNotFoundError, match="make run"):
        warehouse.rows("select 1")


def test_read_only_connections_cannot_write(warehouse: Warehouse) -> None:
    with warehouse.connect():
        pass
    with warehouse.connect(read_only=True) as connection, pytest.raises(duckdb.InvalidInputException, match="read-only"):
        connection.execute("create table warehouse.main.t as select 1 as one")


def test_a_transaction_rolls_back_whatever_ends_it(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        connection.execute("create table warehouse.main.numbers (number bigint)")
        with pytest.raises(KeyboardInterrupt):
            _insert_and_give_up(connection)
        assert connection.execute("select count(*) from warehouse.main.numbers").fetchall() == [(0,)]


def _insert_and_give_up(connection: duckdb.DuckDBPyConnection) -> None:
    with transaction(connection):
        connection.execute("insert into warehouse.main.numbers values (1)")
        raise KeyboardInterrupt


def test_files_have_the_storage_version_of_the_profile(warehouse: Warehouse) -> None:
    with warehouse.connect() as connection:
        versions = connection.execute("select tags['storage_version'] from duckdb_databases() where database_name in ('warehouse', 'ops')")
        assert all(str(version).startswith("v1.4") for (version,) in versions.fetchall())


def test_literals_are_quoted() -> None:
    assert literal("it's") == "'it''s'"


def test_sources_are_read_from_their_yaml() -> None:
    assert {"customer_clusters", "cluster_profiles", "propensity_scores", "model_metrics"} <= set(
        read_source_tables(DBT_PROJECT / "models", "ml")
    )
    assert {"file_register", "sync_ledger", "sync_runs", "model_registry"} <= set(read_source_tables(DBT_PROJECT / "models", "ops"))
    landing = landing_sources(DBT_PROJECT / "models")
    assert {name for name, table in landing["shop"].items() if table.is_required} == {"orders", "order_items"}


def test_an_unknown_source_is_an_error() -> None:
    with pytest.raises(LookupError, match="no dbt source named nowhere"):
        read_source_tables(DBT_PROJECT / "models", "nowhere")
