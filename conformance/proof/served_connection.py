"""HTTP/1.1 as a server of the proof speaks it, over any pair of streams: a socket's, or two in memory.

Written by hand, and not taken from http.server, because every method is served, because the headers of a request are
read ten times as fast as by email.parser, and because nothing here knows that there is a socket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from email.utils import formatdate
from io import BufferedIOBase

from conformance.proof.messages import App, Request, Response

_LONGEST_LINE = 65536
_CHUNK_BYTES = 64


class ServedConnection:
    """Answers the requests of one connection with *app*, one after the other.

    peek: the bytes of the next request that are there already, without waiting for any.
    is_hanging: whether it ended with a response that never comes.
    """

    def __init__(
        self, app: App, requests: BufferedIOBase, responses: BufferedIOBase, peek: Callable[[], bytes]
    ) -> None:
        self._app = app
        self._requests = requests
        self._responses = responses
        self._peek = peek
        self.is_hanging = False

    def serve(self) -> None:
        """Answer until either side closes, or until something comes that is no HTTP."""
        with suppress(ValueError):
            while self._serve_request():
                pass

    def _serve_request(self) -> bool:
        """Answer one request; False if the connection ends with it."""
        line = self._requests.readline(_LONGEST_LINE + 1)
        words = line.decode("latin-1").split()
        if len(line) > _LONGEST_LINE:
            self._send_response(Response(414), has_body=True)
            return False
        if len(words) != 3:
            return False
        method, target, version = words
        headers = dict(self._read_headers())
        request = Request(method, target, headers, self._read_body(headers), bool(self._peek()))
        try:
            response = self._app.answer(request)
        except Exception as error:
            response = Response(500, f"the served object itself failed: {error!r}".encode())
        self.is_hanging = response.never_comes
        if response.is_silent or response.never_comes:
            return False
        self._send_response(response, has_body=method != "HEAD")
        is_last = response.http == "1.0" or _lower_case(response.headers).get("connection") == "close"
        return version == "HTTP/1.1" and headers.get("connection") != "close" and not is_last

    def _read_headers(self) -> Iterator[tuple[str, str]]:
        while line := self._requests.readline().decode("latin-1").strip("\r\n"):
            name, _, value = line.partition(":")
            yield name.lower(), value.strip(" \t")

    def _read_body(self, headers: Mapping[str, str]) -> bytes:
        if "chunked" not in headers.get("transfer-encoding", ""):
            return self._requests.read(int(headers.get("content-length") or 0))
        body = b""
        while size := int(self._requests.readline().partition(b";")[0], 16):
            body += self._requests.read(size)
            self._requests.readline()
        self._requests.readline()
        return body

    def _send_response(self, response: Response, *, has_body: bool) -> None:
        headers, content = response.encode()
        known = _lower_case(headers)
        date = [] if "date" in known else [f"date: {formatdate(usegmt=True)}"]
        lines = [
            f"HTTP/{response.http} {response.status} -",
            *date,
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        if "chunked" in known.get("transfer-encoding", ""):
            content = b"".join(_split_into_chunks(content))
        elif response.http == "1.1" and "content-length" not in known:
            lines.append(f"content-length: {len(content)}")
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        # In one write: two would be two packets, of which Nagle's algorithm holds back the second.
        self._responses.write(head + (content if has_body else b""))


def _lower_case(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value.lower() for name, value in headers.items()}


def _split_into_chunks(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), _CHUNK_BYTES):
        part = content[start : start + _CHUNK_BYTES]
        yield b"%x\r\n%s\r\n" % (len(part), part)
    yield b"0\r\n\r\n"
