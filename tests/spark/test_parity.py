"""Both engines make the same tables: in a full build and in two daily increments, every model, row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from orchestration.atomic_files import write_whole
from orchestration.generators.world import append_days
from orchestration.parity import Comparison, as_markdown
from tests.spark.two_engines import TwoEngines

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def report(engines: TwoEngines) -> Callable[[str, Sequence[Comparison]], None]:
    """Keeps the table of what was compared in the data folder, and prints it."""
    rounds: dict[str, Sequence[Comparison]] = {}

    def keep(name: str, found: Sequence[Comparison]) -> None:
        rounds[name] = found
        write_whole(engines.folder.artifacts / "parity.md", as_markdown(rounds))
        print(f"{name}: {len(found)} models, {sum(one.rows for one in found):,} rows")

    return keep


@pytest.mark.parametrize("day", ["full build", "first day", "second day"])
def test_every_model_has_the_same_rows(engines: TwoEngines, report: Callable[[str, Sequence[Comparison]], None], day: str) -> None:
    if day != "full build":
        append_days(engines.folder.root, 1)
        engines.remove_files_without_rows()
    engines.build(is_first=day == "full build")
    found = engines.compare()
    report(day, found)
    differing = [one for one in found if one.differences or one.rows != one.other_rows]
    assert not differing, "\n".join(f"{one.model}: {one.differences} differences, for instance {one.examples[:2]}" for one in differing)
    assert sum(one.rows for one in found) > 0
