"""Makes the virtual environment from requirements.lock. Runs on any Python 3.11-3.13 with nothing installed.

Usage: python3 orchestration/setup_environment.py <folder of the environment> [extra]

With an extra, such as `spark`, what requirements-<extra>.lock adds is installed into the environment that is there.
"""

import subprocess
import sys
import venv
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SUPPORTED = ((3, 11), (3, 13))


def run(*command: str | Path, quiet: bool = False) -> bool:
    """Run a command in the repository; whether it succeeded."""
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run([str(part) for part in command], cwd=REPOSITORY, check=False, stdout=output, stderr=output).returncode == 0


def create(folder: Path) -> Path:
    """The interpreter of the environment, made when it is missing or broken."""
    interpreter = folder / "bin" / "python"
    if not interpreter.exists() or not run(interpreter, "-c", "import pip", quiet=True):
        print(f"Setting up {folder} with Python {sys.version.split()[0]}: about 1 GB, half a minute on a fast line.", flush=True)
        venv.EnvBuilder(clear=True, with_pip=True).create(folder)
    return interpreter


def install(interpreter: Path, extra: str | None = None) -> bool:
    """Install the locked versions and this project, or what an extra adds to them, with uv where it can be had."""
    pip = (interpreter, "-m", "pip", "--disable-pip-version-check", "--quiet")
    has_uv = run(interpreter, "-m", "uv", "--version", quiet=True) or run(*pip, "install", "uv", quiet=True)
    # Compiled now and not at each start: dbt starts often, and where Python may not write its cache every start would compile.
    with_uv = (interpreter, "-m", "uv", "pip", "install", "--quiet", "--compile-bytecode", "--python", interpreter)
    installer = with_uv if has_uv else (*pip, "install")
    if not has_uv:
        print("uv cannot be installed here; going on with pip, which takes some minutes.", flush=True)
    if extra is not None:
        return run(*installer, "--requirement", f"requirements-{extra}.lock")
    return run(*installer, "--requirement", "requirements.lock") and run(*installer, "--no-deps", "--editable", ".")


def main() -> int:
    """Check the interpreter, then make the environment."""
    if not SUPPORTED[0] <= sys.version_info[:2] <= SUPPORTED[1]:
        print(f"Python 3.11, 3.12 or 3.13 is needed, this is {sys.version.split()[0]}. Say which: make PYTHON=/path/to/python3.12")
        return 1
    interpreter = create(REPOSITORY / sys.argv[1])
    if not install(interpreter, sys.argv[2] if len(sys.argv) > 2 else None):
        print("Set-up failed: see the messages above. A run with a working package index completes it.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
