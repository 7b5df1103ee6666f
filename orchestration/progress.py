"""What a person sees while the street runs: one line per step and a running count inside dbt."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import dagster as dg
from dagster import DagsterEventType

SHOW_EVERY_SECONDS = 10.0
# What Dagster says of every step behind a failed one.
CONSEQUENCE = "Dependencies for step"


@dataclass
class Progress:
    """Fed with Dagster's events as they happen."""

    tell: Callable[[str], None]
    step_count: int = 0
    seconds_by_step: dict[str, float] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    _started: dict[str, float] = field(default_factory=dict)
    _assets: int = 0
    _checks: int = 0
    _shown: float = 0.0

    def see(self, event: dg.DagsterEvent) -> None:
        step = event.step_key or ""
        if event.event_type == DagsterEventType.STEP_START:
            self._started[step] = self._shown = time.monotonic()
            self._assets = self._checks = 0
        elif event.event_type == DagsterEventType.ASSET_MATERIALIZATION:
            self._assets += 1
            self._show_count(step)
        elif event.event_type == DagsterEventType.ASSET_CHECK_EVALUATION:
            self._checks += 1
            self._see_check(event)
            self._show_count(step)
        elif event.event_type == DagsterEventType.STEP_SUCCESS:
            self._finish(step, "ok")
        elif event.event_type == DagsterEventType.STEP_FAILURE:
            error = event.step_failure_data.error
            self.failures[step] = (error.cause or error).message.strip() if error else "no reason given"
            self._finish(step, "FAILED")

    def _see_check(self, event: dg.DagsterEvent) -> None:
        evaluation = event.asset_check_evaluation_data
        if not evaluation.passed:
            self.tell(f"    {evaluation.severity.value.lower()}: {evaluation.asset_key.to_user_string()}: {evaluation.check_name}")

    def _show_count(self, step: str) -> None:
        if time.monotonic() - self._shown >= SHOW_EVERY_SECONDS:
            self._shown = time.monotonic()
            self.tell(f"    … {step}: {self._assets} tables, {self._checks} tests")

    def _finish(self, step: str, word: str) -> None:
        self.seconds_by_step[step] = seconds = time.monotonic() - self._started.get(step, time.monotonic())
        counts = f"{self._assets} tables, {self._checks} tests" if self._checks else f"{self._assets} assets" if self._assets else ""
        self.tell(f"  {len(self.seconds_by_step):>3}/{self.step_count}  {step:<42} {word:<6} {seconds:6.1f} s  {counts}".rstrip())


class ProgressHandler(logging.Handler):
    """Hands the events inside Dagster's log records over to a `Progress`, and warnings to the screen."""

    def __init__(self, progress: Progress) -> None:
        super().__init__(logging.DEBUG)
        self._progress = progress

    def emit(self, record: logging.LogRecord) -> None:
        event = getattr(record, "dagster_meta", {}).get("dagster_event")
        if event is not None:
            self._progress.see(event)
            return
        message = getattr(record, "dagster_meta", {}).get("orig_message") or record.getMessage()
        if record.levelno >= logging.WARNING and not message.startswith(CONSEQUENCE):
            self._progress.tell(f"    {record.levelname.lower()}: {message.splitlines()[0]}")


def progress_logger(progress: Progress) -> dg.LoggerDefinition:
    """A Dagster logger for one run in this process."""

    def to_terminal(context: dg.InitLoggerContext) -> logging.Logger:
        logger = logging.getLogger(f"audience360.{context.run_id}")
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        logger.handlers = [ProgressHandler(progress)]
        return logger

    return dg.LoggerDefinition(to_terminal, description="One line per step, for a person at a terminal.")
