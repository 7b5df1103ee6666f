"""One stream of Redis and the consumer group that lands it: every command that is sent to Redis is in this file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, AuthorizationError, NoPermissionError, OutOfMemoryError, RedisError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from orchestration.stream.entries import START, Entry, EntryId
from orchestration.stream.errors import StreamError, StreamUnavailableError
from orchestration.stream.settings import MEMORY_VARIABLE, PASSWORD_VARIABLE, URL_VARIABLE, RedisAddress, StreamSettings

# One name, whichever process: there is one consumer at a time, and what its predecessor left is its own.
CONSUMER = "landing"
ANSWER_SECONDS = 10.0
CLAIM_COUNT = 1_000
REFUSED = (AuthenticationError, AuthorizationError, NoPermissionError)


@dataclass(frozen=True)
class StreamState:
    """Stream and group at one moment."""

    # The last id ever given, and how many entries were ever added; None where Redis is older than 7.
    last_id: EntryId
    entries_added: int | None
    length: int
    # The last id handed to the group, and what it was handed and has not acknowledged.
    delivered_id: EntryId
    pending: int
    # The oldest entry that has not been landed.
    waiting_id: EntryId | None
    # Entries that the group was not handed yet; None when Redis cannot tell.
    undelivered: int | None

    @property
    def waiting(self) -> int | None:
        """Entries that are not landed yet."""
        return None if self.undelivered is None else self.undelivered + self.pending


@contextmanager
def errors_of(address: RedisAddress) -> Iterator[None]:
    """Errors of Redis as errors of the stream, which say what to do and show no password."""
    try:
        yield
    except REFUSED as error:
        message = f"Redis at {address.text} refuses us: set {PASSWORD_VARIABLE}, or user and password in {URL_VARIABLE}"
        raise StreamError(message) from error
    except (RedisConnectionError, RedisTimeoutError) as error:
        message = f"Redis at {address.text} does not answer ({type(error).__name__}): is it running? {URL_VARIABLE} says where it is"
        raise StreamUnavailableError(message) from error
    except OutOfMemoryError as error:
        message = f"Redis at {address.text} is full: raise its memory ({MEMORY_VARIABLE} with `make stream-up`) or remove what nobody reads"
        raise StreamUnavailableError(message) from error
    except ResponseError as error:
        # The stream or its group was removed, or a replica has taken over: looking again finds out. Redis quotes no values in these.
        message = f"Redis at {address.text} cannot do this now ({str(error).split(' ', 1)[0]})"
        raise StreamUnavailableError(message) from error
    except RedisError as error:
        message = f"Redis at {address.text}: {type(error).__name__}"
        raise StreamUnavailableError(message) from error


def client_of(address: RedisAddress) -> Redis:
    """A client that never sends a command twice by itself.

    Redis hands entries out once: an answer that was lost must be noticed, or what was in it would be passed over.
    """
    options: dict[str, Any] = {} if address.password is None else {"password": address.password}
    return Redis.from_url(
        address.url,
        **options,
        socket_timeout=ANSWER_SECONDS,
        socket_connect_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )


class RedisStream:
    """Reads, acknowledges, trims, looks. Raises StreamUnavailableError when trying again may help, StreamError when not."""

    def __init__(self, settings: StreamSettings) -> None:
        self._settings = settings
        self._client = client_of(settings.address)
        self._name = settings.name
        self._group = settings.group

    def close(self) -> None:
        self._client.close()

    @property
    def _mark_key(self) -> str:
        return f"{self._name}:{self._group}:generation"

    def mark(self) -> str | None:
        """What the group's consumer wrote down about its files."""
        with errors_of(self._settings.address):
            found = self._client.get(self._mark_key)
        return bytes(found).decode() if isinstance(found, bytes) else None

    def set_mark(self, mark: str, only_if_new: bool) -> bool:
        """Write it down; False when somebody else has."""
        with errors_of(self._settings.address):
            return bool(self._client.set(self._mark_key, mark, nx=only_if_new))

    def join(self) -> None:
        """Make stream and group where they are not there yet: from the first entry on."""
        with errors_of(self._settings.address):
            if self._has_group():
                # A Redis that is full refuses to make a group even where there is one, and nobody else would empty it.
                return
            try:
                self._client.xgroup_create(self._name, self._group, id="0", mkstream=True)
            except ResponseError as error:
                if not str(error).startswith("BUSYGROUP"):
                    raise

    def _has_group(self) -> bool:
        if not self._client.exists(self._name):
            return False
        names = [group["name"] for group in self._client.xinfo_groups(self._name)]
        return self._group in {name.decode() if isinstance(name, bytes) else name for name in names}

    def claim_all(self) -> int:
        """Take over what was handed to this group under any other name: the lock says that nobody else is working on it.

        Returns how many of them have been removed from the stream since.
        """
        removed = 0
        cursor: Any = b"0-0"
        with errors_of(self._settings.address):
            while True:
                cursor, _, *gone = self._client.xautoclaim(
                    self._name, self._group, CONSUMER, min_idle_time=0, start_id=cursor, count=CLAIM_COUNT
                )
                removed += sum(len(ids) for ids in gone)
                if EntryId.parse(cursor) == START:
                    return removed

    def handed_out(self, after: EntryId, count: int) -> list[Entry]:
        """What was handed out and never acknowledged, in order."""
        return self._read(after.text, count, None)

    def new(self, count: int, seconds: float) -> list[Entry]:
        """New entries, in order; waits for the first one."""
        return self._read(">", count, max(int(seconds * 1000), 1))

    def _read(self, position: str, count: int, milliseconds: int | None) -> list[Entry]:
        with errors_of(self._settings.address):
            answer: Any = self._client.xreadgroup(self._group, CONSUMER, {self._name: position}, count=count, block=milliseconds)
        return [Entry(EntryId.parse(entry_id), fields or None) for _, entries in answer or () for entry_id, fields in entries]

    def acknowledge(self, ids: Sequence[EntryId]) -> None:
        """They are on disk: never hand them out again."""
        with errors_of(self._settings.address):
            self._client.xack(self._name, self._group, *(entry_id.text for entry_id in ids))

    def trim(self) -> None:
        """Remove what every group of the stream has acknowledged; other groups lose nothing that they have not read."""
        with errors_of(self._settings.address):
            groups: Any = self._client.xinfo_groups(self._name)
            done = [self._done_by(group) for group in groups]
            if done and min(done) > START:
                self._client.xtrim(self._name, minid=min(done).text, approximate=True)

    def _done_by(self, group: Mapping[str, Any]) -> EntryId:
        """Every entry before this one is done with."""
        if not group["pending"]:
            return EntryId.parse(group["last-delivered-id"])
        lowest: Any = self._client.xpending(self._name, group["name"])
        return EntryId.parse(lowest["min"] or group["last-delivered-id"])

    def state(self, landed: EntryId) -> StreamState:
        """Stream and group in one transaction, so that the figures belong together."""
        with errors_of(self._settings.address):
            try:
                stream, groups, waiting = self._look(landed, transaction=True)
            except OutOfMemoryError:
                # A full Redis refuses to queue even what only reads. It refuses new entries too, so that the figures belong together.
                stream, groups, waiting = self._look(landed, transaction=False)
            group = next((group for group in groups if _text(group["name"]) == self._group), None)
            if group is None:
                raise ResponseError("NOGROUP")
        return StreamState(
            last_id=EntryId.parse(stream["last-generated-id"]),
            entries_added=stream.get("entries-added"),
            length=int(stream["length"]),
            delivered_id=EntryId.parse(group["last-delivered-id"]),
            pending=int(group["pending"]),
            waiting_id=EntryId.parse(waiting[0][0]) if waiting else None,
            undelivered=group.get("lag"),
        )

    def _look(self, landed: EntryId, transaction: bool) -> tuple[Any, Any, Any]:
        """Stream, its groups, and the first entry that has not been landed."""
        with self._client.pipeline(transaction=transaction) as pipeline:
            pipeline.xinfo_stream(self._name)
            pipeline.xinfo_groups(self._name)
            pipeline.xrange(self._name, min=f"({landed.text}", max="+", count=1)
            stream, groups, waiting = pipeline.execute()
        return stream, groups, waiting


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
