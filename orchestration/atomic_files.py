"""Make files appear as a whole: written under a hidden name, flushed to disk, then renamed."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4


def swap_link(link: Path, target: Path) -> None:
    """Point a symbolic link somewhere else in one step: a reader sees the old or the new target, never none."""
    fresh = link.with_name(f".{link.name}-{uuid4().hex[:8]}")
    fresh.symlink_to(target)
    fresh.replace(link)
    sync(link.parent)


def write_whole(file: Path, content: str) -> None:
    """Replace a text file in one step."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}-{uuid4().hex[:8]}")
    fresh.write_text(content, encoding="utf-8")
    sync(fresh)
    fresh.replace(file)
    sync(file.parent)


def sync_tree(folder: Path) -> None:
    """Flush files and folders to disk, so that a rename is never ahead of the content it names."""
    for path in sorted(folder.rglob("*")):
        sync(path)
    sync(folder)


def sync(path: Path) -> None:
    """Flush one file, or the names in one folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
