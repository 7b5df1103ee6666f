"""The sizes of worlds that the bench knows, and folders of one."""

import re
from dataclasses import dataclass
from pathlib import Path

from orchestration.paths import REPOSITORY, DataFolder

UNITS = {"": 1, "k": 1_000, "m": 1_000_000}
HOME = REPOSITORY / "data" / "bench"
RESULTS = REPOSITORY / "benchmarks" / "results"


def parse_size(text: str) -> int:
    """Customers meant by `20k`, `200k`, `1m` or a plain number."""
    found = re.fullmatch(r"(\d+)([km]?)", text.strip().lower())
    if found is None:
        raise ValueError(f"a size is a number such as 20000, 20k or 1m, not {text!r}")
    return int(found[1]) * UNITS[found[2]]


def size_label(customers: int) -> str:
    """The short form of a number of customers."""
    for unit in ("m", "k"):
        if customers % UNITS[unit] == 0:
            return f"{customers // UNITS[unit]}{unit}"
    return str(customers)


@dataclass(frozen=True)
class BenchFolders:
    """Where one size keeps its state: the world is made once and kept, the run is thrown away and made again."""

    root: Path

    @property
    def world(self) -> DataFolder:
        return DataFolder(self.root / "world")

    @property
    def run(self) -> DataFolder:
        return DataFolder(self.root / "run")

    @property
    def peers(self) -> Path:
        """What peers read: Parquet exported from the run."""
        return self.root / "peers"


def folders_of(customers: int, home: Path = HOME) -> BenchFolders:
    """The folders of one size."""
    return BenchFolders(home / size_label(customers))
