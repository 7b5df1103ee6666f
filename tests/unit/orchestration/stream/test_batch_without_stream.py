"""The batch knows nothing of the stream: no part of it imports a client of Redis, so none of it can fail for want of one."""

import ast
from pathlib import Path

from orchestration.paths import REPOSITORY

STREAM = Path("orchestration") / "stream"
# The runner reads the files that the stream has landed; it is no part of the batch either.
TRIGGERS = Path("orchestration") / "triggers"
# Imports the stream when somebody asks for it.
COMMANDS = Path("orchestration") / "cli.py"


def imported(file: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


def needs_redis(file: Path) -> bool:
    return any(name.split(".")[0] == "redis" for name in imported(file))


def needs_the_stream(file: Path) -> bool:
    return needs_redis(file) or any(name.startswith("orchestration.stream") for name in imported(file))


def test_only_the_stream_itself_needs_the_stream() -> None:
    sources = [file for package in ("orchestration", "python_models") for file in (REPOSITORY / package).rglob("*.py")]
    needing = {file.relative_to(REPOSITORY) for file in sources if needs_the_stream(file)}
    assert STREAM / "redis_stream.py" in needing
    assert {file for file in needing if not {STREAM, TRIGGERS} & set(file.parents)} == {COMMANDS}
    redis = {file.relative_to(REPOSITORY) for file in sources if needs_redis(file)}
    assert all(STREAM in file.parents for file in redis)


def test_the_commands_import_the_stream_only_when_it_is_asked_for() -> None:
    module = ast.parse((REPOSITORY / COMMANDS).read_text(encoding="utf-8"))
    at_once = {node.module or "" for node in module.body if isinstance(node, ast.ImportFrom)}
    assert not any(name.startswith("orchestration.stream") for name in at_once)
