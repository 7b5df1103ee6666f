"""What a run is compared with before it may be published: limits from the seed, and what was published last. No Dagster in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.serving import current_database
from orchestration.table_store import TableStore
from orchestration.warehouse import has_table

Sizes = Mapping[str, int]

KINDS = ("feature", "score")
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


def limits(warehouse: TableStore, check_name: str) -> dict[str, float]:
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


def identity_quality(measured: Sequence[tuple[str, float, float, float]], minimum_precision: float, minimum_f1: float) -> Verdict:
    """`measured` holds (identifiers, precision, recall, F1) against a truth; a shop of real people has none."""
    if not measured:
        return Verdict((), {"note": "no truth to compare with"})
    findings = []
    for label, precision, _, f1 in measured:
        if precision < minimum_precision:
            findings.append(f"{label}: precision {precision:.4f}, below {minimum_precision:g}")
        if f1 < minimum_f1:
            findings.append(f"{label}: F1 {f1:.4f}, below {minimum_f1:g}")
    return Verdict(
        tuple(findings),
        {label: f"precision {precision:.4f}, recall {recall:.4f}, F1 {f1:.4f}" for label, precision, recall, f1 in measured},
    )


def overmerges(
    customers: int, largest: int, oversized: Mapping[str, int], maximum_identifiers: float, maximum_oversized_share: float
) -> Verdict:
    """Customers made of too many identifiers, and groups that the limits had to keep apart (by the type that was limited)."""
    findings = []
    if largest > maximum_identifiers:
        findings.append(f"one customer has {largest:,} identifiers")
    for name, count in sorted(oversized.items()):
        if count > customers * maximum_oversized_share:
            findings.append(f"{count:,} groups exceed the limit of {name}, for {customers:,} customers")
    return Verdict(tuple(findings), {"customers": customers, "largest": largest, "oversized": sum(oversized.values())})


def feature_drift(drifts: Sequence[tuple[str, str, float | None, str]], maximum_drifted_share: float) -> Verdict:
    """`drifts` holds (feature, kind, population stability index, verdict). A few features may drift; scores may not."""
    drifted = {kind: [f"{name} ({psi:.3f})" for name, of, psi, verdict in drifts if of == kind and verdict == "drifted"] for kind in KINDS}
    feature_count = sum(1 for _, kind, _, verdict in drifts if kind == "feature" and verdict != "not compared")
    findings = [f"scores have drifted: {name}" for name in drifted["score"]]
    if len(drifted["feature"]) > feature_count * maximum_drifted_share:
        findings.append(f"{len(drifted['feature'])} of {feature_count} features have drifted: {', '.join(drifted['feature'])}")
    counts = {verdict: sum(1 for row in drifts if row[3] == verdict) for verdict in ("stable", "moderate", "drifted", "not compared")}
    return Verdict(tuple(findings), {**counts, "drifted names": ", ".join(drifted["feature"] + drifted["score"]) or "none"})


def score_backtest(settled: Sequence[tuple[str, str, int, float, float, float]], minimum_rows: float, maximum_ece: float) -> Verdict:
    """`settled` holds (version, date, customers, mean score, actual rate, calibration error) of the newest date whose outcome is known."""
    if not settled:
        return Verdict((), {"note": "no scores of this warehouse are old enough"})
    version, as_of_date, row_count, mean, rate, error = settled[0]
    looked_at: dict[str, float | int | str] = {
        "version": version,
        "scored": str(as_of_date),
        "customers": row_count,
        "promised": mean,
        "happened": rate,
        "ece": error,
    }
    if row_count < minimum_rows or error <= maximum_ece:
        return Verdict((), looked_at)
    return Verdict((f"of {as_of_date}: {mean:.1%} were promised and {rate:.1%} happened, calibration error {error:.3f}",), looked_at)


def champion_age(model_version: str | None, age_days: int, maximum_age_days: float, overdue_days: float) -> Verdict:
    """Retraining replaces a champion from `maximum_age_days` on; one that stays much longer was never matched, or nobody trains."""
    if model_version is None:
        return Verdict((), {"note": "no champion: too little data"})
    looked_at: dict[str, float | int | str] = {"version": model_version, "days": age_days, "due after": maximum_age_days}
    if age_days <= overdue_days:
        return Verdict((), looked_at)
    return Verdict((f"{model_version} has served {age_days} days and retraining has not replaced it",), looked_at)


def sizes_from(rows: Sequence[tuple[object, ...]] | None) -> dict[str, int] | None:
    """Rows of (name, count) as a mapping."""
    return None if rows is None else {str(name): int(str(count)) for name, count in rows}
