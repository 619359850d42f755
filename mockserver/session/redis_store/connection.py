"""The connection to the server that keeps the sessions, or to the servers of a cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache
from hashlib import sha1
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import SplitResult, urlsplit

from mockserver.http.problems import CannotStart
from mockserver.session.redis_store.server import Server, Words
from mockserver.session.store import StoreUnavailable

_SCHEMES = {
    "redis": "redis",
    "rediss": "rediss",
    "unix": "unix",
    # Valkey's own, which the library does not know.
    "valkey": "redis",
    "valkeys": "rediss",
}
# The servers of a cluster may have to agree on where a key is, which takes a moment.
_MOST_REDIRECTIONS = 10
_PAUSE_S = 0.05
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
    """A server, or a cluster of them, as far as the sessions need it.

    The servers of a cluster tell by a redirection which of them has a key; that is remembered for all keys of its slot.
    The library's own client of a cluster is not used: it sends a command again whose answer was lost, and ASKING on
    another connection than the command that it is for.

    url: such as redis://host:6379/0; what it says of user and password is never shown.
    Raises CannotStart for a URL that is none, and where the library is not installed.
    """

    def __init__(self, url: str) -> None:
        name, self._url = _parse_url(url)
        try:
            from redis import exceptions
            from redis.crc import key_slot
        except ModuleNotFoundError:
            what_to_do = "install it in the checkout: .venv/bin/pip install -e '.[redis]'"
            raise CannotStart(f"--store needs redis-py; {what_to_do}") from None
        self._find_slot = key_slot
        self._redirected = exceptions.AskError
        self._moved = exceptions.MovedError
        self._lacks_script = exceptions.NoScriptError
        self._undecided = exceptions.TryAgainError
        # The one to be asked about keys of which nothing is known: it tells which server has them.
        self._guide = self._url.netloc
        self._servers = {self._guide: Server(name, self._url.geturl())}
        # The address of the server that has the keys of a slot, as far as it is another one.
        self._places: dict[int, str] = {}

    async def run_script(
        self, name: str, keys: list[str], *arguments: Any, is_repeatable: bool = False
    ) -> Any:
        """Run the script of that name.

        is_repeatable: it may be run twice.
        """
        script = load_script(name)
        words = (len(keys), *keys, *arguments)
        try:
            return await self._run(keys[0], ("EVALSHA", script.digest, *words), is_repeatable)
        except self._lacks_script:
            return await self._run(keys[0], ("EVAL", script.text, *words), is_repeatable)

    async def run_command(self, name: str, *arguments: Any) -> Any:
        """Run one command, which may be run twice; its key comes first, if it has one."""
        return await self._run(arguments[0] if arguments else "", (name, *arguments), is_repeatable=True)

    async def run_commands(self, commands: list[Words]) -> list[Any]:
        """Run many commands, each with its key first, in one round trip to each server; they may be run twice."""
        asked: dict[str, list[int]] = {}
        for number, words in enumerate(commands):
            asked.setdefault(self._find_address(words[1]), []).append(number)
        answers: list[Any] = [None] * len(commands)
        for address, numbers in asked.items():
            server = self._servers[address]
            try:
                found = await server.run_all([commands[number] for number in numbers])
            except StoreUnavailable:
                self._give_up(address)
                raise
            for number, answer in zip(numbers, found, strict=True):
                is_refused = isinstance(answer, server.refusals)
                answers[number] = await self.run_command(*commands[number]) if is_refused else answer
        return answers

    async def read_stream(
        self, session_key: str, key: str, after: str, longest_ms: int
    ) -> tuple[bytes | None, list[Any]]:
        """Read the entries of a session's stream *after* one of them; wait for some for so long.

        Returns the session's birth as well, as it is when they have been read.
        """
        commands = (
            ("XREAD", "BLOCK", longest_ms, "STREAMS", key, after),
            ("HGET", session_key, "birth"),
        )

        async def read(server: Server, _: bool) -> list[Any]:
            answers = await server.wait_for_all(commands, longest_ms)
            for answer in answers:
                if isinstance(answer, server.refusals):
                    raise answer
            return answers

        found, birth = await self._follow(key, read)
        return birth, list(found[0][1]) if found else []

    async def close(self) -> None:
        """Close all connections; they open again by themselves, also in another event loop."""
        for server in self._servers.values():
            await server.close()

    async def _run(self, key: str, words: Words, is_repeatable: bool) -> Any:
        return await self._follow(
            key,
            lambda server, is_asking: server.run(words, is_repeatable=is_repeatable, is_asking=is_asking),
        )

    async def _follow(self, key: str, ask: Callable[[Server, bool], Awaitable[_Answer]]) -> _Answer:
        """Ask the server that has *key*; whether it was named for this once is the second argument of *ask*."""
        address, is_asking = self._find_address(key), False
        for _ in range(_MOST_REDIRECTIONS):
            try:
                return await ask(self._servers[address], is_asking)
            except self._redirected as told:
                is_asking = not isinstance(told, self._moved)
                address = self._take_address(told.host, told.port, address)
                if not is_asking:
                    self._places[told.slot_id] = address
            except self._undecided:
                await asyncio.sleep(_PAUSE_S)
            except StoreUnavailable:
                self._give_up(address)
                raise
        raise StoreUnavailable("The servers of the store do not agree on which of them has the session")

    def _find_address(self, key: str) -> str:
        if not self._places:
            return self._guide
        return self._places.get(self._find_slot(key.encode()), self._guide)

    def _take_address(self, host: str, port: int, told_by: str) -> str:
        """Return the address of the server that another one has named, so that it can be asked."""
        # Without a host it is that of the server that told.
        host = host or urlsplit(f"//{told_by}").hostname or "localhost"
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        user, at, _ = self._url.netloc.rpartition("@")
        address = f"{user}{at}{place}"
        if address not in self._servers:
            scheme = "redis" if self._url.scheme == "unix" else self._url.scheme
            url = self._url._replace(scheme=scheme, netloc=address, path="").geturl()
            self._servers[address] = Server(f"{scheme}://{place}", url)
        return address

    def _give_up(self, address: str) -> None:
        """Ask others about what a server had that does not answer."""
        self._places = {slot: place for slot, place in self._places.items() if place != address}
        if address == self._guide:
            known = list(self._servers)
            self._guide = known[(known.index(address) + 1) % len(known)]


def _parse_url(url: str) -> tuple[str, SplitResult]:
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
    return f"{parts.scheme}://{place}{port}{parts.path}", parts._replace(scheme=scheme)
