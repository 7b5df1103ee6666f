"""What the consumer says about itself: figures only, never content."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from orchestration.atomic_files import write_whole
from orchestration.paths import DataFolder
from orchestration.stream.entries import utc_now
from orchestration.stream.landed_files import Landed
from orchestration.stream.redis_stream import StreamState
from orchestration.stream.settings import StreamSettings


@dataclass(frozen=True)
class Counts:
    """What this process did since it was started."""

    events: int = 0
    malformed: int = 0
    files: int = 0
    # Acknowledged only: a stop had come between their file and their acknowledgement.
    already_landed: int = 0
    # Handed out, and then removed from the stream by somebody before they were written.
    vanished: int = 0
    reconnections: int = 0


@dataclass(frozen=True)
class Progress:
    """How far the stream is behind."""

    settings: StreamSettings
    generation: str
    landed: Landed
    state: StreamState
    removed_unread: int | None
    # How long the oldest entry that is not landed has been waiting.
    lag_seconds: float
    counts: Counts

    @property
    def sentence(self) -> str:
        waiting = "?" if self.state.waiting is None else f"{self.state.waiting:,}"
        return (
            f"{self.counts.events:,} events in {self.counts.files:,} files, {self.counts.malformed:,} of them malformed; "
            f"{waiting} waiting, the oldest for {self.lag_seconds:.1f} s"
        )

    @property
    def complaint(self) -> str | None:
        """What is lost, and why."""
        if not self.removed_unread:
            return None
        return (
            f"{self.removed_unread:,} entries were removed from {self.settings.name} before they were landed: somebody trims or deletes "
            "more than what can wait (XADD with MAXLEN, XTRIM, XDEL). They are not in the landing zone."
        )

    def write(self, file: Path) -> None:
        """For monitoring: the newest figures, as a whole."""
        status = {
            "reported_at": utc_now().isoformat(timespec="seconds"),
            "stream": self.settings.name,
            "group": self.settings.group,
            "generation": self.generation,
            "events_landed": self.landed.events,
            "last_id": self.landed.last.text,
            "waiting": self.state.waiting,
            "lag_seconds": round(self.lag_seconds, 3),
            "removed_unread": self.removed_unread,
            "since_start": asdict(self.counts),
        }
        write_whole(file, json.dumps(status, indent=2) + "\n")


def stream_home(folder: DataFolder) -> Path:
    """Where the consumer keeps its lock and its status; nothing in it is needed to go on."""
    return folder.root / "stream"


def own_file(folder: DataFolder, settings: StreamSettings, ending: str) -> Path:
    """A file of one stream and group."""
    return stream_home(folder) / f"{settings.name}.{settings.group}.{ending}".replace("/", "_").replace(":", "_")
