"""Runs the trigger runner as a process: a request to end becomes an orderly stop, and what it did is told now and then."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType

from orchestration.paths import DataFolder
from orchestration.triggers.runner import Totals, TriggerRunner


def run_triggers(folder: DataFolder, tell: Callable[[str], None], until_idle: bool = False) -> Totals:
    """Keep the trigger audience up to date until SIGTERM or SIGINT comes; the round that is running is finished first."""
    runner = TriggerRunner(folder, tell)

    def end(_number: int, _frame: FrameType | None) -> None:
        runner.stop()

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        totals = runner.run(until_idle)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    tell(totals.sentence)
    return totals
