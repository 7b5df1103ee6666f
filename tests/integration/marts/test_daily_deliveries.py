"""A small demo world, delivered in parts and out of order: increments equal a rebuild, and identity finds who is who."""

import gc
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from orchestration.generators.spec import WorldSpec
from orchestration.generators.world import append_days, generate_world
from orchestration.paths import DATA_DIR_VARIABLE, DBT_PROJECT, PROFILES

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
)
# Delivered a run later than newer files of the same tables, with the load times that they always had.
HELD_BACK = (
    "web/events/*2026-08*",
    "esp/messages/*2026-09*",
    "shop/orders/*2026-07*",
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


def folders(scratch: Path) -> list[str]:
    """The options that keep everything dbt writes below one folder."""
    paths = {"project-dir": DBT_PROJECT, "profiles-dir": PROFILES, "target-path": scratch / "target", "log-path": scratch / "logs"}
    return [part for name, path in paths.items() for part in (f"--{name}", str(path))]


def build(data_dir: Path, scratch: Path, manifest: Manifest, patch: pytest.MonkeyPatch) -> None:
    """Builds the marts and what they need."""
    patch.setenv(DATA_DIR_VARIABLE, str(data_dir))
    selection = [part for mart in MARTS for part in ("--select", f"+{mart}")]
    command = ["build", "--exclude-resource-types", "test", "unit_test", "--quiet", *selection, *folders(scratch)]
    result = dbtRunner(manifest=manifest).invoke(command)
    succeeded, reason = result.success, str(result.exception or [item.message for item in getattr(result.result, "results", [])])
    # dbt-duckdb keeps the database open between invocations of one process.
    del result
    DuckDBConnectionManager.close_all_connections()
    gc.collect()
    assert succeeded, reason


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory: pytest.TempPathFactory) -> Deliveries:
    root = tmp_path_factory.mktemp("deliveries")
    in_parts, in_one_go, held_back = root / "in_parts", root / "in_one_go", root / "held_back"
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("A360_IDENTITY_KEY", raising=False)
        patch.setenv(DATA_DIR_VARIABLE, str(in_parts))
        parse = [
            "parse",
            "--quiet",
            "--project-dir",
            str(DBT_PROJECT),
            "--profiles-dir",
            str(PROFILES),
            "--target-path",
            str(root / "target"),
        ]
        parsed = dbtRunner().invoke([*parse, "--log-path", str(root / "logs")])
        assert isinstance(parsed.result, Manifest), parsed.exception

        generate_world(WORLD, in_parts)
        late_files = [file for pattern in HELD_BACK for file in sorted((in_parts / "landing").glob(pattern))]
        assert len(late_files) >= len(HELD_BACK)
        for file in late_files:
            target = held_back / file.relative_to(in_parts / "landing")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(file, target)
        build(in_parts, root, parsed.result, patch)

        shutil.copytree(held_back, in_parts / "landing", dirs_exist_ok=True)
        append_days(in_parts, 1)
        build(in_parts, root, parsed.result, patch)
        append_days(in_parts, 1)
        build(in_parts, root, parsed.result, patch)

        shutil.copytree(in_parts / "landing", in_one_go / "landing")
        shutil.copy(in_parts / "ops.duckdb", in_one_go / "ops.duckdb")
        build(in_one_go, root, parsed.result, patch)
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
        "base_web__events_exceptions",
        "int_web_visit_pieces",
        "int_web_sessions",
        "int_email_days",
        "int_identity_map",
    } <= names
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
            (select sum(machine_open_count) from in_parts.marts.fct_email_messages),
            (select count(*) from in_parts.marts.dim_customers where device_count > 1)
        """
    )
    assert min(late, split_deliveries, machine_opens, merged) > 0


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
