"""The commands behind `make`: demo, run, ui, summary, publish, generate, stream, triggers; `identity`, who is who; `models`."""

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
    from orchestration.defs.monitor.tags import ACCEPT_TAG, RETRAIN_TAG
    from orchestration.run_street import run_street

    if parsed.example:
        from orchestration.examples import prepare_example

        for landed in prepare_example(parsed.example, folder.root, parsed.deliveries):
            console.print(f"{landed.table}: {landed.row_count:,} rows in {landed.file_count} files")
    console.print(f"Running the street on {folder.root} …", highlight=False)
    street = run_street(
        folder,
        tell=_teller(console),
        tags={name: "true" for name, is_set in ((ACCEPT_TAG, parsed.accept_findings), (RETRAIN_TAG, parsed.retrain)) if is_set},
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
    from orchestration.triggers.base import base_exporter
    from orchestration.warehouse import Warehouse

    tables = served_tables(json.loads(prepared_manifest(folder).read_text()))
    warehouse = Warehouse(folder.root)
    with warehouse_turn(folder.root, "publish"):
        publication = publish_copy(warehouse, folder.serving, tables, clock(warehouse), [base_exporter(folder)])
    console.print(f"Published {len(publication.tables)} tables as {publication.folder}", highlight=False)


def identity(parsed: argparse.Namespace, folder: DataFolder, console: Console) -> None:
    """Decide that two identifiers are one person (link) or two (split), or leave it to the rules again (withdrawn)."""
    from orchestration.identity_overrides import Identifier, decide

    sides = Identifier(parsed.type, parsed.value), Identifier(parsed.other_type, parsed.other_value)
    override_id = decide(folder.root, parsed.decision, *sides, by=parsed.by, reason=parsed.reason)
    console.print(f"Decision {override_id} is kept; the next run obeys it.", highlight=False)


def models(parsed: argparse.Namespace, folder: DataFolder, console: Console) -> None:
    """Show the registered versions of the models (list), make an earlier one score again (rollback), or end that (release)."""
    from orchestration.lock import warehouse_turn
    from orchestration.paths import DBT_PROJECT
    from orchestration.registry import WITH_CHAMPION, release, roll_back, show_versions
    from orchestration.table_store import open_table_store

    with warehouse_turn(folder.root, "models"):
        tables = open_table_store(folder.root)
        if parsed.action == "list":
            show_versions(tables, DBT_PROJECT / "models", console)
        elif parsed.action == "release":
            held = release(tables, DBT_PROJECT / "models", parsed.model)
            console.print(f"{held} scores until the next run, which fits {parsed.model} anew.", highlight=False)
        else:
            taken_out, serves = roll_back(tables, DBT_PROJECT / "models", parsed.model, parsed.to)
            until = f"no run promotes {taken_out} again" if parsed.model in WITH_CHAMPION else "until `models release` ends that"
            console.print(f"{serves} scores from the next run on; {until}.", highlight=False)


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


def stream(parsed: argparse.Namespace, folder: DataFolder, console: Console) -> None:
    """Land a stream of events in micro-batches, until it is told to stop."""
    from orchestration.stream.run import run_stream
    from orchestration.stream.settings import BatchLimits, stream_settings

    settings = stream_settings()
    limits = BatchLimits(events=parsed.events, seconds=parsed.seconds)
    console.print(
        f"Landing {settings.name} of {settings.address.text} in {folder.landing / settings.table} (Ctrl-C ends it)", highlight=False
    )
    run_stream(folder, settings, limits, _teller(console), until_empty=parsed.until_empty)


def triggers(parsed: argparse.Namespace, folder: DataFolder, console: Console) -> None:
    """Turn what the stream lands into the trigger audience, until it is told to stop."""
    from orchestration.triggers.run import run_triggers

    console.print(f"Keeping {folder.serving / 'triggers' / 'current'} up to date (Ctrl-C ends it)", highlight=False)
    run_triggers(folder, _teller(console), until_idle=parsed.until_idle)


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
    street.add_argument("--retrain", action="store_true", help="train and compare all models, whether they are due or not")
    street.add_argument("--skip-data-tests", action="store_true", help="for trials: dbt builds without its data tests")
    add("generate", generate, world)
    add("demo", demo, world, street).set_defaults(example=None)
    own = add("run", run, street)
    own.add_argument("--example", help="a folder of examples/ that maps foreign tables to the contract")
    own.add_argument("--deliveries", choices=("all", "daily"), default=os.environ.get("DELIVERIES", "all"))
    add("summary", summary)
    add("publish", publish)
    decision = add("identity", identity)
    decision.add_argument("decision", choices=("link", "split", "withdrawn"))
    for name, shown in (("type", "TYPE"), ("value", "VALUE"), ("other_type", "OTHER_TYPE"), ("other_value", "OTHER_VALUE")):
        decision.add_argument(name, metavar=shown, help="such as email, shop_customer_id or phone" if "type" in name else None)
    decision.add_argument("--by", required=True, help="who decides")
    decision.add_argument("--reason", required=True, help="why; do not write personal data in it")
    actions = add("models", models).add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="versions, which of them score, and why")
    back = actions.add_parser("rollback", help="take the version that scores out of service")
    back.add_argument("model", metavar="MODEL", help="such as purchase_30d")
    freed = actions.add_parser("release", help="let runs choose again after a rollback of a model that they fit anew")
    freed.add_argument("model", metavar="MODEL", help="such as customer_clusters")
    back.add_argument("--to", metavar="VERSION", help="the version that is to score; otherwise the one that scored before")
    add("ui", ui).add_argument("--port", type=int, default=UI_PORT)
    landing = add("stream", stream)
    landing.add_argument("--seconds", type=float, default=10.0, help="a file is written after so many seconds …")
    landing.add_argument("--events", type=int, default=10_000, help="… or so many events, whichever comes first")
    landing.add_argument("--until-empty", action="store_true", help="end when nothing is left to land")
    add("triggers", triggers).add_argument("--until-idle", action="store_true", help="end when nothing is left to do")
    return parser


def _teller(console: Console) -> Callable[[str], None]:
    def tell(line: str) -> None:
        console.print(line, markup=False, highlight=False, soft_wrap=True)

    return tell


def _expected_errors() -> tuple[type[Exception], ...]:
    from orchestration.examples import ExampleError
    from orchestration.generators.manifest import WorldMismatchError
    from orchestration.identity_overrides import OverrideError
    from orchestration.model_records import DamagedModelError, RollbackError
    from orchestration.run_street import StreetFailedError
    from orchestration.stream.errors import StreamError
    from orchestration.triggers.errors import TriggerError

    return (
        DamagedModelError,
        ExampleError,
        OverrideError,
        RollbackError,
        StreamError,
        StreetFailedError,
        TriggerError,
        WorldMismatchError,
        FileNotFoundError,
        LookupError,
    )


if __name__ == "__main__":
    sys.exit(main())
