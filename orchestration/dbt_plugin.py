"""What dbt-duckdb asks of this project before and after it opens the warehouse: the plugin named in profiles.yml.

It waits for the one lock, makes the data folder, and gives the on-run-start hook three functions:

* `a360_landing_plan(request)`: compares the landing folder with the file register (see `orchestration.landing.plan`);
* `a360_identity_key()`: the secret that customer ids derive from, so that it never stands in the text of a query;
* `a360_identity_key_differs(stored)`: whether the environment asks for another secret than the stored one.
"""

import atexit
import os
import secrets
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin

from orchestration.landing.contract import LandingError
from orchestration.lock import warehouse_connection
from orchestration.paths import DataFolder

IDENTITY_KEY_VARIABLE = "A360_IDENTITY_KEY"


def identity_key() -> str:
    """The configured secret, else a new random one."""
    return os.environ.get(IDENTITY_KEY_VARIABLE) or secrets.token_hex(32)


def identity_key_differs(stored: str) -> bool:
    """Whether a secret is configured that is not the stored one: every customer id would change."""
    configured = os.environ.get(IDENTITY_KEY_VARIABLE)
    return bool(configured) and not secrets.compare_digest(configured.encode(), stored.encode())


def landing_plan(folder: DataFolder, request: str) -> str:
    """The plan as JSON; Arrow is imported only here, because most invocations need no plan."""
    from orchestration.landing.plan import plan_as_json  # noqa: PLC0415

    return plan_as_json(folder, request)


class Plugin(BasePlugin):
    """Wires the project into dbt-duckdb."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Keep the locks of this process until it ends."""
        self._locks = ExitStack()
        self._is_locked = False

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        """Called right before the database is opened: wait for the turn."""
        if self._is_locked:
            return
        folder = Path(creds.path).resolve().parent
        folder.mkdir(parents=True, exist_ok=True)
        self._locks.enter_context(warehouse_connection(folder, f"dbt {' '.join(sys.argv[1:2])}".strip()))
        atexit.register(self._locks.close)
        self._is_locked = True

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Called right after: add the functions of the hook."""
        folder = DataFolder(Path(self.creds.path).resolve().parent)
        varchar, boolean = duckdb.sqltypes.VARCHAR, duckdb.sqltypes.BOOLEAN
        plan = partial(landing_plan, folder)
        conn.create_function("a360_landing_plan", plan, [varchar], varchar, side_effects=True)
        conn.create_function("a360_identity_key", identity_key, [], varchar, side_effects=True)
        conn.create_function("a360_identity_key_differs", identity_key_differs, [varchar], boolean)
