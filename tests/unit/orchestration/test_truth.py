"""How well identity was resolved: pairs that belong together against pairs that were joined."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.generators.manifest import Manifest, write_manifest
from orchestration.generators.spec import GENERATOR_VERSION, WorldSpec
from orchestration.paths import DataFolder
from orchestration.truth import NO_TRUTH, identity_quality, propensity_benchmarks, read_truth
from orchestration.warehouse import Warehouse

# Person one has three identifiers of which two were joined; person two's only one was joined to a stranger's; a device is alone.
PERSONS = {"e1": 1, "e2": 1, "e3": 1, "e4": 2, "e5": 3}
CUSTOMERS = {"e1": "a", "e2": "a", "e3": "b", "e4": "c", "e5": "c"}


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    truth = tmp_path / "truth"
    truth.mkdir()
    with duckdb.connect() as connection:
        connection.execute("create table identifiers (identifier_type varchar, identifier_value varchar, person_id bigint)")
        connection.executemany("insert into identifiers values ('email', ?, ?)", list(PERSONS.items()))
        connection.execute(
            "insert into identifiers values ('anonymous_id', 'd1', 1), ('anonymous_id', 'd2', 1), ('email', 'never delivered', 1)"
        )
        connection.execute(f"copy identifiers to '{truth / 'identifiers.parquet'}'")
    with Warehouse(tmp_path).connect() as connection:
        connection.execute("create schema intermediate")
        connection.execute(
            """
            create table intermediate.int_identity_map
            (identifier_key bigint, identifier_type varchar, identifier_value varchar, customer_id varchar)
            """
        )
        rows = [(position, value, customer) for position, (value, customer) in enumerate(CUSTOMERS.items())]
        connection.executemany("insert into intermediate.int_identity_map values (?, 'email', ?, ?)", rows)
        connection.execute(
            "insert into intermediate.int_identity_map values (9, 'anonymous_id', 'd1', null), (10, 'anonymous_id', 'd2', 'a')"
        )
        connection.execute("create table intermediate.int_identity_edges as select 10 as linked_key, 'anonymous_id' as linked_type")
    return DataFolder(tmp_path)


def test_pairs_are_counted_without_and_with_devices(folder: DataFolder) -> None:
    without, told, with_all = identity_quality(folder)
    # Joined: e1-e2 and e4-e5, of which the first is right; three pairs belong together.
    assert (without.precision, without.recall) == pytest.approx((1 / 2, 1 / 3))
    # The device on which somebody logged in was joined to e1 and e2: four are joined, three of them rightly, and six belong together.
    assert (told.precision, told.recall) == pytest.approx((3 / 4, 3 / 6))
    assert told.f1 == pytest.approx(2 * (3 / 4) * (1 / 2) / (3 / 4 + 1 / 2))
    # The silent device was joined to nobody.
    assert (with_all.precision, with_all.recall) == pytest.approx((3 / 4, 3 / 10))


def test_real_data_have_no_truth(tmp_path: Path) -> None:
    assert read_truth(DataFolder(tmp_path)) == NO_TRUTH


def test_a_truth_of_an_earlier_generator_says_nothing_of_the_models(tmp_path: Path) -> None:
    """Its files have other columns, of which it is only told that they are older: reading them would stop the summary of a good run."""
    world = WorldSpec(customers=20, seed=1, start_date=date(2026, 1, 1), end_date=date(2026, 3, 1))
    manifest = Manifest(world, world.end_date, None)
    write_manifest(tmp_path, replace(manifest, generator_version=GENERATOR_VERSION - 1))
    with duckdb.connect() as connection:
        connection.execute(f"copy (select 1 as person_id) to '{tmp_path / 'truth' / 'purchase_probability.parquet'}'")
    assert propensity_benchmarks(DataFolder(tmp_path)) == ()
    write_manifest(tmp_path, manifest)
    with pytest.raises(FileNotFoundError):
        propensity_benchmarks(DataFolder(tmp_path))
