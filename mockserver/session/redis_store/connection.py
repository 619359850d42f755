"""The connection to a server of Redis or Valkey, and what is said when it does not answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import cache
from hashlib import sha1
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from mockserver.http.problems import CannotStart
from mockserver.session.store import StoreUnavailable

if TYPE_CHECKING:
    from redis.asyncio import Redis

_SCHEMES = {
    "redis": "redis",
    "rediss": "rediss",
    "unix": "unix",
    # Valkey's own, which the library does not know.
    "valkey": "redis",
    "valkeys": "rediss",
}
_LONGEST_ANSWER_S = 2.0
_TOO_LATE = f"it did not answer within {_LONGEST_ANSWER_S:g} s"
# A server that is away is not asked again by each of the calls that come at the same time.
_PAUSE_S = 0.1
_MOST_CONNECTIONS = 200
_MOST_SESSIONS = 10_000
_FOLDER = Path(__file__).parent
_Answer = TypeVar("_Answer")


class Script(NamedTuple):
    """A script of this folder, and the digest under which the server keeps it."""

    text: str
    digest: str


@cache
def load_script(name: str) -> Script:
    """Read the script of that name."""
    text = "\n".join((_FOLDER / f"{one}.lua").read_text(encoding="utf-8") for one in ("session", name))
    return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


class Connection:
    """A server, as far as the sessions need it.

    url: such as redis://host:6379/0; what it says of user and password is never shown.
    Raises CannotStart for a URL that is none, and where the library is not installed.
    """

    def __init__(self, url: str) -> None:
        self.name, self._url = _parse_url(url)
        self._commands: Redis | None = None
        self._streams: Redis | None = None
        self._failed_s = -_PAUSE_S
        self._reason = ""
        self._room = asyncio.Semaphore(_MOST_CONNECTIONS)
        try:
            import redis.exceptions
        except ModuleNotFoundError:
            what_to_do = "install it in the checkout: .venv/bin/pip install -e '.[redis]'"
            raise CannotStart(f"--store needs redis-py; {what_to_do}") from None
        self._errors = (redis.exceptions.RedisError, OSError)
        self._missing = redis.exceptions.NoScriptError
        self._broken = (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError, OSError)

    async def run_script(
        self, name: str, keys: list[str], *arguments: Any, is_repeatable: bool = False
    ) -> Any:
        """Run the script of that name.

        is_repeatable: try once more on a new connection, since those that are kept break when the server is started
        again; a script that changes something may have done so before its answer was lost.
        """
        script = load_script(name)
        words = (len(keys), *keys, *arguments)

        async def evaluate(redis: Redis) -> Any:
            try:
                return await _execute(redis, "EVALSHA", script.digest, *words)
            except self._missing:
                return await _execute(redis, "EVAL", script.text, *words)

        return await self._ask(evaluate, is_repeatable)

    async def run_command(self, *words: Any) -> Any:
        """Run one command, which may be run twice."""
        return await self._ask(lambda redis: _execute(redis, *words), is_repeatable=True)

    async def run_commands(self, commands: list[tuple[Any, ...]]) -> list[Any]:
        """Run many commands in one round trip; they may be run twice."""

        async def run_all(redis: Redis) -> list[Any]:
            pipeline = redis.pipeline(transaction=False)
            for words in commands:
                pipeline.execute_command(*words)
            answers: list[Any] = await pipeline.execute()
            return answers

        return await self._ask(run_all, is_repeatable=True)

    async def read_stream(self, key: str, after: str, longest_ms: int) -> list[Any]:
        """Read the entries of a stream *after* one of them; wait for some for so long."""
        if self._streams is None:
            self._streams = self._connect()
        words = ("XREAD", "BLOCK", longest_ms, "STREAMS", key, after)
        try:
            async with asyncio.timeout(longest_ms / 1000 + _LONGEST_ANSWER_S):
                found = await _execute(self._streams, *words)
        except self._errors as error:
            raise self._unavailable(error) from None
        return list(found[0][1]) if found else []

    async def close(self) -> None:
        """Close all connections; they open again by themselves, also in another event loop."""
        for redis in (self._commands, self._streams):
            if redis is not None:
                await redis.aclose()
        self._commands = self._streams = None

    async def _ask(self, ask: Callable[[Redis], Awaitable[_Answer]], is_repeatable: bool) -> _Answer:
        if time.monotonic() - self._failed_s < _PAUSE_S:
            raise StoreUnavailable(self._reason)
        if self._commands is None:
            self._commands = self._connect()
        redis = self._commands
        try:
            return await self._ask_in_time(ask, redis)
        except self._errors as error:
            # A server that is silent would be as silent the next time.
            if isinstance(error, TimeoutError):
                self._failed_s = time.monotonic()
            elif is_repeatable and isinstance(error, self._broken):
                return await self._ask_again(ask, redis)
            raise self._unavailable(error) from None

    async def _ask_again(self, ask: Callable[[Redis], Awaitable[_Answer]], redis: Redis) -> _Answer:
        await redis.connection_pool.disconnect(inuse_connections=False)
        try:
            return await self._ask_in_time(ask, redis)
        except self._errors as error:
            self._failed_s = time.monotonic()
            raise self._unavailable(error) from None

    async def _ask_in_time(self, ask: Callable[[Redis], Awaitable[_Answer]], redis: Redis) -> _Answer:
        # Both cost a tenth of what they cost in the library, which starts a task for each.
        async with self._room, asyncio.timeout(_LONGEST_ANSWER_S):
            return await ask(redis)

    def _unavailable(self, error: Exception) -> StoreUnavailable:
        # The words of the library name host and port, and the server's own quote no password.
        self._reason = (
            f"The store {self.name} cannot be used: {' '.join(str(error).split()).rstrip('.') or _TOO_LATE}"
        )
        return StoreUnavailable(self._reason)

    def _connect(self) -> Redis:
        from redis.asyncio import ConnectionPool, Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        pool = ConnectionPool.from_url(
            self._url,
            # So many that the semaphore and the number of sessions that are followed decide.
            max_connections=_MOST_SESSIONS,
            socket_timeout=None,
            socket_connect_timeout=_LONGEST_ANSWER_S,
            # What is repeated is decided above: the library would also repeat a commit whose answer was lost.
            retry=Retry(NoBackoff(), 0),
            protocol=2,
        )
        redis = Redis.from_pool(pool)
        # Answers as the server gives them: the library's forms of some differ from release to release.
        redis.response_callbacks.clear()
        return redis


async def _execute(redis: Redis, *words: Any) -> Any:
    return await redis.execute_command(*words)  # type: ignore[no-untyped-call]


def _parse_url(url: str) -> tuple[str, str]:
    """Return the server's name to show, without user and password, and the URL as the library takes it."""
    advice = "use redis://HOST:PORT/NUMBER, rediss:// for TLS, or unix:///PATH"
    try:
        parts = urlsplit(url)
        scheme = _SCHEMES[parts.scheme]
        place = parts.hostname or ""
        place = f"[{place}]" if ":" in place else place
        port = f":{parts.port}" if parts.port is not None else ""
        if not (place or (scheme == "unix" and parts.path)):
            raise ValueError
    except (KeyError, ValueError):
        raise CannotStart(f"--store is not the URL of a server; {advice}") from None
    if scheme != "unix" and parts.path not in ("", "/") and not parts.path[1:].isdigit():
        raise CannotStart(f"--store: the path of the URL is not the number of a database; {advice}")
    return f"{parts.scheme}://{place}{port}{parts.path}", parts._replace(scheme=scheme).geturl()
