"""Both engines make the same tables: in a full build and in two daily increments, every model, row by row, and those of a rebuild."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from orchestration.atomic_files import write_whole
from orchestration.generators.world import append_days
from orchestration.identity_overrides import Identifier
from orchestration.parity import Comparison, as_markdown
from orchestration.paths import DataFolder
from tests.spark.random_arrival import deliver
from tests.spark.two_engines import TwoEngines

pytestmark = pytest.mark.spark

DAYS = ("full build", "first day", "second day")


@pytest.fixture(scope="module")
def report(engines: TwoEngines) -> Callable[[str, Sequence[Comparison]], None]:
    """Keeps the table of what was compared in the data folder, and prints it."""
    rounds: dict[str, Sequence[Comparison]] = {}

    def keep(name: str, found: Sequence[Comparison]) -> None:
        rounds[name] = found
        write_whole(engines.folder.artifacts / "parity.md", as_markdown(rounds))
        print(f"{name}: {len(found)} models, {sum(one.rows for one in found):,} rows")

    return keep


@pytest.mark.parametrize("day", DAYS)
def test_every_model_has_the_same_rows(engines: TwoEngines, report: Callable[[str, Sequence[Comparison]], None], day: str) -> None:
    if day != "full build":
        append_days(engines.folder.root, 1)
        deliver(engines.folder, DAYS.index(day))
        engines.remove_files_without_rows()
    if day == "first day":
        _decide(engines)
        engines.link()
    engines.build(is_first=day == "full build")
    found = engines.compare()
    report(day, found)
    _assert_equal(found)


def test_increments_of_a_cluster_are_what_a_rebuild_gives(
    engines: TwoEngines, report: Callable[[str, Sequence[Comparison]], None], tmp_path: Path
) -> None:
    """What came late, too late, twice and by decision of people is in the tables of the cluster as if it had always been there."""
    found = engines.compare(with_duckdb_of=engines.rebuilt(DataFolder(tmp_path)))
    report("rebuild", found)
    _assert_equal(found)
    assert {"int_web_sessions", "int_email_days", "int_identity_map", "fct_orders", "fct_triggers"} <= {one.model for one in found}
    [(late, merged, split, matched)] = engines.warehouses["spark"].rows(
        """
        select
            (select count(*) from staging.stg_web__events where is_too_late),
            (select count(*) from intermediate.int_identity_changes where change_type = 'merged'),
            (select count(*) from intermediate.int_identity_refused_links where refused_reason = 'split'),
            (select count(*) from intermediate.int_identity_changes where cause = 'fuzzy_match')
        """
    )
    assert min(late, merged, split, matched) > 0


def _assert_equal(found: Sequence[Comparison]) -> None:
    differing = [one for one in found if one.differences or one.rows != one.other_rows]
    assert not differing, "\n".join(f"{one.model}: {one.differences} differences, for instance {one.examples[:2]}" for one in differing)
    assert sum(one.rows for one in found) > 0


def _decide(engines: TwoEngines) -> None:
    """People part what the data joined and join what they did not."""
    people = engines.warehouses["dev"].rows(
        """
        select
            min(case when identifier_type = 'shop_customer_id' then identifier_value end),
            min(case when identifier_type = 'email' then identifier_value end)
        from intermediate.int_identity_map
        where customer_id is not null
        group by customer_id
        having count(distinct case when identifier_type in ('shop_customer_id', 'email') then identifier_type end) = 2
        order by 1
        limit 3
        """
    )
    (first, first_email), (second, _), (third, _) = people
    engines.decide("split", Identifier("shop_customer_id", first), Identifier("email", first_email))
    engines.decide("link", Identifier("shop_customer_id", second), Identifier("shop_customer_id", third))
