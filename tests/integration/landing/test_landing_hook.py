"""The on-run-start hook over real files: accounting, conversions, errors, and what survives a crash."""

import gzip
from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest

from tests.integration.landing.conftest import ITEM_HEADER, Street

# The cheapest thing that dbt can run: the hook is what these tests are about.
ANYTHING = ("--select", "stg_ops__model_registry")
ITEMS = ("--select", "+base_shop__order_items")
ACCOUNTED = ("+stg_landing__row_counts", "+stg_landing__quarantine")


def test_every_record_of_every_format_is_accounted_for(street: Street) -> None:
    street.write_orders()
    street.write(
        "shop/order_items/2026/more.csv.gz",
        gzip.compress(
            ITEM_HEADER.encode()
            + b'i2,o1,p1,"two\nlines",1,9.99,0,2026-10-01 10:00:00\n'
            + b"i2,o1,p1,again,1,9.99,0,2026-10-01 10:00:00\n"
            + b"i3,o1,p1,too few\n"
            + b"i4,o1,p1,x,1,9.99,0,2026-10-01 10:00:00,too many\n"
            + b'i5,o1,"p1,open,1,9.99,0,2026-10-01 10:00:00\n'
            + b"i6,o1,p\xff,x,1,9.99,0,2026-10-01 10:00:00\n"
            + b"i7,o1,p1,x,one,9.99,0,2026-10-01 10:00:00\n"
        ),
    )
    street.write(
        "shop/order_items/lines.jsonl",
        '{"order_item_id":"i8","order_id":"o1","product_id":"p1","quantity":2,"unit_price":1.10,"created_at":"2026-10-01T10:00:00Z"}\n'
        "not json\n"
        '["no object"]\n',
    )
    street.write("shop/order_items/none.csv", ITEM_HEADER)
    first = street.dbt("build", "--select", *ACCOUNTED, "--exclude", "resource_type:unit_test", "--indirect-selection", "cautious")
    assert first.succeeded, first.text
    counts = "select received, accepted, deduplicated, quarantined from staging.stg_landing__row_counts"
    assert street.rows(f"{counts} where source_name = 'shop' and table_name = 'order_items'") == [(11, 3, 1, 7)]
    reasons = street.rows("select row_number, reason, raw_payload from staging.stg_landing__quarantine order by file_path, row_number")
    assert [(number, reason) for number, reason, _ in reasons] == [
        (3, "line has 4 fields, the header has 8"),
        (4, "line has 9 fields, the header has 8"),
        (5, "line is not valid CSV: a quoted field does not end properly"),
        (6, "line is not valid UTF-8"),
        (7, "quantity: 'one' is not bigint"),
        (2, "line is not valid JSON"),
        (3, "line is not a JSON object"),
    ]
    assert reasons[0][2] == "i3,o1,p1,too few"
    assert '"quantity":"one"' in reasons[4][2]

    street.write("shop/order_items/later.csv", ITEM_HEADER + "i9,o1,p1,x,1,1,0,2026-10-02 10:00:00\ni1,o1,p1,x,1,1,0,2026-10-02 10:00:00\n")
    second = street.dbt("run", *ITEMS)
    assert second.succeeded, second.text
    incremental = street.rows("select * from staging.base_shop__order_items order by all")
    assert len(incremental) == 13
    assert street.dbt("run", "--full-refresh", *ITEMS).succeeded
    assert street.rows("select * from staging.base_shop__order_items order by all") == incremental
    later = "select order_item_id, _row_status, _file_path from staging.base_shop__order_items where _file_path like '%later%' order by 1"
    [(_, plan)] = street.rows("explain select * from landing_shop.order_items where _file_path = 'shop/order_items/later.csv'")
    assert ["Scanning Files: 1/4" in plan, "Scanning Files: 0/1" in plan] == [True, True]
    assert street.rows(later) == [
        ("i1", "duplicate", "shop/order_items/later.csv"),
        ("i9", "accepted", "shop/order_items/later.csv"),
    ]


TEXT_VALUES = {
    "2026-10-01": datetime(2026, 10, 1),
    "2026-10-01 09:30": datetime(2026, 10, 1, 9, 30),
    "2026-10-01T09:30:15.250": datetime(2026, 10, 1, 9, 30, 15, 250000),
    "2026-10-01T09:30:15Z": datetime(2026, 10, 1, 9, 30, 15),
    "2026-10-01 09:30:15 UTC": datetime(2026, 10, 1, 9, 30, 15),
    "2026-10-01T09:30:15+02:00": datetime(2026, 10, 1, 7, 30, 15),
    "2026-10-01T09:30:15-0530": datetime(2026, 10, 1, 15, 0, 15),
    "2026-10-01 09:30:15+02": datetime(2026, 10, 1, 7, 30, 15),
    "": None,
    "  ": None,
    "01/10/2026": "malformed",
    "2026-13-01": "malformed",
    "2026-10-01 09:30 Europe/Berlin": "malformed",
    "infinity": "malformed",
    "soon": "malformed",
}
NUMBERS = {
    "1": (1, Decimal(1)),
    " +1 ": (1, Decimal(1)),
    "-2.50": ("malformed", Decimal("-2.5")),
    "17850.0": (17850, Decimal(17850)),
    "1e2": ("malformed", Decimal(100)),
    ".5": ("malformed", Decimal("0.5")),
    "0.00005": ("malformed", Decimal("0.0001")),
    "1,5": ("malformed", "malformed"),
    "1_000": ("malformed", "malformed"),
    "0x10": ("malformed", "malformed"),
    "nan": ("malformed", "malformed"),
    "99999999999999999999": ("malformed", "malformed"),
    "": (None, None),
}


def test_text_is_read_without_loss_or_reported(street: Street) -> None:
    street.write_orders()
    lines = [f'i{i},o,p,,,,,"{text}"' for i, text in enumerate(TEXT_VALUES)]
    street.write("shop/order_items/times.csv", ITEM_HEADER + "\n".join(lines) + "\n")
    lines = [f'i{i},o,p,,"{text}","{text}",,' for i, text in enumerate(NUMBERS)]
    street.write("shop/order_items/numbers.csv", ITEM_HEADER + "\n".join(lines) + "\n")
    assert street.dbt("run", *ANYTHING).succeeded
    select = "select created_at, quantity, unit_price, _malformed from landing_shop.order_items"

    times = street.rows(f"{select} where _file_path like '%times.csv' order by _row_number")
    for (text, expected), (read, _, _, malformed) in zip(TEXT_VALUES.items(), times, strict=True):
        assert malformed == (f"created_at: '{text}' is not timestamp" if expected == "malformed" else None)
        assert read == (None if expected == "malformed" else expected), text

    numbers = street.rows(f"{select} where _file_path like '%numbers.csv' order by _row_number")
    for (text, expected), (_, quantity, price, malformed) in zip(NUMBERS.items(), numbers, strict=True):
        names = {"quantity": "bigint", "unit_price": "decimal(18, 4)"}
        problems = [f"{name}: '{text}' is not {names[name]}" for name, value in zip(names, expected, strict=True) if value == "malformed"]
        assert malformed == ("; ".join(problems) or None)
        assert (quantity, price) == tuple(None if value == "malformed" else value for value in expected), text


def test_parquet_types_are_widened_or_reported(street: Street) -> None:
    street.write_orders()
    path = street.write("crm/contacts/wide.parquet", b"")
    with duckdb.connect() as connection:
        connection.execute(f"""
            copy (
                select
                    unnest([1::double, 17850, 2.5, 'nan']) as contact_id,
                    'x'::blob as email,
                    {{'country': 49}} as phone,
                    null as first_name,
                    true as last_name,
                    unnest([timestamp '2000-01-01', '2000-01-01 00:00:01', '2000-02-01', null]) as birth_date,
                    uuid '00000000-0000-0000-0000-000000000001' as gender,
                    'en'::enum ('en') as language, time_zone: 'UTC', street: 's', city: 'c', postcode: 8001, region: 'r', country: 'US',
                    acquisition_source: 'organic',
                    timestamptz '2026-10-01 12:00:00+02' as created_at,
                    timestamp_ns '2026-10-01 10:00:00.123456' as updated_at,
                    timestamptz '2026-10-02 02:00:00+02' as _loaded_at
            ) to '{path}'
        """)
    run = street.dbt("run", *ANYTHING)
    assert run.succeeded, run.text
    rows = street.rows("select contact_id, birth_date, email, phone, first_name, last_name, postcode, _malformed from landing_crm.contacts")
    assert rows == [
        ("1", date(2000, 1, 1), "x", '{"country":49}', None, "true", "8001", None),
        ("17850", None, "x", '{"country":49}', None, "true", "8001", "birth_date: '2000-01-01 00:00:01' is not date"),
        ("2.5", date(2000, 2, 1), "x", '{"country":49}', None, "true", "8001", None),
        ("nan", None, "x", '{"country":49}', None, "true", "8001", None),
    ]
    times = "select distinct created_at, updated_at, _loaded_at from landing_crm.contacts"
    assert street.rows(times) == [(datetime(2026, 10, 1, 10), datetime(2026, 10, 1, 10, 0, 0, 123456), datetime(2026, 10, 2))]
    assert "crm.contacts: columns converted: contact_id (double to string)" in run.text


def test_a_landing_folder_with_errors_changes_nothing(street: Street) -> None:
    missing = street.dbt("run", *ANYTHING)
    assert not missing.succeeded
    for name in ("orders", "order_items"):
        assert f"{street.root / 'data' / 'landing' / 'shop' / name}: no file found. shop.{name} is required" in missing.text

    street.write_orders()
    street.write("shop/refunds/refunds.csv", "refund_id,order_id\nr1,o1\n")
    street.write("web/events/events.parquet", b"PAR1")
    broken = street.dbt("run", *ANYTHING)
    assert not broken.succeeded
    assert "shop/refunds/refunds.csv: column 'order_item_id' of shop.refunds is missing" in broken.text
    assert "web/events/events.parquet: not a whole Parquet file" in broken.text
    assert street.rows("select count(*) from ops.file_register") == [(0,)]


def test_a_changed_file_stops_the_run_until_it_is_accepted(street: Street) -> None:
    street.write_orders()
    assert street.dbt("run", *ITEMS).succeeded
    street.write("shop/order_items/items.csv", ITEM_HEADER + "i1,o1,p1,Lamp,5,9.99,0,2026-10-01 10:00:00\n")
    refused = street.dbt("run", *ITEMS)
    assert not refused.succeeded
    assert "shop/order_items/items.csv: has changed since it was registered" in refused.text
    accept = ("--vars", "accept_landing_changes: true")
    assert "needs --full-refresh" in street.dbt("run", *ANYTHING, *accept).text
    accepted = street.dbt("run", "--full-refresh", *ITEMS, *accept)
    assert accepted.succeeded, accepted.text
    assert street.rows("select quantity, _file_id from staging.base_shop__order_items") == [(5, 3)]
    assert street.rows("select file_id from ops.file_register where vanished_at is not null") == [(1,)]


def test_a_registration_that_fails_half_way_registers_nothing(street: Street) -> None:
    street.write_orders()
    street.write("shop/refunds/refunds.csv", "refund_id,order_id,order_item_id,amount,currency,reason,refunded_at,extra\n")
    (street.root / "data").mkdir(exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{street.root / 'data' / 'ops.duckdb'}' as ops (storage_version 'v1.4.0')")
        connection.execute("create table ops.schema_changes (detected_at integer)")
    failed = street.dbt("run", *ANYTHING)
    assert not failed.succeeded
    assert "Conversion Error" in failed.text
    assert street.rows("select count(*) from ops.file_register") == [(0,)]
    assert street.rows("select count(*) from ops.schema_changes") == [(0,)]


def test_the_identity_key_is_made_once_and_stays_secret(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    street.write_orders()
    assert street.dbt("run", *ANYTHING).succeeded
    [(key,)] = street.rows("select setting_value from ops.settings where setting_name = 'identity_key'")
    assert len(key) == 64
    assert street.dbt("run", *ANYTHING).succeeded
    assert street.rows("select setting_value from ops.settings where setting_name = 'identity_key'") == [(key,)]
    written = [path for folder in ("logs", "target") for path in (street.root / folder).rglob("*") if path.is_file()]
    assert written
    assert not [path for path in written if key.encode() in path.read_bytes()]
    monkeypatch.setenv("A360_IDENTITY_KEY", "another one")
    refused = street.dbt("run", *ANYTHING)
    assert not refused.succeeded
    assert "A360_IDENTITY_KEY is not the key that this data folder was built with" in refused.text


def test_a_warehouse_of_another_version_stops_the_run_until_it_is_built_anew(street: Street) -> None:
    refunds = ("--select", "+base_shop__refunds")
    refund = "refund_id,order_id,order_item_id,amount,currency,reason,refunded_at\n{},o1,i1,3.00,USD,broken,2026-10-02 10:00:00\n"
    street.write_orders()
    street.write("shop/refunds/one.csv", refund.format("r1"))
    assert street.dbt("run", *refunds).succeeded
    street.rows("alter table staging.base_shop__refunds rename column reason to cause")
    street.write("shop/refunds/two.csv", refund.format("r2"))
    refused = street.dbt("run", *refunds)
    assert not refused.succeeded
    assert "base_shop__refunds lacks reason and still has cause" in refused.text
    assert "dbt build --full-refresh" in refused.text
    assert street.rows("select count(*) from ops.file_register") == [(3,)]
    rebuilt = street.dbt("run", "--full-refresh", *refunds)
    assert rebuilt.succeeded, rebuilt.text
    assert street.rows("select count(reason) from staging.base_shop__refunds") == [(2,)]


def test_a_lost_ops_store_is_noticed_before_ids_change(street: Street) -> None:
    street.write_orders()
    assert street.dbt("run", *ANYTHING).succeeded
    (street.root / "data" / "ops.duckdb").unlink()
    refused = street.dbt("run", *ANYTHING)
    assert not refused.succeeded
    assert "Restore ops.duckdb from its backup" in refused.text
    assert street.rows("select count(*) from ops.settings") == [(0,)]
    assert street.dbt("run", "--full-refresh", *ANYTHING).succeeded
    assert street.rows("select count(*) from ops.settings") == [(1,)]


def test_freshness_is_measured_from_the_clock_of_the_project(street: Street) -> None:
    street.write_orders()
    for name in ("orders", "order_items"):
        folder = street.root / "data" / "landing" / "shop" / name
        stamped = folder / "loaded_at=2026-10-01T12-00-00"
        stamped.mkdir()
        for path in folder.glob("*.csv"):
            path.rename(stamped / path.name)
    select = ("--select", "source:shop.orders", "source:shop.refunds")

    def statuses(as_of_at: str) -> dict[str, str]:
        run = street.dbt("source freshness", *select, "--vars", f"as_of_at: {as_of_at}")
        return {name.split(".", 2)[2]: status for name, status in run.statuses.items() if name.startswith("source.")}

    assert statuses("2026-10-02 00:00:00") == {"shop.orders": "pass", "shop.refunds": "pass"}
    assert statuses("2026-10-04 00:00:00") == {"shop.orders": "warn", "shop.refunds": "pass"}
    assert statuses("2026-11-01 00:00:00") == {"shop.orders": "error", "shop.refunds": "pass"}


def test_values_of_malformed_rows_do_not_reach_the_logs(street: Street) -> None:
    street.write_orders()
    street.write("shop/order_items/secret.csv", ITEM_HEADER + "i1,o1,p1,x,jane.doe@example.com,1,0,2026-10-01\njane.doe@example.com\n")
    assert street.dbt("run", *ITEMS).succeeded
    assert street.rows("select count(*) from staging.base_shop__order_items where _raw like '%jane.doe%'") == [(2,)]
    written = [path for folder in ("logs", "target") for path in (street.root / folder).rglob("*") if path.is_file()]
    assert not [path for path in written if b"jane.doe" in path.read_bytes()]
