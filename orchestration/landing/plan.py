"""Compares the landing folder with the file register and says what has to be done.

Reads files and writes nothing but the Parquet copies of text files, so that it may be stopped at any point.
"""

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.landing.columns import SchemaChange, match_columns, schema_changes
from orchestration.landing.contract import LandingError, Table, parse_table
from orchestration.landing.conversion import CONVERSION_VERSION
from orchestration.landing.files import DeliveredFile, content_hash, delivered_files
from orchestration.landing.reading import SAFE_READINGS
from orchestration.landing.register import RegisteredFile, inspect, restore_copy
from orchestration.paths import DataFolder

# Set for a later dbt of the same run: what arrived since its first one waits for the next run.
SETTLED_VARIABLE = "A360_LANDING_SETTLED"
HOW_TO_ACCEPT = "dbt build --full-refresh --vars 'accept_landing_changes: true'"


@dataclass
class Plan:
    """What the hook has to write, and what it has to say."""

    errors: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    new_files: list[RegisteredFile] = field(default_factory=list)
    vanished_ids: list[int] = field(default_factory=list)
    touched: list[dict[str, int]] = field(default_factory=list)
    changes: list[SchemaChange] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class _Surroundings:
    """What does not depend on the table."""

    folder: DataFolder
    accepts_changes: bool
    takes_new: bool
    now: datetime
    how_to_accept: str


def _compare(
    table: Table, known: dict[str, RegisteredFile], surroundings: _Surroundings, plan: Plan
) -> tuple[list[RegisteredFile], list[DeliveredFile]]:
    """The registered files that are still there, and the files that have to be registered."""
    landing = surroundings.folder.landing
    delivered = {file.path: file for file in delivered_files(landing, table.folder)}
    kept: list[RegisteredFile] = []
    fresh = [file for path, file in delivered.items() if path not in known and surroundings.takes_new]
    for path, registered in known.items():
        file = delivered.get(path)
        if file is not None and _is_unchanged(landing / path, registered, file, plan):
            kept.append(registered)
            continue
        if not surroundings.accepts_changes:
            plan.errors.append(_complaint(path, file is None, surroundings.how_to_accept))
            continue
        plan.vanished_ids.append(registered.file_id)
        plan.notices.append(f"{path}: {'gone' if file is None else 'changed'}, accepted as asked for.")
        if file is not None:
            fresh.append(file)
    return kept, fresh


def _is_unchanged(path: Path, registered: RegisteredFile, file: DeliveredFile, plan: Plan) -> bool:
    """Whether a registered file still has its content; a new time stamp alone is written down, no more."""
    if file.size_bytes != registered.size_bytes:
        return False
    if file.modified_ns == registered.modified_ns:
        return True
    if content_hash(path) != registered.content_hash:
        return False
    plan.touched.append({"file_id": registered.file_id, "modified_ns": file.modified_ns})
    return True


def _complaint(path: str, is_gone: bool, how_to_accept: str) -> str:
    if is_gone:
        return f"{path}: was registered and is gone. Put it back, or accept the loss of its rows with: {how_to_accept}"
    return (
        f"{path}: has changed since it was registered. Deliver corrections as a new file and put the old one back, "
        f"or accept the new content with: {how_to_accept}"
    )


def _register(table: Table, fresh: list[DeliveredFile], surroundings: _Surroundings, plan: Plan) -> list[RegisteredFile]:
    registered: list[RegisteredFile] = []
    for file in fresh:
        try:
            registered.append(inspect(surroundings.folder, table, file, surroundings.now))
        except LandingError as problem:
            plan.errors.append(str(problem))
    return registered


def _plan_table(table: Table, known: dict[str, RegisteredFile], surroundings: _Surroundings, plan: Plan) -> list[RegisteredFile]:
    """The files that a table consists of after this run; new ones still without a number."""
    try:
        kept, fresh = _compare(table, known, surroundings, plan)
    except LandingError as problem:
        plan.errors.append(str(problem))
        return []
    for file in kept:
        restore_copy(surroundings.folder, table, file)
    files = kept + _register(table, fresh, surroundings, plan)
    if table.is_required and not known and not fresh:
        plan.errors.append(
            f"{surroundings.folder.landing / table.folder}: no file found. {table.source_name}.{table.table_name} is "
            f"required: deliver it there as Parquet, CSV or JSON lines, or make the demo world with: make demo"
        )
    return files


def _groups(
    table: Table, files: list[RegisteredFile], surroundings: _Surroundings, plan: Plan, reported: set[tuple[str, ...]]
) -> list[dict[str, Any]]:
    """Files with equal columns together, in order of registration; a fault is reported for the first file that has it."""
    groups: dict[str, dict[str, Any]] = {}
    group_of: dict[tuple[str, str], dict[str, Any] | None] = {}
    for file in sorted(files, key=lambda file: file.file_id):
        stored = (file.file_format, file.stored_columns)
        if stored not in group_of:
            group_of[stored] = _new_group(table, file, surroundings, plan, reported)
        found = group_of[stored]
        if found is not None:
            group = groups.setdefault(json.dumps(found, sort_keys=True), found | {"paths": []})
            group["paths"].append(str(file.scan_path(surroundings.folder)))
    return list(groups.values())


def _new_group(
    table: Table, file: RegisteredFile, surroundings: _Surroundings, plan: Plan, reported: set[tuple[str, ...]]
) -> dict[str, Any] | None:
    """How to read files with the columns of this one, or None when that is impossible; differences are written down."""
    try:
        matched = match_columns(table, file)
    except LandingError as problem:
        plan.errors.append(str(problem))
        return None
    for change in schema_changes(table, file, matched, surroundings.now.isoformat(sep=" ")):
        if change.key not in reported:
            reported.add(change.key)
            plan.changes.append(change)
    return {"is_text": file.file_format != "parquet", "columns": {name: asdict(column) for name, column in matched.items()}}


def _number(plan: Plan, files: dict[Table, list[RegisteredFile]], last_id: int) -> None:
    """Give new files their numbers, in order of load time and path."""
    new = sorted(
        (file for table_files in files.values() for file in table_files if file.file_id == 0),
        key=lambda file: (file.loaded_at, file.file_path),
    )
    plan.new_files = [file.with_id(number) for number, file in enumerate(new, start=last_id + 1)]
    numbered = {file.file_path: file for file in plan.new_files}
    for table, table_files in files.items():
        files[table] = [numbered.get(file.file_path, file) if file.file_id == 0 else file for file in table_files]


def _summarise(plan: Plan) -> None:
    if plan.new_files:
        rows = sum(file.row_count for file in plan.new_files)
        plan.notices.append(f"{len(plan.new_files):,} new files with {rows:,} rows.")
    added: dict[tuple[str, str], list[SchemaChange]] = defaultdict(list)
    for change in plan.changes:
        added[f"{change.source_name}.{change.table_name}", change.change].append(change)
    words = {"added": "not declared and left out", "missing": "not delivered and empty", "retyped": "converted"}
    for (table, kind), changes in added.items():
        names = ", ".join(
            change.column_name + (f" ({change.found_type} to {change.declared_type})" if kind == "retyped" else "") for change in changes
        )
        plan.notices.append(f"{table}: columns {words[kind]}: {names} (first in {changes[0].file_path}).")


def _undeclared_folders(landing: Path, tables: Iterable[Table]) -> Iterable[str]:
    declared = {table.folder for table in tables}
    for path in sorted(landing.glob("*/*")):
        name = path.relative_to(landing).as_posix()
        if path.is_dir() and name not in declared and not path.name.startswith((".", "_")):
            yield f"landing/{name}: no source table of this name is declared, its files are not read."


def make_plan(folder: DataFolder, request: Mapping[str, Any]) -> Plan:
    """Work out the plan.

    Args:
        folder: the data folder.
        request: `tables` (the declared tables), `register` (rows of the file register), `reported` (differences
            reported before), `accepts_changes`, and optionally `now`, `how_to_accept` (the commands that accept changes) and
            `takes_new` (false: files that are not registered yet are left for the next run).
    """
    now = datetime.fromisoformat(request["now"]) if "now" in request else datetime.now(UTC).replace(tzinfo=None)
    surroundings = _Surroundings(
        folder,
        accepts_changes=bool(request["accepts_changes"]),
        takes_new=bool(request.get("takes_new", True)),
        now=now,
        how_to_accept=request.get("how_to_accept", HOW_TO_ACCEPT),
    )
    plan = Plan()
    tables = [parse_table(declared) for declared in request["tables"]]
    register = [RegisteredFile(**row) for row in request["register"]]
    known: dict[tuple[str, str], dict[str, RegisteredFile]] = defaultdict(dict)
    for file in register:
        if file.vanished_at is None:
            known[file.source_name, file.table_name][file.file_path] = file
    files = {table: _plan_table(table, known[table.source_name, table.table_name], surroundings, plan) for table in tables}
    _number(plan, files, max((file.file_id for file in register), default=0))
    reported = {tuple(key) for key in request["reported"]}
    for table in tables:
        plan.tables.append(
            {
                "source_name": table.source_name,
                "table_name": table.table_name,
                "groups": _groups(table, files[table], surroundings, plan, reported),
            }
        )
    _summarise(plan)
    plan.notices.extend(_undeclared_folders(folder.landing, tables))
    return plan


def plan_as_json(folder: DataFolder, request: str) -> str:
    """The plan for a request in JSON, in the form in which the hook reads it."""
    return plan_text(folder, make_plan(folder, {"takes_new": SETTLED_VARIABLE not in os.environ, **json.loads(request)}))


def plan_text(folder: DataFolder, plan: Plan, **more: str) -> str:
    """A plan in the form in which the hook reads it, with what else it has to know."""
    return json.dumps(
        {
            "errors": plan.errors,
            "notices": plan.notices,
            "new_files": [file.row() for file in plan.new_files],
            "vanished_ids": plan.vanished_ids,
            "touched": plan.touched,
            "changes": [asdict(change) for change in plan.changes],
            "tables": plan.tables,
            "safe_readings": sorted(SAFE_READINGS),
            "landing_root": str(folder.landing),
            "converted_root": str(folder.converted / CONVERSION_VERSION),
            **more,
        }
    )
