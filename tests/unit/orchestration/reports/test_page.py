"""What all pages share: a table without rows is none, words are escaped, and the file appears whole."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import pytest

from orchestration.reports.page import UNKNOWN, Report, Table, Version, interval, number, percent, report, write_report
from tests.unit.orchestration.reports.pages import assert_whole, text_of

AS_OF_DATE = date(2026, 11, 1)


def refused(reason: str) -> Report:
    version = Version("customer_clusters", "customer_clusters-1", AS_OF_DATE, reason)
    return report("clusters.html", version, {"customers": "12"})


def test_words_of_a_shop_cannot_become_markup() -> None:
    made = refused("<script>alert('x')</script> & more")
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; more" in made.page
    assert_whole(made)


def test_without_a_model_there_are_no_headings_of_what_is_not_there() -> None:
    text = text_of(refused("too few"))
    assert "No groups: too few." in text
    assert text.count("<h2>") == 1
    assert "<table>" not in text


def test_the_page_lies_beside_the_model_and_leaves_nothing_else(tmp_path: Path) -> None:
    file = write_report(refused("too few"), tmp_path / "version")
    assert file == tmp_path / "version" / "report.html"
    assert file.read_text(encoding="utf-8") == refused("too few").page
    assert list(file.parent.iterdir()) == [file]


def test_cells_may_come_from_anywhere() -> None:
    assert Table.of(("a", "b"), ([str(row), "x"] for row in range(2))) == Table(("a", "b"), (("0", "x"), ("1", "x")))


@pytest.mark.parametrize("missing", [None, math.nan, math.inf])
def test_what_is_not_known_says_so(missing: float | None) -> None:
    assert number(missing) == percent(missing) == UNKNOWN


def test_figures_are_written_for_people() -> None:
    assert number(1234.567, 1) == "1,234.6"
    assert percent(0.1234) == "12.3%"
    assert interval({"x_low": 0.1, "x_high": 0.25}, "x") == "0.1000 to 0.2500"
    assert interval({"x_low": 0.1}, "x") == ""
