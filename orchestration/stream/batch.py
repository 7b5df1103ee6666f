"""What was handed out and is not on disk yet."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from orchestration.stream.entries import Entry
from orchestration.stream.settings import BatchLimits


@dataclass
class Batch:
    """Collects entries until it is due; it never holds more than its limits and one read."""

    limits: BatchLimits
    entries: list[Entry] = field(default_factory=list)
    _size_bytes: int = 0
    _due_at: float | None = None

    def add(self, entries: Sequence[Entry]) -> None:
        """The clock starts with the first entry."""
        if entries and self._due_at is None:
            self._due_at = time.monotonic() + self.limits.seconds
        self.entries += entries
        self._size_bytes += sum(entry.size_bytes for entry in entries)

    @property
    def room(self) -> int:
        """How many more events it takes."""
        return max(self.limits.events - len(self.entries), 1)

    @property
    def seconds_left(self) -> float:
        return self.limits.seconds if self._due_at is None else max(self._due_at - time.monotonic(), 0.0)

    @property
    def is_due(self) -> bool:
        if not self.entries:
            return False
        return len(self.entries) >= self.limits.events or self._size_bytes >= self.limits.size_bytes or self.seconds_left <= 0
