"""Compares the columns of a file with the declared ones."""

from collections.abc import Iterable
from dataclasses import dataclass

from orchestration.landing.contract import LOADED_AT, LandingError, Table
from orchestration.landing.reading import reading_of
from orchestration.landing.register import RegisteredFile


@dataclass(frozen=True)
class StoredColumn:
    """Where a declared column comes from in a group of files."""

    stored_name: str | None
    stored_type: str | None
    reading: str


@dataclass(frozen=True)
class SchemaChange:
    """A difference between a file and the declaration that does not stop the run."""

    source_name: str
    table_name: str
    column_name: str
    change: str
    declared_type: str | None
    found_type: str | None
    file_path: str
    detected_at: str

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same difference in the next file."""
        return (self.source_name, self.table_name, self.column_name, self.change, self.found_type or "")


def match_columns(table: Table, file: RegisteredFile) -> dict[str, StoredColumn]:
    """Where every readable column of a table comes from in one file.

    Raises LandingError when a column is missing or its type cannot become the declared one.
    """
    stored = {name.lower(): (name, kind) for name, kind in file.columns.items()}
    matched: dict[str, StoredColumn] = {}
    for column in table.readable_columns:
        name, kind = stored.get(column.name.lower(), (None, None))
        if name is None or kind is None:
            if not _may_be_missing(table, file, column.name):
                message = (
                    f"{file.file_path}: column '{column.name}' of {table.source_name}.{table.table_name} is missing. "
                    f"Deliver it (empty values are allowed), or declare the column with meta.is_optional: true."
                )
                raise LandingError(message)
            matched[column.name] = StoredColumn(None, None, "null")
            continue
        reading = reading_of(column.data_type, kind)
        if reading is None:
            message = (
                f"{file.file_path}: column '{column.name}' is stored as {kind}, which cannot become the declared "
                f"{column.data_type}. Deliver the file with that type or as text, or change the declaration."
            )
            raise LandingError(message)
        matched[column.name] = StoredColumn(name, kind, reading)
    return matched


def _may_be_missing(table: Table, file: RegisteredFile, name: str) -> bool:
    """Optional columns may; JSON leaves out what is null; a text file without a line has no columns at all."""
    column = next(column for column in table.readable_columns if column.name == name)
    if column.is_optional or not file.columns:
        return True
    return file.file_format == "jsonl" and not column.is_mandatory


def schema_changes(table: Table, file: RegisteredFile, matched: dict[str, StoredColumn], detected_at: str) -> Iterable[SchemaChange]:
    """Columns that are not declared, that are missing where they may be, or that have another type."""
    declared = {column.name.lower(): column for column in table.readable_columns}

    def change(name: str, kind: str, declared_type: str | None, found_type: str | None) -> SchemaChange:
        return SchemaChange(table.source_name, table.table_name, name, kind, declared_type, found_type, file.file_path, detected_at)

    for name, found_type in file.columns.items():
        if name.lower() not in declared:
            yield change(name, "added", None, found_type)
    for name, column in matched.items():
        declared_type = declared[name.lower()].data_type
        if column.stored_type is None:
            if name != LOADED_AT and file.columns:
                yield change(name, "missing", declared_type, None)
        elif file.file_format == "parquet" and column.reading not in {"as_is", "finite"}:
            yield change(name, "retyped", declared_type, column.stored_type)
