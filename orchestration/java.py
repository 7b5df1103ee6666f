"""A Java for Spark: the one that is there, else the system's package, installed when that is possible."""

import os
from pathlib import Path

from orchestration.system_packages import require_program

JDK_PACKAGE = "openjdk-17-jre-headless"


def java_home_environment() -> dict[str, str]:
    """The environment with a Java in it, installed from the system's packages when there is none."""
    environment = dict(os.environ)
    named = environment.get("JAVA_HOME")
    if named and (Path(named) / "bin" / "java").exists():
        return environment
    environment.pop("JAVA_HOME", None)
    advice = f"Install Java 17 ({JDK_PACKAGE} on Debian and Ubuntu) or set JAVA_HOME, then run `make spark-up` again."
    require_program("java", JDK_PACKAGE, "Spark", advice)
    return environment
