"""Starts dbt and writes the compiled trigger models. Usage: python -m orchestration.triggers.dbt_compile <folder> <vars>

A process of its own, started by `orchestration.triggers.compiled`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from dbt.artifacts.resources.types import NodeType
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from orchestration.landing.columns import StoredColumn
from orchestration.landing.reading import SAFE_READINGS, reading_of
from orchestration.stream.run import declared_table
from orchestration.triggers.compiled import MODELS, dbt_options

EVENTS = "web/events"
# A scan of one file that does not exist stands for the rows that the runner has read.
SCANNED = "landed.parquet"


def main() -> int:
    """The command line."""
    home, variables = Path(sys.argv[1]), sys.argv[2]
    options = [*dbt_options(home), "--vars", variables]
    manifest = _invoke(dbtRunner(), ["parse", *options])
    if not isinstance(manifest, Manifest):
        raise TypeError("dbt parse gave no manifest")
    runner = dbtRunner(manifest=manifest)
    # In full: an increment would look into a warehouse that is not there.
    compiled = _invoke(runner, ["compile", "--full-refresh", "--select", *MODELS, *options])
    models = {
        result.node.name: {
            "relation": result.node.relation_name,
            "depends_on": [parent.rsplit(".", maxsplit=1)[1] for parent in result.node.depends_on.nodes],
            "sql": result.node.compiled_code,
        }
        for result in compiled.results
        if result.node.resource_type == NodeType.Model
    }
    scan = _inline(runner, f"{{{{ landing_scan(['{SCANNED}']) }}}}", options)
    landing = _inline(runner, _landing_query(manifest), options)
    if landing.count(scan) != 1:
        raise LookupError("the landing view does not scan its files as landing_scan says")
    content = {"models": models, "landing_sql": landing.replace(scan, "warehouse.main.landed_rows")}
    (home / "dbt.json").write_text(json.dumps(content), encoding="utf-8")
    return 0


def _landing_query(manifest: Manifest) -> str:
    """The landing view over files of a stream: converted lines, of which every declared column is there and is a text."""
    table = declared_table(EVENTS)
    source = f"source.{manifest.metadata.project_name}.{table.source_name}.{table.table_name}"
    columns: dict[str, Any] = {}
    for column in table.readable_columns:
        stored = StoredColumn(column.name, "string", reading_of(column.data_type, "string") or "null")
        columns[column.name] = {"stored_name": stored.stored_name, "stored_type": stored.stored_type, "reading": stored.reading}
    group = {"is_text": True, "columns": columns, "paths": [SCANNED]}
    # The root is empty: the rows name their files below the landing folder.
    plan = {"landing_root": "", "converted_root": "", "safe_readings": sorted(SAFE_READINGS)}
    # The graph is there when dbt executes, not when it reads the query for the first time.
    return f"{{% if execute %}}{{{{ landing_group_query(graph.sources['{source}'], {group!r}, {plan!r}) }}}}{{% endif %}}"


def _inline(runner: dbtRunner, query: str, options: list[str]) -> str:
    return str(_invoke(runner, ["compile", "--inline", query, *options]).results[0].node.compiled_code).strip()


def _invoke(runner: dbtRunner, arguments: list[str]) -> Any:
    done = runner.invoke(arguments)
    if not done.success:
        raise RuntimeError(str(done.exception or done.result))
    return done.result


if __name__ == "__main__":
    sys.exit(main())
