"""The one resource of the street: its data folder, its warehouse, and the turn on the warehouse for the length of a run."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from dagster import ConfigurableResource, InitResourceContext
from pydantic import PrivateAttr

from orchestration.lock import warehouse_turn
from orchestration.paths import DataFolder
from orchestration.table_store import TableStore, open_table_store
from orchestration.warehouse import Warehouse


class Street(ConfigurableResource):
    """Taken by every asset, so that a run holds the warehouse lock from its first step to its last; it opens no connection itself."""

    data_dir: str
    _turn: ExitStack = PrivateAttr(default_factory=ExitStack)

    @property
    def folder(self) -> DataFolder:
        return DataFolder(Path(self.data_dir))

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(self.folder.root)

    @property
    def tables(self) -> TableStore:
        """What training and scoring read and write, on the engine that dbt builds on."""
        return open_table_store(self.folder.root)

    def setup_for_execution(self, context: InitResourceContext) -> None:
        log = context.log
        self._turn.enter_context(
            warehouse_turn(
                self.folder.root,
                f"dagster run {context.run_id}",
                tell=log.info if log else print,
            )
        )

    def teardown_after_execution(self, context: InitResourceContext) -> None:
        self._turn.close()
