"""Events that came by stream: the runner says at once what the build says after it has taken in the same files."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.contracts.graph.manifest import Manifest

from orchestration.generators.spec import WorldSpec
from orchestration.generators.world import append_days, generate_world
from orchestration.paths import DATA_DIR_VARIABLE, DataFolder
from orchestration.serving import ServedTable, publish
from orchestration.stream.entries import EntryId, line_of, with_all_columns
from orchestration.stream.landed_files import Landed, LandedFiles
from orchestration.stream.run import declared_table
from orchestration.triggers.base import base_exporter
from orchestration.triggers.runner import TriggerRunner
from orchestration.warehouse import Warehouse
from tests.integration.dbt_runs import build

WORLD = WorldSpec(customers=250, seed=5, start_date=date(2026, 7, 1), end_date=date(2026, 10, 29))
SELECTED = ("fct_triggers", "dim_customers", "fct_email_days", "frequency_caps")
EVENTS_PER_FILE = 40
FIRINGS = "select trigger_firing_id, trigger_name, customer_id, subject_id, entered_at, expires_at from {table}"


@dataclass
class Days:
    """A folder whose last day of web events came by stream, before and after the build took it in."""

    folder: DataFolder
    clock: datetime
    # Active firings by the build before, by the runner, by the build after, and by the runner on the base of that build.
    before: set[tuple[Any, ...]]
    streamed: set[tuple[Any, ...]]
    after: set[tuple[Any, ...]]
    rebased: set[tuple[Any, ...]]


def build_and_publish(folder: DataFolder, scratch: Path, manifest: Manifest) -> datetime:
    """Build what the triggers need and publish it; the clock of the build."""
    build(manifest, scratch, SELECTED)
    warehouse = Warehouse(folder.root)
    as_of_at = warehouse.value("select as_of_at from intermediate.int_clock")
    assert isinstance(as_of_at, datetime)
    publish(warehouse, folder.serving, [ServedTable("marts", "fct_triggers", "Firings.")], as_of_at, [base_exporter(folder)])
    return as_of_at


def active(folder: DataFolder) -> set[tuple[Any, ...]]:
    """Active firings by the build."""
    return set(Warehouse(folder.root).rows(FIRINGS.format(table="marts.fct_triggers where is_active")))


def run(folder: DataFolder, clock: datetime, people_at_once: int = 100) -> set[tuple[Any, ...]]:
    """Active firings by the runner, until it is idle."""
    TriggerRunner(folder, lambda _: None, clock=lambda: clock, people_at_once=people_at_once).run(until_idle=True)
    with duckdb.connect(str(folder.root / "triggers.duckdb"), read_only=True) as connection:
        return set(connection.execute(FIRINGS.format(table="firings")).fetchall())


def held_back(folder: DataFolder, day: date) -> list[dict[str, Any]]:
    """Takes the web events that were loaded after a day out of the landing folder."""
    events: list[dict[str, Any]] = []
    for file in sorted((folder.landing / "web" / "events").glob("*.parquet")):
        with duckdb.connect() as connection:
            loaded = connection.execute(f"select max(cast(_loaded_at as date)) from '{file}'").fetchall()[0][0]
            if loaded > day:
                relation = connection.execute(f"select * from '{file}' order by _loaded_at, event_at, event_id")
                names = [column[0] for column in relation.description]
                events += [dict(zip(names, row, strict=True)) for row in relation.fetchall()]
                file.unlink()
    return events


def land(folder: DataFolder, events: list[dict[str, Any]]) -> None:
    """Land events as the consumer does, a file every so many; each comes twice, and the first of each file in the next one again."""
    table = declared_table("web/events")
    files = LandedFiles.new(folder.landing / table.folder)
    landed = Landed()
    columns = [column.name for column in table.columns]
    for start in range(0, len(events), EVENTS_PER_FILE):
        batch = events[start : start + EVENTS_PER_FILE]
        repeated = [*batch, batch[0], *events[max(start - 1, 0) : start], {"event_id": "broken"}]
        payloads = [
            json.dumps({name: value for name, value in event.items() if name != "_loaded_at"}, default=str).encode() for event in repeated
        ]
        lines = [line_of({b"payload": payload}, ["event_id"]) for payload in payloads]
        ids = [EntryId(1, landed.events + number) for number in range(len(lines))]
        landed = files.write(landed, ids, with_all_columns(lines, columns), batch[-1]["_loaded_at"].replace(microsecond=0))


def planted(folder: DataFolder, day: date, template: dict[str, Any]) -> list[dict[str, Any]]:
    """What happens seldom in a small world: each way into and out of a trigger on the last evening, by people whom the build knows."""
    warehouse = Warehouse(folder.root)
    known = "select identifier_value from intermediate.int_identity_map where customer_id is not null and identifier_type = ?"
    people = [value for (value,) in warehouse.rows(f"{known} order by identifier_key limit 12", ["shop_customer_id"])]
    product = warehouse.value("select min(product_id) from intermediate.int_product_versions where category is not null and is_current")
    bot = warehouse.value("select min(replace(like_pattern, '%', '')) from seeds.bot_user_agents")
    nothing = dict.fromkeys(template)
    evening = datetime.combine(day, datetime.min.time()) + timedelta(hours=20)
    events: list[dict[str, Any]] = []

    def add(kind: str, minutes: int, person: int | None, device: str = "", **more: Any) -> None:
        at = evening + timedelta(minutes=minutes)
        who = {"anonymous_id": device or f"planted-{person}", "user_id": None if person is None else people[person]}
        known = {"event_id": f"planted-{len(events)}", "event_type": kind, "event_at": at, "received_at": at, "product_id": product}
        events.append(nothing | known | who | {"_loaded_at": evening + timedelta(hours=3, minutes=50)} | more)

    for minutes in (0, 60, 120):
        add("product_view", minutes, 0)
        # A person's browser that nobody knew, until the login of the third view.
        add("product_view", minutes, 1 if minutes == 120 else None, "planted-login")
        # Two people in one browser that nobody knew: it is nobody's until the build says whose.
        add("product_view", minutes, 2 if minutes == 120 else None, "planted-shared")
        add("product_view", minutes, 3, user_agent=bot)
        add("product_view", minutes - 11 * 1440, 4)
    add("add_to_cart", 190, 5, cart_id="planted-30m", quantity=1)
    add("add_to_cart", 150, 6, cart_id="planted-1h", quantity=2)
    add("add_to_cart", 150, 7, cart_id="planted-emptied", quantity=2)
    add("remove_from_cart", 225, 7, cart_id="planted-emptied", quantity=2)
    add("add_to_cart", 150, 8, cart_id="planted-bought", quantity=1)
    # Bought in another browser, without a login.
    add("purchase", 200, None, "planted-elsewhere", cart_id="planted-bought")
    add("product_view", 100, 9)
    add("product_view", 110, 9)
    return events


@pytest.fixture(scope="module")
def days(parsed_project: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Days]:
    root = tmp_path_factory.mktemp("days")
    folder = DataFolder(root / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("A360_IDENTITY_KEY", raising=False)
        patch.setenv(DATA_DIR_VARIABLE, str(folder.root))
        generate_world(WORLD, folder.root)
        append_days(folder.root, 2)
        events = held_back(folder, WORLD.end_date)
        assert len(events) > EVENTS_PER_FILE
        build_and_publish(folder, root, parsed_project)
        before = active(folder)
        events += planted(folder, WORLD.end_date + timedelta(days=2), events[0])
        land(folder, sorted(events, key=lambda event: event["_loaded_at"]))
        clock = datetime.combine(WORLD.end_date + timedelta(days=3), datetime.min.time())
        streamed = run(folder, clock)
        assert build_and_publish(folder, root, parsed_project) == clock
        after = active(folder)
        rebased = run(folder, clock)
        yield Days(folder, clock, before, streamed, after, rebased)
        shutil.rmtree(root)


def test_the_runner_says_what_the_next_build_says(days: Days) -> None:
    assert days.streamed == days.after
    # Not for want of firings: these began with what came by stream.
    begun = {(name, subject) for _, name, _, subject, *_ in days.after - days.before}
    assert {("cart_abandoned_30m", "planted-30m"), ("cart_abandoned_1h", "planted-1h")} <= begun
    assert not {("cart_abandoned_30m", "planted-bought"), ("cart_abandoned_1h", "planted-emptied")} & begun
    assert {"product_viewed_3_in_24h", "category_viewed_3_in_7d", "browse_abandoned_1h"} <= {name for name, _ in begun}


def test_on_the_base_of_that_build_it_still_says_so_and_keeps_no_event(days: Days) -> None:
    assert days.rebased == days.after
    with duckdb.connect(str(days.folder.root / "triggers.duckdb"), read_only=True) as connection:
        assert connection.execute("select (select count(*) from events), (select count(*) from files)").fetchall() == [(0, 0)]
