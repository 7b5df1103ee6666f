"""The SQL of the trigger models as dbt compiles it: the runner runs the very text that the nightly build runs.

dbt is started once per version of the project, in a process and with a data folder of its own: it never waits for the warehouse, and
the runner never carries dbt in its memory. What came out is kept until the project changes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from orchestration.atomic_files import write_whole
from orchestration.paths import DATA_DIR_VARIABLE, DBT_PROJECT, PROFILES, REPOSITORY, DataFolder
from orchestration.project_fingerprint import project_fingerprint
from orchestration.triggers.errors import TriggerError
from orchestration.variables import vars_text

# What a landed event goes through until it is accepted.
STAGING_MODELS = ("base_web__events_delivered", "base_web__events_exceptions", "base_web__events", "stg_web__events")
# What folds accepted events, bots told apart.
BEHAVIOUR_MODELS = ("int_web_visit_pieces", "int_shopping_events")
# From folded events to who is in which trigger.
TRIGGER_MODELS = (
    "int_cart_customers",
    "int_trigger_exit_events",
    "int_trigger_cart_signals",
    "int_trigger_view_signals",
    "int_trigger_browse_signals",
    "int_trigger_product_signals",
    "int_trigger_spike_signals",
    "int_trigger_signals",
    "int_trigger_spells",
    "int_trigger_steps",
    "int_trigger_walks",
    "fct_triggers",
)
AUDIENCE_MODELS = ("audience_eligibility",)
MODELS = (*STAGING_MODELS, *BEHAVIOUR_MODELS, *TRIGGER_MODELS, *AUDIENCE_MODELS)


@dataclass(frozen=True)
class CompiledModel:
    """One model: the relation that it is in the warehouse, what it reads, and its query."""

    name: str
    relation: str
    depends_on: tuple[str, ...]
    sql: str


@dataclass(frozen=True)
class CompiledProject:
    """All models of the runner by name, and the query of the landing view over converted event files."""

    fingerprint: str
    models: Mapping[str, CompiledModel]
    landing_sql: str

    def in_order(self, names: Sequence[str]) -> list[CompiledModel]:
        """These models, each after what it reads."""
        waiting, ordered = dict.fromkeys(names), list[CompiledModel]()
        while waiting:
            ready = [name for name in waiting if not waiting.keys() & set(self.models[name].depends_on) - {name}]
            if not ready:
                raise TriggerError(f"models read each other in a circle: {', '.join(waiting)}")
            for name in ready:
                ordered.append(self.models[name])
                del waiting[name]
        return ordered

    def missing_inputs(self, provided: frozenset[str]) -> list[str]:
        """What the models read and nobody provides: a model was given an input that the runner does not know of."""
        read = {name for model in self.models.values() for name in model.depends_on}
        return sorted(read - self.models.keys() - provided)


def compiled_project(folder: DataFolder) -> CompiledProject:
    """The models as they are in the repository now; dbt is started only when something changed since the last time."""
    home = folder.root / "dbt" / "triggers"
    home.mkdir(parents=True, exist_ok=True)
    kept = home / "compiled.json"
    with FileLock(home / "compile.lock"):
        fingerprint = project_fingerprint(folder)
        if kept.exists():
            project = _read(kept)
            if project.fingerprint == fingerprint:
                return project
        _compile(folder, home, kept, fingerprint)
        return _read(kept)


def _compile(folder: DataFolder, home: Path, kept: Path, fingerprint: str) -> None:
    command = [sys.executable, "-m", "orchestration.triggers.dbt_compile", str(home), vars_text(folder)]
    # A data folder of its own: an empty warehouse of the same name, so that the real one is neither opened nor waited for.
    environment = {**os.environ, DATA_DIR_VARIABLE: str(home), "DBT_PROFILES_DIR": str(PROFILES), "DO_NOT_TRACK": "1"}
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise TriggerError(f"dbt could not compile the trigger models; `make build` shows the same:\n{done.stdout}{done.stderr}")
    found = json.loads((home / "dbt.json").read_text(encoding="utf-8"))
    write_whole(kept, json.dumps({"fingerprint": fingerprint, **found}))


def _read(file: Path) -> CompiledProject:
    content = json.loads(file.read_text(encoding="utf-8"))
    models = {
        name: CompiledModel(name, model["relation"], tuple(model["depends_on"]), model["sql"]) for name, model in content["models"].items()
    }
    return CompiledProject(content["fingerprint"], models, content["landing_sql"])


def dbt_options(home: Path) -> list[str]:
    """The options that keep everything dbt writes in one folder."""
    paths = {"project-dir": DBT_PROJECT, "profiles-dir": PROFILES, "target-path": home / "target", "log-path": home / "logs"}
    return ["--quiet", *(part for name, path in paths.items() for part in (f"--{name}", str(path)))]
