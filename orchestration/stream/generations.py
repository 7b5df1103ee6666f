"""Which landing files belong to the stream as it is now: the group's mark in Redis names them, their folder proves that they are here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orchestration.stream.entries import START
from orchestration.stream.errors import StreamError
from orchestration.stream.landed_files import Landed, LandedFiles
from orchestration.stream.redis_stream import RedisStream, StreamState
from orchestration.stream.settings import GROUP_VARIABLE, StreamSettings


@dataclass(frozen=True)
class Generation:
    """The files of a stream for as long as its ids only grow."""

    files: LandedFiles
    # Entries that had been added to the stream, and were gone from it, when the generation began; None when that cannot be told.
    added_before: int | None

    @property
    def mark(self) -> str:
        return self.files.generation if self.added_before is None else f"{self.files.generation} {self.added_before}"

    @classmethod
    def from_mark(cls, table_folder: Path, mark: str) -> Generation:
        name, _, added_before = mark.partition(" ")
        return cls(LandedFiles(table_folder, name), int(added_before) if added_before else None)

    def removed_unread(self, state: StreamState, landed: Landed) -> int | None:
        """Entries that were removed from the stream before they were landed; None unless everything that is left has been handed out."""
        if state.entries_added is None or self.added_before is None or state.delivered_id < state.last_id:
            return None
        return max(state.entries_added - self.added_before - landed.events - state.pending, 0)


def open_generation(stream: RedisStream, settings: StreamSettings, table_folder: Path, tell: Callable[[str], None]) -> Generation:
    """The generation of the stream, begun when there is none, or when the stream is not the one that was landed before."""
    stream.join()
    mark = stream.mark()
    if mark is None:
        return _begin(stream, settings, table_folder, tell, only_if_new=True)
    generation = Generation.from_mark(table_folder, mark)
    folder = generation.files.folder
    if not folder.is_dir():
        raise StreamError(
            f"the group '{settings.group}' of {settings.name} is landed into another data folder, or its files were removed from this one "
            f"({folder} is missing). Set {GROUP_VARIABLE} to a name of its own: it begins with everything that is in the stream"
        )
    landed = generation.files.landed()
    state = stream.state(landed.last)
    if _is_another_stream(state, landed, generation.added_before):
        tell(f"{settings.name} lost its end or was made anew: what it holds now is landed as a new stream.")
        return _begin(stream, settings, table_folder, tell, only_if_new=False)
    return generation


def _is_another_stream(state: StreamState, landed: Landed, added_before: int | None) -> bool:
    """Ids that were landed are not in its past: they may be given a second time, and comparing with them would pass events over."""
    if state.last_id < landed.last:
        return True
    return state.entries_added is not None and added_before is not None and state.entries_added < added_before + landed.events


def _begin(stream: RedisStream, settings: StreamSettings, table_folder: Path, tell: Callable[[str], None], only_if_new: bool) -> Generation:
    state = stream.state(START)
    # A group that was handed nothing yet will be handed whatever is in the stream; what was removed earlier is nobody's loss.
    is_untouched = state.delivered_id == START
    added_before = state.entries_added - state.length if is_untouched and state.entries_added is not None else None
    # The folder first: a mark without a folder would belong to another data folder.
    generation = Generation(LandedFiles.new(table_folder), added_before)
    if stream.set_mark(generation.mark, only_if_new):
        return generation
    generation.files.folder.rmdir()
    return open_generation(stream, settings, table_folder, tell)
