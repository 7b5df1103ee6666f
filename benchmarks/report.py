"""One run as JSON and as a Markdown page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.goals import Verdict, esp_arithmetic, judge
from benchmarks.measuring import Cost
from benchmarks.sizes import size_label

GIGABYTE = 1e9


@dataclass
class Report:
    """Everything that one run of the bench found out; filled phase by phase."""

    customers: int
    measured_at: str
    memory_limit: str
    repeats: int
    machine: Mapping[str, Any]
    versions: Mapping[str, str]
    costs: dict[str, Cost] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    slowest: list[Mapping[str, Any]] = field(default_factory=list)
    peer_versions: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """The content of the JSON file."""
        kept = {name: value for name, value in vars(self).items() if name != "costs"}
        verdicts = [asdict(verdict) for verdict in judge(self.costs)]
        return kept | {"costs": {name: cost.as_record() for name, cost in self.costs.items()}, "goals": verdicts}

    def markdown(self) -> str:
        """The page."""
        return "\n".join(_page(self)) + "\n"

    def write(self, folder: Path) -> Path:
        """Write both files; where the page lies."""
        folder.mkdir(parents=True, exist_ok=True)
        stem = f"bench_{size_label(self.customers)}"
        (folder / f"{stem}.json").write_text(json.dumps(self.record(), indent=1) + "\n", encoding="utf-8")
        page = folder / f"{stem}.md"
        page.write_text(self.markdown(), encoding="utf-8")
        return page


def read_records(folder: Path) -> list[Mapping[str, Any]]:
    """The JSON files of a folder, smallest world first."""
    records = [json.loads(file.read_text(encoding="utf-8")) for file in folder.glob("bench_*.json")]
    return sorted(records, key=lambda record: int(record["customers"]))


def _page(report: Report) -> Iterable[str]:
    yield f"# {report.customers:,} customers, {report.measured_at}"
    yield ""
    yield ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in report.machine.items())
    yield f"DuckDB memory limit {report.memory_limit}; " + ", ".join(f"{name} {version}" for name, version in report.versions.items())
    yield ""
    yield from _table(("size", "bytes or files"), [(name.replace("_", " "), f"{value:,}") for name, value in report.sizes.items()])
    yield ""
    yield f"Medians of {report.repeats} after a warm-up where a step is repeated. The column x is the CPU time against the roofline."
    yield ""
    yield from _cost_table(report.costs)
    yield ""
    yield from _table(("goal", "measured", "met"), [_goal_row(verdict) for verdict in judge(report.costs)])
    yield ""
    single, bulk = esp_arithmetic(report.customers)
    yield f"Arithmetic: one call per profile at 150 calls a minute takes {single:,.1f} hours,"
    yield f"bulk calls of 10,000 profiles take {bulk * 60:,.1f} minutes."
    yield ""
    rows = [(_short(node), f"{node['wall_seconds']:.1f}", f"{node['cpu_seconds']:.1f}") for node in report.slowest]
    yield from _table(("slowest nodes of the full build", "wall s", "CPU s"), rows)
    if report.failures:
        yield ""
        yield from _table(("not measured", "why"), list(report.failures.items()))


def _cost_table(costs: Mapping[str, Cost]) -> Iterable[str]:
    unit = costs["roofline"].cpu_seconds if "roofline" in costs else 0.0
    rows = [
        (
            name,
            f"{cost.wall_seconds:,.1f}",
            f"{cost.cpu_seconds:,.1f}" if cost.cpu_seconds else "",
            f"{cost.cpu_seconds / unit:,.1f}" if unit and cost.cpu_seconds else "",
            *(f"{value / GIGABYTE:,.2f}" if value else "" for value in (cost.peak_bytes, cost.bytes_read, cost.bytes_written)),
        )
        for name, cost in costs.items()
    ]
    return _table(("step", "wall s", "CPU s", "x", "peak GB", "read GB", "written GB"), rows)


def _goal_row(verdict: Verdict) -> tuple[str, str, str]:
    if verdict.value is None:
        return verdict.text, "not measured", ""
    return verdict.text, f"{verdict.value:,.2f}", "yes" if verdict.is_met else "no"


def _short(node: Mapping[str, Any]) -> str:
    return str(node["unique_id"]).replace(".audience360.", " ")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
