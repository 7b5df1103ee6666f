"""Installs the dbt packages: the real ones from the package hub, or the project's own stand-ins where the hub is out of reach.

dbt only checks that `dbt_packages/` holds as many packages as `packages.yml` names, so a copy of
`dbt_project/offline_packages/` is accepted. A failing `dbt deps` takes 20 s to say so; the hub is therefore asked first.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from pathlib import Path

from orchestration.paths import DBT_PROJECT, PROFILES

HUB_VARIABLE = "DBT_PACKAGE_HUB_URL"
DEFAULT_HUB = "https://hub.getdbt.com/"
PROBE_SECONDS = 4.0
STAMP_NAME = ".installed-from"


def hub_answers(url: str, seconds: float = PROBE_SECONDS) -> bool:
    """Whether the package hub answers in time; a name look-up that hangs counts as no answer."""
    executor = ThreadPoolExecutor(max_workers=1)
    answer: Future[bool] = executor.submit(_ask, url, seconds)
    try:
        return answer.result(timeout=seconds)
    except FutureTimeoutError:
        return False
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def _ask(url: str, seconds: float) -> bool:
    request = urllib.request.Request(f"{url.rstrip('/')}/api/v1/dbt-labs/dbt_utils.json", method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=seconds) as response:
            return bool(response.status < 400)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def fingerprint(project: Path) -> str:
    """Changes whenever packages.yml or a stand-in does."""
    digest = hashlib.sha256()
    for path in [project / "packages.yml", *sorted((project / "offline_packages").rglob("*"))]:
        if path.is_file():
            digest.update(path.relative_to(project).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def copy_stand_ins(project: Path) -> None:
    """Put the project's own packages where dbt looks for packages."""
    target = project / "dbt_packages"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(project / "offline_packages", target)


def install_from_hub(project: Path) -> bool:
    """Run `dbt deps`; whether it succeeded."""
    dbt = Path(sys.executable).with_name("dbt")
    command = [str(dbt), "--quiet", "deps", "--project-dir", str(project), "--profiles-dir", str(PROFILES)]
    shutil.rmtree(project / "dbt_packages", ignore_errors=True)
    return subprocess.run(command, check=False).returncode == 0


def install_packages(project: Path = DBT_PROJECT) -> str:
    """Bring `dbt_packages/` up to date and say where the packages came from: 'hub', 'offline' or 'unchanged'."""
    stamp = project / "dbt_packages" / STAMP_NAME
    wanted = fingerprint(project)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return "unchanged"
    hub = os.environ.get(HUB_VARIABLE, DEFAULT_HUB)
    origin = "hub" if hub_answers(hub) and install_from_hub(project) else "offline"
    if origin == "offline":
        copy_stand_ins(project)
        print(f"dbt packages: {hub} cannot be reached, using the project's own dbt_utils (dbt_project/offline_packages).")
    stamp.write_text(wanted, encoding="utf-8")
    return origin


if __name__ == "__main__":
    install_packages()
