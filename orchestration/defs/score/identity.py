"""Fuzzy linkage: writes the pairs of records that may be one person's. Logic is in `python_models`, settings are seeds."""

import json
from datetime import timedelta
from typing import Any

import dagster as dg

from orchestration.identity_matching import link_known, match_pairs, read_link_spec, read_records
from orchestration.model_data import as_date, clock
from orchestration.model_records import StoredModel
from orchestration.model_store import ModelStore
from orchestration.paths import DBT_PROJECT
from orchestration.resources.street import Street
from orchestration.source_tables import read_source_tables

MODELS_DIR = DBT_PROJECT / "models"
TABLE = read_source_tables(MODELS_DIR, "ml")["identity_match_pairs"]


@dg.asset(
    key=["ml", "identity_match_pairs"],
    deps=[
        dg.AssetKey(["intermediate", "int_identity_match_records"]),
        dg.AssetKey(["intermediate", "int_clock"]),
        dg.AssetKey(["seeds", "identity_match_attributes"]),
        dg.AssetKey(["seeds", "identity_match_thresholds"]),
    ],
    group_name="ml",
    kinds={"python", "duckdb"},
    retry_policy=dg.RetryPolicy(max_retries=1, delay=10),
    freshness_policy=dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36)),
    description=TABLE.description,
)
def identity_match_pairs(context: dg.AssetExecutionContext, street: Street) -> dg.MaterializeResult:
    as_of_at = clock(street.tables)
    spec = read_link_spec(street.tables)
    records = read_records(street.tables, spec)
    result = link_known(records, spec)
    content = json.dumps(result.settings, sort_keys=True) if result.settings else None
    stored = StoredModel(spec.model_name, result.model_version, as_date(as_of_at), content, result.reason, {})
    ModelStore(street.tables, MODELS_DIR).save(stored, as_of_at)
    # All pairs are replaced: yesterday's are no use to anybody, and most of today's are the same.
    row_count = street.tables.replace_rows(TABLE, match_pairs(result, spec, as_of_at), {"model_name": spec.model_name})
    metadata: dict[str, Any] = {"dagster/row_count": row_count, "version": result.model_version, "records": len(records)}
    if result.reason is not None:
        context.log.warning("no pairs: %s", result.reason)
        return dg.MaterializeResult(metadata=metadata | {"reason": result.reason})
    decisions = {f"pairs to {name}": int(count) for name, count in result.pairs["decision"].value_counts().items()}
    return dg.MaterializeResult(metadata=metadata | decisions | {"random match probability": result.random_match_probability or 0.0})
