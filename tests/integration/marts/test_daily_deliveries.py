"""A small demo world, delivered in parts and out of order: increments equal a rebuild, and identity finds who is who."""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.contracts.graph.manifest import Manifest

from orchestration.generators.spec import WorldSpec
from orchestration.generators.world import append_days, generate_world
from orchestration.paths import DATA_DIR_VARIABLE
from tests.integration.dbt_runs import build
from tests.integration.marts.plain_triggers import firings

WORLD = WorldSpec(customers=400, seed=11, start_date=date(2026, 5, 1), end_date=date(2026, 10, 29))
MARTS = (
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
    "fct_email_messages",
    "fct_email_days",
    "fct_triggers",
    "fct_order_attributions",
)
# Views are not compared: they name the warehouse that they were made in, and what they read is.
VIEWS = {"fct_email_messages"}
# Delivered a run later than newer files of the same tables, with the load times that they always had.
HELD_BACK = (
    "web/events/*2026-08*",
    "esp/messages/*2026-09*",
    "shop/orders/*2026-07*",
    "shop/order_items/*2026-07*",
    "shop/order_items/*2026-08*",
    "shop/shipments/*2026-08*",
    "shop/refunds/*2026-09*",
    "shop/products/*2026-06*",
    "crm/contacts/*2026-06*",
    "web/identifies/*2026-08*",
)


@dataclass
class Deliveries:
    """The data folders of a world that was built in parts and, with the same ops store, in one go."""

    in_parts: Path
    in_one_go: Path

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Answers a query over both warehouses and the truth."""
        with duckdb.connect() as connection:
            for name, folder in (("in_parts", self.in_parts), ("in_one_go", self.in_one_go)):
                connection.execute(f"attach '{folder / 'warehouse.duckdb'}' as {name} (read_only)")
            connection.execute(f"create view truth as select * from '{self.in_parts / 'truth' / 'identifiers.parquet'}'")
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def deliveries(parsed_project: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Deliveries:
    root = tmp_path_factory.mktemp("deliveries")
    in_parts, in_one_go, held_back = root / "in_parts", root / "in_one_go", root / "held_back"
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("A360_IDENTITY_KEY", raising=False)

        def run(data_dir: Path) -> None:
            patch.setenv(DATA_DIR_VARIABLE, str(data_dir))
            build(parsed_project, root, MARTS)

        def run_in_another_currency(data_dir: Path) -> None:
            patch.setenv(DATA_DIR_VARIABLE, str(data_dir))
            build(parsed_project, root, ("int_order_items_adjusted",), "--vars", "{reporting_currency: EUR}")

        generate_world(WORLD, in_parts)
        late_files = [file for pattern in HELD_BACK for file in sorted((in_parts / "landing").glob(pattern))]
        assert len(late_files) >= len(HELD_BACK)
        for file in late_files:
            target = held_back / file.relative_to(in_parts / "landing")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(file, target)
        # Every exchange rate is another one in the run after it.
        run_in_another_currency(in_parts)
        run(in_parts)

        shutil.copytree(held_back, in_parts / "landing", dirs_exist_ok=True)
        append_days(in_parts, 1)
        run(in_parts)
        append_days(in_parts, 1)
        run(in_parts)

        shutil.copytree(in_parts / "landing", in_one_go / "landing")
        shutil.copy(in_parts / "ops.duckdb", in_one_go / "ops.duckdb")
        run(in_one_go)
    return Deliveries(in_parts, in_one_go)


def test_every_table_equals_its_rebuild_row_by_row(deliveries: Deliveries) -> None:
    tables = deliveries.rows(
        """
        select schema_name, table_name, string_agg('"' || column_name || '"', ', ' order by column_index)
        from duckdb_columns()
        where database_name = 'in_parts' and schema_name in ('staging', 'intermediate', 'marts')
            and table_name in (select table_name from duckdb_tables() where database_name = 'in_parts')
        group by all
        """
    )
    names = {table for _, table, _ in tables}
    assert {
        *MARTS,
        "int_email_messages",
        "base_web__events_exceptions",
        "int_web_visit_pieces",
        "int_web_sessions",
        "int_email_days",
        "int_identity_map",
    } - VIEWS <= names
    differences = {}
    for schema, table, columns in tables:
        one, other = (f"select {columns} from {warehouse}.{schema}.{table}" for warehouse in ("in_parts", "in_one_go"))
        [(surplus, missing)] = deliveries.rows(
            f"select (select count(*) from ({one} except all {other})), (select count(*) from ({other} except all {one}))"
        )
        if surplus or missing:
            differences[table] = (surplus, missing)
    assert differences == {}


def test_the_world_exercises_what_increments_get_wrong(deliveries: Deliveries) -> None:
    [(late, split_deliveries, machine_opens, merged)] = deliveries.rows(
        """
        select
            (select count(*) from in_parts.intermediate.int_web_visit_pieces where load_date > event_date + 1),
            (select count(*) from (
                select device_key, event_date
                from in_parts.intermediate.int_web_visit_pieces
                group by all
                having count(distinct load_date) > 1
            )),
            (select sum(machine_open_count) from in_parts.intermediate.int_email_messages),
            (select count(*) from in_parts.marts.dim_customers where device_count > 1)
        """
    )
    assert min(late, split_deliveries, machine_opens, merged) > 0


def test_triggers_fire_as_a_plain_reading_of_the_events_says(deliveries: Deliveries) -> None:
    """Carts and counted views, with what ends and prevents them; the world has recovered, expired and active ones."""
    fired_query = """
        select trigger_name, customer_id, subject_id, entered_at, exited_at, exit_reason
        from warehouse.marts.fct_triggers
        where condition in ('cart_quiet', 'product_views', 'category_views')
    """
    with duckdb.connect() as connection:
        # By the names that the views of staging know.
        connection.execute(f"attach '{deliveries.in_parts / 'warehouse.duckdb'}' as warehouse (read_only)")
        connection.execute(f"attach '{deliveries.in_parts / 'ops.duckdb'}' as ops (read_only)")
        expected = firings(lambda query: connection.execute(query).fetchall())
        fired = set(connection.execute(fired_query).fetchall())
    assert fired == expected
    assert {reason for *_, reason in fired} >= {"bought", "bought_otherwise", "expired", None}


def test_identity_finds_who_is_who(deliveries: Deliveries) -> None:
    """Over all pairs of identifiers that one person owns alone; a shared device has no one owner."""
    [(precision, recall_of_known)] = deliveries.rows(
        """
        with owned as (
            select identifier_type, identifier_value, min(person_id) as person_id
            from truth
            group by identifier_type, identifier_value
            having count(distinct person_id) = 1
        ),
        resolved as (
            select row_number() over () as number, owned.person_id, owned.identifier_type, identity_map.customer_id
            from owned
            inner join in_parts.intermediate.int_identity_map as identity_map
                on owned.identifier_type = identity_map.identifier_type and owned.identifier_value = identity_map.identifier_value
        ),
        pairs as (
            select
                count(case when one.customer_id = other.customer_id then 1 end) as joined,
                count(case when one.customer_id = other.customer_id and one.person_id = other.person_id then 1 end) as rightly_joined,
                count(case when one.person_id = other.person_id and one.identifier_type <> 'anonymous_id'
                    and other.identifier_type <> 'anonymous_id' then 1 end) as known_pairs,
                count(case when one.person_id = other.person_id and one.identifier_type <> 'anonymous_id'
                    and other.identifier_type <> 'anonymous_id' and one.customer_id = other.customer_id then 1 end) as found_known_pairs
            from resolved as one
            inner join resolved as other
                on (one.person_id = other.person_id or one.customer_id = other.customer_id) and one.number < other.number
        )
        select rightly_joined / joined, found_known_pairs / known_pairs from pairs
        """
    )
    assert precision >= 0.99
    assert recall_of_known >= 0.95
