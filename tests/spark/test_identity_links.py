"""Linkage in a Spark session finds what it finds in DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from orchestration.java import java_home_environment
from python_models.identity.link import link_records
from tests.unit.python_models.test_identity_link import SPEC, badly_written_people

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A session of this process, with Splink's similarity functions; not the cluster, which takes SQL only."""
    java_home_environment()
    from pyspark.sql import SparkSession
    from splink.backends.spark import similarity_jar_location

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.jars", similarity_jar_location())
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.default.parallelism", "2")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("spark_warehouse")))
        .getOrCreate()
    )
    try:
        yield session
    finally:
        session.stop()


def test_both_engines_find_the_same(session: Any) -> None:
    records = badly_written_people()
    ours, theirs = link_records(records, SPEC), link_records(records, SPEC, spark=session)
    pd.testing.assert_frame_equal(theirs.clusters, ours.clusters)
    keys = ["record_id_l", "record_id_r", "decision"]
    pd.testing.assert_frame_equal(theirs.pairs[keys], ours.pairs[keys])
    pd.testing.assert_series_equal(theirs.pairs["match_probability"], ours.pairs["match_probability"], atol=2e-6, rtol=0)
    assert theirs.model_version == ours.model_version
