"""The serving copy: complete or not there, old enough a format, and never pulled from under a reader."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.paths import REPOSITORY
from orchestration.serving import KEPT_VERSIONS, ServedTable, current_database, publish
from orchestration.warehouse import Warehouse

AS_OF_AT = datetime(2026, 11, 1, tzinfo=UTC).replace(tzinfo=None)
TABLES = [ServedTable("marts", "dim_people", "One row per person; it's described."), ServedTable("audiences", "audience_vip", "Members.")]

DYING_PUBLICATION = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from orchestration import serving
from orchestration.warehouse import Warehouse

folder, name = Path(sys.argv[1]), sys.argv[2]

def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

setattr(serving, name, die)
serving.publish(Warehouse(folder), folder / "serving", [serving.ServedTable("marts", "dim_people", "People.")], datetime(2026, 11, 1))
"""


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    store = Warehouse(tmp_path)
    fill(store, 3)
    return store


def fill(store: Warehouse, people: int) -> None:
    with store.connect() as connection:
        for schema in ("marts", "audiences"):
            connection.execute(f"create schema if not exists {schema}")
        connection.execute(f"create or replace table marts.dim_people as select 'c_' || range as customer_id from range({people})")
        # A view over the ops store: it has to be served as what it shows.
        connection.execute("create table if not exists ops.main.vips as select 'c_1' as customer_id")
        connection.execute(
            "create or replace view audiences.audience_vip as select customer_id, 1.50::decimal(18, 2) as worth from ops.main.vips"
        )


def people(database: Path) -> int:
    with duckdb.connect(str(database), read_only=True) as connection:
        return int(connection.execute("select count(*) from marts.dim_people").fetchall()[0][0])


def test_publishes_tables_views_and_a_manifest(warehouse: Warehouse, tmp_path: Path) -> None:
    publication = publish(warehouse, tmp_path / "serving", TABLES, AS_OF_AT)
    current = tmp_path / "serving" / "current"
    assert people(current_database(tmp_path / "serving")) == 3
    assert duckdb.sql(f"select worth from '{current}/parquet/audiences/audience_vip.parquet'").fetchall()[0][0] == pytest.approx(1.5)
    manifest = json.loads((current / "manifest.json").read_text())
    assert {table["name"]: table["row_count"] for table in manifest["tables"]} == {"dim_people": 3, "audience_vip": 1}
    assert manifest["as_of_at"] == "2026-11-01T00:00:00"
    assert publication.folder == current.resolve()


def test_the_copy_is_read_only_and_in_the_old_format(warehouse: Warehouse, tmp_path: Path) -> None:
    publish(warehouse, tmp_path / "serving", TABLES, AS_OF_AT)
    database = current_database(tmp_path / "serving")
    assert not database.stat().st_mode & 0o222
    # Bytes 12 to 19 of the header hold the storage version: 64 is what 0.10 to 1.1 read.
    assert int.from_bytes(database.read_bytes()[12:20], "little") == 64


def test_a_reader_keeps_what_it_has_open(warehouse: Warehouse, tmp_path: Path) -> None:
    publish(warehouse, tmp_path / "serving", TABLES, AS_OF_AT)
    with duckdb.connect(str(current_database(tmp_path / "serving").resolve()), read_only=True) as reader:
        for count in range(4, 4 + KEPT_VERSIONS + 2):
            fill(warehouse, count)
            publish(warehouse, tmp_path / "serving", TABLES, AS_OF_AT)
        assert reader.execute("select count(*) from marts.dim_people").fetchall() == [(3,)]
    assert people(current_database(tmp_path / "serving")) == 3 + KEPT_VERSIONS + 2
    assert len(list((tmp_path / "serving" / "versions").iterdir())) == KEPT_VERSIONS


def test_a_failed_export_leaves_the_old_version(warehouse: Warehouse, tmp_path: Path) -> None:
    publish(warehouse, tmp_path / "serving", TABLES, AS_OF_AT)
    fill(warehouse, 9)
    with pytest.raises(duckdb.CatalogException):
        publish(warehouse, tmp_path / "serving", [*TABLES, ServedTable("marts", "absent", "Not there.")], AS_OF_AT)
    assert people(current_database(tmp_path / "serving")) == 3


@pytest.mark.parametrize("where", ["_export", "sync_tree", "swap_link", "_remove_old"])
def test_a_kill_leaves_a_whole_version_and_the_next_one_cleans_up(warehouse: Warehouse, tmp_path: Path, where: str) -> None:
    publish(warehouse, tmp_path / "serving", TABLES, AS_OF_AT)
    fill(warehouse, 9)
    killed = subprocess.run(
        [sys.executable, "-c", DYING_PUBLICATION, str(tmp_path), where], cwd=REPOSITORY, capture_output=True, check=False
    )
    assert killed.returncode == -9, killed.stderr
    assert people(current_database(tmp_path / "serving")) == (9 if where == "_remove_old" else 3)
    publish(warehouse, tmp_path / "serving", TABLES, AS_OF_AT)
    assert people(current_database(tmp_path / "serving")) == 9
    leftovers = [path.name for path in (tmp_path / "serving").rglob(".*")]
    assert leftovers == []


def test_nothing_to_publish_is_an_error(warehouse: Warehouse, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing to publish"):
        publish(warehouse, tmp_path / "serving", [], AS_OF_AT)
