"""The part of the source contract that landing needs, as the hook hands it over from the dbt graph."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Columns that a delivered file may carry beside the declared ones: when the row was loaded, as ELT tools stamp it.
LOADED_AT = "_loaded_at"


class LandingError(Exception):
    """Something in the landing folder cannot be read as declared; the message says what to do."""


@dataclass(frozen=True)
class Column:
    """A declared column."""

    name: str
    data_type: str
    is_optional: bool
    is_mandatory: bool


@dataclass(frozen=True)
class Table:
    """A declared source table."""

    source_name: str
    table_name: str
    is_required: bool
    csv_delimiter: str
    columns: tuple[Column, ...]

    @property
    def folder(self) -> str:
        """Where its files are delivered, below the landing folder."""
        return f"{self.source_name}/{self.table_name}"

    @property
    def readable_columns(self) -> tuple[Column, ...]:
        """The declared columns and the load time that a file may carry."""
        return (*self.columns, Column(LOADED_AT, "timestamp", is_optional=True, is_mandatory=False))


def parse_table(declared: Mapping[str, Any]) -> Table:
    """Read one table of the request."""
    return Table(
        source_name=declared["source_name"],
        table_name=declared["table_name"],
        is_required=bool(declared["is_required"]),
        csv_delimiter=declared["csv_delimiter"],
        columns=tuple(
            Column(column["name"], column["data_type"].lower(), bool(column["is_optional"]), bool(column["is_mandatory"]))
            for column in declared["columns"]
        ),
    )
