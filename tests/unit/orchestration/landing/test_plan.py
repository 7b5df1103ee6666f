"""The plan: what is new, what is wrong, and that nothing changes for files that are known."""

import gzip
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.landing.plan import SETTLED_VARIABLE, Plan, make_plan, plan_as_json
from orchestration.paths import DataFolder

NOW = "2026-11-01 06:00:00"


def column(name: str, data_type: str, **rules: bool) -> dict[str, Any]:
    return {"name": name, "data_type": data_type, "is_optional": False, "is_mandatory": False, **rules}


def table(*columns: dict[str, Any], name: str = "orders", is_required: bool = False) -> dict[str, Any]:
    return {
        "source_name": "shop",
        "table_name": name,
        "is_required": is_required,
        "csv_delimiter": ",",
        "columns": list(columns),
    }


ORDERS = table(column("order_id", "string", is_mandatory=True), column("amount", "decimal(18, 4)"))


class World:
    """A data folder whose register lives in memory."""

    def __init__(self, root: Path) -> None:
        self.folder = DataFolder(root)
        self.register: list[dict[str, Any]] = []
        self.reported: list[list[str]] = []

    def write(self, path: str, content: bytes) -> Path:
        target = self.folder.landing / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        return target

    def write_parquet(self, path: str, **columns: pa.Array) -> Path:
        target = self.write(path, b"")
        pq.write_table(pa.table(columns), target)
        return target

    def plan(self, *tables: dict[str, Any], accepts_changes: bool = False, takes_new: bool = True) -> Plan:
        request = {
            "tables": list(tables) or [ORDERS],
            "register": self.register,
            "reported": self.reported,
            "accepts_changes": accepts_changes,
            "takes_new": takes_new,
            "now": NOW,
        }
        return make_plan(self.folder, request)

    def run(self, *tables: dict[str, Any], accepts_changes: bool = False) -> Plan:
        """Plan, and do as the hook does."""
        plan = self.plan(*tables, accepts_changes=accepts_changes)
        assert plan.errors == []
        for row in self.register:
            if row["file_id"] in plan.vanished_ids:
                row["vanished_at"] = NOW
        self.register.extend(file.row() for file in plan.new_files)
        self.reported.extend(list(change.key) for change in plan.changes)
        return plan


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def groups_of(plan: Plan, number: int = 0) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = plan.tables[number]["groups"]
    return groups


def test_new_files_are_numbered_by_load_time_and_path(world: World) -> None:
    world.write("shop/orders/b.csv", b"order_id,amount\n1,2\n")
    world.write("shop/orders/loaded_at=2026-10-02/z.csv", b"order_id,amount\n1,2\n3,4\n")
    world.write("shop/orders/loaded_at=2026-10-01T06-30-00/deep/er/y.jsonl", b'{"order_id":1}\n')
    plan = world.run()
    assert [(file.file_id, file.file_path, file.loaded_at, file.row_count) for file in plan.new_files] == [
        (1, "shop/orders/loaded_at=2026-10-01T06-30-00/deep/er/y.jsonl", "2026-10-01 06:30:00", 1),
        (2, "shop/orders/loaded_at=2026-10-02/z.csv", "2026-10-02 00:00:00", 2),
        (3, "shop/orders/b.csv", NOW, 1),
    ]


def test_rows_that_carry_a_load_time_date_their_file(world: World) -> None:
    times = pa.array(["2026-10-03 04:00:00", "2026-10-05 06:00:00"]).cast(pa.timestamp("us"))
    world.write_parquet("shop/orders/a.parquet", order_id=pa.array(["1", "2"]), amount=pa.array([1, 2]), _loaded_at=times)
    world.write("shop/orders/b.csv", b"order_id,amount,_loaded_at\n1,2,2026-10-04 00:00:00\n")
    assert [(file.file_path, file.loaded_at) for file in world.run().new_files] == [
        ("shop/orders/b.csv", "2026-10-04 00:00:00"),
        ("shop/orders/a.parquet", "2026-10-05 06:00:00"),
    ]


def test_known_files_are_not_registered_again_and_keep_their_numbers(world: World) -> None:
    world.write("shop/orders/b.csv", b"order_id,amount\n1,2\n")
    world.run()
    world.write("shop/orders/a.csv", b"order_id,amount\n1,2\n")
    plan = world.run()
    assert [(file.file_id, file.file_path) for file in plan.new_files] == [(2, "shop/orders/a.csv")]
    assert [Path(path).name[:5] for path in groups_of(plan)[0]["paths"]] == ["b.csv", "a.csv"]
    assert world.run().new_files == []


def test_hidden_unfinished_and_foreign_files(world: World) -> None:
    for name in (".hidden.csv", "_notes.txt", "x.csv.tmp", "x.parquet.part", "_folder/a.csv"):
        world.write(f"shop/orders/{name}", b"anything")
    assert world.run().new_files == []
    world.write("shop/orders/book.xlsx", b"anything")
    assert "shop/orders/book.xlsx: files of this kind cannot be read" in world.plan().errors[0]


def test_an_absent_optional_table_is_empty_and_an_absent_required_one_names_its_folder(world: World) -> None:
    assert groups_of(world.run()) == []
    names = ("orders", "order_items")
    errors = world.plan(*(table(column("order_id", "string"), name=name, is_required=True) for name in names)).errors
    assert [error.split(": no file found")[0] for error in errors] == [str(world.folder.landing / "shop" / name) for name in names]


def test_a_changed_file_is_an_error_until_it_is_accepted(world: World) -> None:
    path = world.write("shop/orders/a.csv", b"order_id,amount\n1,2\n")
    world.run()
    path.write_bytes(b"order_id,amount\n1,3\n")
    os.utime(path, (1, 1))
    assert "shop/orders/a.csv: has changed since it was registered" in world.plan().errors[0]
    plan = world.run(accepts_changes=True)
    assert (plan.vanished_ids, [file.file_id for file in plan.new_files]) == ([1], [2])
    assert [Path(path).name[:5] for path in groups_of(plan)[0]["paths"]] == ["a.csv"]
    assert world.run().errors == []


def test_a_vanished_file_is_an_error_until_it_is_accepted(world: World) -> None:
    world.write("shop/orders/a.csv", b"order_id,amount\n1,2\n")
    path = world.write("shop/orders/b.csv", b"order_id,amount\n1,2\n")
    world.run()
    path.unlink()
    assert "shop/orders/b.csv: was registered and is gone" in world.plan().errors[0]
    assert world.run(accepts_changes=True).vanished_ids == [2]
    assert world.run().errors == []


def test_a_new_time_stamp_alone_is_no_change(world: World) -> None:
    path = world.write("shop/orders/a.csv", b"order_id,amount\n1,2\n")
    world.run()
    os.utime(path, ns=(5, 5))
    plan = world.plan()
    assert (plan.errors, plan.new_files, plan.touched) == ([], [], [{"file_id": 1, "modified_ns": 5}])


def test_a_lost_copy_of_a_text_file_is_made_again(world: World) -> None:
    world.write("shop/orders/a.csv.gz", gzip.compress(b"order_id,amount\n1,2\n"))
    copy = Path(groups_of(world.run())[0]["paths"][0])
    before = copy.read_bytes()
    copy.unlink()
    assert Path(groups_of(world.run())[0]["paths"][0]) == copy
    assert copy.read_bytes() == before


def test_added_columns_are_reported_once(world: World) -> None:
    world.write("shop/orders/a.csv", b"order_id,amount,extra\n1,2,3\n")
    plan = world.run()
    assert [(change.column_name, change.change, change.file_path) for change in plan.changes] == [("extra", "added", "shop/orders/a.csv")]
    assert any("shop.orders: columns not declared and left out: extra" in notice for notice in plan.notices)
    world.write("shop/orders/b.csv", b"order_id,amount,extra\n1,2,3\n")
    assert world.run().changes == []


def test_a_dropped_column_is_an_error_that_names_file_and_column(world: World) -> None:
    world.write("shop/orders/a.csv", b"order_id\n1\n")
    assert world.plan().errors[0].startswith("shop/orders/a.csv: column 'amount' of shop.orders is missing.")


@pytest.mark.parametrize(
    ("name", "content", "declared"),
    [
        ("a.csv", b"order_id\n1\n", column("amount", "bigint", is_optional=True)),
        ("a.jsonl", b'{"order_id":"1"}\n', column("amount", "bigint")),
    ],
)
def test_a_column_that_may_be_missing_is_empty_and_reported(world: World, name: str, content: bytes, declared: dict[str, Any]) -> None:
    world.write(f"shop/orders/{name}", content)
    plan = world.run(table(column("order_id", "string"), declared))
    assert groups_of(plan)[0]["columns"]["amount"]["reading"] == "null"
    assert [(change.column_name, change.change) for change in plan.changes] == [("amount", "missing")]


def test_json_lines_without_a_mandatory_key_are_an_error(world: World) -> None:
    world.write("shop/orders/a.jsonl", b'{"amount":1}\n')
    assert "column 'order_id' of shop.orders is missing" in world.plan().errors[0]


def test_names_of_columns_are_matched_without_regard_to_case(world: World) -> None:
    world.write("shop/orders/a.csv", b"Order_ID,AMOUNT\n1,2\n")
    assert groups_of(world.run())[0]["columns"]["order_id"]["stored_name"] == "Order_ID"


def test_files_with_other_types_are_read_apart_and_the_retyping_is_reported(world: World) -> None:
    world.write_parquet("shop/orders/a.parquet", order_id=pa.array(["1"]), amount=pa.array([1.5]))
    world.write_parquet("shop/orders/b.parquet", order_id=pa.array([1]), amount=pa.array([1], pa.decimal128(18, 4)))
    plan = world.run()
    readings = [{name: value["reading"] for name, value in group["columns"].items()} for group in groups_of(plan)]
    assert readings == [
        {"order_id": "as_is", "amount": "checked", "_loaded_at": "null"},
        {"order_id": "cast", "amount": "as_is", "_loaded_at": "null"},
    ]
    assert [(change.column_name, change.change, change.found_type) for change in plan.changes] == [
        ("amount", "retyped", "double"),
        ("order_id", "retyped", "int64"),
    ]


def test_a_type_that_cannot_become_the_declared_one_is_an_error(world: World) -> None:
    world.write_parquet("shop/orders/a.parquet", order_id=pa.array(["1"]), amount=pa.array([[1]]))
    assert "column 'amount' is stored as nested, which cannot become the declared decimal(18, 4)" in world.plan().errors[0]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"not parquet at all", b"PAR1" + bytes(100)])
def test_a_broken_parquet_file_is_an_error_that_names_it(world: World, content: bytes) -> None:
    world.write("shop/orders/a.parquet", content)
    assert world.plan().errors[0].startswith("shop/orders/a.parquet: not a whole Parquet file")


def test_a_broken_gzip_file_is_an_error_that_names_it(world: World) -> None:
    world.write("shop/orders/a.csv.gz", gzip.compress(b"order_id,amount\n1,2\n" * 1000)[:-20])
    assert "a.csv.gz: cannot be unpacked" in world.plan().errors[0]


@pytest.mark.parametrize(("name", "content"), [("a.csv", b""), ("a.csv", b"order_id,amount\n"), ("a.jsonl", b"\n")])
def test_a_file_without_rows_counts_as_delivered(world: World, name: str, content: bytes) -> None:
    world.write(f"shop/orders/{name}", content)
    plan = world.run(table(*ORDERS["columns"], is_required=True))
    assert [file.row_count for file in plan.new_files] == [0]


def test_all_errors_are_reported_together(world: World) -> None:
    world.write("shop/orders/a.csv", b"order_id\n1\n")
    world.write("shop/orders/b.parquet", b"x")
    world.write("shop/refunds/c.txt", b"x")
    errors = world.plan(ORDERS, table(column("refund_id", "string"), name="refunds")).errors
    assert [error.split(":")[0] for error in sorted(errors)] == [
        "shop/orders/a.csv",
        "shop/orders/b.parquet",
        "shop/refunds/c.txt",
    ]


def test_folders_of_no_declared_table_are_pointed_out(world: World) -> None:
    world.write("shop/returns/a.csv", b"x\n1\n")
    assert world.plan().notices == ["landing/shop/returns: no source table of this name is declared, its files are not read."]


def test_a_registered_file_is_judged_by_the_contract_of_today(world: World) -> None:
    world.write("shop/orders/a.csv", b"order_id,amount\n1,2\n")
    world.run()
    errors = world.plan(table(*ORDERS["columns"], column("channel", "string"))).errors
    assert errors[0].startswith("shop/orders/a.csv: column 'channel' of shop.orders is missing.")


def test_the_plan_can_be_stopped_at_any_point(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write("shop/orders/a.csv", b"order_id,amount\n1,2\n")
    with monkeypatch.context() as context:
        context.setattr("orchestration.landing.register.count_records", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            world.plan()
    assert [asdict(file)["row_count"] for file in world.run().new_files] == [1]


def test_what_arrives_between_two_parts_of_a_run_waits_for_the_next_run(world: World) -> None:
    world.write("shop/orders/a.csv", b"order_id,amount\n1,2\n")
    world.run()
    world.write("shop/orders/b.csv", b"order_id,amount\n2,3\n")
    second_part = world.plan(takes_new=False)
    assert (second_part.errors, second_part.new_files) == ([], [])
    assert [Path(path).name.partition(".csv")[0] for path in second_part.tables[0]["groups"][0]["paths"]] == ["a"]
    assert [file.file_path for file in world.run().new_files] == ["shop/orders/b.csv"]


def test_the_second_part_of_a_run_says_so_in_its_environment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write("shop/orders/a.csv", b"order_id,amount\n1,2\n")
    request = json.dumps({"tables": [ORDERS], "register": [], "reported": [], "accepts_changes": False, "now": NOW})
    monkeypatch.setenv(SETTLED_VARIABLE, "yes")
    assert json.loads(plan_as_json(world.folder, request))["new_files"] == []
    monkeypatch.delenv(SETTLED_VARIABLE)
    assert len(json.loads(plan_as_json(world.folder, request))["new_files"]) == 1
