"""Reads the bytes of a text file, packed or not."""

import gzip
import zlib
from pathlib import Path

from orchestration.landing.contract import LandingError


def read_content(path: Path) -> bytes:
    """All bytes of a file, unpacked when its name ends in .gz."""
    if path.suffix.lower() != ".gz":
        return path.read_bytes()
    try:
        with gzip.open(path) as stream:
            return stream.read()
    except (EOFError, gzip.BadGzipFile, zlib.error) as problem:
        message = f"{path}: cannot be unpacked ({problem}). Deliver the file again under a new name, and remove this one."
        raise LandingError(message) from problem
