"""What the kernel counts of a process: bytes that it read and wrote, and the memory of it and its descendants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
KILOBYTE = 1024


@dataclass(frozen=True)
class ProcessIo:
    """Bytes as asked of the kernel, page cache included: what a colder machine would have to move."""

    bytes_read: int = 0
    bytes_written: int = 0

    def __sub__(self, other: ProcessIo) -> ProcessIo:
        return ProcessIo(self.bytes_read - other.bytes_read, self.bytes_written - other.bytes_written)


def parse_io(text: str) -> ProcessIo:
    """The content of /proc/<pid>/io. `rchar` and `wchar` count every call; a process inherits the counts of children it waited for."""
    fields = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
    return ProcessIo(int(fields.get("rchar", 0)), int(fields.get("wchar", 0)))


def own_io() -> ProcessIo:
    """What this process has read and written so far; nothing where the system does not tell."""
    file = PROC / "self" / "io"
    return parse_io(file.read_text(encoding="ascii")) if file.exists() else ProcessIo()


def parse_stat(text: str) -> tuple[int, int]:
    """Process id and parent id from /proc/<pid>/stat; the name between them may hold anything, parentheses too."""
    before, _, after = text.rpartition(")")
    return int(before.split(" ", 1)[0]), int(after.split()[1])


def descendants(root: int, parents: Mapping[int, int]) -> set[int]:
    """A process and everything below it, from a mapping of process to parent."""
    children: dict[int, list[int]] = {}
    for process, parent in parents.items():
        children.setdefault(parent, []).append(process)
    found: set[int] = set()
    waiting = [root]
    while waiting:
        process = waiting.pop()
        if process not in found:
            found.add(process)
            waiting.extend(children.get(process, []))
    return found


def tree_memory(root: int) -> int:
    """Resident bytes of a process and its descendants now; a page that two of them share is counted twice."""
    return sum(_resident(process) for process in descendants(root, _parents()))


def _parents() -> dict[int, int]:
    return dict(parse_stat(text) for text in _texts(PROC.glob("[0-9]*/stat")))


def _resident(process: int) -> int:
    lines = [line for text in _texts([PROC / str(process) / "status"]) for line in text.splitlines() if line.startswith("VmRSS:")]
    return int(lines[0].split()[1]) * KILOBYTE if lines else 0


def _texts(files: Iterable[Path]) -> Iterable[str]:
    """What can be read; a process may end between being listed and being looked at."""
    for file in files:
        try:
            yield file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
