"""Features of a date know what was known before it: what happens later changes none, and they are those that the date was scored by."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.contracts.graph.manifest import Manifest

from orchestration.generators.spec import WorldSpec
from orchestration.generators.world import generate_world
from orchestration.paths import DATA_DIR_VARIABLE
from tests.integration.dbt_runs import build
from tests.integration.features.later_worlds import cut, poison
from tests.selections import NEEDS_SCORES

WORLD = WorldSpec(customers=400, seed=5, start_date=date(2026, 3, 1), end_date=date(2026, 10, 29))
# The clock is the day after the last; the date is one of the grid that features are built for.
CLOCK = date(2026, 10, 30)
DATE = date(2026, 9, 2)
GRACE_DAYS = 2
# What came of a date, and whom campaigns after it were sent to.
NOT_OF_THE_DATE = {
    "feature_purchase_labels",
    "feature_email_labels",
    "feature_campaign_labels",
    "feature_campaign_draws",
    "feature_product_outcomes",
}
# By what features of a date are read, and whose the person is today.
HOW_THEY_ARE_READ = {"feature_identifier_parts", "feature_browser_owners", "feature_customer_members"}
OF_TODAY = frozenset({"current_customer_id"})


@dataclass(frozen=True)
class Worlds:
    """One past with three futures: as it came, otherwise, and none yet."""

    as_it_came: Path
    otherwise: Path
    at_the_time: Path
    touched: dict[str, int]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect() as connection:
            for name in ("as_it_came", "otherwise", "at_the_time"):
                connection.execute(f"attach '{getattr(self, name) / 'warehouse.duckdb'}' as {name} (read_only)")
            return connection.execute(query).fetchall()

    def tables(self) -> dict[str, list[str]]:
        """Every table of the features that is about a customer on a date, with its columns."""
        found = self.rows(
            """
            select table_name, list(column_name order by column_index) from duckdb_columns()
            where database_name = 'as_it_came' and schema_name = 'features' and not contains(table_name, '__')
            group by table_name
            having count(*) filter (column_name in ('customer_id', 'as_of_date')) = 2
            """
        )
        return {table: columns for table, columns in found if table not in NOT_OF_THE_DATE | HOW_THEY_ARE_READ}

    def differences(self, other: str, dates: str, left_out: frozenset[str] = frozenset()) -> dict[str, int]:
        """Rows per column of a table, with its customer and date, that are not the same in another world."""
        different: dict[str, int] = {}
        tables = self.tables()
        assert len(tables) > 10
        for table, columns in tables.items():
            compared = [f'"{column}"' for column in columns if column not in OF_TODAY | left_out]
            if self._different_rows(other, table, ", ".join(compared), dates):
                counts = {
                    column.strip('"'): self._different_rows(other, table, f"customer_id, as_of_date, {column}", dates)
                    for column in compared
                }
                different |= {f"{table}.{column}": count for column, count in counts.items() if count}
        return different

    def _different_rows(self, other: str, table: str, columns: str, dates: str) -> int:
        here, there = (f"(select {columns} from {world}.features.{table} where {dates})" for world in ("as_it_came", other))
        [(count,)] = self.rows(f"select count(*) from (({here} except all {there}) union all ({there} except all {here}))")
        return int(count)


@pytest.fixture(scope="module")
def worlds(parsed_project: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    root = tmp_path_factory.mktemp("point_in_time")
    as_it_came, otherwise, at_the_time = root / "as_it_came", root / "otherwise", root / "at_the_time"
    with pytest.MonkeyPatch.context() as patch:
        # The same keyed hashes everywhere; a customer of the same identifiers has the same name.
        patch.setenv("A360_IDENTITY_KEY", "a key for tests")

        def run(data_dir: Path, clock: date) -> None:
            patch.setenv(DATA_DIR_VARIABLE, str(data_dir))
            build(parsed_project, root, ("features",), "--exclude", *NEEDS_SCORES, "--vars", f"{{as_of_at: '{clock} 00:00:00'}}")

        generate_world(WORLD, as_it_came)
        touched = poison(as_it_came / "landing", otherwise / "landing", DATE)
        cut(as_it_came / "landing", at_the_time / "landing", DATE, DATE + timedelta(days=GRACE_DAYS))
        run(as_it_came, CLOCK)
        for world, clock in ((otherwise, CLOCK), (at_the_time, DATE)):
            run(world, clock)
    return Worlds(as_it_came, otherwise, at_the_time, touched)


def test_what_happens_at_or_after_a_date_changes_no_feature_of_it(worlds: Worlds) -> None:
    assert worlds.differences("otherwise", f"as_of_date <= date '{DATE}'") == {}


def test_rows_to_learn_from_equal_the_rows_that_the_date_was_scored_by(worlds: Worlds) -> None:
    """Whether it was the day of scoring is the one thing that differs."""
    found = worlds.differences("at_the_time", f"as_of_date = date '{DATE}'", frozenset({"is_scoring_date"}))
    # Purchase histories are not built for this date any more once it is over.
    assert {name: count for name, count in found.items() if not name.startswith("feature_purchase_histories.")} == {}


def test_the_worlds_differ_where_they_should(worlds: Worlds) -> None:
    assert len(worlds.touched) >= 9
    assert min(worlds.touched.values()) > 0
    later = worlds.differences("otherwise", f"as_of_date > date '{DATE}'")
    # What each of the changes is seen by, once it counts.
    assert {
        f"feature_customers.{name}"
        for name in (
            "order_count_lifetime",
            "net_revenue_90d",
            "return_share_365d",
            "refund_count_365d",
            "usual_days_between_orders",
            "product_view_count_90d",
            "mobile_visit_share_90d",
            "usual_visit_country_code_90d",
            "email_click_count_90d",
            "email_click_decayed_365d",
            "email_expected_click_count_30d",
            "email_machine_open_share_365d",
        )
    } <= set(later)


def test_browsers_changed_hands(worlds: Worlds) -> None:
    """Of those seen before the date some became somebody's, and some nobody's, by a login after it."""
    [(found, lost)] = worlds.rows(
        f"""
        select
            count(*) filter (as_it_came.customer_id is null and otherwise.customer_id is not null),
            count(*) filter (as_it_came.customer_id is not null and otherwise.customer_id is null)
        from as_it_came.intermediate.int_identity_map as as_it_came
        inner join otherwise.intermediate.int_identity_map as otherwise using (identifier_key)
        where not as_it_came.is_known and as_it_came.first_seen_at < timestamp '{DATE}'
        """
    )
    assert found > 5
    assert lost > 20


def test_people_were_joined(worlds: Worlds) -> None:
    """Many who were two customers on the date are one by what came after it, and some are not one any more."""
    [(customers, people, joined)] = worlds.rows(
        f"""
        select count(*), count(distinct current_customer_id), count(*) filter (customer_id <> current_customer_id)
        from otherwise.features.feature_customer_dates
        where as_of_date = date '{DATE}'
        """
    )
    assert customers > 200
    assert customers - people > 10
    assert joined > 10
