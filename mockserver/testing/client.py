"""A running stub from Python: sessions, state, faults, journal, clock and credentials."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

import httpx2

if TYPE_CHECKING:
    from mockserver.auth.security import Mode
    from mockserver.http.server import Server
    from mockserver.stub import Stub

_START_S = 10
# More than the longest wait for a call.
_PATIENCE_S = 70


class MockError(Exception):
    """The control plane refused; the message is its own."""


class _Calls:
    """What can be asked of a session; ``_ask`` decides whether the answer is given or awaited."""

    id: str

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        raise NotImplementedError

    def reset(self, scope: str = "all") -> Any:
        """Start over: all, state, journal or faults."""
        return self._ask("POST", "reset", {"scope": scope})

    def state(self) -> Any:
        """Read the state of every API as one document."""
        return self._ask("GET", "state")

    def set_state(self, document: Mapping[str, Any]) -> Any:
        """Replace the state of the APIs that *document* names."""
        return self._ask("PUT", "state", document)

    def snapshot(self, name: str) -> Any:
        """Remember the state under *name*."""
        return self._ask("PUT", f"snapshots/{quote(name, safe='')}")

    def restore(self, name: str) -> Any:
        """Go back to the state remembered under *name*."""
        return self._ask("POST", f"snapshots/{quote(name, safe='')}/restore")

    def faults(self, *faults: Mapping[str, Any]) -> Any:
        """Replace the faults; none to have none."""
        return self._ask("PUT", "faults", list(faults))

    def override(
        self, code: int, *, match: Mapping[str, Any] | None = None, times: int = 1, **response: Any
    ) -> Any:
        """Force the next matching answers; *response* may hold body and headers."""
        order = {"match": match or {}, "response": {"code": code, **response}, "times": times}
        return self._ask("POST", "overrides", order)

    def requests(self, **match: Any) -> Any:
        """List the calls that match: api, operation, method, path, status, header, body."""
        return self._ask("POST", "requests/find", {"match": match})

    def wait(self, *, count: int = 1, timeout_s: float = 5, **match: Any) -> Any:
        """Wait until *count* calls match and list them.

        Raises MockError when time is up.
        """
        return self._ask("POST", "requests/wait", {"match": match, "count": count, "timeout_s": timeout_s})

    def freeze(self, instant: str | None = None) -> Any:
        """Stop the clock at *instant* (ISO 8601), or now."""
        return self._ask("PUT", "clock", {"action": "freeze", **({"instant": instant} if instant else {})})

    def advance(self, by_s: float) -> Any:
        """Move the clock ahead by so many seconds."""
        return self._ask("PUT", "clock", {"action": "advance", "by_s": by_s})

    def go_on(self) -> Any:
        """Let the clock go with the system's time again."""
        return self._ask("PUT", "clock", {"action": "reset"})

    def make_token(self, **wish: Any) -> Any:
        """Mint a token: sub, role, ttl_s, defect. Answers token and claims."""
        return self._ask("POST", "tokens", wish)

    def make_key(self, access: str = "write") -> Any:
        """Mint an API key that may write, only read, or nothing (revoked)."""
        return self._ask("POST", "keys", {"access": access})


class MockSession(_Calls):
    """One session of a running stub.

    base_url: the stub's address with the session in it. token, api_key: credentials that carry the session.
    """

    def __init__(self, http: httpx2.Client, ready: Mapping[str, Any]) -> None:
        self.id = ready["id"]
        self.base_url: str = ready["base_url"]
        self.token: str = ready["token"]
        self.api_key: str = ready["api_key"]
        self._http = http

    def end(self) -> None:
        """Forget the session; one that is gone already is no error."""
        _ended(self._http.delete(f"sessions/{self.id}"))

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        return _read(self._http.request(method, path, params={"session": self.id}, json=body))


class AsyncMockSession(_Calls):
    """MockSession whose methods are awaited."""

    def __init__(self, http: httpx2.AsyncClient, ready: Mapping[str, Any]) -> None:
        self.id = ready["id"]
        self.base_url: str = ready["base_url"]
        self.token: str = ready["token"]
        self.api_key: str = ready["api_key"]
        self._http = http

    async def end(self) -> None:
        """Forget the session; one that is gone already is no error."""
        _ended(await self._http.delete(f"sessions/{self.id}"))

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        return _read(await self._http.request(method, path, params={"session": self.id}, json=body))


class Mock:
    """A stub that runs at *url*; its sessions are made here.

    admin_token: what its control plane asks for, if it asks.
    """

    def __init__(self, url: str, admin_token: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._headers = {"X-Mock-Admin-Token": admin_token} if admin_token else {}
        self._http: httpx2.Client | None = None

    def session(self, id: str | None = None) -> MockSession:
        """Begin a session."""
        answer = self._client().post("sessions", json={"id": id} if id else {})
        return MockSession(self._client(), _read(answer))

    def close(self) -> None:
        """Close the connections to the stub."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def _client(self) -> httpx2.Client:
        if self._http is None:
            self._http = httpx2.Client(
                base_url=f"{self.url}/__admin/", headers=self._headers, trust_env=False, timeout=_PATIENCE_S
            )
        return self._http


class MockServer(Mock):
    """A stub in this process, on a free port of this machine, for the length of a with block.

    ``with MockServer(seed=1) as mock: mock.url, mock.session().token``

    apis: names of the APIs to serve; all by default. specs: OpenAPI 3.0 files to serve from their examples; apis then
    names the built-in ones to serve as well. seed: what ids and dice are drawn from.
    fixtures: a file that replaces the built-in fixtures. auth: strict, shape or off. verify_hmac: compute the
    signature of signed requests. port: 0 for a free one.
    """

    def __init__(
        self,
        apis: Sequence[str] | None = None,
        *,
        specs: Sequence[Path | str] = (),
        seed: int = 0,
        fixtures: Path | str | None = None,
        auth: Mode = "strict",
        verify_hmac: bool = False,
        port: int = 0,
    ) -> None:
        super().__init__("")
        self._apis = apis
        self._specs = [Path(spec) for spec in specs]
        self._seed = seed
        self._fixtures = Path(fixtures) if fixtures is not None else None
        self._auth: Mode = auth
        self._verify_hmac = verify_hmac
        self._port = port
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Start, and return once it answers.

        Raises MockError if it cannot, or CannotStart with the reason.
        """
        from mockserver.http import server as serving
        from mockserver.http import socket as listener

        stub = self._stub()
        socket = listener.listen("127.0.0.1", self._port)
        ready = threading.Event()
        self.url = listener.url(socket)
        self._server = serving.Server(stub.door, ready.set)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [socket]}, daemon=True)
        self._thread.start()
        if not ready.wait(_START_S):
            raise MockError(f"the stub did not answer within {_START_S} s")
        return self

    def stop(self) -> None:
        """Stop, and return once it has."""
        self.close()
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()

    def _stub(self) -> Stub:
        from mockserver.services import openapi_file as guest
        from mockserver.services.service import services
        from mockserver.stub import Options, Stub

        own = [] if self._specs and not self._apis else services(self._apis, self._fixtures)
        guests = [guest.service(spec) for spec in self._specs]
        options = Options(verify_hmac=self._verify_hmac)
        return Stub([*own, *guests], seed=self._seed, mode=self._auth, options=options)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class AsyncMockServer:
    """MockServer for ``async with``; the methods of its sessions are awaited."""

    def __init__(self, apis: Sequence[str] | None = None, **options: Any) -> None:
        self._server = MockServer(apis, **options)
        self._http: httpx2.AsyncClient | None = None

    @property
    def url(self) -> str:
        """The stub's address."""
        return self._server.url

    async def session(self, id: str | None = None) -> AsyncMockSession:
        """Begin a session."""
        http = self._client()
        return AsyncMockSession(http, _read(await http.post("sessions", json={"id": id} if id else {})))

    def _client(self) -> httpx2.AsyncClient:
        if self._http is None:
            self._http = httpx2.AsyncClient(
                base_url=f"{self.url}/__admin/", trust_env=False, timeout=_PATIENCE_S
            )
        return self._http

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._server.start)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            await self._http.aclose()
        await asyncio.to_thread(self._server.stop)


def _ended(answer: httpx2.Response) -> None:
    if answer.status_code != httpx2.codes.NOT_FOUND:
        _read(answer)


def _read(answer: httpx2.Response) -> Any:
    if answer.is_success:
        return answer.json() if answer.content else None
    try:
        raise MockError(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        raise MockError(f"{answer.status_code} {answer.text[:200]}") from None
