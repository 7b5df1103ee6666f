"""The landing files of a stream, which are also the record of how far it has been landed.

    landing/<source>/<table>/stream=<generation>/day=<day>/loaded_at=<second>/<first id>_<last id>_<events so far>.jsonl

Entries are landed in the order of their ids, by one consumer at a time. Whatever is not larger than the last id of the newest file has
therefore been landed, and whatever is larger has not: the rename that makes a file visible is the one moment at which its events
become landed. No other note is kept that could contradict it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from orchestration.atomic_files import sync
from orchestration.landing.files import STREAM_PREFIX
from orchestration.stream.entries import START, EntryId

UNFINISHED = ".unfinished"
NAME = re.compile(r"(\d+-\d+)_(\d+-\d+)_(\d+)\.jsonl")
# A clock that was set back puts a later file into an earlier day; nobody sets it back by more than this.
DAYS_LOOKED_AT = 3


@dataclass(frozen=True)
class Landed:
    """How far a generation has been landed: the last id, and how many events that were."""

    last: EntryId = START
    events: int = 0


@dataclass(frozen=True)
class LandedFiles:
    """The files of one generation of one stream."""

    # The folder of the table in the landing zone.
    table: Path
    # A generation is as long as ids only grow. A stream that lost its end, or was made anew, begins another one.
    generation: str

    @property
    def folder(self) -> Path:
        return self.table / f"{STREAM_PREFIX}{self.generation}"

    @classmethod
    def new(cls, table: Path) -> LandedFiles:
        """A new generation with its folder, by which the data folder knows it again."""
        files = cls(table, uuid4().hex[:12])
        files.folder.mkdir(parents=True)
        sync(table)
        return files

    def landed(self) -> Landed:
        """How far it has been landed, from the names of the newest files."""
        days = sorted(self.folder.glob("day=*"))[-DAYS_LOOKED_AT:]
        matches = (NAME.fullmatch(file.name) for day in days for file in day.glob("loaded_at=*/*.jsonl"))
        return max(
            (Landed(EntryId.parse(match[2]), int(match[3])) for match in matches if match),
            key=lambda landed: landed.last,
            default=Landed(),
        )

    def write(self, before: Landed, ids: Sequence[EntryId], lines: Sequence[bytes], loaded_at: datetime) -> Landed:
        """Write a batch whole: under a hidden name, flushed, renamed, and the names flushed too. Then, and only then, it is landed."""
        after = Landed(ids[-1], before.events + len(ids))
        folder = self.folder / f"day={loaded_at:%Y-%m-%d}" / f"loaded_at={loaded_at:%Y-%m-%dT%H-%M-%S}"
        folder.mkdir(parents=True, exist_ok=True)
        # One name for all: there is one writer, and what a crash left here is written over.
        unfinished = self.folder / UNFINISHED
        with unfinished.open("wb") as stream:
            stream.writelines(line + b"\n" for line in lines)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(folder / f"{ids[0].text}_{after.last.text}_{after.events}.jsonl")
        for level in (folder, folder.parent, self.folder):
            sync(level)
        return after
