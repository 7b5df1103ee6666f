"""A Java for Spark: the one that is there, else the system's package, installed when that is possible."""

import os
import shutil
import subprocess
from pathlib import Path

JDK_PACKAGE = "openjdk-17-jre-headless"


class JavaMissingError(RuntimeError):
    """There is no Java and none could be installed; the message says what to do."""


def java_home_environment() -> dict[str, str]:
    """The environment with a Java in it, installed from the system's packages when there is none."""
    environment = dict(os.environ)
    named = environment.get("JAVA_HOME")
    if named and (Path(named) / "bin" / "java").exists():
        return environment
    environment.pop("JAVA_HOME", None)
    if shutil.which("java") is None:
        _install_java()
    return environment


def _install_java() -> None:
    installer = shutil.which("apt-get")
    advice = f"Install Java 17 ({JDK_PACKAGE} on Debian and Ubuntu) or set JAVA_HOME, then run `make spark-up` again."
    if installer is None:
        raise JavaMissingError(f"Spark needs Java, and there is neither java nor apt-get here. {advice}")
    command = [installer, "install", "--yes", "--no-install-recommends", JDK_PACKAGE]
    if os.geteuid() != 0:
        command = ["sudo", "--non-interactive", *command]
        if shutil.which("sudo") is None:
            raise JavaMissingError(f"Spark needs Java, and only root may install it. {advice}")
    print(f"Spark needs Java: {' '.join(command)}", flush=True)
    done = subprocess.run(command, check=False, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, stdout=subprocess.DEVNULL)
    if done.returncode or shutil.which("java") is None:
        raise JavaMissingError(f"Java could not be installed, see above. {advice}")
