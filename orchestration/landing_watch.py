"""Has the landing folder changed, and has it come to rest? A pure state machine, so that it can be tested without a daemon."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from orchestration.landing.files import STREAM_PREFIX, delivered_files

# Tag of a run: the file set that it was started for.
LANDING_TAG = "a360/landing"


@dataclass(frozen=True)
class Watch:
    """`handled` is the file set that a run was asked for, `pending` a newer one seen at the last look."""

    handled: str | None = None
    pending: str | None = None

    @classmethod
    def from_cursor(cls, cursor: str | None) -> Watch:
        return cls(**json.loads(cursor)) if cursor else cls()

    def to_cursor(self) -> str:
        return json.dumps(asdict(self))

    def look(self, current: str | None) -> tuple[Watch, bool]:
        """The next state, and whether a run is due: when a new file set was there at the last look and has not changed since."""
        if current is None or current == self.handled:
            return Watch(self.handled), False
        if current == self.pending:
            return Watch(current), True
        return Watch(self.handled, current), False


def landing_digest(landing: Path, with_streams: bool = True) -> str | None:
    """One value that changes whenever a file appears, vanishes or changes; None when there is no file.

    Without the files of streams, when asked to: as long as events come, they never come to rest.
    """
    folders = sorted(path.relative_to(landing).as_posix() for path in landing.glob("*/*") if path.is_dir())
    files = [file for folder in folders for file in delivered_files(landing, folder)]
    if not with_streams:
        files = [file for file in files if f"/{STREAM_PREFIX}" not in file.path]
    lines = "\n".join(f"{file.path}|{file.size_bytes}|{file.modified_ns}" for file in files)
    return hashlib.sha256(lines.encode()).hexdigest()[:16] if files else None
