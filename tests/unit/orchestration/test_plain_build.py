"""A build without news is no build; anything that a build reads is news."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration import plain_build
from orchestration.paths import DataFolder
from orchestration.variables import keep_vars

Change = Callable[[DataFolder], object]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """A data folder with a delivered file and both stores."""
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "target"))
    folder = DataFolder(tmp_path / "data")
    (folder.landing / "shop" / "orders").mkdir(parents=True)
    (folder.landing / "shop" / "orders" / "a.csv").write_text("order_id\n1\n", encoding="utf-8")
    for store in (folder.warehouse, folder.ops):
        store.write_bytes(b"store")
    return folder


def built(folder: DataFolder, tmp_path: Path, status: str = "success", code: int = 0, does: str = "") -> int:
    """What the build came to; instead of dbt somebody leaves its results and does what the test says."""
    results = json.dumps({"results": [{"status": "pass"}, {"status": status}]})
    script = f"from pathlib import Path; Path({str(tmp_path / 'target')!r}).mkdir(exist_ok=True)\n"
    script += f"Path({str(tmp_path / 'target' / 'run_results.json')!r}).write_text({results!r})\n{does}\nraise SystemExit({code})"
    return plain_build.build(folder, (sys.executable, "-c", script))


def test_a_build_that_ended_well_is_not_repeated(folder: DataFolder, tmp_path: Path) -> None:
    assert not plain_build.is_built(folder)
    assert built(folder, tmp_path, does=f"Path({str(folder.warehouse)!r}).write_bytes(b'all of it')") == 0
    assert plain_build.is_built(folder)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda folder: (folder.landing / "shop" / "orders" / "b.csv").write_text("order_id\n2\n"), id="a file"),
        pytest.param(lambda folder: (folder.landing / "shop" / "orders" / "a.csv").write_text("order_id\n3333\n"), id="a changed file"),
        pytest.param(lambda folder: (folder.landing / "shop" / "orders" / "a.csv").unlink(), id="a file less"),
        pytest.param(lambda folder: folder.ops.write_bytes(b"scores"), id="what Python wrote"),
        pytest.param(lambda folder: folder.warehouse.with_name("warehouse.duckdb.wal").write_bytes(b"x"), id="a lone dbt run"),
        pytest.param(lambda folder: folder.warehouse.unlink(), id="no warehouse"),
        pytest.param(lambda folder: keep_vars(folder, {"reporting_currency": "EUR"}), id="a variable"),
        pytest.param(lambda folder: os.environ.__setitem__("A360_IDENTITY_KEY", "another"), id="the environment"),
        pytest.param(lambda folder: os.utime(folder.warehouse, ns=(1, 1)), id="a restored copy"),
    ],
)
def test_news_are_built(folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Change) -> None:
    monkeypatch.setenv("A360_IDENTITY_KEY", "one")
    built(folder, tmp_path)
    assert plain_build.is_built(folder)
    change(folder)
    assert not plain_build.is_built(folder)


def test_a_changed_project_is_news(folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built(folder, tmp_path)
    monkeypatch.setattr(plain_build, "project_fingerprint", lambda folder: "a model was edited")
    assert not plain_build.is_built(folder)


@pytest.mark.parametrize(("status", "code"), [("warn", 0), ("error", 1), ("fail", 1)])
def test_a_build_that_had_something_to_say_says_it_again(folder: DataFolder, tmp_path: Path, status: str, code: int) -> None:
    built(folder, tmp_path)
    assert built(folder, tmp_path, status, code) == code
    assert not plain_build.is_built(folder)


def test_what_lands_during_a_build_is_new_to_the_next(folder: DataFolder, tmp_path: Path) -> None:
    late = folder.landing / "shop" / "orders" / "late.csv"
    assert built(folder, tmp_path, does=f"Path({str(late)!r}).write_text('order_id')") == 0
    assert not plain_build.is_built(folder)


def test_the_stamp_shows_no_secret(folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A360_IDENTITY_KEY", "very secret")
    built(folder, tmp_path)
    kept = json.loads((folder.root / plain_build.STAMP).read_text(encoding="utf-8"))
    assert list(kept) == ["state"]
    assert len(kept["state"]) == 64


def test_main_builds_nothing_unless_forced(
    folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("A360_DATA_DIR", str(folder.root))
    built(folder, tmp_path)
    ran: list[tuple[str, ...]] = []
    monkeypatch.setattr(plain_build, "build", lambda folder, command: ran.append(command) or 0)
    monkeypatch.setattr(sys, "argv", ["plain_build"])
    assert plain_build.main() == 0
    assert not ran
    assert "FORCE=1" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["plain_build", "--force"])
    assert plain_build.main() == 0
    assert ran[0][1] == "build"
