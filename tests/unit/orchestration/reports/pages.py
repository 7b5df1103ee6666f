"""What holds for every page, whatever model it is of."""

from __future__ import annotations

import re
from collections.abc import Iterable

from orchestration.reports.page import Report


def text_of(made: Report) -> str:
    """The page without its images."""
    return re.sub(r"base64,[^\"]+", "", made.page)


def cells_of(made: Report) -> list[list[str]]:
    """All rows of all tables."""
    rows = re.findall(r"<tr>(.*?)</tr>", text_of(made), flags=re.DOTALL)
    return [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows]


def assert_whole(made: Report, ids: Iterable[str] = ()) -> None:
    """One file without outside parts, its plots inside, no table without a row, no figure that is none, and nobody in particular."""
    text = text_of(made)
    assert made.page.startswith("<!doctype html>")
    assert made.page.rstrip().endswith("</html>")
    assert not re.search(r"(?:src|href)=\"(?!data:)", made.page)
    assert "<script" not in text
    assert "url(" not in text
    assert made.page.count("data:image/png;base64,") == len(made.plots)
    assert all(png.startswith(b"\x89PNG") for png in made.plots.values())
    for table in re.findall(r"<table>(.*?)</table>", text, flags=re.DOTALL):
        assert "<td" in table, table
    assert not re.search(r"\bnan\b|\binf\b|>None<", text)
    assert [name for name in ids if name in text] == []
