"""dbt variables that belong to a data folder, such as the reporting currency of an example shop: every run on it uses them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from orchestration.atomic_files import write_whole
from orchestration.paths import DataFolder, data_folder

VARS_FILE = "dbt_vars.json"


def dbt_vars(folder: DataFolder) -> dict[str, Any]:
    """The variables; none for a folder that never had any."""
    file = folder.root / VARS_FILE
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}


def vars_arguments(folder: DataFolder) -> list[str]:
    """The same as dbt arguments."""
    return ["--vars", vars_text(folder)] if dbt_vars(folder) else []


def vars_text(folder: DataFolder) -> str:
    """The same as JSON, as `dbt --vars` reads it; `{}` for a folder that never had any."""
    return json.dumps(dbt_vars(folder), sort_keys=True)


def keep_vars(folder: DataFolder, variables: Mapping[str, Any]) -> None:
    """Replace the variables of a data folder."""
    write_whole(folder.root / VARS_FILE, json.dumps(dict(variables), sort_keys=True) + "\n")


if __name__ == "__main__":
    print(vars_text(data_folder()))
