"""A missing program is installed when we may, and its absence says what to do when we may not. Nothing is really installed here."""

import os
import stat
from pathlib import Path

import pytest

from orchestration.system_packages import ProgramMissingError, require_program


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder in which programs are looked for."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return tmp_path


def make_program(folder: Path, name: str, script: str = "exit 0") -> Path:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


def required() -> str:
    return require_program("thing-server", "thing", "The test", "Install thing.")


def test_what_is_there_is_used(programs: Path) -> None:
    there = make_program(programs, "thing-server")
    assert required() == str(there)


def test_without_a_package_manager_the_advice_is_shown(programs: Path) -> None:
    with pytest.raises(ProgramMissingError, match=r"neither thing-server nor apt-get here\. Install thing\."):
        required()


def test_without_the_right_to_install_the_advice_is_shown(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_program(programs, "apt-get")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ProgramMissingError, match=r"only root may install it\. Install thing\."):
        required()


def test_an_installation_that_fails_is_said(programs: Path) -> None:
    make_program(programs, "apt-get", "exit 100")
    with pytest.raises(ProgramMissingError, match=r"thing could not be installed, see above\. Install thing\."):
        required()


def test_a_machine_that_has_never_read_its_package_lists_reads_them(programs: Path) -> None:
    lists, server = programs / "lists", programs / "thing-server"
    make_program(
        programs,
        "apt-get",
        f'[ "$1" = update ] && : > {lists} && exit 0\n[ -e {lists} ] || exit 100\n: > {server}; /bin/chmod +x {server}',
    )
    assert required() == str(server)
