"""Writes the truth about a demo world, apart from its landing zone: who is who, what drives them, what campaigns truly do.

Tests and benchmarks compare results with it; no model may read it.
"""

from __future__ import annotations

import logging
import time
from datetime import date
from pathlib import Path

import duckdb

from orchestration.generators.engine import SQL_DIR, Engine
from orchestration.generators.probability import purchase_probabilities
from orchestration.generators.tables import TRUTH_PARTS

logger = logging.getLogger(__name__)


def write_truth(engine: Engine, until: date, data_dir: Path) -> None:
    """Writes truth/people, identifiers, effects and purchase_probability for the world up to and including ``until``."""
    started = time.monotonic()
    connection = engine.connection
    truth_dir = data_dir / "truth"
    last_day = (until - engine.spec.start_date).days
    engine.set_variable("last_day", last_day)
    for part in TRUTH_PARTS:
        files = str(truth_dir / "parts" / part / "*.parquet").replace("'", "''")
        connection.execute(f"create or replace temp view seen_{part} as select * from read_parquet('{files}')")
    keys = {"people": "person_id", "identifiers": "identifier_type, identifier_value, person_id", "effects": "campaign_id, variant"}
    for name, key in keys.items():
        query = (SQL_DIR / "truth" / f"{name}.sql").read_text(encoding="utf-8")
        connection.execute(f"create or replace temp table answer as {query}")
        _copy(connection, f"select * from answer order by {key}", truth_dir / f"{name}.parquet")
    probabilities = purchase_probabilities(connection, engine.spec.start_date, last_day)
    connection.register("probabilities", probabilities)
    _copy(connection, "select * from probabilities order by as_of_date, person_id", truth_dir / "purchase_probability.parquet")
    connection.unregister("probabilities")
    logger.info("Truth until %s written in %.0f s", until, time.monotonic() - started)


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    temporary = path.with_suffix(".parquet.tmp")
    target = str(temporary).replace("'", "''")
    connection.execute(f"copy ({query}) to '{target}' (format parquet, compression zstd)")
    temporary.replace(path)
