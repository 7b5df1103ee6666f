"""Bring your own shop: the mapping is checked, the landing files are the same however they are delivered."""

import json
from pathlib import Path

import duckdb
import pytest

from orchestration import examples
from orchestration.examples import ExampleError, prepare_example, read_example
from orchestration.paths import DataFolder
from orchestration.variables import vars_arguments

MAPPING = """\
name: corner_shop
title: A corner shop
input:
  relation: till
  environment_variable: CORNER_SHOP
  paths: [input]
  missing: Put the till roll into input/.
tables:
  shop.orders: orders.sql
vars:
  reporting_currency: GBP
"""
ORDERS = """
select receipt as order_id, cast(sold_at as timestamp) as ordered_at, cast(sold_at as timestamp) as updated_at,
    cast(sold_at as timestamp) + interval 1 hour as _loaded_at
from till
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(examples, "EXAMPLES", tmp_path)
    monkeypatch.delenv("CORNER_SHOP", raising=False)
    folder = tmp_path / "corner_shop"
    (folder / "input").mkdir(parents=True)
    (folder / "example.yml").write_text(MAPPING)
    (folder / "orders.sql").write_text(ORDERS)
    (folder / "input" / "till.csv").write_text("receipt,sold_at\nr1,2026-10-01 09:00:00\nr2,2026-10-02 09:00:00\nr3,2026-10-02 10:00:00\n")
    return folder


def landed(data_dir: Path) -> list[tuple[object, ...]]:
    files = f"{data_dir}/landing/shop/orders/*.parquet"
    return duckdb.sql(f"select order_id, ordered_at, _loaded_at from read_parquet('{files}') order by order_id").fetchall()


def test_daily_deliveries_hold_the_same_rows_as_one(shop: Path, tmp_path: Path) -> None:
    [at_once] = prepare_example("corner_shop", tmp_path / "all")
    [daily] = prepare_example("corner_shop", tmp_path / "daily", "daily")
    assert (at_once.row_count, at_once.file_count) == (3, 1)
    assert (daily.row_count, daily.file_count) == (3, 2)
    assert landed(tmp_path / "all") == landed(tmp_path / "daily")
    names = sorted(path.name for path in (tmp_path / "daily" / "landing" / "shop" / "orders").iterdir())
    assert names == ["orders_2026-10-01.parquet", "orders_2026-10-02.parquet"]


def test_preparing_twice_changes_no_delivered_file(shop: Path, tmp_path: Path) -> None:
    prepare_example("corner_shop", tmp_path / "data")
    [file] = (tmp_path / "data" / "landing" / "shop" / "orders").iterdir()
    before = file.stat().st_mtime_ns
    prepare_example("corner_shop", tmp_path / "data")
    assert file.stat().st_mtime_ns == before


def test_the_shops_variables_stay_with_its_data(shop: Path, tmp_path: Path) -> None:
    prepare_example("corner_shop", tmp_path / "data")
    option, value = vars_arguments(DataFolder(tmp_path / "data"))
    assert option == "--vars"
    assert json.loads(value) == {"reporting_currency": "GBP"}
    assert vars_arguments(DataFolder(tmp_path / "elsewhere")) == []


def test_the_environment_names_the_data_first(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other.csv"
    other.write_text("receipt,sold_at\nr9,2026-10-03 09:00:00\n")
    monkeypatch.setenv("CORNER_SHOP", str(other))
    assert prepare_example("corner_shop", tmp_path / "data")[0].row_count == 1


def test_missing_data_says_where_it_was_looked_for(shop: Path, tmp_path: Path) -> None:
    (shop / "input" / "till.csv").unlink()
    with pytest.raises(ExampleError, match=r"(?s)looked for .*input.*Put the till roll"):
        prepare_example("corner_shop", tmp_path / "data")


def test_an_unknown_example_lists_the_known_ones(shop: Path) -> None:
    with pytest.raises(ExampleError, match="there are: corner_shop"):
        read_example("mall")


def test_a_table_outside_the_contract_is_refused(shop: Path) -> None:
    (shop / "example.yml").write_text(MAPPING.replace("shop.orders:", "shop.receipts:"))
    with pytest.raises(ExampleError, match=r"not in the contract: shop\.receipts"):
        read_example("corner_shop")


def test_a_column_outside_the_contract_is_refused(shop: Path, tmp_path: Path) -> None:
    (shop / "orders.sql").write_text(ORDERS.replace("receipt as order_id", "receipt as order_id, 1 as colour"))
    with pytest.raises(ExampleError, match="colour"):
        prepare_example("corner_shop", tmp_path / "data")


def test_a_row_without_a_delivery_time_is_refused(shop: Path, tmp_path: Path) -> None:
    (shop / "orders.sql").write_text(ORDERS.replace("cast(sold_at as timestamp) + interval 1 hour", "null::timestamp"))
    with pytest.raises(ExampleError, match="rows without _loaded_at: 3"):
        prepare_example("corner_shop", tmp_path / "data")


def test_two_shops_do_not_share_a_data_folder(shop: Path, tmp_path: Path) -> None:
    prepare_example("corner_shop", tmp_path / "data")
    other = shop.with_name("kiosk")
    other.mkdir()
    (other / "example.yml").write_text(MAPPING.replace("name: corner_shop", "name: kiosk"))
    with pytest.raises(ExampleError, match="set A360_DATA_DIR"):
        prepare_example("kiosk", tmp_path / "data")


def test_foreign_files_are_not_mixed_with_an_example(shop: Path, tmp_path: Path) -> None:
    orders = tmp_path / "data" / "landing" / "shop" / "orders"
    orders.mkdir(parents=True)
    (orders / "mine.csv").write_text("order_id\n1\n")
    with pytest.raises(ExampleError, match="already holds other data"):
        prepare_example("corner_shop", tmp_path / "data")


def test_the_shipped_examples_can_be_read() -> None:
    for file in examples.EXAMPLES.glob("*/example.yml"):
        assert read_example(file.parent.name).tables
