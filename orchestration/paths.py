"""Where everything that a run writes lives: one data folder, and the names inside it."""

import os
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
DBT_PROJECT = REPOSITORY / "dbt_project"
PROFILES = REPOSITORY / "profiles"
DATA_DIR_VARIABLE = "A360_DATA_DIR"


@dataclass(frozen=True)
class DataFolder:
    """The layout of one data folder."""

    root: Path

    @property
    def landing(self) -> Path:
        """Delivered files: `landing/<source>/<table>/**`."""
        return self.root / "landing"

    @property
    def converted(self) -> Path:
        """Parquet copies of delivered text files; may be deleted, is made again."""
        return self.root / "converted"

    @property
    def warehouse(self) -> Path:
        """The warehouse; may be deleted, is built again."""
        return self.root / "warehouse.duckdb"

    @property
    def ops(self) -> Path:
        """What cannot be computed again."""
        return self.root / "ops.duckdb"

    @property
    def serving(self) -> Path:
        """What other programs read."""
        return self.root / "serving"

    @property
    def artifacts(self) -> Path:
        """Model files, plots and reports."""
        return self.root / "artifacts"

    @property
    def truth(self) -> Path:
        """What the demo world really is; read by tests and benchmarks only."""
        return self.root / "truth"


def data_folder() -> DataFolder:
    """The data folder named by A360_DATA_DIR, else `data` in the repository."""
    configured = os.environ.get(DATA_DIR_VARIABLE)
    return DataFolder(Path(configured).expanduser().resolve() if configured else REPOSITORY / "data")
