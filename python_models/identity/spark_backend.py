"""Splink on a Spark session, beside a compiled sqlglot. Imported only where a session is given."""

from __future__ import annotations

from typing import Any

import sqlglot
from splink import SparkAPI
from sqlglot import exp


class CompiledSparkAPI(SparkAPI):
    """Splink 5.0 writes Spark's SQL by a class derived from sqlglot's generator, which sqlglot's compiled form (sqlglotc) does not allow.

    What that class is for, doubles that Spark would read as decimals of too many digits, is done to the statement itself.
    """

    def _setup_for_execute_sql(self, sql: str, physical_name: str) -> str:
        return str(sqlglot.parse_one(sql, read="spark").transform(_double_as_text).sql(dialect="spark"))


def _double_as_text(node: Any) -> Any:
    """`cast(0.1 as double)` with the number as text: it is never a decimal."""
    is_number = isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal) and not node.this.is_string
    if is_number and node.to.this == exp.DataType.Type.DOUBLE:
        node.set("this", exp.Literal.string(node.name))
    return node


def spark_api(session: Any) -> Any:
    """Splink's interface to a session that has its similarity jar."""
    api: Any = CompiledSparkAPI
    # Checkpoints would need a folder that the session's owner has to name first.
    return api(spark_session=session, break_lineage_method="persist")
