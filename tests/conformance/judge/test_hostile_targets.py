"""Targets that answer anything but HTTP, without end, in pieces, or with what is meant to hurt: each run ends well.

Each target answers a few requests as the reference server does, so that the run begins, and then the hostile thing.
"""

from __future__ import annotations

import gzip
import http.client
import json
import re
import socket
import struct
import xml.etree.ElementTree as ET
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from conformance.proof import reference_of
from conformance.proof.server import serve, serve_bytes
from tests.conformance.command.commands import APIS, conformance, written

EVIL = (
    "\x1b[31mANSI\x1b]0;title\x07\u202eRTL\u2066bidi\u200f</script><script>alert(1)</script>]]><!--\x01\x08\x7f\ufffe=cmd|calc!A0\n"
    "::error::PWNED\r\n::add-mask::x\n##[error]PWNED\n<![CDATA[&amp;&#0;`${7*7}`{{7*7}}\u2028\u2029\x85"
)
JSON = "Content-Type: application/json\r\n"
# In what is written for people and machines to read: control characters, and those that turn the order of writing.
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\u200e\u200f\u2028\u2029\x85]")
PIECE = b"a" * 65536


def answer(status: int, body: bytes, headers: str = JSON) -> bytes:
    head = f"HTTP/1.1 {status} OK\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
    return head.encode("utf-8", "surrogateescape") + body


def evil(status: int) -> bytes:
    names = ("id", "fanId", "value", "createdAt", "category", "preference", "name", "description", "source")
    record = {**dict.fromkeys(names, EVIL), EVIL: EVIL, "channels": [EVIL, {"channel": EVIL}]}
    body = {
        **record,
        "status": EVIL,
        "data": record,
        "error": {"code": EVIL, "message": EVIL},
        "message": EVIL,
    }
    header = re.sub(r"[\x00-\x1f]", " ", EVIL)
    return answer(
        status, json.dumps(body).encode(), f"{JSON}X-Evil: {header}\r\nRetry-After: ::error::PWNED\r\n"
    )


def endless(begin: bytes, piece: bytes, most: int = 400) -> Callable[[socket.socket], None]:
    def send(connection: socket.socket) -> None:
        connection.sendall(begin)
        for _ in range(most):
            connection.sendall(piece)

    return send


def broken_off(begin: bytes, *, reset: bool) -> Callable[[socket.socket], None]:
    def send(connection: socket.socket) -> None:
        connection.sendall(begin)
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return send


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + JSON.encode() + b"Transfer-Encoding: chunked\r\n\r\n"
HOSTILE: dict[str, bytes | Callable[[socket.socket], None]] = {
    "endless chunks": endless(CHUNKED, b"10000\r\n" + PIECE + b"\r\n"),
    "endless body": endless(OK + JSON.encode() + b"\r\n", PIECE),
    "endless headers": endless(OK, b"X-A: b\r\n" * 8000),
    "endless header": endless(OK + b"X-A: ", PIECE),
    "endless 100 Continue": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 2000),
    "endless trailers": endless(CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-A: b\r\n" * 8000),
    "endless chunk extension": endless(CHUNKED + b"2;", PIECE),
    "chunks of a byte": endless(CHUNKED, b"1\r\na\r\n" * 1000, 20),
    "end at once": broken_off(b"", reset=False),
    "reset at once": broken_off(b"", reset=True),
    "reset in the status line": broken_off(b"HTTP/1.1 20", reset=True),
    "end in the headers": broken_off(OK + b"Content-Le", reset=False),
    "reset in the body": broken_off(OK + b'Content-Length: 50\r\n\r\n{"a":', reset=True),
    "end in a chunk": broken_off(CHUNKED + b"50\r\nabc", reset=False),
    "gzip of a gigabyte": answer(
        200, gzip.compress(gzip.compress(b"\0" * 2**26, 1)), f"{JSON}Content-Encoding: gzip, gzip\r\n"
    ),
    "gzip that is none": answer(200, b"{}", f"{JSON}Content-Encoding: gzip\r\n"),
    "a thousand codings": answer(200, b"{}", f"{JSON}Content-Encoding: {', '.join(['gzip'] * 1000)}\r\n"),
    "evil words 200": evil(200),
    "evil words 202": evil(202),
    "evil words 400": evil(400),
    "evil words 500": evil(500),
    "evil text": answer(400, EVIL.encode(), "Content-Type: text/\x1b[31m\r\n"),
    "evil page": answer(401, EVIL.encode(), "Content-Type: text/html\r\n"),
    "invalid UTF-8": answer(200, b'{"a":"\xff\xfe\xc0\xaf"}'),
    "UTF-16": answer(200, '{"a":1}'.encode("utf-16")),
    "lone surrogates": answer(
        200, b'{"status":"\\ud800","data":{"id":"\\udfff"},"code":"\\ud800","message":"\\udc00"}'
    ),
    "deep arrays": answer(200, b"[" * 100_000 + b"]" * 100_000),
    "deep objects": answer(400, b'{"error":' * 900 + b"1" + b"}" * 900),
    "number without end": answer(200, b'{"status":1e999,"data":{"id":-1e999,"value":1e400}}'),
    "5,000 digits": answer(400, b'{"status":' + b"9" * 5000 + b',"code":' + b"9" * 5000 + b"}"),
    "NaN": answer(200, b'{"status":NaN}'),
    "same member twice": answer(200, b'{"status":"success","status":"x"}'),
    "many members": answer(400, b"{" + b",".join(b'"k%d":1' % number for number in range(50_000)) + b"}"),
    "204 with a body": b"HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\nhello",
    "101": b"HTTP/1.1 101 S\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n\0\0\0",
    "status 99": b"HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n",
    "status 999": answer(999, b"{}"),
    "status of letters": b"HTTP/1.1 abc X\r\n\r\n",
    "HTTP/0.9": broken_off(b"hello there", reset=False),
    "HTTP/2": broken_off(b"\0\0\x12\4\0\0\0\0\0" + b"\0" * 18, reset=False),
    "mail server": broken_off(b"220 smtp ready\r\n", reset=False),
    "length too short": answer(200, b"{}") + b"{}{}HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n",
    "two lengths": OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
    "length of many digits": broken_off(OK + b"Content-Length: 99999999999999999999\r\n\r\n{}", reset=False),
    "zero byte in a header": OK + b"X: a\0b\r\nContent-Length: 2\r\n\r\n{}",
    "lines without a return": b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}",
    "redirect to a file": answer(307, b"", "Location: file:///etc/passwd\r\n"),
    "redirect to nowhere": answer(307, b"", "Location: http://[::\r\n"),
    "endless wait": answer(503, b"{}", "Retry-After: 1e308\r\n"),
    "wait until the year 9999": answer(503, b"{}", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n"),
    "date of no calendar": answer(200, b"{}", f"{JSON}Date: Mon, 99 Jan 2026 99:99:99 GMT\r\n"),
    "a thousand cookies": answer(200, b"{}", JSON + "Set-Cookie: a=b; Path=/\r\n" * 1000),
}


def read_request(connection: socket.socket) -> tuple[str, str, dict[str, str], bytes] | None:
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            return None
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    line, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    method, target, _ = line.split(" ", 2)
    return method, target, headers, body


def ask_reference(url: str, method: str, target: str, headers: dict[str, str], body: bytes) -> bytes:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    kept = {name: value for name, value in headers.items() if name not in ("host", "content-length")}
    connection.request(method, target, body or None, kept)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return answer(response.status, content)


@pytest.mark.parametrize("name", HOSTILE)
def test_run_against_a_hostile_target_ends_and_reports(tmp_path, monkeypatch, name):
    api = APIS[list(HOSTILE).index(name) % len(APIS)]  # what reads an answer is the same for both
    reference, payload, asked = reference_of(api)(), HOSTILE[name], 0
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    with serve(reference) as reference_url:

        def talk(connection: socket.socket) -> None:
            nonlocal asked
            with suppress(OSError):
                while request := read_request(connection):
                    asked += 1
                    if asked <= 3:
                        connection.sendall(ask_reference(reference_url, *request))
                    elif not callable(payload):
                        connection.sendall(payload)
                    else:
                        payload(connection)
                        break

        with serve_bytes(talk) as url:
            patience = {"timeout_s": 1, "retry_s": 0.1, "read_lag_s": 0, "budget_s": 3}
            profile = written(tmp_path, {**reference.profile(url), "patience": patience})
            run = conformance("run", profile, "--report-dir", tmp_path / "report", "--only", "*/*preference*")

    assert run.exit_code in (1, 3), run.output
    assert "Traceback" not in run.output
    assert "own fault" not in run.output
    commands = [line for line in run.output.splitlines() if line.startswith(("::", "##["))]
    assert [
        line for line in commands if not re.match(r"::(error|warning|group|endgroup|notice)\b", line)
    ] == []
    assert "PWNED" not in "".join(line for line in run.output.splitlines() if line.startswith("::error::"))
    folder = tmp_path / "report"
    json.loads((folder / "report.json").read_text())
    json.loads((folder / "requests.har").read_text())
    ET.parse(folder / "junit.xml")  # noqa: S314 - our own file
    assert "<script>alert(1)" not in (folder / "report.html").read_text()
    for text in (run.output, (folder / "report.html").read_text(), (folder / "junit.xml").read_text()):
        assert UNSAFE.search(text.replace("\r\n", "\n")) is None
