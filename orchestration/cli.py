"""The commands behind `make`: demo, run, ui, summary, publish and generate."""

from __future__ import annotations

import argparse
import os
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from orchestration.paths import DataFolder, data_folder

DEMO_SEED = 7
# Customer ids derive from a secret; the demo's is no secret, so that everybody sees the same ids.
DEMO_IDENTITY_KEY = "audience360-demo"
# A segment of a real shop is published from 500 members (its policy says so); a small demo world would publish next to nothing.
SMALL_WORLD_SEGMENT_SIZE = 25
SMALL_WORLD_CUSTOMERS = 100_000
UI_PORT = 3000
# A terminal knows its width; a log file is as wide as the tables need.
FILE_WIDTH = 140


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and run one command; errors that say what to do are shown without a traceback."""
    parsed = _parser().parse_args(arguments)
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else FILE_WIDTH)
    # Dagster marks much of its interface as beta: nothing that somebody who runs a command can act on.
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    try:
        parsed.command(parsed, data_folder(), console)
    except _expected_errors() as error:
        console.print(f"[bold red]{type(error).__name__}[/]: ", end="")
        console.print(str(error), markup=False, highlight=False)
        return 1
    return 0


def generate(parsed: argparse.Namespace, folder: DataFolder, console: Console) -> None:
    """Write the demo world, or append days to it."""
    from orchestration.generators.spec import WorldSpec
    from orchestration.generators.world import append_days, generate_world
    from orchestration.variables import keep_vars

    started = time.monotonic()
    is_small = parsed.size < SMALL_WORLD_CUSTOMERS and not parsed.append_days
    with console.status("writing days …" if parsed.append_days else f"writing a world of {parsed.size:,} customers …"):
        if parsed.append_days:
            append_days(folder.root, parsed.append_days)
        else:
            generate_world(WorldSpec(customers=parsed.size, seed=parsed.seed), folder.root)
            keep_vars(folder, {"minimum_segment_size": SMALL_WORLD_SEGMENT_SIZE} if is_small else {})
    files = list(folder.landing.rglob("*.parquet"))
    megabytes = sum(file.stat().st_size for file in files) / 1e6
    written = f"{parsed.append_days} more days" if parsed.append_days else f"{parsed.size:,} customers"
    console.print(f"Demo world: {written}, {len(files)} files, {megabytes:,.0f} MB, {time.monotonic() - started:.0f} s")
    if is_small:
        console.print(f"In a world this small a segment is published from {SMALL_WORLD_SEGMENT_SIZE} members, not from 500.")


def demo(parsed: argparse.Namespace, folder: DataFolder, console: Console) -> None:
    """Make the demo world, run the street on it, show what came out."""
    os.environ.setdefault("A360_IDENTITY_KEY", DEMO_IDENTITY_KEY)
    generate(parsed, folder, console)
    run(parsed, folder, console)


def run(parsed: argparse.Namespace, folder: DataFolder, console: Console) -> None:
    """Run the street on what lies in the landing folder, or on an example shop."""
    from orchestration.defs.monitor.tags import ACCEPT_TAG
    from orchestration.run_street import run_street

    if parsed.example:
        from orchestration.examples import prepare_example

        for landed in prepare_example(parsed.example, folder.root, parsed.deliveries):
            console.print(f"{landed.table}: {landed.row_count:,} rows in {landed.file_count} files")
    console.print(f"Running the street on {folder.root} …", highlight=False)
    street = run_street(
        folder,
        tell=_teller(console),
        tags={ACCEPT_TAG: "true"} if parsed.accept_findings else {},
        with_data_tests=not parsed.skip_data_tests,
    )
    summary(parsed, folder, console)
    console.print(f"The street took {street.seconds:.0f} s. Everything that dbt said: {street.log_file}", highlight=False)


def summary(_parsed: argparse.Namespace, folder: DataFolder, console: Console) -> None:
    """Show what is published."""
    from orchestration.summary import read_summary, show_summary
    from orchestration.truth import read_truth

    published = read_summary(folder)
    show_summary(published, folder, console, read_truth(folder))


def publish(_parsed: argparse.Namespace, folder: DataFolder, console: Console) -> None:
    """Publish the warehouse as it is, for instance after a plain `dbt build`; checks and deliveries are Dagster's."""
    import json

    from orchestration.dbt_part import prepared_manifest
    from orchestration.lock import warehouse_turn
    from orchestration.model_data import clock
    from orchestration.published import served_tables
    from orchestration.serving import publish as publish_copy
    from orchestration.warehouse import Warehouse

    tables = served_tables(json.loads(prepared_manifest(folder).read_text()))
    warehouse = Warehouse(folder.root)
    with warehouse_turn(folder.root, "publish"):
        publication = publish_copy(warehouse, folder.serving, tables, clock(warehouse))
    console.print(f"Published {len(publication.tables)} tables as {publication.folder}", highlight=False)


def ui(parsed: argparse.Namespace, folder: DataFolder, console: Console) -> None:
    """Dagster's UI with its daemon (schedules, sensor) on localhost."""
    from orchestration.dbt_part import prepared_manifest
    from orchestration.run_street import use_data_folder

    use_data_folder(folder)
    prepared_manifest(folder)
    console.print(f"Dagster on http://127.0.0.1:{parsed.port} (Ctrl-C ends it)", highlight=False)
    executable = str(Path(sys.executable).with_name("dagster"))
    command = [executable, "dev", "-m", "orchestration.definitions", "-h", "127.0.0.1", "-p", str(parsed.port)]
    console.file.flush()
    # It points to a tool of a package that this project does without.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:Function `dev_command` is superseded")
    # Dagster takes this process over, so that whatever ends it ends Dagster and its servers.
    os.execv(executable, command)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="audience360", description=__doc__)
    commands = parser.add_subparsers(required=True)

    def add(name: str, function: object, *groups: argparse.ArgumentParser) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=(getattr(function, "__doc__", "") or "").splitlines()[0], parents=list(groups))
        command.set_defaults(command=function)
        return command

    world = argparse.ArgumentParser(add_help=False)
    world.add_argument("--size", type=int, default=20_000, help="customers after 24 months")
    world.add_argument("--seed", type=int, default=DEMO_SEED)
    world.add_argument("--append-days", type=int, default=0, help="append so many days to the world that is there")
    street = argparse.ArgumentParser(add_help=False)
    street.add_argument(
        "--accept-findings", action="store_true", help="publish although a blocking check of Dagster objects (size swings, …)"
    )
    street.add_argument("--skip-data-tests", action="store_true", help="for trials: dbt builds without its data tests")
    add("generate", generate, world)
    add("demo", demo, world, street).set_defaults(example=None)
    own = add("run", run, street)
    own.add_argument("--example", help="a folder of examples/ that maps foreign tables to the contract")
    own.add_argument("--deliveries", choices=("all", "daily"), default=os.environ.get("DELIVERIES", "all"))
    add("summary", summary)
    add("publish", publish)
    add("ui", ui).add_argument("--port", type=int, default=UI_PORT)
    return parser


def _teller(console: Console) -> Callable[[str], None]:
    def tell(line: str) -> None:
        console.print(line, markup=False, highlight=False, soft_wrap=True)

    return tell


def _expected_errors() -> tuple[type[Exception], ...]:
    from orchestration.examples import ExampleError
    from orchestration.generators.manifest import WorldMismatchError
    from orchestration.run_street import StreetFailedError

    return (ExampleError, StreetFailedError, WorldMismatchError, FileNotFoundError, LookupError)


if __name__ == "__main__":
    sys.exit(main())
