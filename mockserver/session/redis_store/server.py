"""One server of Redis or Valkey, and what is said when it does not answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from mockserver.session.store import StoreUnavailable

if TYPE_CHECKING:
    from redis.asyncio import Redis

# A command: its name and its arguments.
Words = Sequence[Any]

_LONGEST_ANSWER_S = 2.0
_TOO_LATE = f"it did not answer within {_LONGEST_ANSWER_S:g} s"
# A server that is away is not asked again by each of the calls that come at the same time.
_PAUSE_S = 0.1
_MOST_CONNECTIONS = 200
_MOST_SESSIONS = 10_000
_Answer = TypeVar("_Answer")


class Server:
    """A server, the connections to it, and whether it answered when it was asked last.

    name: what messages call it. url: as the library takes it.
    """

    def __init__(self, name: str, url: str) -> None:
        from redis import exceptions

        self._name = name
        self._url = url
        self._commands: Redis | None = None
        self._streams: Redis | None = None
        self._failed_s = -_PAUSE_S
        self._reason = ""
        self._room = asyncio.Semaphore(_MOST_CONNECTIONS)
        self._errors = (exceptions.RedisError, OSError)
        self._broken = (exceptions.ConnectionError, exceptions.TimeoutError, OSError)
        # What the server has not done, and whoever asked knows what to do about.
        self.refusals = (exceptions.NoScriptError, exceptions.AskError, exceptions.TryAgainError)

    async def run(self, words: Words, *, is_repeatable: bool, is_asking: bool = False) -> Any:
        """Run a command. Raises one of the refusals, or StoreUnavailable.

        is_repeatable: try once more on a new connection, since those that are kept break when the server is started
        again; a command that changes something may have done so before its answer was lost.
        is_asking: say that another server of the cluster has sent us here for this once.
        """
        if is_asking:
            # In one packet, since it holds for the next command on the same connection.
            *_, answer = await self._ask(
                lambda redis: self._execute_all(redis, [("ASKING",), words]), is_repeatable
            )
            if isinstance(answer, self.refusals):
                raise answer
            return answer
        return await self._ask(lambda redis: _execute_command(redis, words), is_repeatable)

    async def run_all(self, commands: Sequence[Words]) -> list[Any]:
        """Run commands in one round trip; they may be run twice. An answer may be one of the refusals."""
        return await self._ask(lambda redis: self._execute_all(redis, commands), is_repeatable=True)

    async def wait_for_all(self, commands: Sequence[Words], longest_ms: int) -> list[Any]:
        """Run commands in one round trip, of which the server answers the first within so long."""
        if self._streams is None:
            self._streams = self._connect()
        try:
            async with asyncio.timeout(longest_ms / 1000 + _LONGEST_ANSWER_S):
                return await self._execute_all(self._streams, commands)
        except self._errors as error:
            raise self._unavailable(error) from None

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
        except self.refusals:
            raise
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
        except self.refusals:
            raise
        except self._errors as error:
            self._failed_s = time.monotonic()
            raise self._unavailable(error) from None

    async def _ask_in_time(self, ask: Callable[[Redis], Awaitable[_Answer]], redis: Redis) -> _Answer:
        # Both cost a tenth of what they cost in the library, which starts a task for each.
        async with self._room, asyncio.timeout(_LONGEST_ANSWER_S):
            return await ask(redis)

    async def _execute_all(self, redis: Redis, commands: Sequence[Words]) -> list[Any]:
        pipeline = redis.pipeline(transaction=False)
        for words in commands:
            pipeline.execute_command(*words)
        answers: list[Any] = await pipeline.execute(raise_on_error=False)
        for answer in answers:
            if isinstance(answer, self._errors) and not isinstance(answer, self.refusals):
                raise answer
        return answers

    def _unavailable(self, error: Exception) -> StoreUnavailable:
        # The words of the library name host and port, and the server's own quote no password.
        words = " ".join(str(error).split()).rstrip(".")
        self._reason = f"The store {self._name} cannot be used: {words or _TOO_LATE}"
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


async def _execute_command(redis: Redis, words: Words) -> Any:
    return await redis.execute_command(*words)  # type: ignore[no-untyped-call]
