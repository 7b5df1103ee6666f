"""Triggers of touched customers alone equal a rebuild: when only the clock moves, forwards, far and back, and when a policy changes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest
from dbt.contracts.graph.manifest import Manifest

from orchestration.generators.spec import WorldSpec
from orchestration.generators.world import generate_world
from orchestration.paths import DATA_DIR_VARIABLE
from tests.integration.dbt_runs import build

WORLD = WorldSpec(customers=150, seed=5, start_date=date(2026, 6, 1), end_date=date(2026, 9, 30))
# The world of the demo is built at midnight; half a day of it, a month ahead of it and a month before it.
CLOCKS = ("2026-09-29 00:00:00", "2026-09-29 11:07:30", "2026-10-31 00:00:00", "2026-08-30 17:00:00")
# What lies before the triggers stays as the first build made it.
TRIGGERS_ONLY = (
    "--exclude",
    "staging",
    "resource_type:seed",
    *(f"path:models/intermediate/{folder}" for folder in ("behavior", "commerce", "customers", "email", "identity")),
)
POLICY_CHANGE = "update seeds.trigger_policies set minimum_count = 2, cool_down_minutes = 60 where trigger_name = 'category_viewed_3_in_7d'"
EXIT_CHANGE = "update seeds.trigger_exits set exit_reason = 'over' where exit_event = 'condition_ended'"
TABLES = (
    "marts.fct_triggers",
    "intermediate.int_trigger_walks",
    "intermediate.int_trigger_spells",
    "intermediate.int_trigger_cart_signals",
    "intermediate.int_trigger_view_signals",
    "intermediate.int_trigger_browse_signals",
    "intermediate.int_trigger_spike_signals",
)


@dataclass
class Shop:
    """A data folder that is built again and again, and rebuilt beside it."""

    manifest: Manifest
    root: Path
    patch: pytest.MonkeyPatch
    rebuilds: int = 0

    @property
    def folder(self) -> Path:
        return self.root / "increments"

    def build(self, clock: str, *options: str, folder: Path | None = None) -> None:
        self.patch.setenv(DATA_DIR_VARIABLE, str(folder or self.folder))
        build(self.manifest, self.root, ["fct_triggers"], "--vars", json.dumps({"as_of_at": clock}), *options)

    def change(self, statement: str) -> None:
        with duckdb.connect(str(self.folder / "warehouse.duckdb")) as connection:
            connection.execute(statement)

    def differences(self, clock: str) -> dict[str, tuple[int, int]]:
        """What a rebuild has otherwise, by table."""
        self.rebuilds += 1
        rebuilt = self.root / f"rebuilt_{self.rebuilds}"
        shutil.copytree(self.folder, rebuilt)
        self.build(clock, "--full-refresh", *TRIGGERS_ONLY, folder=rebuilt)
        with duckdb.connect() as connection:
            for name, folder in (("ours", self.folder), ("other", rebuilt)):
                connection.execute(f"attach '{folder / 'warehouse.duckdb'}' as {name} (read_only)")
            found = {}
            for table in TABLES:
                [(surplus, missing)] = connection.execute(
                    f"select (select count(*) from (from ours.{table} except all from other.{table})), "
                    f"(select count(*) from (from other.{table} except all from ours.{table}))"
                ).fetchall()
                if surplus or missing:
                    found[table] = (surplus, missing)
        shutil.rmtree(rebuilt)
        return found

    def firings(self) -> set[tuple[object, ...]]:
        with duckdb.connect(str(self.folder / "warehouse.duckdb"), read_only=True) as connection:
            return set(connection.execute("select trigger_firing_id, exited_at, exit_reason, is_active from marts.fct_triggers").fetchall())

    def touched(self) -> tuple[int, int]:
        """How many customers a build with the same inputs would work out anew, and how many there are."""
        with duckdb.connect(str(self.folder / "warehouse.duckdb"), read_only=True) as connection:
            [(changed, everybody)] = connection.execute(
                """
                select
                    count(case when inputs.input_digest is distinct from kept_inputs.input_digest then 1 end),
                    count(*)
                from intermediate.int_trigger_spell_inputs as inputs
                full outer join intermediate.int_trigger_spells__inputs as kept_inputs on inputs.customer_key = kept_inputs.customer_key
                """
            ).fetchall()
        return changed, everybody


@pytest.fixture(scope="module")
def shop(parsed_project: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    root = tmp_path_factory.mktemp("touched")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("A360_IDENTITY_KEY", raising=False)
        made = Shop(parsed_project, root, patch)
        generate_world(WORLD, made.folder)
        made.build(CLOCKS[0])
        yield made
    shutil.rmtree(root)


@pytest.mark.parametrize("clock", CLOCKS[1:])
def test_the_clock_alone_brings_and_ends_what_a_rebuild_has(shop: Shop, clock: str) -> None:
    before = shop.firings()
    shop.build(clock, *TRIGGERS_ONLY)
    assert shop.firings() != before
    assert shop.differences(clock) == {}
    changed, everybody = shop.touched()
    assert changed == 0
    assert everybody > 0


@pytest.mark.parametrize("change", [POLICY_CHANGE, EXIT_CHANGE])
def test_a_policy_is_another_one_for_everybody(shop: Shop, change: str) -> None:
    shop.build(CLOCKS[0], *TRIGGERS_ONLY)
    before = shop.firings()
    shop.change(change)
    shop.build(CLOCKS[0], *TRIGGERS_ONLY)
    assert shop.firings() != before
    assert shop.differences(CLOCKS[0]) == {}
