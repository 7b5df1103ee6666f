"""What dbt-duckdb asks of this project before and after it opens the warehouse: the plugin named in profiles.yml.

It waits for the one lock, makes the data folder, and gives the on-run-start hook its functions:

* `a360_landing_plan(request)`: compares the landing folder with the file register (see `orchestration.landing.plan`);
* `a360_kept_variables()`: the dbt variables that belong to the data folder, as JSON (see `orchestration.variables`);
* `a360_identity_key()`: the secret that customer ids derive from, so that it never stands in the text of a query;
* `a360_identity_key_differs(stored)`: whether the environment asks for another secret than the stored one.
"""

import atexit
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin

from orchestration.identity_key import identity_key, identity_key_differs
from orchestration.landing.plan import plan_as_json
from orchestration.lock import warehouse_connection
from orchestration.paths import DataFolder
from orchestration.variables import vars_text


class Plugin(BasePlugin):
    """Wires the project into dbt-duckdb."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Keep the locks of this process until it ends."""
        self._locks = ExitStack()
        self._folder: DataFolder | None = None

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        """Called right before the database is opened: wait for the turn."""
        if self._folder is not None:
            return
        self._folder = DataFolder(Path(creds.path).resolve().parent)
        self._folder.root.mkdir(parents=True, exist_ok=True)
        self._locks.enter_context(warehouse_connection(self._folder.root, f"dbt {' '.join(sys.argv[1:2])}".strip()))
        atexit.register(self._locks.close)

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Called right after: add the functions of the hook.

        A connection that still has functions when the interpreter ends prints pages of warnings, so it is closed before.
        """
        atexit.register(conn.close)
        if self._folder is None:
            message = "dbt-duckdb opened the warehouse without update_connection_config: this project needs dbt-duckdb 1.11."
            raise RuntimeError(message)
        varchar, boolean = duckdb.sqltypes.VARCHAR, duckdb.sqltypes.BOOLEAN
        plan = partial(plan_as_json, self._folder)
        # A second environment in one process meets the functions of the first while any cursor of it is open.
        if conn.execute("select count(*) from duckdb_functions() where function_name = 'a360_landing_plan'").fetchall() == [(0,)]:
            conn.create_function("a360_landing_plan", plan, [varchar], varchar, side_effects=True)
            conn.create_function("a360_kept_variables", partial(vars_text, self._folder), [], varchar, side_effects=True)
            conn.create_function("a360_identity_key", identity_key, [], varchar, side_effects=True)
            conn.create_function("a360_identity_key_differs", identity_key_differs, [varchar], boolean)
