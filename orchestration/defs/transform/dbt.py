"""dbt in three parts: what needs nothing of Python; once it has linked records, who is who and after; then what needs scores."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from dagster_dbt import DbtCliResource, dbt_assets
from pydantic import Field

from orchestration.dbt_part import (
    NEEDS_LINKAGE,
    NEEDS_PYTHON,
    StreetTranslator,
    needs_scores,
    prepared_manifest,
    project_of,
    street_manifest,
)
from orchestration.landing.plan import SETTLED_VARIABLE
from orchestration.paths import data_folder
from orchestration.resources.street import Street
from orchestration.variables import vars_arguments

FOLDER = data_folder()
PROJECT = project_of(FOLDER)
MANIFEST = street_manifest(prepared_manifest(FOLDER))
NEEDS_SCORES = needs_scores(MANIFEST)
TRANSLATOR = StreetTranslator()


class BuildConfig(dg.Config):
    """What `dbt build` leaves out. Unit tests are about code, not data: `make build` and `make test` run them."""

    left_out: list[str] = Field(default=["unit_test"])


@dbt_assets(manifest=MANIFEST, project=PROJECT, dagster_dbt_translator=TRANSLATOR, exclude=NEEDS_PYTHON, name="dbt_before_linkage")
def dbt_before_linkage(context: dg.AssetExecutionContext, config: BuildConfig, dbt: DbtCliResource, street: Street) -> Iterator[object]:
    yield from _build(context, config, dbt, street)


@dbt_assets(
    manifest=MANIFEST,
    project=PROJECT,
    dagster_dbt_translator=TRANSLATOR,
    select=NEEDS_LINKAGE,
    exclude=NEEDS_SCORES,
    name="dbt_before_models",
)
def dbt_before_models(context: dg.AssetExecutionContext, config: BuildConfig, dbt: DbtCliResource, street: Street) -> Iterator[object]:
    with _landing_settled():
        yield from _build(context, config, dbt, street)


@dbt_assets(manifest=MANIFEST, project=PROJECT, dagster_dbt_translator=TRANSLATOR, select=NEEDS_SCORES, name="dbt_after_models")
def dbt_after_models(context: dg.AssetExecutionContext, config: BuildConfig, dbt: DbtCliResource, street: Street) -> Iterator[object]:
    with _landing_settled():
        yield from _build(context, config, dbt, street)


@contextmanager
def _landing_settled() -> Iterator[None]:
    """For every part but the first: files that landed since, as a stream's do all the time, would be read without having been judged."""
    os.environ[SETTLED_VARIABLE] = "yes"
    try:
        yield
    finally:
        del os.environ[SETTLED_VARIABLE]


def _build(context: dg.AssetExecutionContext, config: BuildConfig, dbt: DbtCliResource, street: Street) -> Iterator[object]:
    target_path = street.folder.root / "dbt" / context.op.name
    target_path.mkdir(parents=True, exist_ok=True)
    parsed = PROJECT.manifest_path.with_name("partial_parse.msgpack")
    if parsed.exists():
        shutil.copy(parsed, target_path)
    left_out = [argument for kind in config.left_out for argument in ("--exclude-resource-type", kind)]
    # Nobody reads the artifacts of this run, Dagster listens to its events: writing 18 MB of them took longer than some parts build.
    arguments = ["build", "--no-write-json", *left_out, *vars_arguments(street.folder)]
    invocation = dbt.cli(arguments, context=context, target_path=target_path)
    try:
        yield from invocation.stream()
    finally:
        # Whatever ended this step, nobody goes on writing behind its back.
        if invocation.process.poll() is None:
            invocation.process.terminate()
            invocation.process.wait()
