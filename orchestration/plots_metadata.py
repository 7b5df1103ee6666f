"""A plot in the metadata of a run: shown in the UI, and kept as a file beside the model."""

from __future__ import annotations

import base64
from pathlib import Path

import dagster as dg


def image(file: Path, png: bytes) -> dg.MarkdownMetadataValue:
    """Write the PNG and return it inline."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(png)
    return dg.MetadataValue.md(f"![{file.stem}](data:image/png;base64,{base64.b64encode(png).decode()})")
