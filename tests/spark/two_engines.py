"""One landing folder, built by dbt on both engines."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from orchestration.dbt_part import dbt_executable
from orchestration.parity import Comparison, compare, parquet_relation
from orchestration.paths import DBT_PROJECT, PROFILES, DataFolder
from orchestration.source_tables import read_source_tables
from orchestration.spark_landing import register_landing
from orchestration.spark_warehouse import SparkWarehouse
from orchestration.variables import vars_text
from orchestration.warehouse import Warehouse

TARGETS = ("dev", "spark")
WITHOUT_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
# The time of the wall clock, by nature another one in each store.
WALL_CLOCK = {"base_ops__file_register": frozenset({"registered_at"}), "stg_ops__settings": frozenset({"created_at"})}


@dataclass(frozen=True)
class TwoEngines:
    """The data folder of both; the cluster is found through the environment."""

    folder: DataFolder

    @cached_property
    def warehouses(self) -> Mapping[str, Warehouse | SparkWarehouse]:
        return {"dev": Warehouse(self.folder.root), "spark": SparkWarehouse(self.folder.root)}

    def remove_files_without_rows(self) -> None:
        """A file that says no load time gets the time of its registration, which differs between the engines."""
        for file in self.folder.landing.rglob("*.parquet"):
            if pq.read_metadata(file).num_rows == 0:
                file.unlink()

    def dbt(self, target: str, command: str, *arguments: str) -> str:
        """Run dbt; raises with everything that it said when it fails."""
        done = self.try_dbt(target, command, *arguments)
        if done.returncode:
            raise AssertionError(f"dbt {command} --target {target} failed:\n{done.stdout[-12000:]}\n{done.stderr[-2000:]}")
        return done.stdout

    def try_dbt(self, target: str, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run dbt, whatever comes of it."""
        own = self.folder.root / "dbt" / target
        environment = os.environ | {
            "A360_DATA_DIR": str(self.folder.root),
            "DBT_PROFILES_DIR": str(PROFILES),
            "DBT_TARGET_PATH": str(own / "target"),
            "DBT_LOG_PATH": str(own / "logs"),
        }
        options = ["--target", target, "--vars", vars_text(self.folder), *arguments]
        return subprocess.run(
            [dbt_executable(), "--no-use-colors", command, *options],
            cwd=DBT_PROJECT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def build(self, is_first: bool = True) -> None:
        """The project on both engines, with scores in between as Python writes them; seeds and views only the first time."""
        register_landing(self.folder)
        made_once = [] if is_first else ["resource_type:seed", "config.materialized:view"]
        for target in TARGETS:
            self.dbt(target, "build", *WITHOUT_TESTS, "--exclude", "source:ml+", *made_once)
            self.write_scores(target)
            self.dbt(target, "build", *WITHOUT_TESTS, "--select", "source:ml+", *(["--exclude", *made_once] if made_once else []))

    def write_scores(self, target: str) -> None:
        """Scores that are a function of the customer alone, read and written through the warehouse of the engine."""
        warehouse = self.warehouses[target]
        customers = warehouse.frame(
            "select customer_id, cast(as_of_date as timestamp) as as_of_at from features.feature_customers where is_scoring_date"
        )
        tables = read_source_tables(DBT_PROJECT / "models", "ml")
        for name, frame in scores_of(customers).items():
            same = {"as_of_date": frame["as_of_date"].iloc[0]} | (
                {"model_name": frame["model_name"].iloc[0]} if "model_name" in frame else {}
            )
            warehouse.replace_rows(tables[name.split(":")[0]], frame, same)

    def manifest(self) -> dict[str, Any]:
        file = self.folder.root / "dbt" / "spark" / "target" / "manifest.json"
        manifest: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return manifest

    def compare(self, only: Sequence[str] = ()) -> list[Comparison]:
        """Every model and seed, or those named, in the order of their names."""
        nodes = [node for node in self.manifest()["nodes"].values() if node["resource_type"] in {"model", "seed"}]
        chosen = sorted((node for node in nodes if not only or node["name"] in only), key=lambda node: str(node["name"]))
        spark = SparkWarehouse(self.folder.root)
        with duckdb.connect(":memory:") as connection, spark.connect() as session:
            connection.execute("set timezone = 'UTC'")
            for store in ("warehouse", "ops"):
                connection.execute(f"attach '{self.folder.root / store}.duckdb' as {store} (read_only)")
            found = []
            for node in chosen:
                name = f"{node['schema']}.{node['alias']}"
                stored = self.folder.root / "spark" / "warehouse" / f"{node['schema']}.db" / node["alias"]
                if node["config"]["materialized"] == "view":
                    # A table is its files; what a view returns is written out first.
                    stored = spark.exchange / "parity" / node["alias"]
                    session.run(f"insert overwrite local directory '{stored}' using parquet select * from {name}")
                found.append(
                    compare(
                        connection, node["name"], f"warehouse.{name}", parquet_relation(stored), WALL_CLOCK.get(node["name"], frozenset())
                    )
                )
        return found


def scores_of(customers: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Rows for the tables of the source `ml`, by table and what is replaced together."""
    number = customers["customer_id"].map(lambda customer_id: int(customer_id[2:10], 16))
    shared = pd.DataFrame(
        {
            "customer_id": customers["customer_id"],
            "as_of_date": pd.to_datetime(customers["as_of_at"]).dt.date,
            "model_version": "test",
            "scored_at": pd.to_datetime(customers["as_of_at"]).astype("datetime64[us]"),
        }
    )
    clusters = shared.assign(
        cluster_id=number % 4, cluster_name=(number % 4).map("cluster {}".format), distance_to_centroid=(number % 977) / 97.0
    )
    found = {"customer_clusters": clusters}
    for position, model_name in enumerate(("purchase_30d", "churn_90d")):
        found[f"propensity_scores:{model_name}"] = shared.assign(
            model_name=model_name, probability=((number * (31 + position)) % 100_003) / 100_003.0
        )
    return found
