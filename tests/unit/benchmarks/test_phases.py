"""What the phases of a bench run share."""

import sys
from pathlib import Path

import pytest

from benchmarks.phases import Bench
from benchmarks.sizes import BenchFolders
from orchestration.identity_key import IDENTITY_KEY_VARIABLE
from orchestration.paths import DATA_DIR_VARIABLE


def test_every_phase_works_on_the_run_with_one_identity_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The street refuses a folder that dbt built with another key; the key of whoever starts the bench is not the bench's."""
    monkeypatch.setenv(IDENTITY_KEY_VARIABLE, "of somebody else")
    bench = Bench(BenchFolders(tmp_path), 1_000, "6GB", 1, print)
    show = f"import os; open('seen', 'a').write(os.environ[{IDENTITY_KEY_VARIABLE!r}] + ' ' + os.environ[{DATA_DIR_VARIABLE!r}] + chr(10))"
    for limit in (None, "2GB"):
        bench.step("show", [sys.executable, "-c", show], tmp_path, limit)
    seen = (tmp_path / "seen").read_text(encoding="utf-8").splitlines()
    assert len(seen) == 2
    assert len(set(seen)) == 1
    key, folder = seen[0].split()
    assert key not in {"", "of"}
    assert folder == str(tmp_path / "run")
