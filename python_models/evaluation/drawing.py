"""What all plots share: colours, a line with its names, and PNG bytes that are the same each time."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

BLUE, ORANGE, GREY = "#3b6fb6", "#e07b39", "#9aa0a6"
# Of several curves in one plot, in their order; far apart for everybody who sees colours, and for most who see fewer.
SEVERAL = (BLUE, ORANGE, "#3a923a", "#8a5aa8", "#7f6a5f", "#c44e8a")


def line(axes: Axes, x: object, y: object, title: str, xlabel: str, ylabel: str, marker: str = "") -> None:
    """One curve, and what its axes are."""
    axes.plot(np.asarray(x), np.asarray(y), color=BLUE, marker=marker)
    axes.set(title=title, xlabel=xlabel, ylabel=ylabel)


def as_png(figure: Figure) -> bytes:
    """Drawn without a display; nothing in it says when or by what."""
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=80, metadata={"Software": None})
    return buffer.getvalue()
