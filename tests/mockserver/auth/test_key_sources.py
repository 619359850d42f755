"""Files and URLs of public keys: broken ones, and keys that change while the stub runs."""

from __future__ import annotations

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from mockserver.http.problems import CannotStart
from mockserver.services.service import load_services
from mockserver.stub import Stub
from tests.mockserver.auth.public_keys import (
    ELLIPTIC,
    STRANGER,
    KeyServer,
    call,
    jwk,
    refuse,
    serve_with_keys,
    sign,
)
from tests.testbed.calls import token


def test_rotated_key_of_a_url_needs_no_restart(server):
    server.document = json.dumps({"keys": [jwk(STRANGER, kid="old")]}).encode()
    old = sign(STRANGER, kid="old")
    with serve_with_keys(f"{server.url}/jwks.json") as url:
        assert call(url, old).status_code == 200
        server.document = json.dumps({"keys": [jwk(ELLIPTIC, kid="new")]}).encode()
        assert call(url, sign(kid="new")).status_code == 200
        assert "kid old" in refuse(url, old)


@pytest.mark.parametrize("kid", ["a", None])
def test_rotated_key_of_a_file_needs_no_restart(tmp_path, kid):
    """Even one with the kid of the old key, or without any."""
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps([jwk(STRANGER, kid=kid)]))
    with serve_with_keys(file) as url:
        assert call(url, sign(STRANGER)).status_code == 200
        file.write_text(json.dumps([jwk(ELLIPTIC, kid=kid)]))
        assert call(url, sign()).status_code == 200


BROKEN = {
    "html": (b"<html>Not here</html>", 200, "is not JSON"),
    "no-bytes": (b"", 200, "is not JSON"),
    "deep": (b"[" * 100_000, 200, "is not JSON"),
    "no-set": (b'{"a": 1}', 200, "is no JWKS"),
    "keys-are-text": (b'{"keys": "x"}', 200, "is no JWKS"),
    "keys-are-texts": (b'["x"]', 200, "is no JWKS"),
    "null": (b"null", 200, "is no JWKS"),
    "huge": (b" " * 1024 * 1025, 200, "more than"),
    "not-found": (b"{}", 404, "answered 404"),
    "error": (b"{}", 503, "answered 503"),
    "redirect": (b"{}", 302, "answered 302"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_url_that_hands_out_no_set_is_401_until_it_does(fault):
    document, status, said = BROKEN[fault]
    with KeyServer(document, status).serve() as server, serve_with_keys(f"{server.url}/jwks.json") as url:
        assert f"{server.url}/jwks.json {said}" in refuse(url, sign()).replace("answered more", "more")
        server.document, server.status = json.dumps([jwk(ELLIPTIC)]).encode(), 200
        assert call(url, sign()).status_code == 200
        server.document, server.status = document, status
        # What it once had is still good.
        assert call(url, sign(sub="somebody-else")).status_code == 200


@pytest.mark.parametrize("content", ["", "<html>", "{}", None])
def test_file_that_breaks_while_the_stub_runs_keeps_its_old_keys(tmp_path, content):
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps([jwk(ELLIPTIC)]))
    with serve_with_keys(file) as url:
        file.unlink() if content is None else file.write_text(content)
        assert str(file) in refuse(url, sign(STRANGER))
        assert call(url, sign()).status_code == 200


@pytest.mark.parametrize(
    ("named", "said"),
    [("https://example.com/jwks.json", "is not on this machine"), ("HTTP://example.com/", "is not on this machine"),
     ("http://127.0.0.1.example.com/", "is not on this machine"), ("http://127.0.0.1@example.com/", "not on this"),
     ("http://[::1", "is not on this machine"), ("/nowhere/jwks.json", "No such file"), ("{folder}", "a directory"),
     ("<html>", "is not JSON"), ("", "is not JSON"), ("{}", "is no JWKS"), ('{"keys": "x"}', "is no JWKS"),
     ('{"keys": [1]}', "is no JWKS"), ("[[]]", "is no JWKS"), ("\x00", "is not JSON")],
)  # fmt: skip
def test_keys_that_cannot_be_used_stop_the_start_in_one_line(monkeypatch, tmp_path, named, said):
    if not named.lower().startswith(("http", "/", "{folder")):
        (tmp_path / "keys.json").write_text(named)
        named = str(tmp_path / "keys.json")
    monkeypatch.setenv("MOCKSERVER_JWKS", named.replace("{folder}", str(tmp_path)))

    with pytest.raises(CannotStart, match="MOCKSERVER_JWKS: ") as refused:
        Stub(load_services())
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_url_where_nothing_listens_does_not_stop_the_start():
    """The stack may start after the stub."""
    # Each address of 127.0.0.0/8 is this machine.
    with serve_with_keys("http://127.0.0.2:9/jwks.json") as url:
        assert "http://127.0.0.2:9/jwks.json cannot be reached" in refuse(url, sign())
        assert call(url, token()).status_code == 200


def test_url_that_never_ends_its_answer_is_not_waited_for(monkeypatch):
    monkeypatch.setattr("mockserver.auth.key_source._LONGEST_WAIT_S", 0.3)
    ended = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        with suppress(OSError):
            while not ended.wait(0.02):
                connection.sendall(b" ")

    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor() as pool:
        name = f"http://127.0.0.1:{listener.getsockname()[1]}/jwks.json"
        with serve_with_keys(name) as url:
            waiting = pool.submit(refuse, url, sign())
            connection, _ = listener.accept()
            with connection:
                dripping = pool.submit(drip, connection)
                assert f"{name} did not answer within 0.3 s" in waiting.result(10)
                ended.set()
                dripping.result(10)
