"""Finds delivered files and what the file system knows about them."""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from orchestration.landing.contract import LandingError

# How the name of a file ends, and what is in it.
FORMATS = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".csv.gz": "csv",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
    ".ndjson": "jsonl",
    ".ndjson.gz": "jsonl",
}
# A file under one of these names is still being written, or is a note of some tool.
IGNORED_PREFIXES = (".", "_")
IGNORED_SUFFIXES = (".tmp", ".part", ".crc")
# How the folders are called whose files come all the time, a few events each.
STREAM_PREFIX = "stream="
STAMP = re.compile(r"(?:^|/)loaded_at=(\d{4}-\d{2}-\d{2})(?:T(\d{2})-(\d{2})-(\d{2}))?/")


@dataclass(frozen=True)
class DeliveredFile:
    """A file in the landing folder; the path is relative to that folder."""

    path: str
    format: str
    size_bytes: int
    modified_ns: int


def _format_of(name: str) -> str | None:
    for ending, file_format in FORMATS.items():
        if name.lower().endswith(ending):
            return file_format
    return None


def delivered_files(landing: Path, folder: str) -> Iterator[DeliveredFile]:
    """Every file below a table's folder, in order of path.

    Raises LandingError for a file of a kind that cannot be read: it would otherwise be left out in silence.
    """
    base = landing / folder
    found: list[tuple[str, os.stat_result]] = []
    for parent, folders, names in os.walk(base):
        folders[:] = [name for name in folders if not name.startswith(IGNORED_PREFIXES)]
        prefix = Path(parent).relative_to(landing).as_posix()
        found.extend(
            (f"{prefix}/{name}", (Path(parent) / name).stat())
            for name in names
            if not (name.startswith(IGNORED_PREFIXES) or name.endswith(IGNORED_SUFFIXES))
        )
    for relative, status in sorted(found):
        file_format = _format_of(relative)
        if file_format is None:
            endings = ", ".join(FORMATS)
            message = (
                f"{relative}: files of this kind cannot be read. Deliver one of {endings}, or start the name with "
                f"'_' to have the file ignored."
            )
            raise LandingError(message)
        yield DeliveredFile(relative, file_format, status.st_size, status.st_mtime_ns)


def stamped_loaded_at(path: str) -> datetime | None:
    """The load time that a folder `loaded_at=2026-10-31T06-00-00/` (or only a date) gives to the files below it, UTC."""
    stamps = STAMP.findall(path)
    if not stamps:
        return None
    day, hour, minute, second = stamps[-1]
    try:
        return datetime.fromisoformat(f"{day}T{hour or '00'}:{minute or '00'}:{second or '00'}")
    except ValueError:
        message = f"{path}: the folder's loaded_at stamp is not a date and time such as loaded_at=2026-10-31T06-00-00."
        raise LandingError(message) from None


def content_hash(path: Path) -> str:
    """A fingerprint of the bytes of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "md5").hexdigest()
