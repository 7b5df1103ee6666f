"""The serving copy: what BI tools, the UI and people read, swapped in as a whole while readers keep what they have open.

    serving/current                     symbolic link to the newest version; the only path to remember
    serving/versions/<version>/         parquet/<schema>/<table>.parquet, audience360.duckdb, manifest.json, triggers.duckdb

A version is built under a hidden name, synced to disk, renamed, and then `current` is replaced by one atomic rename. A process that dies
anywhere before that leaves the old version in place and a hidden folder that the next publication removes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import duckdb

from orchestration.atomic_files import swap_link, sync, sync_tree
from orchestration.warehouse import Warehouse, literal

# The oldest format that DuckDB 2 writes: clients from 0.10 on open it (tried with 1.1.3 and 1.5.5).
SERVING_STORAGE_VERSION = "v1.0.0"
DATABASE_NAME = "audience360.duckdb"
BUILDING_PREFIX = ".building-"
KEPT_VERSIONS = 3

# Writes one more file into the folder of a version, from the open warehouse.
Exporter = Callable[[duckdb.DuckDBPyConnection, Path], None]


@dataclass(frozen=True)
class ServedTable:
    """A table or view of the warehouse that is published under the same schema and name."""

    schema: str
    name: str
    description: str


@dataclass(frozen=True)
class Served:
    """What was published."""

    schema: str
    name: str
    row_count: int
    parquet_bytes: int


@dataclass(frozen=True)
class Publication:
    """One version of the serving copy."""

    version: str
    as_of_at: str
    folder: Path
    tables: tuple[Served, ...]


def current_database(serving_dir: Path) -> Path:
    """The DuckDB file that readers open."""
    return serving_dir / "current" / DATABASE_NAME


def publish(
    warehouse: Warehouse, serving_dir: Path, tables: Sequence[ServedTable], as_of_at: datetime, also: Sequence[Exporter] = ()
) -> Publication:
    """Build a version from the warehouse and swap it in, with what else belongs to it. The caller holds the warehouse lock."""
    if not tables:
        raise ValueError("nothing to publish: give at least one table")
    versions_dir = serving_dir / "versions"
    versions_dir.mkdir(parents=True, exist_ok=True)
    _remove_unfinished(versions_dir)
    version = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{uuid4().hex[:8]}"
    building = versions_dir / f"{BUILDING_PREFIX}{version}"
    building.mkdir()
    served = _export(warehouse, building, tables, also)
    publication = Publication(version, as_of_at.isoformat(), versions_dir / version, served)
    manifest = {"version": version, "as_of_at": publication.as_of_at, "tables": [asdict(table) for table in served]}
    (building / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    sync_tree(building)
    building.rename(publication.folder)
    sync(versions_dir)
    swap_link(serving_dir / "current", Path("versions") / version)
    _remove_old(versions_dir, keep=version)
    return publication


def _export(warehouse: Warehouse, folder: Path, tables: Sequence[ServedTable], also: Sequence[Exporter]) -> tuple[Served, ...]:
    with warehouse.connect(read_only=True) as connection:
        connection.execute(f"attach {literal(folder / DATABASE_NAME)} as serving (storage_version '{SERVING_STORAGE_VERSION}')")
        served = tuple(_export_table(connection, folder / "parquet", table) for table in tables)
        connection.execute("checkpoint serving")
        connection.execute("detach serving")
        for export in also:
            export(connection, folder)
    (folder / DATABASE_NAME).chmod(0o444)
    return served


def _export_table(connection: duckdb.DuckDBPyConnection, parquet_dir: Path, table: ServedTable) -> Served:
    target = f'serving."{table.schema}"."{table.name}"'
    connection.execute(f'create schema if not exists serving."{table.schema}"')
    connection.execute(f'create table {target} as select * from warehouse."{table.schema}"."{table.name}"')
    connection.execute(f"comment on table {target} is {literal(table.description)}")
    file = parquet_dir / table.schema / f"{table.name}.parquet"
    file.parent.mkdir(parents=True, exist_ok=True)
    [(row_count,)] = connection.execute(f"copy {target} to {literal(file)} (format parquet, compression zstd)").fetchall()
    return Served(table.schema, table.name, int(row_count), file.stat().st_size)


def _remove_unfinished(versions_dir: Path) -> None:
    for leftover in [*versions_dir.glob(f"{BUILDING_PREFIX}*"), *versions_dir.parent.glob(".current-*")]:
        shutil.rmtree(leftover) if leftover.is_dir() and not leftover.is_symlink() else leftover.unlink()


def _remove_old(versions_dir: Path, keep: str) -> None:
    """Keep a few versions: a reader that resolved the link earlier may still open files by their full path.

    The current one is kept whatever its name says: a clock may have been set back.
    """
    others = sorted(path.name for path in versions_dir.iterdir() if not path.name.startswith(".") and path.name != keep)
    for name in others[: 1 - KEPT_VERSIONS]:
        shutil.rmtree(versions_dir / name)
