"""Random worlds: however their rows arrive, increments give the tables of a rebuild, and another order renames ids at most."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.contracts.graph.manifest import Manifest

from orchestration.identity_overrides import Identifier, decide
from orchestration.paths import DATA_DIR_VARIABLE
from tests.integration.dbt_runs import build
from tests.integration.random_worlds.random_deliveries import DELIVERY_COUNT, RandomWorld
from tests.selections import NEEDS_SCORES

pytestmark = pytest.mark.worlds

CUSTOMERS = 120
SEEDS = (3, 17, 40)
MODELS = ("marts", "features", "segments")
WITHOUT_SCORES = ("--exclude", *NEEDS_SCORES)
SCHEMAS = ("staging", "intermediate", "marts", "features", "segments")
# What another order of arrival leaves alone but for the names of customers: facts and people, without histories of ids and segments.
ORDERLESS = (
    "dim_customers",
    "dim_products",
    "dim_campaigns",
    "fct_orders",
    "fct_order_items",
    "fct_refunds",
    "fct_sessions",
    "fct_web_days",
    "fct_category_view_days",
    "fct_carts",
    "int_email_messages",
    "fct_email_days",
    "fct_triggers",
    "fct_order_attributions",
)
# The order of arrival numbers the files.
NUMBERS_OF_FILES = ("last_message_file_id", "last_event_file_id")
# Where the customer is the subject of a trigger, subject_id names the customer too.
NAMES_OF_A_CUSTOMER = ("customer_id", "trigger_firing_id", "subject_id")


@dataclass(frozen=True)
class Builds:
    """One world: in three increments, in one go with the same ops store, and in another order of arrival with its own."""

    in_parts: Path
    in_one_go: Path
    otherwise: Path

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect() as connection:
            for name in ("in_parts", "in_one_go", "otherwise"):
                connection.execute(f"attach '{getattr(self, name) / 'warehouse.duckdb'}' as {name} (read_only)")
            return connection.execute(query).fetchall()

    def differences(self, one: str, other: str) -> tuple[int, int]:
        [(surplus, missing)] = self.rows(
            f"select (select count(*) from ({one} except all {other})), (select count(*) from ({other} except all {one}))"
        )
        return surplus, missing

    def columns(self, schemas: tuple[str, ...]) -> dict[tuple[str, str], list[str]]:
        """The columns of every table of the increments, but for what is kept of how they came about."""
        found = self.rows(
            f"""
            select schema_name, table_name, list(column_name order by column_index) from duckdb_columns()
            where database_name = 'in_parts' and schema_name in {schemas}
                and table_name in (select table_name from duckdb_tables() where database_name = 'in_parts')
            group by all
            having count(*) filter (column_name = 'generation') = 0
            """
        )
        return {(schema, table): columns for schema, table, columns in found}


@pytest.fixture(scope="module", params=SEEDS)
def builds(request: pytest.FixtureRequest, parsed_project: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builds]:
    root = tmp_path_factory.mktemp(f"random_world_{request.param}")
    world = RandomWorld(root / "world", request.param, CUSTOMERS)
    world.make()
    made = Builds(root / "in_parts", root / "in_one_go", root / "otherwise")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("A360_IDENTITY_KEY", raising=False)
        patch.delenv("A360_MINIMUM_SEGMENT_SIZE", raising=False)

        def run(data_dir: Path, *options: str) -> None:
            patch.setenv(DATA_DIR_VARIABLE, str(data_dir))
            build(parsed_project, root, MODELS, *WITHOUT_SCORES, *options)

        for number in range(DELIVERY_COUNT):
            world.deliver(made.in_parts, number, order=0)
            run(made.in_parts)
            if number < DELIVERY_COUNT - 1:
                _decide(made.in_parts, number)

        shutil.copytree(made.in_parts / "landing", made.in_one_go / "landing")
        shutil.copy(made.in_parts / "ops.duckdb", made.in_one_go / "ops.duckdb")
        run(made.in_one_go)

        for number in range(DELIVERY_COUNT):
            world.deliver(made.otherwise, number, order=1)
            if number == 0:
                run(made.otherwise)
                _take_over_decisions(made.in_parts, made.otherwise)
        run(made.otherwise)
        yield made
    shutil.rmtree(root)


def _decide(data_dir: Path, number: int) -> None:
    """After a delivery people part what the data joined, join what it did not, and think better of it."""
    first, second, third, fourth = _people(data_dir)[:4]
    decisions = {
        0: [("split", first), ("link", (second[0], third[0]))],
        1: [("withdrawn", (second[0], third[0])), ("split", fourth), ("link", (first[0], fourth[0]))],
    }
    for decision, pair in decisions[number]:
        decide(data_dir, decision, *pair, by="a test", reason="a random world")


def _people(data_dir: Path) -> list[tuple[Identifier, Identifier]]:
    """An account and an address of people that the first delivery joined, always the same ones."""
    kept = data_dir.parent / "people.csv"
    with duckdb.connect(str(data_dir / "warehouse.duckdb"), read_only=True) as connection:
        if not kept.exists():
            connection.execute(
                f"""
                copy (
                    select min(case when identifier_type = 'shop_customer_id' then identifier_value end) as account,
                        min(case when identifier_type = 'email' then identifier_value end) as email
                    from intermediate.int_identity_map
                    where customer_id is not null
                    group by customer_id
                    having count(distinct case when identifier_type in ('shop_customer_id', 'email') then identifier_type end) = 2
                    order by account
                    limit 4
                ) to '{kept}'
                """
            )
        found = connection.execute(f"select account, email from read_csv('{kept}', all_varchar = true) order by account").fetchall()
    return [(Identifier("shop_customer_id", account), Identifier("email", email)) for account, email in found]


def _take_over_decisions(source: Path, target: Path) -> None:
    with duckdb.connect(str(target / "ops.duckdb")) as connection:
        connection.execute(f"attach '{source / 'ops.duckdb'}' as source (read_only)")
        connection.execute("insert into main.identity_overrides by name from source.main.identity_overrides")


def test_three_deliveries_give_every_table_of_a_rebuild(builds: Builds) -> None:
    tables = builds.columns(SCHEMAS)
    assert len(tables) > 100
    different = {}
    for (schema, table), columns in tables.items():
        chosen = ", ".join(f'"{name}"' for name in columns)
        surplus_and_missing = builds.differences(
            f"select {chosen} from in_parts.{schema}.{table}", f"select {chosen} from in_one_go.{schema}.{table}"
        )
        if any(surplus_and_missing):
            different[table] = surplus_and_missing
    assert different == {}


def test_another_order_of_arrival_renames_customers_at_most(builds: Builds) -> None:
    renamed = """
        select distinct in_parts.customer_id as here, otherwise.customer_id as there
        from in_parts.intermediate.int_identity_map as in_parts
        inner join otherwise.intermediate.int_identity_map as otherwise using (identifier_key)
        where in_parts.customer_id is not null or otherwise.customer_id is not null
    """
    [(pairs, here, there, identifiers, missing)] = builds.rows(
        f"""
        select count(*), count(distinct here), count(distinct there),
            (select count(*) from in_parts.intermediate.int_identity_map),
            (
                select count(*) from in_parts.intermediate.int_identity_map as one
                full join otherwise.intermediate.int_identity_map as other using (identifier_key)
                where one.identifier_key is null or other.identifier_key is null
            )
        from ({renamed})
        """
    )
    assert (pairs, pairs, 0) == (here, there, missing)
    assert identifiers > CUSTOMERS
    tables = {name: (schema, columns) for (schema, name), columns in builds.columns(("intermediate", "marts")).items()}
    different = {}
    for name in ORDERLESS:
        schema, all_columns = tables[name]
        columns = [column for column in all_columns if column not in (*NAMES_OF_A_CUSTOMER, *NUMBERS_OF_FILES)]
        chosen = ", ".join(f'facts."{column}"' for column in columns)
        has_customer = "customer_id" in all_columns
        here_query = f"select {chosen}{', facts.customer_id' if has_customer else ''} from in_parts.{schema}.{name} as facts"
        there_query = f"select {chosen} from otherwise.{schema}.{name} as facts"
        if has_customer:
            there_query = (
                f"select {chosen}, coalesce(renamed.here, facts.customer_id) as customer_id from otherwise.{schema}.{name} as facts "
                f"left join ({renamed}) as renamed on facts.customer_id = renamed.there"
            )
        if any(surplus_and_missing := builds.differences(here_query, there_query)):
            different[name] = surplus_and_missing
    assert different == {}


def test_the_worlds_have_what_increments_get_wrong(builds: Builds) -> None:
    events = builds.in_parts.parent / "world" / "rows" / "web" / "events.parquet"
    [found] = builds.rows(
        f"""
        select
            (select count(*) from '{events}' where _loaded_at > event_at + interval 7 day),
            (select count(*) from in_parts.staging.base_web__events_exceptions where _row_status = 'duplicate'),
            (select count(*) from in_parts.intermediate.int_identity_changes where change_type = 'merged'),
            (select count(*) from in_parts.intermediate.int_identity_changes where change_type = 'split'),
            (
                select count(*) from (
                    select event_date from in_parts.intermediate.int_web_days group by event_date having count(distinct load_date) > 1
                )
            )
        """
    )
    too_late, repeated, merged, split, delivered_in_parts = found
    assert min(too_late, repeated, merged, split, delivered_in_parts) > 0
