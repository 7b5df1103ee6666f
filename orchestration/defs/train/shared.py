"""What the assets of all models share: where and how often they run, and how a run shows what came of it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd

from orchestration.defs.monitor.tags import RETRAIN_TAG
from orchestration.model_records import Metrics
from orchestration.paths import DBT_PROJECT
from orchestration.plots_metadata import image
from orchestration.reports.page import Report, write_report

FEATURES = dg.AssetKey(["features", "feature_customers"])
LIMITS = dg.AssetKey(["seeds", "monitoring_limits"])
MODELS_DIR = DBT_PROJECT / "models"
RETRY = dg.RetryPolicy(max_retries=1, delay=10)
FRESH = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36))


def demanded(context: dg.AssetExecutionContext) -> str | None:
    """The reason to train where somebody wants it in this run, whether it is due or not."""
    return "it was asked for" if context.run.tags.get(RETRAIN_TAG) == "true" else None


def published(made: Report, model_version: str, folder: Path) -> dict[str, Any]:
    """Write the page and its plots beside the model; the version, and where to find them."""
    return {
        "version": model_version,
        "folder": dg.MetadataValue.path(folder),
        "report": dg.MetadataValue.path(write_report(made, folder)),
        **{name: image(folder / f"{_file_name(name)}.png", png) for name, png in made.plots.items()},
    }


def shown(metrics: Metrics, digits: int = 4) -> dict[str, Any]:
    """Every figure of every part of the split."""
    return {f"{split} {name}": round(value, digits) for split, by_name in metrics.items() for name, value in by_name.items()}


def as_markdown(frame: pd.DataFrame) -> str:
    """A table for the metadata of a run."""
    rows = [[f"{cell:.4f}" if isinstance(cell, float) else str(cell) for cell in row] for row in frame.itertuples(index=False)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [list(frame.columns), ["---"] * len(frame.columns), *rows])


def _file_name(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
