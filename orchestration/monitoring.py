"""What a run is compared with before it may be published: limits from the seed, and what was published last. No Dagster in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.serving import current_database
from orchestration.warehouse import Warehouse, has_table

Sizes = Mapping[str, int]

# Shares of fewer rows than this are no shares.
MANY_ROWS = 1_000


@dataclass(frozen=True)
class Verdict:
    """Whether a check passed, the findings that speak against it, and what was looked at."""

    findings: tuple[str, ...]
    looked_at: Mapping[str, float | int | str]

    @property
    def passed(self) -> bool:
        return not self.findings


def limits(warehouse: Warehouse, check_name: str) -> dict[str, float]:
    """The limits of one check, as the seed has them."""
    rows = warehouse.rows("select limit_name, limit_value from seeds.monitoring_limits where check_name = ?", [check_name])
    return {name: float(value) for name, value in rows}


def published_rows(serving_dir: Path, schema: str, table: str, query: str) -> list[tuple[object, ...]] | None:
    """Rows of the version that readers see now; None before the first publication, or when it lacks the table."""
    database = current_database(serving_dir)
    if not database.exists():
        return None
    with duckdb.connect(str(database.resolve()), read_only=True) as connection:
        if not has_table(connection, database.stem, schema, table):
            return None
        return list(connection.execute(query).fetchall())


def size_swings(now: Sizes, before: Sizes | None, minimum_size: float, maximum_change: float) -> Verdict:
    """Groups that grew or shrank by more than a share of the larger size.

    Small ones jump for no reason and are left out, and so are new ones: adding a segment is nothing to be alarmed at, losing one is.
    """
    if before is None:
        return Verdict((), {"note": "first publication: nothing to compare with"})
    findings = []
    compared = 0
    for name in sorted({*now, *before}):
        sizes = now.get(name, 0), before.get(name, 0)
        if max(sizes) < minimum_size or not before.get(name):
            continue
        compared += 1
        change = (sizes[0] - sizes[1]) / max(sizes)
        if abs(change) > maximum_change:
            findings.append(f"{name}: {sizes[1]:,} -> {sizes[0]:,} ({change:+.0%} of the larger)")
    return Verdict(tuple(findings), {"compared": compared})


def accepted_rows(
    now: Sequence[tuple[str, int, int, int]], before: Sizes | None, maximum_shrink: float, maximum_quarantined_share: float
) -> Verdict:
    """`now` holds (table, received, accepted, quarantined). Rows that were there must not vanish, and few may be broken."""
    findings = []
    for table, received, accepted, quarantined in now:
        was = (before or {}).get(table, 0)
        if accepted < was * (1 - maximum_shrink):
            findings.append(f"{table}: {was:,} accepted rows were published, {accepted:,} are left")
        if received >= MANY_ROWS and quarantined > received * maximum_quarantined_share:
            findings.append(f"{table}: {quarantined:,} of {received:,} rows are in quarantine")
    return Verdict(tuple(findings), {"received": sum(row[1] for row in now), "quarantined": sum(row[3] for row in now)})


def model_quality(metrics: Mapping[str, float], minimum_auc: float) -> Verdict:
    """A model below the floor of data is no failure: it has no scores, and says why elsewhere."""
    if not metrics.get("is_trained"):
        return Verdict((), {"note": "not trained: too little data"})
    auc = metrics["auc"]
    finding = () if auc >= minimum_auc else (f"AUC on the test dates is {auc:.3f}, below {minimum_auc:g}",)
    return Verdict(finding, {"auc": round(auc, 4)})


def score_distribution(
    mean: float, distinct_count: int, expected_rate: float, maximum_mean_shift: float, minimum_distinct_scores: float
) -> Verdict:
    """Scores of today against the rate that the test dates had."""
    findings = []
    shift = abs(mean - expected_rate) / max(mean, expected_rate, 1e-9)
    if shift > maximum_mean_shift:
        findings.append(f"mean score {mean:.4f}, rate of the test dates {expected_rate:.4f}")
    if distinct_count < minimum_distinct_scores:
        findings.append(f"only {distinct_count} different scores")
    return Verdict(tuple(findings), {"mean": round(mean, 4), "distinct": distinct_count, "expected": round(expected_rate, 4)})


def sizes_from(rows: Sequence[tuple[object, ...]] | None) -> dict[str, int] | None:
    """Rows of (name, count) as a mapping."""
    return None if rows is None else {str(name): int(str(count)) for name, count in rows}
