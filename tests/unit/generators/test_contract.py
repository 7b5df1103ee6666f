"""The landing files keep the contract that the dbt sources declare, and carry every wart that staging must cope with."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from orchestration.generators.tables import LANDING_TABLES
from tests.unit.generators.conftest import Read

STAGING = Path(__file__).parents[3] / "dbt_project" / "models" / "staging"
TYPES = {"string": "VARCHAR", "bigint": "BIGINT", "double": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP"}
# Columns that hold text that is no value of the declared type, so that the landing has something to refuse.
WRITTEN_AS_TEXT = {
    ("crm", "contacts", "birth_date"),
    ("shop", "products", "price"),
    ("shop", "refunds", "amount"),
    ("third_party", "demographics", "household_size"),
}


def declared_tables() -> dict[tuple[str, str], dict[str, Any]]:
    tables = {}
    for name in sorted({table.source for table in LANDING_TABLES}):
        declared = yaml.safe_load((STAGING / name / f"_{name}__sources.yml").read_text(encoding="utf-8"))
        tables.update({(name, table["name"]): table for source in declared["sources"] for table in source["tables"]})
    return tables


DECLARED = declared_tables()


def test_every_declared_table_is_generated() -> None:
    assert {(table.source, table.table) for table in LANDING_TABLES} == set(DECLARED)


@pytest.mark.parametrize("table", sorted(DECLARED), ids=".".join)
def test_columns_and_types_are_the_declared_ones(world: Path, table: tuple[str, str]) -> None:
    expected = {
        column["name"]: "VARCHAR"
        if (*table, column["name"]) in WRITTEN_AS_TEXT
        else TYPES.get(column["data_type"], column["data_type"].upper().replace(", ", ","))
        for column in DECLARED[table]["columns"]
    } | {"_loaded_at": "TIMESTAMP"}
    files = sorted((world / "landing" / table[0] / table[1]).glob("*.parquet"))
    assert len(files) == 4
    for file in files:
        described = duckdb.sql(f"describe from read_parquet('{file}')").fetchall()
        assert {name: kind for name, kind, *_ in described} == expected


@pytest.mark.parametrize("table", sorted(DECLARED), ids=".".join)
def test_rows_that_share_a_key_are_one_row_delivered_twice(read: Read, table: tuple[str, str]) -> None:
    meta = DECLARED[table]["config"]["meta"]
    key = ", ".join(meta["key"] + ([meta["time_column"]] if meta["kind"] == "entity" else []))
    mandatory = " and ".join(f"{column} is not null" for column in meta["key"])
    query = f"""
        select count(*)
        from (
            select {key}
            from (select distinct * exclude (_loaded_at) from {{{table[0]}.{table[1]}}})
            where {mandatory}
            group by all
            having count(*) > 1
        )
    """
    assert read(query) == [(0,)]


@pytest.mark.parametrize("table", sorted(DECLARED), ids=".".join)
def test_mandatory_columns_are_hardly_ever_empty(read: Read, table: tuple[str, str]) -> None:
    for column in DECLARED[table]["columns"]:
        if column.get("config", {}).get("meta", {}).get("is_mandatory", False):
            share = read(f"select count(*) filter (where {column['name']} is null) / count(*) from {{{table[0]}.{table[1]}}}")[0][0]
            assert isinstance(share, float)
            assert share <= 0.005, column["name"]
        else:
            filled = read(f"select count({column['name']}) > 0 from {{{table[0]}.{table[1]}}}")
            # Very few suppressions are ever lifted.
            assert filled == [(True,)] or column["name"] == "lifted_at", column["name"]


@pytest.mark.parametrize("table", sorted(DECLARED), ids=".".join)
def test_rows_arrive_after_they_happened_and_before_the_next_morning_ends(read: Read, table: tuple[str, str]) -> None:
    time_column = DECLARED[table]["config"]["meta"]["time_column"]
    early = "false" if table[0] == "web" else f"{time_column} > _loaded_at"
    query = f"""
        select
            count(*) filter (where {early}),
            max(_loaded_at) < timestamp '2026-08-24 06:00:00',
            min(_loaded_at) >= timestamp '2026-05-01 00:00:00'
        from {{{table[0]}.{table[1]}}}
    """
    assert read(query) == [(0, True, True)]


# Each wart as a query that counts its rows; every one must be there, and none may be common.
WARTS = {
    "an event that was delivered twice": "select count(*) - count(distinct event_id) from {web.events}",
    "an order that was delivered twice": "select count(*) - count(distinct (order_id, updated_at)) from {shop.orders}",
    "an event that is days late": "select count(*) from {web.events} where received_at - event_at between to_days(1) and to_days(7)",
    "a clock that is ahead": "select count(*) from {web.events} where event_at > received_at + interval 5 minutes",
    "an event without a type": "select count(*) from {web.events} where event_type is null or event_type = 'pageview'",
    "an event without a device": "select count(*) from {web.events} where anonymous_id is null",
    "a bot": "select count(*) from {web.events} where user_agent ilike '%bot%'",
    "an impossible birth date": "select count(*) from {crm.contacts} where birth_date is not null and try_cast(birth_date as date) is null",
    "an implausible birth date": "select count(*) from {crm.contacts} where year(try_cast(birth_date as date)) not between 1910 and 2020",
    "an address with capitals": "select count(*) from {crm.contacts} where email <> lower(email)",
    "an address with a plus-tag": "select count(*) from {crm.contacts} where email like '%+%@%'",
    "an address that is none": "select count(*) from {crm.contacts} where email not like '%@%'",
    "a junk address": "select count(*) from {shop.customers} where regexp_matches(email, '^(test|noreply|none|asdf|a)@')",
    "a phone number in national form": "select count(*) from {crm.contacts} where phone like '0%' or phone like '(%'",
    "a country spelt out": "select count(*) from {crm.contacts} where len(country) > 3",
    "a guest order": "select count(*) from {shop.orders} where shop_customer_id is null and email is not null",
    "an order of nobody": "select count(*) from {shop.orders} where shop_customer_id is null and email is null and phone is null",
    "a cancelled order": "select count(*) from {shop.orders} where status = 'cancelled'",
    "a free item": "select count(*) from {shop.order_items} where unit_price = 0",
    "a price that is none": "select count(*) from {shop.products} where try_cast(price as double) is null",
    "a machine that opens": "select count(*) from {esp.events} where event_type = 'open' and ip_class = 'proxy'",
    "a gateway that clicks": "select count(*) from {esp.events} where event_type = 'click' and ip_class = 'datacenter'",
    "a hard bounce": "select count(*) from {esp.events} where event_type = 'hard_bounce'",
}


@pytest.mark.parametrize("wart", sorted(WARTS))
def test_every_wart_is_there(read: Read, wart: str) -> None:
    assert read(WARTS[wart])[0][0] > 0, wart
