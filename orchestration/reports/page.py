"""What all pages of models have in common: one file without outside parts, and the same plots for the page and for the run's metadata."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from orchestration.atomic_files import write_whole

TEMPLATES = Path(__file__).parent.parent / "templates"
UNKNOWN = "n/a"


@dataclass(frozen=True)
class Report:
    """The page of a version, and its plots (PNG) by the name under which a run shows them."""

    page: str
    plots: Mapping[str, bytes]


@dataclass(frozen=True)
class Table:
    """Cells that are written already. The first `text_columns` columns are words, all others numbers; without a row nothing is shown."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text_columns: int = 1

    @classmethod
    def of(cls, heads: Iterable[str], rows: Iterable[Iterable[str]], text_columns: int = 1) -> Table:
        return cls(tuple(heads), tuple(tuple(row) for row in rows), text_columns)


@dataclass(frozen=True)
class Version:
    """What heads every page; `reason` says why there is no model, or why it is a simpler one than hoped for."""

    model_name: str
    model_version: str
    as_of_date: date
    reason: str | None
    plots: Mapping[str, bytes] = field(default_factory=dict)


def report(template: str, version: Version, content: Mapping[str, Any]) -> Report:
    """Render the page; of the same result it is the same page, byte for byte."""
    templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    head = {
        "model_name": version.model_name,
        "model_version": version.model_version,
        "as_of_date": version.as_of_date.isoformat(),
        "reason": version.reason,
        "plots": {name: base64.b64encode(png).decode() for name, png in version.plots.items()},
    }
    return Report(templates.get_template(template).render(head | dict(content)), version.plots)


def write_report(made: Report, folder: Path) -> Path:
    """The page, beside the model's file."""
    file = folder / "report.html"
    write_whole(file, made.page)
    return file


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows by column name."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def number(value: float | None, digits: int = 0) -> str:
    """A figure; `UNKNOWN` where there is none."""
    return UNKNOWN if value is None or not math.isfinite(value) else f"{value:,.{digits}f}"


def percent(value: float | None, digits: int = 1) -> str:
    """A share; `UNKNOWN` where there is none."""
    return UNKNOWN if value is None or not math.isfinite(value) else f"{value:.{digits}%}"


def interval(metrics: Mapping[str, float], name: str, digits: int = 4, unit: str = "") -> str:
    """`<name>_low` to `<name>_high`; nothing where there is none. In percent where `unit` says so."""
    low, high = metrics.get(f"{name}_low"), metrics.get(f"{name}_high")
    if low is None or high is None:
        return ""
    return f"{low:.{digits}%} to {high:.{digits}%}" if unit == "%" else f"{low:,.{digits}f} to {high:,.{digits}f}"
