"""The rows of `ops.file_register`, and the inspection that makes a new one."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from orchestration.landing.contract import Table
from orchestration.landing.conversion import convert, converted_path
from orchestration.landing.counting import count_records
from orchestration.landing.files import DeliveredFile, content_hash, stamped_loaded_at
from orchestration.landing.loaded_at import stored_loaded_at
from orchestration.landing.physical import parquet_columns
from orchestration.paths import DataFolder


@dataclass(frozen=True)
class RegisteredFile:
    """One delivered file as the register knows it; paths are relative, times are UTC in ISO format."""

    file_id: int
    source_name: str
    table_name: str
    file_path: str
    file_format: str
    size_bytes: int
    modified_ns: int
    content_hash: str
    row_count: int
    stored_columns: str
    loaded_at: str
    registered_at: str
    vanished_at: str | None

    @property
    def columns(self) -> dict[str, str]:
        """Name and type of every stored column."""
        return dict(json.loads(self.stored_columns))

    def row(self) -> dict[str, object]:
        """The row as the database takes it."""
        return asdict(self)

    def with_id(self, file_id: int) -> "RegisteredFile":
        """The same file under its final number."""
        return replace(self, file_id=file_id)

    def scan_path(self, folder: DataFolder) -> Path:
        """The Parquet file to read: the delivered one, or the copy of a text file."""
        if self.file_format == "parquet":
            return folder.landing / self.file_path
        return folder.converted / converted_path(self.file_path, self.content_hash)


def inspect(folder: DataFolder, table: Table, delivered: DeliveredFile, now: datetime) -> RegisteredFile:
    """Look into a new file: its fingerprint, columns, number of records and load time."""
    source = folder.landing / delivered.path
    fingerprint = content_hash(source)
    if delivered.format == "parquet":
        scanned = source
        columns = parquet_columns(source, delivered.path)
    else:
        scanned = folder.converted / converted_path(delivered.path, fingerprint)
        names = convert(source, delivered.format, table.csv_delimiter, delivered.path, scanned)
        columns = dict.fromkeys(names, "string")
    loaded_at = stamped_loaded_at(delivered.path) or stored_loaded_at(scanned) or now
    return RegisteredFile(
        file_id=0,
        source_name=table.source_name,
        table_name=table.table_name,
        file_path=delivered.path,
        file_format=delivered.format,
        size_bytes=delivered.size_bytes,
        modified_ns=delivered.modified_ns,
        content_hash=fingerprint,
        row_count=count_records(source, delivered.format, table.csv_delimiter),
        stored_columns=json.dumps(columns),
        loaded_at=loaded_at.isoformat(sep=" "),
        registered_at=now.isoformat(sep=" "),
        vanished_at=None,
    )


def restore_copy(folder: DataFolder, table: Table, file: RegisteredFile) -> None:
    """Make the Parquet copy of a registered text file again where it is gone."""
    target = file.scan_path(folder)
    if file.file_format != "parquet" and not target.exists():
        convert(folder.landing / file.file_path, file.file_format, table.csv_delimiter, file.file_path, target)
