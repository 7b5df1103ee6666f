"""The project's own segment models and macros on a small stage: only the customers, the clock and the segments are made up."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from orchestration.paths import DBT_PROJECT, REPOSITORY

MACHINERY = (
    "segment_definitions",
    "segment_candidates",
    "segment_refreshes",
    "segment_memberships_before",
    "segment_members",
    "segment_membership_changes",
    "segment_memberships",
    "segment_sizes",
)
OPS_SOURCES = "_ops_segments__sources.yml"


@dataclass
class DbtRun:
    """What one dbt invocation did."""

    succeeded: bool
    text: str


@dataclass
class Stage:
    """A copy of the project's segment part in a folder of its own, with a warehouse and an ops store.

    The clock is a file and the paths are relative to the working directory, so that dbt parses again only what a test changes.
    """

    root: Path

    def write(self, path: str, content: str) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
        return target

    def customers(self, **tags: str) -> None:
        """Who exists, and the tag that the made-up segments select by."""
        rows = " union all ".join(f"select '{customer}' as customer_id, '{tag}' as tag" for customer, tag in tags.items())
        self.write("models/stage/dim_customers.sql", rows)

    def segment(self, name: str, tag: str, **policy: object) -> None:
        """One segment file that selects a tag, with a policy beside it if one is given."""
        self.write(f"models/segments/custom/{name}.sql", f"select customer_id from {{{{ ref('dim_customers') }}}} where tag = '{tag}'")
        if policy:
            model = {"name": name, "config": {"meta": {"segment": policy}}}
            self.write(f"models/segments/custom/{name}.yml", yaml.safe_dump({"version": 2, "models": [model]}))

    def clock(self, as_of: str) -> None:
        """What the models take for now."""
        self.write("models/stage/int_clock.sql", f"select timestamp '{as_of} 00:00:00' as as_of_at, date '{as_of}' as as_of_date")

    def dbt(self, *arguments: str) -> DbtRun:
        messages: list[str] = []
        result = dbtRunner(callbacks=[lambda event: messages.append(event.info.msg)]).invoke([*arguments, "--quiet"])
        DuckDBConnectionManager.close_all_connections()
        if result.exception is not None:
            messages.append(str(result.exception))
        return DbtRun(result.success, "\n".join(messages))

    def build(self, as_of: str, *arguments: str) -> None:
        """A run of everything as of a date, which must succeed."""
        self.clock(as_of)
        run = self.dbt("build", *arguments)
        assert run.succeeded, run.text

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.root / "warehouse.duckdb")) as connection:
            connection.execute(f"attach '{self.root / 'ops.duckdb'}' as ops")
            return connection.execute(query).fetchall()

    def stays(self, segment: str) -> list[tuple[str, str, str | None]]:
        """Customer, entry and exit of every stay in a segment, dates as text."""
        return self.rows(
            f"""
            select customer_id, strftime(entered_at, '%m-%d'), strftime(left_at, '%m-%d')
            from segments.segment_memberships where segment_name = '{segment}' order by all
            """
        )

    def ops(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything that the ops store remembers about segments."""
        tables = ("segment_membership_history", "static_segment_members", "segment_runs")
        return {table: self.rows(f"select * from ops.{table} order by all") for table in tables}


def make_project(root: Path) -> None:
    project = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text())
    project.pop("on-run-start", None)
    project.pop("on-run-end", None)
    (root / "dbt_project.yml").write_text(yaml.safe_dump(project | {"seed-paths": ["seeds"]}))
    warehouse = {"type": "duckdb", "path": "warehouse.duckdb", "attach": [{"path": "ops.duckdb", "alias": "ops"}]}
    (root / "profiles.yml").write_text(yaml.safe_dump({"audience360": {"target": "dev", "outputs": {"dev": warehouse}}}))
    for folder in ("macros/segments", "macros/engine"):
        shutil.copytree(DBT_PROJECT / folder, root / folder)
    copies = {DBT_PROJECT / f"models/segments/{name}.sql": f"models/segments/{name}.sql" for name in MACHINERY}
    copies |= {path: f"models/staging/ops/{path.name}" for path in (DBT_PROJECT / "models/staging/ops").glob("stg_ops__*segment*.sql")}
    copies[DBT_PROJECT / "models/staging/ops" / OPS_SOURCES] = f"models/staging/ops/{OPS_SOURCES}"
    copies[DBT_PROJECT / "macros/generate_schema_name.sql"] = "macros/generate_schema_name.sql"
    copies[REPOSITORY / "seeds/segment_refresh_cadences.csv"] = "seeds/segment_refresh_cadences.csv"
    for source, target in copies.items():
        (root / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, root / target)


def isolate(patch: pytest.MonkeyPatch, root: Path) -> None:
    """Let dbt find and write everything below one folder, whatever the environment of the tests says."""
    for name in ("DBT_TARGET_PATH", "DBT_LOG_PATH", "DBT_PROFILES_DIR", "DBT_PARTIAL_PARSE", "A360_MINIMUM_SEGMENT_SIZE"):
        patch.delenv(name, raising=False)
    patch.chdir(root)


def make_ops_tables(root: Path) -> None:
    declared = yaml.safe_load((root / "models/staging/ops" / OPS_SOURCES).read_text())
    with duckdb.connect(str(root / "ops.duckdb")) as connection:
        for table in declared["sources"][0]["tables"]:
            columns = ", ".join(f"{column['name']} {column['data_type']}" for column in table["columns"])
            connection.execute(f"create table {table['name']} ({columns})")


@pytest.fixture(scope="session")
def parsed_stage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("stage")
    make_project(root)
    stage = Stage(root)
    stage.clock("2026-11-01")
    # Nobody is split from anybody on this stage.
    stage.write("models/stage/int_identity_changes_found.sql", "select '' as change_type, '' as after_customer_id where false")
    stage.customers(ann="red", bob="red", cat="blue")
    stage.segment("segment_red", "red", owner="crm", minimum_size=2)
    with pytest.MonkeyPatch.context() as patch:
        isolate(patch, root)
        run = stage.dbt("parse")
    assert run.succeeded, run.text
    return root


@pytest.fixture
def stage(parsed_stage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    root = shutil.copytree(parsed_stage, tmp_path / "stage")
    isolate(monkeypatch, root)
    make_ops_tables(root)
    return Stage(root)
