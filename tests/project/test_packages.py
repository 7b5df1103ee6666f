"""The offline dbt_utils: it covers every call of the project, and nothing that nobody calls."""

import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from orchestration import setup_packages
from orchestration.paths import DBT_PROJECT, REPOSITORY

STAND_INS = DBT_PROJECT / "offline_packages" / "dbt_utils"
CALL = re.compile(r"\bdbt_utils\.(\w+)")
DEFINITION = re.compile(r"{%-?\s*(?:macro|test)\s+(\w+)\s*\(")
FOLDERS = ("models", "macros", "tests", "snapshots", "analyses")


def project_files() -> Iterator[Path]:
    for folder in (*(DBT_PROJECT / name for name in FOLDERS), REPOSITORY / "seeds"):
        for path in folder.rglob("*"):
            if path.suffix in {".sql", ".yml", ".yaml", ".md"}:
                yield path


def called_macros() -> set[str]:
    return {name for path in project_files() for name in CALL.findall(path.read_text(encoding="utf-8"))}


def defined_macros() -> set[str]:
    names = {name for path in STAND_INS.rglob("*.sql") for name in DEFINITION.findall(path.read_text(encoding="utf-8"))}
    return {name.removeprefix("test_") for name in names if not name.startswith("default__")}


def test_every_call_of_dbt_utils_has_a_stand_in() -> None:
    assert called_macros() <= defined_macros()


def test_every_stand_in_is_called() -> None:
    assert defined_macros() <= called_macros()


def test_packages_yml_names_the_real_package_and_nothing_without_a_stand_in() -> None:
    packages = yaml.safe_load((DBT_PROJECT / "packages.yml").read_text(encoding="utf-8"))["packages"]
    assert [entry["package"] for entry in packages] == ["dbt-labs/dbt_utils"]
    assert [path.name for path in (DBT_PROJECT / "offline_packages").iterdir()] == ["dbt_utils"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(DBT_PROJECT / "offline_packages", tmp_path / "offline_packages")
    shutil.copy(DBT_PROJECT / "packages.yml", tmp_path / "packages.yml")
    return tmp_path


def test_an_unreachable_hub_is_noticed_at_once_and_the_stand_ins_take_over(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(setup_packages.HUB_VARIABLE, "http://127.0.0.1:9/")
    monkeypatch.setattr(setup_packages, "install_from_hub", lambda _: pytest.fail("must not try dbt deps"))
    assert setup_packages.install_packages(project) == "offline"
    assert capsys.readouterr().out.count("\n") == 1
    assert (project / "dbt_packages" / "dbt_utils" / "dbt_project.yml").exists()
    assert setup_packages.install_packages(project) == "unchanged"


def test_a_hub_that_never_answers_costs_a_few_seconds_only(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(setup_packages, "_ask", lambda *_: release.wait(30))
    assert not setup_packages.hub_answers("http://127.0.0.1:9/", seconds=0.2)
    release.set()


def test_a_hub_that_answers_is_preferred_and_a_failing_install_falls_back(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def install(folder: Path) -> bool:
        (folder / "dbt_packages" / "dbt_utils").mkdir(parents=True)
        return True

    monkeypatch.setattr(setup_packages, "hub_answers", lambda _: True)
    monkeypatch.setattr(setup_packages, "install_from_hub", install)
    assert setup_packages.install_packages(project) == "hub"
    (project / "packages.yml").write_text("packages: []\n", encoding="utf-8")
    monkeypatch.setattr(setup_packages, "install_from_hub", lambda _: False)
    assert setup_packages.install_packages(project) == "offline"


def test_a_changed_stand_in_is_installed_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup_packages, "hub_answers", lambda _: False)
    setup_packages.install_packages(project)
    (project / "offline_packages" / "dbt_utils" / "macros" / "new.sql").write_text("", encoding="utf-8")
    assert setup_packages.install_packages(project) == "offline"
    assert (project / "dbt_packages" / "dbt_utils" / "macros" / "new.sql").exists()
