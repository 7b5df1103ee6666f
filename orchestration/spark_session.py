"""A session on Spark's Thrift server with the settings of dbt's target `spark`, so that Python and dbt see the same values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import yaml

from orchestration.paths import PROFILES
from orchestration.spark_settings import SparkAddress

TARGET = "spark"


class SparkUnavailableError(ConnectionError):
    """Nobody answers at the address of the Thrift server."""


class SparkQueryError(RuntimeError):
    """Spark refused a statement; the message is its own first line and the statement."""


@cache
def session_settings() -> dict[str, str]:
    """The `server_side_parameters` of the target `spark` in profiles.yml: the one place where they are written down."""
    profile = yaml.safe_load((PROFILES / "profiles.yml").read_text(encoding="utf-8"))
    declared = profile["audience360"]["outputs"][TARGET]["server_side_parameters"]
    return {name: str(value) for name, value in declared.items()}


@dataclass(frozen=True)
class SparkSession:
    """Statements on an open connection."""

    connection: Any

    def run(self, statement: str) -> None:
        """Run a statement that returns nothing."""
        self._execute(statement).close()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """A small result as tuples: the protocol is slow, large results go through files (see orchestration.spark_warehouse)."""
        cursor = self._execute(query)
        try:
            # PyHive hands dates over as text.
            dates = {position for position, column in enumerate(cursor.description or ()) if column[1] == "DATE_TYPE"}
            return [
                tuple(date.fromisoformat(value) if position in dates and value else value for position, value in enumerate(row))
                for row in cursor.fetchall()
            ]
        finally:
            cursor.close()

    def _execute(self, statement: str) -> Any:
        from pyhive.exc import OperationalError
        from thrift.transport.TTransport import TTransportException

        cursor = self.connection.cursor()
        try:
            cursor.execute(statement)
        except OperationalError as error:
            status = getattr(error.args[0], "status", None) if error.args else None
            message = str(getattr(status, "errorMessage", None) or error).splitlines()[0]
            raise SparkQueryError(f"{message}\nin: {' '.join(statement.split())[:500]}") from None
        except TTransportException as error:
            raise SparkUnavailableError("the Thrift server went away: see its log, start it again with `make spark-up`") from error
        return cursor


@contextmanager
def connect(address: SparkAddress) -> Iterator[SparkSession]:
    """A session for the length of a `with` block."""
    from pyhive import hive
    from thrift.transport.TTransport import TTransportException

    try:
        connection = hive.connect(host=address.host, port=address.port, username=address.user, configuration=session_settings())
    except (TTransportException, OSError) as error:
        raise SparkUnavailableError(
            f"no Spark Thrift server answers at {address.text}: start one with `make spark-up`, or set A360_SPARK_HOST and A360_SPARK_PORT"
        ) from error
    try:
        yield SparkSession(connection)
    finally:
        try:
            connection.close()
        except (TTransportException, OSError) as error:
            # The server ended first; the statement that met it has said so already.
            del error
