"""Values become Spark SQL on this side: the Thrift protocol has no parameters."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from orchestration.spark_session import session_settings
from orchestration.spark_warehouse import bound, literal


@pytest.mark.parametrize(
    ("value", "sql"),
    [
        (None, "null"),
        (True, "true"),
        (3, "3"),
        (0.5, "0.5"),
        (Decimal("1.20"), "1.20"),
        (date(2026, 11, 1), "date '2026-11-01'"),
        (datetime(2026, 11, 1, 2, 3, 4, 5), "timestamp '2026-11-01 02:03:04.000005'"),
        ("it's", "'it''s'"),
        ("back\\slash", "'back\\\\slash'"),
    ],
)
def test_a_value_is_written_as_spark_reads_it(value: object, sql: str) -> None:
    assert literal(value) == sql


def test_question_marks_are_filled_in_order() -> None:
    assert bound("select ? where name = ?", [1, "a"]) == "select 1 where name = 'a'"


def test_too_few_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="2 question marks and 1 parameters"):
        bound("select ?, ?", [1])


def test_python_uses_the_session_that_dbt_uses() -> None:
    settings = session_settings()
    assert settings["set:hivevar:spark.sql.session.timeZone"] == "UTC"
    assert settings["set:hivevar:spark.sql.ansi.enabled"] == "true"
