"""Cost at every size that was measured, side by side: what a step grows by when the world does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.plot import series
from benchmarks.sizes import size_label

# Five times the customers may cost a little more than five times as much: sorts and hash tables outgrow the caches.
ALLOWED_PER_PROPORTION = 5.5 / 5


def growth_page(records: Sequence[Mapping[str, Any]]) -> str:
    """A Markdown table of CPU seconds per step and size, each size with its ratio to the one before; empty below two sizes."""
    sizes = [int(record["customers"]) for record in records]
    if len(sizes) < 2:
        return ""
    head = ["CPU s", size_label(sizes[0])]
    for size in sizes[1:]:
        head += [size_label(size), "growth"]
    lines = [_row(head), "|" + "---|" * len(head)]
    lines += [_row(_cells(name, dict(points), sizes)) for name, points in series(records).items()]
    allowed = ", ".join(
        f"{size_label(smaller)} to {size_label(larger)} at most {_allowed(smaller, larger):.1f}" for smaller, larger in pairwise(sizes)
    )
    return "\n".join([f"Goal: {allowed}; what grows more is marked with an exclamation mark.", "", *lines]) + "\n"


def write_growth(records: Sequence[Mapping[str, Any]], file: Path) -> None:
    """Write the page; with fewer than two sizes there is none."""
    page = growth_page(records)
    if page:
        file.write_text(page, encoding="utf-8")


def _cells(name: str, seconds: Mapping[int, float], sizes: Sequence[int]) -> Iterable[str]:
    yield name
    yield _seconds(seconds.get(sizes[0]))
    for smaller, larger in pairwise(sizes):
        yield _seconds(seconds.get(larger))
        yield _ratio(seconds.get(smaller), seconds.get(larger), _allowed(smaller, larger))


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:,.1f}"


def _ratio(before: float | None, after: float | None, allowed: float) -> str:
    if not before or after is None:
        return ""
    return f"{after / before:.1f}{' !' if after / before > allowed else ''}"


def _allowed(smaller: int, larger: int) -> float:
    return larger / smaller * ALLOWED_PER_PROPORTION


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"
