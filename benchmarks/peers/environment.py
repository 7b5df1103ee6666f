"""An environment of their own for the peers: they are never dependencies of the project, and one that cannot be had is no error."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# Each apart, so that one that cannot be installed does not take the others with it.
PACKAGES = ("pandas", "pyarrow", "duckdb", "polars", "networkx", "igraph", "lifetimes", "pymc-marketing")
NEEDS = {
    "rfm_pandas": ("pandas", "pyarrow"),
    "rfm_pymc_marketing": ("pandas", "pyarrow", "pymc-marketing"),
    "rfm_lifetimes": ("pandas", "pyarrow", "lifetimes"),
    "sessions_pandas": ("pandas", "pyarrow"),
    "sessions_polars": ("polars",),
    "sessions_naive_sql": ("duckdb",),
    "components_networkx": ("pandas", "pyarrow", "networkx"),
    "components_igraph": ("pandas", "pyarrow", "igraph"),
    "diff_pandas": ("pandas", "pyarrow"),
}
INSTALL_SECONDS = 600


def interpreter(folder: Path) -> Path:
    """The interpreter of the environment."""
    return folder / "bin" / "python"


def prepare(folder: Path) -> dict[str, str]:
    """Make the environment unless it is there; versions of the packages that it has."""
    if not interpreter(folder).exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        for package in PACKAGES:
            _install(folder, package)
    return installed(folder)


def _install(folder: Path, package: str) -> None:
    command = [str(interpreter(folder)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package]
    try:
        subprocess.run(command, check=False, capture_output=True, timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        return


def installed(folder: Path) -> dict[str, str]:
    """Versions of the packages that the environment holds."""
    command = [str(interpreter(folder)), "-m", "pip", "list", "--disable-pip-version-check", "--format", "freeze"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    found = dict(line.split("==", 1) for line in lines if "==" in line)
    return {name: version for name, version in found.items() if name in PACKAGES}


def missing_for(job: str, versions: dict[str, str]) -> list[str]:
    """What a job needs and the environment lacks."""
    return [package for package in NEEDS[job] if package not in versions]
