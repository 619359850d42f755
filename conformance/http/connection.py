"""HTTP to one origin: a keep-alive pool, a deadline for the whole exchange, a bounded body.

Requests that no HTTP library sends go out as bytes, on a connection of their own.

Cookies, redirects and ``.netrc`` are ignored: a requirement has to see what the target itself answered.
"""

from __future__ import annotations

import re
import socket
import ssl
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import h11
import httpcore2
import httpx2

from conformance.http.clock import Clock
from conformance.http.transport.content_coding import LARGEST_BODY, BodyTooLarge, decode_body, is_plain_json
from conformance.http.transport.deadline import Deadline, DeadlineBackend
from conformance.http.transport.endless import LISTEN_S, is_endless, keep_whole_events

CUT_REQUEST_TIMEOUT_S = 0.5  # half a request need not be answered; we wait no longer than this
NO_PROXY = "none"  # in the place of a URL: not even the environment's
_READ_BYTES = 65536
_PORTS = {"http": 80, "https": 443}
_METHODS_WITH_BODY = ("POST", "PUT", "PATCH", "QUERY")  # which tell a length even where it is zero
_LENGTH_HEADERS = {b"content-length", b"transfer-encoding"}
_LOCAL = re.compile(r"localhost|127(\.\d+){3}|::1|0\.0\.0\.0")  # which no proxy reaches


@dataclass
class Request:
    """A request with every header that goes out, in that order; others may share *headers*, so they are replaced whole.

    What httpx2.Request would be, which knows uploads and streams, too: making one takes as long as a small server takes
    to answer it.
    """

    method: str
    url: httpx2.URL
    headers: httpx2.Headers
    content: bytes


def make_request(
    method: str, url: httpx2.URL, headers: tuple[tuple[str, str], ...], content: bytes | str | None = None
) -> Request:
    """Make a request that names its host before *headers*, and the length of its body behind them.

    Raises UnicodeEncodeError if a header is not ASCII.
    """
    body = content.encode() if isinstance(content, str) else content or b""
    place = "behind" if body else "before" if method in _METHODS_WITH_BODY else None
    return Request(method, url, _make_headers(headers, url.netloc, len(body), place), body)


@lru_cache(1024)  # a run sends the same ones again and again, so nobody may change them
def _make_headers(
    headers: tuple[tuple[str, str], ...], host: bytes, length: int, length_place: str | None
) -> httpx2.Headers:
    """Make headers that name the *host*, and the *length* of a body "before" or "behind" all others, if they do not."""
    given = [(name.encode("ascii"), value.encode("ascii")) for name, value in headers]
    names = {name.lower() for name, _ in given}
    hosts = [] if b"host" in names else [(b"Host", host)]
    lengths = [] if names & _LENGTH_HEADERS else [(b"Content-Length", b"%d" % length)]
    before, behind = ((lengths if length_place == place else []) for place in ("before", "behind"))
    return httpx2.Headers([*hosts, *before, *given, *behind])


class RawResponse(NamedTuple):
    """A response as it came; *content* is without its content-encoding, where that can be undone.

    coding_fault, unread_coding: as a Body has them.
    """

    status: int
    headers: httpx2.Headers
    content: bytes
    coding_fault: str | None = None
    unread_coding: str | None = None


def make_raw_response(status: int, headers: httpx2.Headers, content: bytes) -> RawResponse:
    """Make a response of what came over the connection; raises BodyTooLarge."""
    coding = headers.get("content-encoding")
    if not coding:
        return RawResponse(status, headers, content)
    body = decode_body(content, coding)
    return RawResponse(status, headers, body.content, body.fault, body.unread_coding)


class AnswerCut(Exception):
    """The body does not end as the head of the response says; the message says how.

    response: as far as it came. has_timed_out: whether the connection fell silent, and was not closed. before: the
    responses to requests that were sent before on the same connection.
    """

    def __init__(self, how: str, response: RawResponse, *, has_timed_out: bool = False) -> None:
        super().__init__(how)
        self.response = response
        self.has_timed_out = has_timed_out
        self.before: Sequence[RawResponse] = ()


class AnswerUnfinished(httpcore2.ReadTimeout):
    """The time was up in the body of a response; the message says which."""


class AnswerLost(httpcore2.ReadError):
    """The connection ended in the head of a response, or in a body by what is no fault of the server's.

    The message says what the server did.
    """


class HttpConnection:
    """Sends requests to one origin, through *proxy* if there is one."""

    def __init__(
        self,
        url: httpx2.URL,
        *,
        ssl_context: ssl.SSLContext | None = None,
        proxy: httpx2.URL | None = None,
        connections: int = 16,
    ) -> None:
        self.clock = Clock()
        self._url = url
        self._deadline = Deadline()
        self._backend = DeadlineBackend(self._deadline)
        self._ssl_context = (ssl_context or _default_ssl_context()) if url.scheme == "https" else None
        self._pool = _make_pool(proxy, self._ssl_context, self._backend, connections)

    def send(self, request: Request, within_s: float) -> RawResponse:
        """Send *request* and read the whole response, or its first moments where it need not have an end.

        Raises the exceptions of httpcore2, where a time-out means that *within_s* has passed in all, AnswerCut, and
        BodyTooLarge.
        """
        self._deadline.set(within_s)
        with closing(self._pool.handle_request(_convert_request(request))) as response:
            content = bytearray()
            headers = httpx2.Headers(response.headers)
            may_go_on = is_endless(headers.get("content-type", ""))
            if may_go_on:
                self._deadline.shorten(LISTEN_S)
            try:
                for chunk in response.iter_stream():
                    content += chunk
                    if len(content) > LARGEST_BODY:
                        raise BodyTooLarge
            except (httpcore2.RemoteProtocolError, httpcore2.ReadError, httpcore2.ReadTimeout) as error:
                cut = RawResponse(response.status, headers, bytes(content))
                if may_go_on and isinstance(error, httpcore2.ReadTimeout):
                    return _leave_endless(cut)
                if explained := _explain_missing_end(error, cut, within_s):
                    raise explained from None
                raise
        return make_raw_response(response.status, headers, bytes(content))

    def send_bytes(
        self, content: bytes, methods: Sequence[str], within_s: float, *, is_cut: bool = False
    ) -> list[RawResponse]:
        """Send *content* as it is on a connection of its own, past any proxy, and read the responses.

        methods: of the requests in it; fewer responses come if the connection is closed, or falls silent, after the
        first. is_cut: the last request lacks its end, so that no response need come, and none need be whole.
        Raises as send does if there is no response where one has to be, and AnswerCut if one is cut.
        """
        responses: list[RawResponse] = []
        self._deadline.set(within_s)
        with closing(self._connect()) as stream:
            try:
                with suppress(httpcore2.WriteError):  # the target may answer and close before it has read all
                    stream.write(content)
                if is_cut:
                    self._deadline.shorten(CUT_REQUEST_TIMEOUT_S)
                    self._close_for_writing(stream)
                for response in _read_responses(stream, methods, within_s):
                    responses.append(response)
            except AnswerCut as cut:
                if not is_cut:
                    cut.before = responses
                    raise
            except (
                httpcore2.TimeoutException,
                httpcore2.NetworkError,
                httpcore2.ProtocolError,
                BodyTooLarge,
            ):
                if not responses and not is_cut:
                    raise
        return responses

    def _connect(self) -> httpcore2.NetworkStream:
        scheme, host = self._url.scheme, self._url.host
        stream = self._backend.connect_tcp(host, self._url.port or _PORTS[scheme])
        return stream.start_tls(self._ssl_context, host) if self._ssl_context else stream

    def _close_for_writing(self, stream: httpcore2.NetworkStream) -> None:
        tcp_socket = stream.get_extra_info("socket")
        if isinstance(tcp_socket, ssl.SSLSocket):
            # Python cannot end one direction of TLS and still read the other.
            raise httpcore2.ReadError("TLS knows no half-closed connection")
        with suppress(OSError):  # closed from the other side already
            tcp_socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


def _read_responses(
    stream: httpcore2.NetworkStream, methods: Sequence[str], within_s: float
) -> Iterator[RawResponse]:
    """Read a response for each request that was sent, until the connection is closed."""
    left = b""
    for number, method in enumerate(methods, 1):
        # A reader of its own for each response, told of a request that was never sent through it: h11 has to know
        # the method to tell whether a body follows, and would refuse to write requests as odd as ours.
        reader = h11.Connection(h11.CLIENT)
        reader.send(h11.Request(method=method, target="/", headers=[("host", "-")]))
        reader.send(h11.EndOfMessage())
        if left:
            reader.receive_data(left)
        yield _read_response(reader, stream, within_s, is_last=number == len(methods))
        left, is_over = reader.trailing_data
        if is_over or reader.their_state is h11.MUST_CLOSE:
            return


def _read_response(
    reader: h11.Connection, stream: httpcore2.NetworkStream, within_s: float, *, is_last: bool
) -> RawResponse:
    status, headers, content = 0, httpx2.Headers(), bytearray()
    while True:
        try:
            event = _read_event(reader, stream)
        except (httpcore2.RemoteProtocolError, httpcore2.ReadError, httpcore2.ReadTimeout) as error:
            cut = RawResponse(status, headers, bytes(content))
            if status and (explained := _explain_missing_end(error, cut, within_s, is_last=is_last)):
                raise explained from None
            raise
        if isinstance(event, h11.Response):
            status, headers = event.status_code, httpx2.Headers(event.headers.raw_items())
        elif isinstance(event, h11.Data):
            content += event.data
            if len(content) > LARGEST_BODY:
                raise BodyTooLarge
        elif isinstance(event, h11.EndOfMessage):
            return make_raw_response(status, headers, bytes(content))
        elif event is h11.PAUSED:
            raise httpcore2.RemoteProtocolError("the protocol is switched without having been asked to")


def _read_event(reader: h11.Connection, stream: httpcore2.NetworkStream) -> Any:
    """Read the next part of a response."""
    try:
        while (event := reader.next_event()) is h11.NEED_DATA:
            reader.receive_data(_read_data(reader, stream))
    except h11.RemoteProtocolError as error:
        raise httpcore2.RemoteProtocolError(str(error)) from None
    return event


def _read_data(reader: h11.Connection, stream: httpcore2.NetworkStream) -> bytes:
    """Read some bytes, none at the end of the connection; raises ReadError if that comes before or in the head."""
    is_in_head = reader.their_state is h11.SEND_RESPONSE
    size = len(reader.trailing_data[0]) if is_in_head else 0
    try:
        data = stream.read(_READ_BYTES)
    except httpcore2.ReadError as error:
        if size and isinstance(error.__cause__, ConnectionResetError):
            raise AnswerLost(f"reset the connection after {size} bytes, in the head of its answer") from error
        raise
    if data or not is_in_head:
        return data
    if size:
        raise AnswerLost(f"closed the connection after {size} bytes, in the head of its answer")
    raise httpcore2.RemoteProtocolError("Server disconnected without sending a response.")


def _leave_endless(cut: RawResponse) -> RawResponse:
    # Half of what is compressed cannot be read, and is not the server's fault.
    is_coded = "content-encoding" in cut.headers
    content = b"" if is_coded else keep_whole_events(cut.content, cut.headers["content-type"])
    return RawResponse(cut.status, cut.headers, content)


def _explain_missing_end(
    error: httpcore2.RemoteProtocolError | httpcore2.ReadError | httpcore2.ReadTimeout,
    cut: RawResponse,
    within_s: float,
    *,
    is_last: bool = True,
) -> AnswerCut | AnswerLost | AnswerUnfinished | None:
    """Say what became of a response that ends in *error*: AnswerCut if the server is to blame; None if *error* says it.

    Whoever refuses a request before having read it all and closes, resets the connection, maybe over a part of its own
    answer (RFC 9112, 9.6); so does whoever reads no second request behind the first. The end of a TLS connection that
    says no goodbye is no reset either. A body that is slow may still come; one that is whole JSON and goes on, nobody
    waits for.

    is_last: whether no other request was sent behind the one that it answers.
    """
    size = len(cut.content)
    if isinstance(error, httpcore2.RemoteProtocolError):
        return AnswerCut(str(error), cut)
    if isinstance(error, httpcore2.ReadTimeout):
        if not is_plain_json(cut.content):
            return AnswerUnfinished(f"the answer ({cut.status}, {size} bytes of its body)")
        how = f"no end behind the whole body within {within_s:g} s (received {size} bytes)"
        return AnswerCut(how, cut, has_timed_out=True)
    if not isinstance(error.__cause__, ConnectionResetError):
        return None
    if 400 <= cut.status < 500 or not is_last:
        return AnswerLost(
            f"reset the connection after {size} bytes of the body of its answer, a {cut.status}"
        )
    return AnswerCut(f"the connection was reset in the body (received {size} bytes)", cut)


def _convert_request(request: Request) -> httpcore2.Request:
    url = httpcore2.URL(
        scheme=request.url.raw_scheme,
        host=request.url.raw_host,
        port=request.url.port,
        target=request.url.raw_path,
    )
    return httpcore2.Request(request.method, url, headers=request.headers.raw, content=request.content)


def _make_pool(
    proxy: httpx2.URL | None, ssl_context: ssl.SSLContext | None, backend: DeadlineBackend, connections: int
) -> httpcore2.ConnectionPool:
    options: dict[str, Any] = {
        "network_backend": backend,
        "max_connections": connections,
        "ssl_context": ssl_context,
    }
    if proxy is None:
        return httpcore2.ConnectionPool(**options)
    auth = (proxy.username, proxy.password) if proxy.username else None
    return httpcore2.HTTPProxy(str(proxy.copy_with(userinfo=b"")), proxy_auth=auth, **options)


def is_proxy_url(url: str) -> bool:
    """Tell whether *url* is an http or https URL that a proxy can have."""
    try:
        parts = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https") and bool(parts.hostname) and has_port and not re.search(r"\s", url)
    )


def choose_proxy(url: httpx2.URL, named: str | None) -> httpx2.URL | None:
    """Return the proxy that is *named*, else the environment's, which targets on this machine do without."""
    if named is not None:
        return None if named == NO_PROXY else httpx2.URL(named)
    if _LOCAL.fullmatch(url.host) or urllib.request.proxy_bypass(url.host):
        return None
    address = urllib.request.getproxies().get(url.scheme)
    return httpx2.URL(address if "://" in address else f"http://{address}") if address else None


@cache  # reading the authorities takes longer than an exchange
def _default_ssl_context() -> ssl.SSLContext:
    return httpx2.create_ssl_context()
