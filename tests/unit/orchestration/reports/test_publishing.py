"""A run shows the page and its plots, and leaves both beside the model."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pandas as pd

from orchestration.defs.train.shared import as_markdown, published, shown
from orchestration.reports.page import Report
from python_models.evaluation.model_plots import candidates_plot


def test_page_and_plots_are_files_and_metadata(tmp_path: Path) -> None:
    png = candidates_plot({"a": 0.1, "b": 0.2}, "b", "figure")
    metadata = published(Report("<!doctype html>", {"Qini (test)": png}), "v1", tmp_path)
    assert metadata["version"] == "v1"
    assert metadata["report"] == dg.MetadataValue.path(tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == "<!doctype html>"
    assert (tmp_path / "qini_test.png").read_bytes() == png
    assert metadata["Qini (test)"].value.startswith("![qini_test](data:image/png;base64,")


def test_figures_and_tables_are_shown_by_part_and_column() -> None:
    assert shown({"test": {"qini": 0.123456}}, digits=3) == {"test qini": 0.123}
    assert as_markdown(pd.DataFrame({"a": ["x"], "b": [0.5]})) == "| a | b |\n| --- | --- |\n| x | 0.5000 |"
