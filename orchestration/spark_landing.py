"""Registers delivered files with a Spark cluster, before dbt runs there: `python -m orchestration.spark_landing [--accept-changes]`.

On DuckDB dbt's on-run-start hook calls this project's Python for it; a cluster cannot. So the same plan is made here (see
`orchestration.landing.plan`), the register in the schema `ops` is brought up to date, and the plan is left in the table `landing.plan`,
which the hook checks and carries out. The step may be repeated at any time and after any crash: the register is replaced as a whole,
and the plan is written last.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from orchestration.identity_key import IDENTITY_KEY_VARIABLE, identity_key, identity_key_differs
from orchestration.landing.declared import contract_digest, landing_contract
from orchestration.landing.plan import Plan, make_plan, plan_text
from orchestration.lock import warehouse_turn
from orchestration.paths import DBT_PROJECT, DataFolder, data_folder
from orchestration.source_tables import SourceTable, read_source_tables
from orchestration.spark_session import SparkQueryError, SparkSession, SparkUnavailableError
from orchestration.spark_warehouse import (
    OPS_SCHEMA,
    SparkWarehouse,
    create_statement,
    finish_replacement,
    has_table,
    replace_table,
    typed,
)
from orchestration.variables import vars_text

MODELS = DBT_PROJECT / "models"
PLAN_SCHEMA = "landing"
PLAN_TABLE = f"{PLAN_SCHEMA}.plan"
HOW_TO_ACCEPT = "python -m orchestration.spark_landing --accept-changes, then dbt build --target spark --full-refresh"


class LandingRefusedError(RuntimeError):
    """The landing folder cannot be registered; nothing was written."""


def register_landing(folder: DataFolder, accepts_changes: bool = False) -> Plan:
    """Bring the cluster's register up to date and leave the plan for dbt; all errors of all tables are reported together."""
    warehouse = SparkWarehouse(folder.root)
    tables = read_source_tables(MODELS, "ops")
    with warehouse_turn(folder.root, "register landing on spark"), warehouse.connect() as session:
        session.run(f"create schema if not exists {OPS_SCHEMA}")
        for table in tables.values():
            finish_replacement(session, _ops(table))
            session.run(create_statement(table, _ops(table)))
        _keep_identity_key(warehouse, session, tables["settings"])
        contract = landing_contract(MODELS)
        register = _dictionaries(session, tables["file_register"])
        plan = make_plan(
            folder,
            {
                "tables": contract,
                "register": register,
                "reported": [_reported(change) for change in _dictionaries(session, tables["schema_changes"])],
                "accepts_changes": accepts_changes,
                "how_to_accept": HOW_TO_ACCEPT,
            },
        )
        if plan.errors:
            raise LandingRefusedError("The landing folder cannot be read as declared:\n- " + "\n- ".join(plan.errors))
        _write_register(warehouse, session, tables["file_register"], register, plan)
        _append(warehouse, session, tables["schema_changes"], [asdict(change) for change in plan.changes])
        text = plan_text(folder, plan, contract=contract_digest(contract), kept_variables=vars_text(folder))
        session.run(f"create schema if not exists {PLAN_SCHEMA}")
        with warehouse.handed_over(pa.table({"plan": [text]})) as incoming:
            if has_table(session, PLAN_SCHEMA, "plan"):
                replace_table(session, PLAN_TABLE, f"select plan from {incoming}")
            else:
                session.run(f"create table {PLAN_TABLE} using parquet as select plan from {incoming}")
    return plan


def _ops(table: SourceTable) -> str:
    return f"{OPS_SCHEMA}.{table.name}"


def _dictionaries(session: SparkSession, table: SourceTable) -> list[dict[str, Any]]:
    rows = session.rows(f"select {', '.join(f'`{name}`' for name in table.column_names)} from {_ops(table)}")
    return [dict(zip(table.column_names, map(_plain, row), strict=True)) for row in rows]


def _plain(value: Any) -> Any:
    """Times as the register's rows are written: ISO, UTC."""
    return value.isoformat(sep=" ") if isinstance(value, datetime) else value


def _reported(change: dict[str, Any]) -> list[str]:
    return [*(change[name] for name in ("source_name", "table_name", "column_name", "change")), change["found_type"] or ""]


def _keep_identity_key(warehouse: SparkWarehouse, session: SparkSession, settings: SourceTable) -> None:
    """See the macro `keep_identity_key`: a secret made once, that never stands in the text of a statement."""
    stored = session.rows(f"select setting_value from {_ops(settings)} where setting_name = 'identity_key'")
    if stored and identity_key_differs(stored[0][0]):
        raise LandingRefusedError(
            f"{IDENTITY_KEY_VARIABLE} is not the key that this cluster's tables were built with, so every customer id would change. "
            f"Unset it or restore the old one; to start over with new ids, drop the schema {OPS_SCHEMA}."
        )
    if not stored:
        now = datetime.now(UTC).replace(tzinfo=None)
        _append(warehouse, session, settings, [{"setting_name": "identity_key", "setting_value": identity_key(), "created_at": now}])


def _write_register(
    warehouse: SparkWarehouse, session: SparkSession, table: SourceTable, register: Sequence[dict[str, Any]], plan: Plan
) -> None:
    if not (plan.new_files or plan.vanished_ids or plan.touched):
        return
    touched = {file["file_id"]: file["modified_ns"] for file in plan.touched}
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ")
    rows = [
        row
        | ({"vanished_at": now} if row["file_id"] in plan.vanished_ids else {})
        | ({"modified_ns": touched[row["file_id"]]} if row["file_id"] in touched else {})
        for row in register
    ]
    rows += [file.row() for file in plan.new_files]
    with warehouse.handed_over(_arrow(table, rows)) as incoming:
        replace_table(session, _ops(table), f"select {typed(table)} from {incoming}")


def _append(warehouse: SparkWarehouse, session: SparkSession, table: SourceTable, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        with warehouse.handed_over(_arrow(table, rows)) as incoming:
            session.run(f"insert into {_ops(table)} select {typed(table)} from {incoming}")


def _arrow(table: SourceTable, rows: Sequence[dict[str, Any]]) -> pa.Table:
    """Rows as text and numbers; the statement that takes them casts to the declared types."""
    kinds = {"bigint": pa.int64(), "double": pa.float64(), "boolean": pa.bool_()}
    columns = {
        name: pa.array(
            [_plain(row[name]) for row in rows],
            kinds.get(data_type, pa.string()),
        )
        for name, data_type in table.columns
    }
    return pa.table(columns)


def main(arguments: Sequence[str]) -> int:
    """Register what is new and say what was found."""
    parser = argparse.ArgumentParser(description="Register delivered files with the Spark cluster, before dbt runs there.")
    parser.add_argument("--accept-changes", action="store_true", help="accept that registered files were changed or removed")
    accepts_changes = parser.parse_args(arguments).accept_changes
    try:
        plan = register_landing(data_folder(), accepts_changes)
    except (LandingRefusedError, SparkUnavailableError, SparkQueryError) as error:
        print(error)
        return 1
    for notice in plan.notices or ["nothing new."]:
        print(f"Landing: {notice}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
