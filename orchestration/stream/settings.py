"""Which stream is landed where, from the environment; a password never leaves this module but for the client."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit

URL_VARIABLE = "A360_REDIS_URL"
PASSWORD_VARIABLE = "A360_REDIS_PASSWORD"
MEMORY_VARIABLE = "A360_REDIS_MEMORY"
STREAM_VARIABLE = "A360_STREAM"
TABLE_VARIABLE = "A360_STREAM_TABLE"
GROUP_VARIABLE = "A360_STREAM_GROUP"
TRIM_VARIABLE = "A360_STREAM_TRIM"
# Not Redis' own port: a server that runs there already is somebody else's.
DEFAULT_URL = "redis://127.0.0.1:6390/0"
DEFAULT_PORT = 6379
DEFAULT_TABLE = "web/events"
DEFAULT_GROUP = "landing"
DEFAULT_MEMORY = "1gb"


@dataclass(frozen=True)
class RedisAddress:
    """Where Redis answers. The URL may hold a password, so neither it nor the password is ever shown."""

    url: str = field(repr=False)
    password: str | None = field(repr=False)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or "localhost"

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or DEFAULT_PORT

    @property
    def secret(self) -> str | None:
        """The password, wherever it was given."""
        return self.password or urlsplit(self.url).password

    @property
    def without_secret(self) -> RedisAddress:
        """The same server, asked without a password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return RedisAddress(f"redis://{host}:{self.port}/0", None)

    @property
    def text(self) -> str:
        """How to call it in messages."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class StreamSettings:
    """One stream, the consumer group that lands it, and the source table that its events belong to."""

    address: RedisAddress
    name: str
    group: str
    # `<source>/<table>`, as in the landing folder.
    table: str
    # Whether entries that every group of the stream has dealt with are removed from it.
    trims: bool


@dataclass(frozen=True)
class BatchLimits:
    """A batch is written as soon as it reaches one of these: they bound the latency, the memory and the size of a file."""

    events: int = 10_000
    seconds: float = 10.0
    size_bytes: int = 16_000_000


def redis_address() -> RedisAddress:
    """From the environment; by default the server that `make stream-up` starts."""
    return RedisAddress(os.environ.get(URL_VARIABLE) or DEFAULT_URL, os.environ.get(PASSWORD_VARIABLE) or None)


def stream_settings() -> StreamSettings:
    """From the environment."""
    table = os.environ.get(TABLE_VARIABLE) or DEFAULT_TABLE
    return StreamSettings(
        address=redis_address(),
        name=os.environ.get(STREAM_VARIABLE) or f"a360:{table.replace('/', ':')}",
        group=os.environ.get(GROUP_VARIABLE) or DEFAULT_GROUP,
        table=table,
        trims=os.environ.get(TRIM_VARIABLE, "yes").lower() not in ("no", "false", "0"),
    )
