"""A running stub for Python tests: sessions, state, faults, journal, clock and credentials."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

import httpx2

if TYPE_CHECKING:
    from mockserver.auth.security import Mode
    from mockserver.http.server import ServerThread
    from mockserver.stub import Stub

# More than the longest that the control plane waits for a call.
_TIMEOUT_S = 70


class MockError(Exception):
    """The control plane answered with an error; the message is the control plane's."""


class _SessionCalls:
    """The control plane's calls for one session; ``_send_call`` returns the answer, or an awaitable of it."""

    def __init__(self, ready: Mapping[str, Any]) -> None:
        self.id: str = ready["id"]
        self.base_url: str = ready["base_url"]
        self.token: str = ready["token"]
        self.api_key: str = ready["api_key"]

    def _send_call(self, method: str, path: str, body: Any = None) -> Any:
        raise NotImplementedError

    def reset(self, scope: str = "all") -> Any:
        """Reset the session, or one part of it: all, state, journal or faults."""
        return self._send_call("POST", "reset", {"scope": scope})

    def state(self) -> Any:
        """Read the state of every API as one document."""
        return self._send_call("GET", "state")

    def set_state(self, document: Mapping[str, Any]) -> Any:
        """Replace the state of the APIs that *document* names."""
        return self._send_call("PUT", "state", document)

    def snapshot(self, name: str) -> Any:
        """Save the state under *name*."""
        return self._send_call("PUT", f"snapshots/{quote(name, safe='')}")

    def restore(self, name: str) -> Any:
        """Restore the state saved under *name*."""
        return self._send_call("POST", f"snapshots/{quote(name, safe='')}/restore")

    def faults(self, *faults: Mapping[str, Any]) -> Any:
        """Replace all faults; without arguments, remove them."""
        return self._send_call("PUT", "faults", list(faults))

    def override(
        self,
        status: int | None = None,
        *,
        match: Mapping[str, Any] | None = None,
        times: int = 1,
        **response: Any,
    ) -> Any:
        """Force the next *times* matching answers to have *status*; *response* may hold body and headers."""
        # Without a status it may be named code, as it was formerly.
        named = {} if status is None else {"status": status}
        order = {"match": match or {}, "response": {**named, **response}, "times": times}
        return self._send_call("POST", "overrides", order)

    def requests(self, **match: Any) -> Any:
        """List the calls that match: api, operation, method, path, status, header, body."""
        return self._send_call("POST", "requests/find", {"match": match})

    def wait(self, *, count: int = 1, timeout_s: float = 5, **match: Any) -> Any:
        """Wait until *count* calls match, and list the newest *count* of them.

        Raises MockError if fewer match within *timeout_s* seconds.
        """
        return self._send_call(
            "POST", "requests/wait", {"match": match, "count": count, "timeout_s": timeout_s}
        )

    def freeze(self, instant: str | None = None) -> Any:
        """Stop the clock at *instant* (ISO 8601), or at the current time."""
        return self._send_call(
            "PUT", "clock", {"action": "freeze", **({"instant": instant} if instant else {})}
        )

    def advance(self, by_s: float) -> Any:
        """Move the clock ahead by *by_s* seconds."""
        return self._send_call("PUT", "clock", {"action": "advance", "by_s": by_s})

    def go_on(self) -> Any:
        """Let the clock follow the system's time again."""
        return self._send_call("PUT", "clock", {"action": "reset"})

    def choices(self) -> Any:
        """Read the alternative in force of each choice, by API and by the id of the choice."""
        return self._send_call("GET", "choices")

    def choose(self, choices: Mapping[str, Mapping[str, str]]) -> Any:
        """Take the alternatives in *choices*, and for all others those that the stub was started with."""
        return self._send_call("PUT", "choices", choices)

    def make_token(self, **wanted: Any) -> Any:
        """Issue a token with the given sub, role, ttl_s and defect; the answer has token and claims."""
        return self._send_call("POST", "tokens", wanted)

    def make_key(self, access: str = "write") -> Any:
        """Issue an API key whose *access* is write, read or revoked."""
        return self._send_call("POST", "keys", {"access": access})


class MockSession(_SessionCalls):
    """One session of a running stub.

    base_url: the stub's address with the session in it. token, api_key: credentials that carry the session.
    """

    def __init__(self, http: httpx2.Client, ready: Mapping[str, Any]) -> None:
        super().__init__(ready)
        self._http = http

    def end(self) -> None:
        """End the session; one that has ended already is no error."""
        _check_ended(self._http.delete(f"sessions/{self.id}"))

    def _send_call(self, method: str, path: str, body: Any = None) -> Any:
        return _read_answer(self._http.request(method, path, params={"session": self.id}, json=body))


class AsyncMockSession(_SessionCalls):
    """MockSession whose methods are awaited."""

    def __init__(self, http: httpx2.AsyncClient, ready: Mapping[str, Any]) -> None:
        super().__init__(ready)
        self._http = http

    async def end(self) -> None:
        """End the session; one that has ended already is no error."""
        _check_ended(await self._http.delete(f"sessions/{self.id}"))

    async def _send_call(self, method: str, path: str, body: Any = None) -> Any:
        return _read_answer(await self._http.request(method, path, params={"session": self.id}, json=body))


class Mock:
    """A stub that runs at *url*, and the source of sessions on it.

    admin_token: the token that its control plane asks for, if it does.
    """

    def __init__(self, url: str, admin_token: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._headers = {"X-Mock-Admin-Token": admin_token} if admin_token else {}
        self._http: httpx2.Client | None = None

    def session(self, id: str | None = None) -> MockSession:
        """Start a session."""
        answer = self._open_client().post("sessions", json={"id": id} if id else {})
        return MockSession(self._open_client(), _read_answer(answer))

    def problems(self) -> Any:
        """List what is wrong with the contracts: of each flaw the api, the file, the place in it, and a message."""
        return _read_answer(self._open_client().get("problems"))

    def close(self) -> None:
        """Close the connections to the stub."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def _open_client(self) -> httpx2.Client:
        if self._http is None:
            # trust_env: a proxy that the environment names cannot reach a stub on this machine.
            self._http = httpx2.Client(
                base_url=f"{self.url}/__admin/",
                headers=self._headers,
                trust_env=False,
                verify=_has_certificate(self.url),
                timeout=_TIMEOUT_S,
            )
        return self._http


class MockServer(Mock):
    """A stub in this process, on a free port of this machine, for the length of a with block.

    ``with MockServer(seed=1) as mock: mock.url, mock.session().token``

    apis: names of the built-in APIs to serve; all by default, and none by default with specs. specs: OpenAPI files to
    serve from their examples. state_by_path: whether what is written to their paths is kept; items: a file of what they
    start with. seed: seeds identifiers and random faults. fixtures: a file that replaces the built-in
    fixtures. choices: of each API, the alternatives to take where its document is silent. auth: strict, shape or off.
    verify_hmac: whether to check the signature of signed requests. port: 0 for a free one.
    """

    def __init__(
        self,
        apis: Sequence[str] | None = None,
        *,
        specs: Sequence[Path | str] = (),
        state_by_path: bool = False,
        items: Path | str | None = None,
        seed: int = 0,
        fixtures: Path | str | None = None,
        choices: Mapping[str, Mapping[str, str]] | None = None,
        auth: Mode = "strict",
        verify_hmac: bool = False,
        port: int = 0,
    ) -> None:
        super().__init__("")
        self._apis = apis
        self._specs = [Path(spec) for spec in specs]
        self._keeps_state = state_by_path
        self._items = Path(items) if items is not None else None
        self._seed = seed
        self._fixtures = Path(fixtures) if fixtures is not None else None
        self._choices = choices or {}
        self._auth: Mode = auth
        self._verify_hmac = verify_hmac
        self._port = port
        self._server: ServerThread | None = None

    def start(self) -> Self:
        """Start, and return once the stub answers.

        Raises CannotStart with the reason.
        """
        from mockserver.http import listening_socket
        from mockserver.http.server import ServerThread

        stub = self._build_stub()
        listener = listening_socket.open_socket("127.0.0.1", self._port)
        self.url = listening_socket.socket_url(listener)
        self._server = ServerThread(stub.application, listener)
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop, and return once the stub has stopped.

        Raises TimeoutError if it has not after half a minute.
        """
        self.close()
        if self._server is not None:
            self._server.stop()

    def _build_stub(self) -> Stub:
        from mockserver.services import openapi_file
        from mockserver.services.chosen import ChoiceSource, take_chosen
        from mockserver.services.service import select_built_in_services
        from mockserver.stub import Options, Stub

        built_in = select_built_in_services(self._apis, self._fixtures, self._specs)
        from_files = openapi_file.load_services(
            self._specs, keeps_state=self._keeps_state, items_file=self._items
        )
        options = Options(verify_hmac=self._verify_hmac)
        services = take_chosen([*built_in, *from_files], [ChoiceSource(self._choices)])
        return Stub(services, seed=self._seed, mode=self._auth, options=options)

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
        """Start a session."""
        http = self._open_client()
        return AsyncMockSession(
            http, _read_answer(await http.post("sessions", json={"id": id} if id else {}))
        )

    async def problems(self) -> Any:
        """List what is wrong with the contracts: of each flaw the api, the file, the place in it, and a message."""
        return _read_answer(await self._open_client().get("problems"))

    def _open_client(self) -> httpx2.AsyncClient:
        if self._http is None:
            self._http = httpx2.AsyncClient(
                base_url=f"{self.url}/__admin/",
                trust_env=False,
                verify=_has_certificate(self.url),
                timeout=_TIMEOUT_S,
            )
        return self._http

    async def __aenter__(self) -> Self:
        # In a thread, since it waits, and the test's event loop must not.
        await asyncio.to_thread(self._server.start)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            await self._http.aclose()
        await asyncio.to_thread(self._server.stop)


def _has_certificate(url: str) -> bool:
    # To load the authorities that vouch for one takes longer than ten calls.
    return not url.lower().startswith("http:")


def _check_ended(answer: httpx2.Response) -> None:
    if answer.status_code != httpx2.codes.NOT_FOUND:
        _read_answer(answer)


def _read_answer(answer: httpx2.Response) -> Any:
    if answer.is_success:
        return answer.json() if answer.content else None
    try:
        raise MockError(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        raise MockError(f"{answer.status_code} {answer.text[:200]}") from None
