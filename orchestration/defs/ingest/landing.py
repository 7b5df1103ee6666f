"""Landing: one asset per source table; it materialises when somebody delivers files, here we look and record what is there."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

from orchestration.landing.files import DeliveredFile, delivered_files
from orchestration.paths import DBT_PROJECT
from orchestration.resources.street import Street
from orchestration.source_tables import landing_sources

TABLES = {(source, name): table for source, tables in landing_sources(DBT_PROJECT / "models").items() for name, table in tables.items()}


@dg.multi_asset(
    name="landing",
    specs=[
        dg.AssetSpec(
            key=[source, name],
            description=table.description,
            group_name="sources",
            kinds={"parquet"},
            freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=26)),
        )
        for (source, name), table in TABLES.items()
    ],
    can_subset=True,
)
def landing(context: dg.AssetExecutionContext, street: Street) -> Iterator[dg.MaterializeResult]:
    for key in sorted(context.selected_asset_keys):
        source, name = key.path
        files = list(delivered_files(street.folder.landing, f"{source}/{name}"))
        if not files:
            if TABLES[source, name].is_required:
                raise dg.Failure(
                    f"no files for the required table {source}.{name}: deliver Parquet, CSV or JSON lines to "
                    f"{street.folder.landing / source / name}, or make the demo world with `make demo`",
                    allow_retries=False,
                )
            context.log.info("%s.%s is optional and was not delivered: it stays empty", source, name)
        # An absent optional table is an empty table, not a missing step: Dagster would skip everything behind it.
        yield dg.MaterializeResult(asset_key=key, metadata=_delivered(files, street.folder.landing / source / name))


def _delivered(files: list[DeliveredFile], folder: Path) -> dict[str, dg.MetadataValue]:
    """What lies in the folder of a table."""
    metadata: dict[str, dg.MetadataValue] = {
        "files": dg.MetadataValue.int(len(files)),
        "megabytes": dg.MetadataValue.float(round(sum(file.size_bytes for file in files) / 1e6, 3)),
        "folder": dg.MetadataValue.path(folder),
    }
    if files:
        newest = max(file.modified_ns for file in files) / 1e9
        metadata["newest file"] = dg.MetadataValue.timestamp(datetime.fromtimestamp(newest, tz=UTC))
    return metadata
