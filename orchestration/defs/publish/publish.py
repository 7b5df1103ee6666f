"""The way out: the serving copy first, then the destinations, and neither when a blocking check failed."""

from datetime import timedelta

import dagster as dg

from orchestration.connectors.file_drop import DeliveryRefusedError, FileDrop
from orchestration.defs.transform.dbt import MANIFEST, TRANSLATOR
from orchestration.model_data import clock
from orchestration.paths import DBT_PROJECT
from orchestration.published import published_models, served_tables
from orchestration.resources.street import Street
from orchestration.serving import current_database, publish
from orchestration.triggers.base import base_exporter

RETRY = dg.RetryPolicy(max_retries=1, delay=10)
# Published by six in the morning, UTC, on the data of the night.
BY_MORNING = dg.FreshnessPolicy.cron(deadline_cron="0 6 * * *", lower_bound_delta=timedelta(hours=8))
SERVING = dg.AssetKey(["serving", "current"])


def _published_keys() -> list[dg.AssetKey]:
    return sorted(TRANSLATOR.get_asset_key(node) for node in published_models(MANIFEST).values())


@dg.asset(
    key=SERVING,
    deps=sorted({*_published_keys(), dg.AssetKey(["marts", "fct_triggers"])}),
    group_name="publish",
    kinds={"duckdb", "parquet"},
    retry_policy=RETRY,
    freshness_policy=BY_MORNING,
    description="The serving copy: Parquet and a read-only DuckDB file of all that leaves the warehouse, swapped in as a whole.",
)
def serving_copy(street: Street) -> dg.MaterializeResult:
    tables = served_tables(MANIFEST)
    also = [base_exporter(street.folder)]
    publication = publish(street.warehouse, street.folder.serving, tables, clock(street.warehouse), also)
    rows = "\n".join(f"| {table.schema}.{table.name} | {table.row_count:,} |" for table in publication.tables)
    return dg.MaterializeResult(
        metadata={
            "version": publication.version,
            "as of": publication.as_of_at,
            "database": dg.MetadataValue.path(current_database(street.folder.serving)),
            "tables": dg.MetadataValue.md(f"| table | rows |\n|---|---:|\n{rows}"),
        }
    )


@dg.asset(
    key=["destinations", "file_drop"],
    deps=[SERVING, ["sync", "sync_file_drop__audience_members"]],
    group_name="publish",
    kinds={"csv"},
    retry_policy=RETRY,
    freshness_policy=BY_MORNING,
    description="Audience members as CSV files: all of them, and what changed since the last delivery.",
)
def file_drop(street: Street) -> dg.MaterializeResult:
    as_of_at = clock(street.warehouse)
    destination = FileDrop(street.folder.serving / "file_drop", DBT_PROJECT / "models")
    try:
        with street.warehouse.connect() as connection:
            delivery = destination.deliver(connection, as_of_at)
    except DeliveryRefusedError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    rows = "\n".join(
        f"| {name} | {members:,} | {', '.join(f'{count} {action}' for action, count in delivery.change_counts.get(name, {}).items())} |"
        for name, members in delivery.member_counts.items()
    )
    return dg.MaterializeResult(
        metadata={
            "sync run": delivery.sync_run_key or "nothing changed",
            "audiences": dg.MetadataValue.md(f"| audience | members | changes |\n|---|---:|---|\n{rows}"),
            "folder": dg.MetadataValue.path(delivery.folder or street.folder.serving / "file_drop" / "latest"),
        }
    )
