"""Faults that a cluster has: a server that is down, a worker that dies, a run that dies half-way. The next run repairs them."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from orchestration.processes import stop
from orchestration.spark_cluster import Cluster, cluster_size, read_cluster, spark_address, up
from orchestration.spark_landing import register_landing
from orchestration.spark_session import SparkUnavailableError
from orchestration.spark_warehouse import SparkWarehouse, replace_table
from tests.spark.two_engines import TwoEngines

pytestmark = pytest.mark.spark


@pytest.fixture
def built(engines: TwoEngines) -> TwoEngines:
    """Both engines have built the models that are tried here; quick after test_parity."""
    models = ("base_crm__contacts", "int_web_days", "int_web_visit_pieces", "int_email_messages")
    register_landing(engines.folder)
    for target in ("dev", "spark"):
        engines.dbt(target, "build", "--exclude-resource-type", "test", "unit_test", "--select", *(f"+{model}" for model in models))
    return engines


def assert_same(engines: TwoEngines, *models: str) -> None:
    for one in engines.compare(models):
        assert (one.differences, one.rows) == (0, one.other_rows), f"{one.model}: {one.examples[:2]}"


def test_an_append_that_died_half_way_is_finished_without_duplicates(built: TwoEngines) -> None:
    contacts = "staging.base_crm__contacts"
    with SparkWarehouse(built.folder.root).connect() as session:
        newest = session.rows(f"select max(_file_id) from {contacts}")[0][0]
        # What a run leaves that died while it appended its last file: the rows whole beside the model, half of them in it.
        session.run(f"create table {contacts}__dbt_new using parquet as select * from {contacts} where _file_id = {newest}")
        replace_table(session, contacts, f"select * from {contacts} where _file_id < {newest} or _row_number % 2 = 0")
    built.dbt("spark", "run", "--select", "base_crm__contacts")
    assert_same(built, "base_crm__contacts")


def test_months_that_were_overwritten_in_part_are_overwritten_again(built: TwoEngines) -> None:
    pieces = "intermediate.int_web_visit_pieces"
    with SparkWarehouse(built.folder.root).connect() as session:
        newest = session.rows(f"select max(load_date) from {pieces}")[0][0]
        session.run(f"create table {pieces}__dbt_new using parquet as select * from {pieces} where load_date = date '{newest}'")
        session.run(
            f"insert overwrite table {pieces} partition (load_date_month) select * from {pieces} "
            f"where load_date_month = '{str(newest)[:7]}' and (load_date < date '{newest}' or device_key % 2 = 0)"
        )
    built.dbt("spark", "run", "--select", "int_web_visit_pieces")
    assert_same(built, "int_web_visit_pieces")
    with SparkWarehouse(built.folder.root).connect() as session:
        assert not [row for row in session.rows("show tables in intermediate") if row[1].endswith("__dbt_new")]


def test_a_worker_that_is_killed_in_mid_build_costs_time_only(built: TwoEngines, cluster: Cluster) -> None:
    worker = next(process for process in read_cluster(built.folder).processes if process.name == "worker_2")

    def kill() -> None:
        time.sleep(25)
        os.kill(worker.pid, signal.SIGKILL)
        # Its threads take a moment to end.
        deadline = time.monotonic() + 30
        while worker.is_running and time.monotonic() < deadline:
            time.sleep(0.1)

    killer = threading.Thread(target=kill)
    killer.start()
    built.dbt("spark", "run", "--full-refresh", "--select", "int_web_visit_pieces", "int_web_days", "int_email_messages")
    killer.join()
    assert not worker.is_running
    assert_same(built, "int_web_visit_pieces", "int_web_days", "int_email_messages")
    assert up(built.folder, spark_address(), cluster_size()).is_running


def test_a_server_that_is_down_is_named_and_started_again(built: TwoEngines, cluster: Cluster) -> None:
    running = read_cluster(built.folder)
    assert running is not None
    assert stop(running.processes[-1], 20)
    with pytest.raises(SparkUnavailableError, match="make spark-up"):
        register_landing(built.folder)
    assert built.try_dbt("spark", "run", "--select", "int_clock").returncode
    assert up(built.folder, spark_address(), cluster_size()).is_running
    register_landing(built.folder)
    built.dbt("spark", "run", "--select", "int_clock")
    assert_same(built, "base_crm__contacts")
