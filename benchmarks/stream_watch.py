"""Watches the trigger audience from outside, as a program that reads it would, and the processes that the bench started."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow.parquet as pq

from orchestration.paths import REPOSITORY, DataFolder

LOOK_SECONDS = 0.1


class Child:
    """A process of the bench; its CPU seconds with those of its children are known when it has ended."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(command, cwd=REPOSITORY, env=dict(environment))

    @property
    def pid(self) -> int:
        return self._process.pid

    def end(self) -> float:
        """End it orderly; its CPU seconds."""
        if self._process.returncode is None:
            self._process.terminate()
            _, status, usage = os.wait4(self._process.pid, 0)
            self._process.returncode = os.waitstatus_to_exitcode(status)
            return usage.ru_utime + usage.ru_stime
        return 0.0


class AudienceWatch:
    """Notes when an event was first seen as what somebody entered a trigger by: when the link to that version was swapped."""

    def __init__(self, folder: DataFolder) -> None:
        self._current = folder.serving / "triggers" / "current"
        self._seen: Path | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.first_seen: dict[str, float] = {}
        self.last_entry: str | None = None
        self.is_there = False
        self.is_settled = False

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stopping.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            if self._current.exists() and (version := self._current.readlink()) != self._seen:
                self._look(self._current.parent / version, time.time())
                self._seen = version

    def _look(self, version: Path, now: float) -> None:
        if not version.exists():
            return
        audience = pq.read_table(version / "trigger_audience.parquet", columns=["trigger_name", "event_id"]).to_pylist()
        for row in audience:
            if row["trigger_name"] == "product_viewed_3_in_24h" and row["event_id"] is not None:
                self.first_seen.setdefault(row["event_id"], now)
        manifest = json.loads((version / "manifest.json").read_text(encoding="utf-8"))
        self.last_entry = manifest["last_entry"]
        self.is_there = True
        self.is_settled = self.is_settled or manifest["people_due"] == 0
