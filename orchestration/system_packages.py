"""Programs that come from the system's packages: the one that is there, else installed when that is possible."""

from __future__ import annotations

import os
import shutil
import subprocess


class ProgramMissingError(RuntimeError):
    """A program is not there and could not be installed; the message says what to do."""


def require_program(program: str, package: str, needed_by: str, advice: str) -> str:
    """Where a program is, installed from a Debian package when it is missing and we may.

    Args:
        program: what is called.
        package: the Debian package that has it.
        needed_by: who needs it, as the subject of a sentence.
        advice: what somebody should do by hand.
    """
    found = shutil.which(program)
    if found is not None:
        return found
    installer = shutil.which("apt-get")
    if installer is None:
        raise ProgramMissingError(f"{needed_by} needs {program}, and there is neither {program} nor apt-get here. {advice}")
    prefix = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if prefix and shutil.which("sudo") is None:
        raise ProgramMissingError(f"{needed_by} needs {program}, and only root may install it. {advice}")
    install = [*prefix, installer, "install", "--yes", "--no-install-recommends", package]
    print(f"{needed_by} needs {program}: {' '.join(install)}", flush=True)
    # A bare machine may not have read its package lists yet.
    is_installed = _run(install) or (_run([*prefix, installer, "update"]) and _run(install))
    found = shutil.which(program)
    if found is None or not is_installed:
        raise ProgramMissingError(f"{package} could not be installed, see above. {advice}")
    return found


def _run(command: list[str]) -> bool:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL).returncode == 0
