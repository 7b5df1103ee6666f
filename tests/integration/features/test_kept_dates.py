"""Features of earlier dates stay where they are, and are those of a rebuild: as days pass, late rows come and people are parted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.contracts.graph.manifest import Manifest

from orchestration.generators.spec import WorldSpec
from orchestration.generators.world import append_days, generate_world
from orchestration.identity_overrides import Identifier, decide
from orchestration.paths import DATA_DIR_VARIABLE
from tests.integration.dbt_runs import build
from tests.selections import NEEDS_SCORES

pytestmark = pytest.mark.worlds

WORLD = WorldSpec(customers=200, seed=8, start_date=date(2026, 5, 1), end_date=date(2026, 10, 29))
# Delivered a build later than newer files of the same tables, with the load times that they always had.
HELD_BACK = ("web/events/*2026-09*", "shop/orders/*2026-08*", "esp/events/*2026-09*", "web/identifies/*2026-08*")
FEATURES_ALONE = (
    "--exclude",
    *NEEDS_SCORES,
    "resource_type:seed",
    "path:models/staging",
    "path:models/marts",
    *(f"path:models/intermediate/{folder}" for folder in ("behavior", "commerce", "customers", "email", "identity", "privacy")),
)
# Dates of the grid are 2 October and 1 November.
CLOCK = "2026-10-30 00:00:00"
Variables = Mapping[str, object]
NONE: Variables = {}


@dataclass
class Shop:
    """A data folder that is built again and again, and whose features are rebuilt beside it."""

    manifest: Manifest
    root: Path
    patch: pytest.MonkeyPatch
    rebuilds: int = 0

    @property
    def folder(self) -> Path:
        return self.root / "increments"

    def build(self, clock: str, *options: str, folder: Path | None = None, models: str = "features", variables: Variables = NONE) -> None:
        self.patch.setenv(DATA_DIR_VARIABLE, str(folder or self.folder))
        build(self.manifest, self.root, [models], "--vars", json.dumps({"as_of_at": clock, **variables}), *options)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.folder / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def differences(self, clock: str, variables: Variables = NONE) -> dict[str, tuple[int, int]]:
        """What a rebuild of the features has otherwise, by table."""
        self.rebuilds += 1
        rebuilt = self.root / f"rebuilt_{self.rebuilds}"
        shutil.copytree(self.folder, rebuilt)
        self.build(clock, "--full-refresh", *FEATURES_ALONE, folder=rebuilt, variables=variables)
        with duckdb.connect() as connection:
            for name, folder in (("ours", self.folder), ("other", rebuilt)):
                connection.execute(f"attach '{folder / 'warehouse.duckdb'}' as {name} (read_only)")
            tables = connection.execute(
                "select table_name from duckdb_tables() where database_name = 'ours' and schema_name = 'features' "
                "and not contains(table_name, '__')"
            ).fetchall()
            assert len(tables) > 30
            found = {}
            for (table,) in tables:
                [counts] = connection.execute(
                    f"select (select count(*) from (from ours.features.{table} except all from other.features.{table})), "
                    f"(select count(*) from (from other.features.{table} except all from ours.features.{table}))"
                ).fetchall()
                if any(counts):
                    found[table] = counts
        shutil.rmtree(rebuilt)
        return found

    def change(self, *statements: str) -> None:
        with duckdb.connect(str(self.folder / "warehouse.duckdb")) as connection:
            for statement in statements:
                connection.execute(statement)

    def made_anew(self, clock: str, *options: str) -> tuple[set[tuple[str, date]], set[tuple[str, date]]]:
        """Builds; the customers and dates whose rows are other ones than before, and those whose rows have stayed."""
        mark = 1_000_000
        self.change(f"update features.feature_customers set tenure_days = tenure_days + {mark}")
        self.build(clock, *options)
        rows = self.rows(f"select customer_id, as_of_date, tenure_days >= {mark} from features.feature_customers")
        self.change(f"update features.feature_customers set tenure_days = tenure_days - {mark} where tenure_days >= {mark}")
        return {row[:2] for row in rows if not row[2]}, {row[:2] for row in rows if row[2]}


@pytest.fixture(scope="module")
def shop(parsed_project: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    root = tmp_path_factory.mktemp("kept_dates")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("A360_IDENTITY_KEY", "a key for tests")
        made = Shop(parsed_project, root, patch)
        generate_world(WORLD, made.folder)
        for pattern in HELD_BACK:
            for file in sorted((made.folder / "landing").glob(pattern)):
                target = root / "held_back" / file.relative_to(made.folder / "landing")
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(file, target)
        made.build(CLOCK, "--exclude", *NEEDS_SCORES)
        yield made
    shutil.rmtree(root)


def test_a_day_later_only_today_is_made_anew(shop: Shop) -> None:
    made, kept = shop.made_anew("2026-10-31 00:00:00", *FEATURES_ALONE)
    assert {day for _, day in made} == {date(2026, 10, 31)}
    assert max(day for _, day in kept) == date(2026, 10, 2)
    assert len({day for _, day in kept}) > 5


def test_a_date_of_the_grid_is_added_while_the_others_stay(shop: Shop) -> None:
    append_days(shop.folder, 3)
    made, kept = shop.made_anew("2026-11-02 00:00:00", "--exclude", *NEEDS_SCORES)
    assert {day for _, day in made} >= {date(2026, 11, 1), date(2026, 11, 2)}
    # All but the few of whom something else is known now.
    assert len(kept) > 0.9 * (len(kept) + len([day for _, day in made if day < date(2026, 11, 1)]))


def test_late_files_change_the_dates_that_they_were_known_on(shop: Shop) -> None:
    clock = "2026-11-03 00:00:00"
    shutil.copytree(shop.root / "held_back", shop.folder / "landing", dirs_exist_ok=True)
    counts = "select as_of_date, sum(session_count_365d), sum(order_count_lifetime) from features.feature_customers group by all"
    before = shop.rows(counts)
    shop.build(clock, "--exclude", *NEEDS_SCORES)
    assert {row[0] for row in set(shop.rows(counts)) - set(before)} >= {date(2026, 10, 2), date(2026, 11, 1)}
    assert shop.differences(clock) == {}


def test_people_who_are_parted_and_joined_are_made_anew(shop: Shop) -> None:
    people = shop.rows(
        """
        select
            min(case when identifier_type = 'shop_customer_id' then identifier_value end) as account,
            min(case when identifier_type = 'email' then identifier_value end) as email
        from intermediate.int_identity_map
        where customer_id is not null and identifier_type in ('shop_customer_id', 'email')
        group by customer_id
        having count(distinct identifier_type) = 2
        order by account
        limit 3
        """
    )
    first, second, third = people
    decide(shop.folder, "split", Identifier("shop_customer_id", first[0]), Identifier("email", first[1]), by="a test", reason="kept dates")
    decide(shop.folder, "link", Identifier("shop_customer_id", second[0]), Identifier("email", third[1]), by="a test", reason="kept dates")
    made, kept = shop.made_anew("2026-11-03 00:00:00", "--exclude", *NEEDS_SCORES)
    # On a date of which the shop's rhythm is another one for it, everybody is.
    dates = {day for _, day in kept}
    assert dates
    assert 0 < len({customer for customer, day in made if day in dates}) < 20
    assert shop.differences("2026-11-03 00:00:00") == {}


def test_an_earlier_clock_another_sample_and_another_setting_give_what_a_rebuild_has(shop: Shop) -> None:
    clock = "2026-09-20 00:00:00"
    variables = {"training_sample_percent": 60, "rhythm_prior_gap_count": 4}
    shop.build(clock, *FEATURES_ALONE, variables=variables)
    assert shop.differences(clock, variables) == {}


def test_a_build_of_some_models_leaves_the_rest_to_the_next(shop: Shop) -> None:
    clock = "2026-12-20 12:00:00"
    append_days(shop.folder, 1)
    # All that features read is another day's, and of the features those of orders alone.
    shop.build(clock, "--exclude", *NEEDS_SCORES, models="feature_customer_orders")
    shop.build(clock, *FEATURES_ALONE, models="feature_customer_rhythm")
    shop.build(clock, "--exclude", *NEEDS_SCORES)
    assert shop.differences(clock) == {}


def test_without_what_was_kept_everything_is_made_anew(shop: Shop) -> None:
    shop.change(
        "drop table features.feature_customer_dates__changes",
        "drop table features.feature_customer_web__inputs",
        "update features.feature_customer_orders set order_count_7d = 77",
        "update features.feature_customer_web set session_count_7d = 77",
    )
    shop.build("2026-12-20 12:00:00", *FEATURES_ALONE)
    assert shop.rows("select count(*) from features.feature_customers where order_count_7d = 77 or session_count_7d = 77") == [(0,)]
