"""Command line of the demo world: ``python -m orchestration.generators --data-dir data --customers 20000``."""

from __future__ import annotations

import argparse
import logging
import sys
from datetime import date
from pathlib import Path

from orchestration.generators.manifest import WorldMismatchError
from orchestration.generators.spec import DEFAULT_END_DATE, WorldSpec, first_day_of_history
from orchestration.generators.world import Resources, append_days, generate_world


def _parser() -> argparse.ArgumentParser:
    description = "Makes the seeded demo world, or appends days to it."
    parser = argparse.ArgumentParser(prog="python -m orchestration.generators", description=description)
    parser.add_argument("--data-dir", type=Path, required=True, help="folder that gets landing/ and truth/")
    parser.add_argument("--customers", type=int, default=20_000, help="people after 24 months (default 20000)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--end-date", type=date.fromisoformat, default=DEFAULT_END_DATE, help=f"last day (default {DEFAULT_END_DATE})")
    parser.add_argument("--start-date", type=date.fromisoformat, help="first day, of a month (default: 24 months before the end)")
    parser.add_argument("--append-days", type=int, help="append so many days to the world that the folder holds")
    parser.add_argument("--memory-limit", default=Resources.memory_limit, help=f"of DuckDB (default {Resources.memory_limit})")
    parser.add_argument("--threads", type=int, help="of DuckDB (default: one per core)")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    resources = Resources(memory_limit=options.memory_limit, threads=options.threads)
    try:
        if options.append_days is not None:
            append_days(options.data_dir, options.append_days, resources)
        else:
            start_date = options.start_date or first_day_of_history(options.end_date)
            generate_world(WorldSpec(options.customers, options.seed, start_date, options.end_date), options.data_dir, resources)
    except (ValueError, WorldMismatchError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
