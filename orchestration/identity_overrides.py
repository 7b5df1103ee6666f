"""What people decide about who is who: two identifiers are one person, or two people. Kept in the `ops` store, obeyed by the next run."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from orchestration.paths import DBT_PROJECT
from orchestration.source_tables import SourceTable, read_source_tables
from orchestration.warehouse import Warehouse

LINK, SPLIT, WITHDRAWN = "link", "split", "withdrawn"
DECISIONS = (LINK, SPLIT, WITHDRAWN)

Pair = tuple[int, int]

FIND = """
    select distinct identifiers.identifier_key
    from intermediate.int_identifiers as identifiers
    left join intermediate.int_email_addresses_observed as addresses on identifiers.identifier_key = addresses.identifier_key
    where identifiers.identifier_type = $type
        and (
            identifiers.identifier_value = $value
            or $type = 'email' and (identifiers.identifier_value = lower($value) or lower(addresses.email_as_given) = lower($value))
        )
"""


class OverrideError(ValueError):
    """A decision that cannot be taken as it was stated. The message names types and decisions, never the value of an identifier."""


@dataclass(frozen=True)
class Identifier:
    """A typed identifier as somebody wrote it. Its value is not shown, because a traceback or a log may show it."""

    type: str
    value: str

    def __repr__(self) -> str:
        return f"Identifier({self.type!r}, …)"


@dataclass(frozen=True)
class Decision:
    """The newest decision about a pair of identifiers."""

    override_id: str
    decision: str
    pair: Pair


def decide(data_dir: Path, decision: str, identifier: Identifier, linked: Identifier, by: str, reason: str) -> str:
    """Write one decision; returns its id. Raises OverrideError when it is incomplete, or contradicts what was decided before."""
    if decision not in DECISIONS:
        raise OverrideError(f"unknown decision '{decision}': use one of {', '.join(DECISIONS)}")
    for name, text in (("who decides (--by)", by), ("a reason (--reason)", reason)):
        if not text.strip():
            raise OverrideError(f"{name} is missing")
    warehouse = Warehouse(data_dir)
    keys = {_key(warehouse, each): each.type for each in (identifier, linked)}
    if len(keys) < 2:
        raise OverrideError("both sides are the same identifier")
    first, second = sorted(keys)
    table = read_source_tables(DBT_PROJECT / "models", "ops")["identity_overrides"]
    _refuse_contradiction(decision, (first, second), in_force(warehouse, table))
    row: dict[str, Any] = {
        "override_id": uuid.uuid4().hex,
        "decision": decision,
        "identifier_type": keys[first],
        "identifier_key": first,
        "linked_type": keys[second],
        "linked_key": second,
        "decided_at": datetime.now(UTC).replace(tzinfo=None),
        "decided_by": by.strip(),
        "reason": reason.strip(),
    }
    warehouse.replace_ops_rows(table, pd.DataFrame([row]), {"override_id": row["override_id"]})
    return str(row["override_id"])


def in_force(warehouse: Warehouse, table: SourceTable) -> dict[Pair, Decision]:
    """The newest decision of every pair that somebody decided about, unless it was withdrawn; as int_identity_overrides has it."""
    rows = warehouse.ops_rows(table, "true order by decided_at, override_id")
    newest: Mapping[Pair, Decision] = {
        (row["identifier_key"], row["linked_key"]): Decision(
            row["override_id"], row["decision"], (row["identifier_key"], row["linked_key"])
        )
        for row in rows
    }
    return {pair: decision for pair, decision in newest.items() if decision.decision != WITHDRAWN}


def _key(warehouse: Warehouse, identifier: Identifier) -> int:
    types = [str(name) for (name,) in warehouse.rows("select identifier_type from seeds.identity_identifier_types order by type_rank")]
    if identifier.type not in types:
        raise OverrideError(f"unknown type of identifier '{identifier.type}': use one of {', '.join(types)}")
    if not identifier.value.strip():
        raise OverrideError(f"the value of the {identifier.type} is empty")
    found = warehouse.rows(FIND, {"type": identifier.type, "value": identifier.value.strip()})
    if len(found) != 1:
        problem = "no" if not found else "more than one"
        raise OverrideError(f"{problem} {identifier.type} of the last run has this value: write it as int_identifiers has it")
    return int(found[0][0])


def _refuse_contradiction(decision: str, pair: Pair, decisions: Mapping[Pair, Decision]) -> None:
    """Links must leave every split possible: what they join, over however many steps, may not be split."""
    standing = decisions.get(pair)
    if decision == WITHDRAWN:
        if standing is None:
            raise OverrideError("nothing was decided about these two: there is nothing to withdraw")
        return
    if standing is not None and standing.decision == decision:
        raise OverrideError(f"that was decided before (decision {standing.override_id})")
    if standing is not None:
        raise OverrideError(f"these two have a {standing.decision} (decision {standing.override_id}): withdraw it first")
    links = [each.pair for each in decisions.values() if each.decision == LINK] + ([pair] if decision == LINK else [])
    splits = {each.pair: each.override_id for each in decisions.values() if each.decision == SPLIT}
    if decision == SPLIT:
        splits[pair] = "this one"
    group_of = dict(_groups(links))
    for (first, second), override_id in splits.items():
        if first in group_of and group_of[first] == group_of.get(second):
            raise OverrideError(f"the links in force join both sides of a split (decision {override_id}): withdraw one of them first")


def _groups(links: Iterable[Pair]) -> Iterator[tuple[int, int]]:
    """Every linked identifier with a key of its group."""
    parent: dict[int, int] = {}

    def root(key: int) -> int:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    for first, second in links:
        parent[root(first)] = root(second)
    for key in list(parent):
        yield key, root(key)
