"""Cost against size, over every size that was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SHOWN = (
    "roofline",
    "layer staging",
    "layer intermediate",
    "layer marts",
    "layer features",
    "full build",
    "no-op dbt build",
    "one-day increment",
    "street",
)


def series(records: Sequence[Mapping[str, Any]], measure: str = "cpu_seconds") -> dict[str, list[tuple[int, float]]]:
    """Points of (customers, seconds) per step; a step that a size lacks has no point there."""
    found: dict[str, list[tuple[int, float]]] = {}
    for record in records:
        for name in SHOWN:
            if name in record["costs"]:
                found.setdefault(name, []).append((int(record["customers"]), float(record["costs"][name][measure])))
    return found


def draw(records: Sequence[Mapping[str, Any]], file: Path) -> None:
    """Write the plot; both axes are logarithmic, so that a slope of one is proportional growth."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(9, 6))
    for name, points in series(records).items():
        axes.plot([size for size, _ in points], [seconds for _, seconds in points], marker="o", label=name)
    axes.set(xscale="log", yscale="log", xlabel="customers", ylabel="CPU seconds", title="Cost against size")
    axes.grid(visible=True, which="both", alpha=0.3)
    axes.legend(fontsize="small")
    figure.tight_layout()
    figure.savefig(file, dpi=120)
    plt.close(figure)
