"""The store of the trigger runner, over versions of it."""

from pathlib import Path

from orchestration.paths import DataFolder
from orchestration.triggers.events import FIRST_FILE_ID
from orchestration.triggers.store import open_store


def test_files_of_an_earlier_store_are_numbered_anew(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    earlier = open_store(folder)
    for file_id in (10**12, 10**12 + 1):
        earlier.execute("insert into state.files (file_path, _file_id) values (?, ?)", [str(file_id), file_id])
        earlier.execute("insert into state.events (event_id, _file_id) values ('e', ?)", [file_id])
    earlier.close()

    for _ in range(2):
        store = open_store(folder)
        for table in ("files", "events"):
            found = store.execute(f"select _file_id from state.{table} order by _file_id").fetchall()
            assert found == [(FIRST_FILE_ID,), (FIRST_FILE_ID + 1,)]
        store.close()
