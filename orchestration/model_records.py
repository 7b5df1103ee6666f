"""What the model registry holds, and what follows from its rows: which version serves, what its file was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from orchestration.paths import REPOSITORY

Metrics = Mapping[str, Mapping[str, float]]
Row = dict[str, Any]

CHAMPION, CHALLENGER, RETIRED = "champion", "challenger", "retired"
BY_RUN, BY_PERSON = "run", "person"
FITTED_ANEW = "fitted anew by every run"
# Of the parameters of a model that chooses between ways to be fitted: the one that serves, and when all were compared.
WAY, COMPARED = "way", "compared_date"


class DamagedModelError(ValueError):
    """A registered model that cannot be used any more; the message says what is wrong with it."""


class RollbackError(ValueError):
    """A rollback that is not possible; the message says why and what is."""


@dataclass(frozen=True)
class StoredModel:
    """A registered version; `content` is the model as JSON, None when the data was below the floor."""

    model_name: str
    model_version: str
    as_of_date: date
    content: str | None
    reason: str | None
    metrics: Metrics
    test_dates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Provenance:
    """What a version was made from; all of it is in the fingerprint that names the version."""

    code_version: str | None = None
    parameters: Mapping[str, Any] | None = None
    data_fingerprint: str | None = None
    learned_until_date: date | None = None


@dataclass(frozen=True)
class Decision:
    """Whether a version serves from its run on, and why (not); `comparison` holds the figures."""

    is_promoted: bool
    reason: str
    comparison: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Champion:
    """The version that serves."""

    model_version: str
    as_of_date: date
    serves_since_date: date
    learned_until_date: date | None


UNKNOWN = Provenance()


@dataclass(frozen=True)
class ChosenWay:
    """Of a model that chooses between ways to be fitted: the one that serves, when all were compared, and with which code it was fitted."""

    way: str | None
    compared_date: date | None
    code_version: str | None


def chosen_way(code_version: str, way: str | None, compared_date: date) -> Provenance:
    """What the registry says of a model that is fitted anew by every run: which way serves, for a later run to challenge."""
    return Provenance(code_version, {WAY: way, COMPARED: compared_date.isoformat()} if way is not None else None)


def full_code_version(code_version: str) -> str:
    """The version that a spec states, and a digest of all that is computed by."""
    return f"{code_version}+{code_digest()}"


@cache
def code_digest() -> str:
    """Eight digits of the digest of all sources under python_models."""
    digest = hashlib.sha256()
    for file in sorted((REPOSITORY / "python_models").rglob("*.py")):
        digest.update(str(file.relative_to(REPOSITORY)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:8]


def latest_champion(rows: Sequence[Row], as_of_date: date) -> Champion | None:
    """The version that was promoted last, by the clock of the data, and not taken out since."""
    serving = [
        row
        for row in rows
        if row.get("promoted_date") is not None and row["promoted_date"] <= as_of_date and row.get("rolled_back_at") is None
    ]
    if not serving:
        return None
    row = max(serving, key=lambda row: (row["promoted_date"], row["promotion_number"]))
    return Champion(row["model_version"], row["as_of_date"], row["promoted_date"], row.get("learned_until_date"))


def held_version(rows: Sequence[Row], as_of_date: date) -> str | None:
    """The version that serves because a person said so, if the last word on who serves was a person's."""
    champion = latest_champion(rows, as_of_date)
    by_person = {(row["model_version"], row["as_of_date"]) for row in rows if row.get("promoted_by") == BY_PERSON}
    is_held = champion is not None and (champion.model_version, champion.as_of_date) in by_person
    return champion.model_version if champion and is_held else None


def in_time(row: Row) -> tuple[date, datetime, str]:
    """The order in which rows were registered; of the same moment by version, so that there is an order in any case."""
    return row["as_of_date"], row["trained_at"], row["model_version"]


def next_number(rows: Sequence[Row]) -> int:
    return 1 + max((int(row["promotion_number"]) for row in rows if row.get("promotion_number") is not None), default=0)


def is_same(row: Row, other: Row) -> bool:
    return (row["model_version"], row["as_of_date"]) == (other["model_version"], other["as_of_date"])


def file_text(model: StoredModel) -> str:
    stored = {"model": model.content, "reason": model.reason, "metrics": model.metrics, "test_dates": model.test_dates}
    return json.dumps(stored, sort_keys=True)


def kept_text(row: Row) -> str | None:
    """The file again, from the registry."""
    if row["content"] is None or row.get("metrics") is None:
        return None
    stored = {
        "model": row["content"],
        "reason": row["reason"],
        "metrics": json.loads(row["metrics"]),
        "test_dates": json.loads(row["test_dates"]),
    }
    return json.dumps(stored, sort_keys=True)


def text_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def as_json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, sort_keys=True, default=str)
