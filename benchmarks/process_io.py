"""What the kernel counts of a process: bytes that went to and came from storage, and memory."""

from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class ProcessIo:
    """`read` and `written` as asked of the kernel by the process, page cache included."""

    bytes_read: int = 0
    bytes_written: int = 0

    def __add__(self, other: "ProcessIo") -> "ProcessIo":
        return ProcessIo(self.bytes_read + other.bytes_read, self.bytes_written + other.bytes_written)


def parse_io(text: str) -> ProcessIo:
    """The content of /proc/<pid>/io. `rchar` and `wchar` count every read and write call, cached or not."""
    fields = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)
    return ProcessIo(int(fields.get("rchar", 0)), int(fields.get("wchar", 0)))


def io_of(pid: int | str) -> ProcessIo:
    """What a process has read and written so far; nothing when it has ended or the system does not tell."""
    try:
        return parse_io((PROC / str(pid) / "io").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return ProcessIo()


def own_io() -> ProcessIo:
    """The same of this process."""
    return io_of("self")
