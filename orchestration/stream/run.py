"""Runs the consumer as a process: finds the table's declaration, and turns a request to end into an orderly stop."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType

from orchestration.landing.contract import Table, parse_table
from orchestration.landing.declared import landing_contract
from orchestration.paths import DBT_PROJECT, DataFolder
from orchestration.stream.consumer import Consumer
from orchestration.stream.errors import StreamError
from orchestration.stream.report import Counts
from orchestration.stream.settings import TABLE_VARIABLE, BatchLimits, StreamSettings


def run_stream(
    folder: DataFolder, settings: StreamSettings, limits: BatchLimits, tell: Callable[[str], None], until_empty: bool = False
) -> Counts:
    """Land a stream until SIGTERM or SIGINT comes; what was collected by then is written first."""
    consumer = Consumer(folder, declared_table(settings.table), settings, limits, tell)

    def end(_number: int, _frame: FrameType | None) -> None:
        consumer.stop()

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        return consumer.run(until_empty)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def declared_table(name: str) -> Table:
    """The source table that the events of the stream belong to."""
    tables = {table.folder: table for table in map(parse_table, landing_contract(DBT_PROJECT / "models"))}
    if name not in tables:
        raise StreamError(f"{TABLE_VARIABLE} is '{name}', which is no source table. There are: {', '.join(sorted(tables))}")
    return tables[name]
