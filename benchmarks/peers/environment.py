"""An environment of their own for the peers: they are never dependencies of the project, and one that cannot be had is no error."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

# Each apart, so that one that cannot be installed does not take the others with it.
PACKAGES = ("pandas", "pyarrow", "duckdb", "polars", "networkx", "igraph", "scipy", "lifetimes", "pymc-marketing")
NEEDS = {
    "rfm_pandas": ("pandas", "pyarrow"),
    "rfm_pymc_marketing": ("pandas", "pyarrow", "pymc-marketing"),
    "rfm_lifetimes": ("pandas", "pyarrow", "lifetimes"),
    "sessions_pandas": ("pandas", "pyarrow"),
    "sessions_polars": ("polars",),
    "sessions_naive_sql": ("duckdb",),
    "components_networkx": ("pandas", "pyarrow", "networkx"),
    "components_igraph": ("pandas", "pyarrow", "igraph"),
    "components_scipy": ("pyarrow", "scipy"),
    "diff_pandas": ("pandas", "pyarrow"),
}
INSTALL_SECONDS = 1_800
# Written when every package was tried: remove it to try again.
TRIED = "tried.txt"


def interpreter(folder: Path) -> Path:
    """The interpreter of the environment."""
    return folder / "bin" / "python"


def prepare(folder: Path) -> dict[str, str]:
    """Make the environment unless that was done before; versions of the packages that it has."""
    tried = folder / TRIED
    if not tried.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        for package in PACKAGES:
            _install(folder, package)
        tried.write_text("\n".join(PACKAGES) + "\n", encoding="utf-8")
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
    return versions_of(lines)


def versions_of(lines: Iterable[str]) -> dict[str, str]:
    """Versions by the names that we use: pip shows a name as its author wrote it, Lifetimes or pymc_marketing."""
    found = (line.strip().split("==", 1) for line in lines if "==" in line)
    named = {name.lower().replace("_", "-"): version for name, version in found}
    return {name: named[name] for name in PACKAGES if name in named}


def missing_for(job: str, versions: dict[str, str]) -> list[str]:
    """What a job needs and the environment lacks."""
    return [package for package in NEEDS[job] if package not in versions]
