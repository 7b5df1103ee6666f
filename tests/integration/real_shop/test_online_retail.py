"""A real shop's ledger through the whole street: the published figures of the data set, and daily deliveries against one load.

Needs the UCI Online Retail data set where `examples/online_retail/example.yml` looks for it; without it the tests are skipped.
"""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from orchestration.examples import ExampleError, input_files, prepare_example, read_example
from orchestration.paths import DBT_PROJECT, PROFILES
from tests.integration.street.conftest import World

EXAMPLE = "online_retail"
# Everything that people and destinations read. Staging differs in the file numbers that its rows carry.
COMPARED_SCHEMAS = ("marts", "features", "scores", "segments", "audiences", "sync", "feedback")


def has_data() -> bool:
    try:
        return bool(input_files(read_example(EXAMPLE)))
    except ExampleError:
        return False


pytestmark = [
    pytest.mark.worlds,
    pytest.mark.skipif(not has_data(), reason="the UCI Online Retail data set is not here, see examples/online_retail/README.md"),
]


@dataclass(frozen=True)
class Shop:
    """A built data folder."""

    world: World

    def row(self, query: str) -> tuple[object, ...]:
        with self.world.warehouse.connect(read_only=True) as connection:
            [row] = connection.execute(query).fetchall()
        return tuple(row)


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The whole ledger in one delivery, the whole street with every data test."""
    world = World(tmp_path_factory.mktemp("at_once"))
    world.run("run", "--example", EXAMPLE)
    return Shop(world)


@pytest.fixture(scope="module")
def day_by_day(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """One file per day: the first two hundred by a plain dbt build, then the rest by the whole street on top of it.

    Segments wait for the second build: who was a member in between is history, which one load at the end cannot have.
    """
    world = World(tmp_path_factory.mktemp("day_by_day"))
    prepare_example(EXAMPLE, world.folder, "daily")
    held_back = world.folder / "held_back"
    for file in sorted((world.folder / "landing").rglob("*.parquet")):
        if file.stem.rsplit("_", 1)[1] > "2011-08-01":
            target = held_back / file.relative_to(world.folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(file, target)
    build(world)
    shutil.copytree(held_back / "landing", world.folder / "landing", dirs_exist_ok=True)
    world.run("run", "--skip-data-tests")
    return Shop(world)


def build(world: World) -> None:
    command = [sys.executable, "-m", "dbt.cli.main", "build", "--exclude-resource-type", "unit_test", "test"]
    arguments = ["--vars", "{reporting_currency: GBP}", "--target-path", str(world.folder / "target"), "--profiles-dir", str(PROFILES)]
    selection = ["--select", "+marts", "+features", "--exclude", "marts.customer_360", "segments+"]
    finished = subprocess.run(
        [*command, *arguments, *selection], cwd=DBT_PROJECT, env=world.environment, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stdout


def test_every_line_of_the_ledger_is_accounted_for(at_once: Shop) -> None:
    received, accepted, deduplicated, quarantined = at_once.row(
        """
        select received, accepted, deduplicated, quarantined from staging.stg_landing__row_counts
        where source_name = 'shop' and table_name = 'order_items'
        """
    )
    assert (received, accepted, deduplicated, quarantined) == (541_909, 541_909, 0, 0)


def test_totals_of_all_lines_are_the_published_ones(at_once: Shop) -> None:
    invoices, net, units = at_once.row(
        "select count(distinct order_id), sum(quantity * unit_price), sum(quantity) from staging.stg_shop__order_items"
    )
    assert (invoices, units) == (25_900, 5_176_450)
    assert round(Decimal(str(net)), 2) == Decimal("9747747.93")


def test_money_of_the_marts_is_the_money_of_the_ledger(at_once: Shop) -> None:
    [net] = at_once.row("select sum(gross_revenue_original) from marts.fct_orders")
    assert round(Decimal(str(net)), 2) == Decimal("9747747.93")


def test_clean_figures_are_the_published_ones(at_once: Shop) -> None:
    lines, invoices, customers, revenue = at_once.row(
        """
        select count(*), count(distinct order_id), count(distinct customer_id), sum(gross_revenue_original)
        from marts.fct_order_items
        where customer_id is not null and not is_cancelled and quantity > 0 and unit_price > 0
        """
    )
    assert (lines, invoices, customers) == (397_884, 18_532, 4_338)
    assert round(Decimal(str(revenue)), 2) == Decimal("8911407.90")


def test_every_customer_with_an_id_is_one_customer(at_once: Shop) -> None:
    assert at_once.row("select count(*), count(distinct customer_id) from marts.dim_customer_360") == (4_372, 4_372)


def test_what_cannot_be_known_is_empty_and_nobody_is_mailed(at_once: Shop) -> None:
    assert at_once.row(
        """
        select count(email), count(*) filter (where is_email_mailable), count(*) filter (where has_email_marketing_consent)
        from marts.dim_customer_360
        """
    ) == (0, 0, 0)
    assert at_once.row("select count(*) from sync.sync_file_drop__audience_members") == (0,)
    assert at_once.row("select count(*) from marts.fct_sessions") == (0,)


def test_orders_alone_are_enough_for_scores_and_clusters(at_once: Shop) -> None:
    customers, rfm, clustered, scored = at_once.row(
        "select count(*), count(rfm_group), count(cluster_name), count(purchase_probability_30d) from marts.dim_customer_360"
    )
    assert customers == 4_372
    assert min(int(str(rfm)), int(str(clustered)), int(str(scored))) > 4_000


def test_daily_deliveries_give_the_tables_of_one_load(at_once: Shop, day_by_day: Shop) -> None:
    assert day_by_day.row("select count(*) from ops.main.file_register where table_name = 'order_items'") == (305,)
    with day_by_day.world.warehouse.connect(read_only=True) as connection:
        other = at_once.world.folder / "warehouse.duckdb"
        connection.execute(f"attach '{other}' as at_once (read_only)")
        names = connection.execute(
            """
            select table_schema || '.' || table_name from information_schema.columns
            where table_catalog = 'warehouse' and list_contains(?, table_schema)
            group by all
            -- What is kept of how tables came about is another one by nature.
            having not list_contains(list(column_name), 'generation')
            order by all
            """,
            [list(COMPARED_SCHEMAS)],
        ).fetchall()
        assert len(names) > 60
        different = {}
        for (name,) in names:
            query = f"""
                select
                    (select count(*) from (from warehouse.{name} except all from at_once.{name})),
                    (select count(*) from (from at_once.{name} except all from warehouse.{name}))
            """
            [counts] = connection.execute(query).fetchall()
            if any(counts):
                different[name] = counts
        assert different == {}


def test_without_the_data_the_error_says_where_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A360_EXAMPLE_INPUT", str(tmp_path / "nowhere.parquet"))
    with pytest.raises(ExampleError, match="UCI machine learning repository"):
        input_files(read_example(EXAMPLE))
