"""Runs the whole street on a data folder and writes the seconds of each of its steps.

Usage: A360_DATA_DIR=<folder> python -m benchmarks.street_probe seconds.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from orchestration.defs.monitor.tags import ACCEPT_TAG
from orchestration.paths import data_folder
from orchestration.run_street import run_street


def main() -> None:
    """The command line."""
    street = run_street(data_folder(), tags={ACCEPT_TAG: "true"})
    Path(sys.argv[1]).write_text(json.dumps(dict(street.seconds_by_step), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
