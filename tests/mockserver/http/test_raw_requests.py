"""What happens on the wire: requests no client library sends, over bare sockets."""

from __future__ import annotations

import json
import re
import socket
import time

import pytest

from tests.testbed.calls import CATEGORY, KEY, PREFERENCE, ask, bearer, connect, fresh, read, request, token

JSON = {"Content-Type": "application/json"}


def good(**headers: str) -> bytes:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return request(headers={**bearer(token()), **JSON, **named}, content=json.dumps(fresh()).encode())


def chunked(content: bytes, size: int) -> bytes:
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_chunked_body_is_read(url, size):
    head = request(headers={**bearer(token()), **JSON, "Transfer-Encoding": "chunked"})

    assert ask(url, head + chunked(json.dumps(fresh()).encode(), size)).status == 200


def test_chunked_body_of_two_megabytes_is_413(url):
    head = request(headers={**bearer(token()), **JSON, "Transfer-Encoding": "chunked"})

    answer = ask(url, head + chunked(b"[" + b"0," * 1_000_000 + b"0]", 60_000))

    assert answer.status == 413
    assert answer.json()["error"]["code"] == "validation_error"


def test_broken_chunk_is_400_in_the_apis_voice(url):
    head = request(headers={**bearer(token()), **JSON, "Transfer-Encoding": "chunked"})

    answer = ask(url, head + b"5\r\n{}\r\nnonsense")

    assert answer.status == 400
    assert answer.json()["error"]["code"] == "validation_error"


def test_two_megabytes_for_nobody_are_read_so_that_the_answer_is(url):
    text = {**bearer(token()), "Content-Type": "text/plain"}
    for target, headers, status in (("/nowhere", {}, 404), (PREFERENCE, {}, 401), (PREFERENCE, text, 415)):
        assert ask(url, request(target=target, headers=headers, content=b"x" * 2_000_000)).status == status


def test_body_without_a_length_is_no_body(url):
    answer = ask(url, request(headers={**bearer(token()), **JSON}, content=b"{}", length=False))

    assert answer.status == 400
    assert answer.json()["error"]["message"] == "the request body must not be empty"


def test_absolute_target_is_answered_like_its_path(url):
    content = json.dumps(fresh()).encode()

    assert ask(url, request("POST", url + PREFERENCE, {**bearer(token()), **JSON}, content)).status == 200


@pytest.mark.parametrize("change", [str.lower, str.upper])
def test_header_names_are_read_in_any_case(url, change):
    headers = {change(name): value for name, value in {**bearer(token()), **JSON}.items()}

    assert ask(url, request(headers=headers, content=json.dumps(fresh()).encode())).status == 200


def test_pipelined_requests_are_answered_in_order(url):
    last = good(Connection="close")
    with connect(url) as connection:
        connection.sendall(
            good() + request(target="/nowhere") + request("PATCH", CATEGORY, bearer(KEY)) + last
        )
        answers = b""
        while piece := connection.recv(65536):
            answers += piece

    assert re.findall(rb"HTTP/1.1 (\d+)", answers) == [b"200", b"404", b"400", b"200"]


def test_nonsense_after_a_good_request_costs_it_nothing(url):
    with connect(url) as connection:
        connection.sendall(good() + b"\0\0nonsense\r\n\r\n")

        answer = read(connection)

    assert answer.status == 200
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("requests", [1, 2])
def test_client_that_stops_talking_is_answered(url, requests):
    for _ in range(20):
        with connect(url) as connection:
            connection.sendall(good() * requests)
            connection.shutdown(socket.SHUT_WR)
            answers = b""
            while piece := connection.recv(65536):
                answers += piece

        assert answers.count(b"HTTP/1.1 200 OK") == requests


def test_half_a_request_keeps_nobody_waiting(url, default_caller):
    with connect(url) as head_only, connect(url) as body_missing:
        head_only.sendall(b"POST /api/v2/upd")
        whole = good()
        body_missing.sendall(whole[:-5])

        assert default_caller.write(fresh()).status_code == 200

        body_missing.sendall(whole[-5:])
        assert read(body_missing).status == 200


def test_body_that_never_comes_changes_nothing(url, default_caller):
    body = fresh()
    content = json.dumps(body).encode()
    with connect(url) as connection:
        connection.sendall(request(headers={**bearer(token()), **JSON}, content=content)[:-1])

    data = default_caller.wrote(body)

    assert data["createdAt"] == data["updatedAt"]


def test_client_that_asks_first_is_told_to_go_on(url):
    whole = good(Expect="100-continue")
    head, _, body = whole.partition(b"\r\n\r\n")
    with connect(url) as connection:
        connection.sendall(head + b"\r\n\r\n")
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)

        assert read(connection).status == 200


@pytest.mark.parametrize("protocol", ["h2c", "websocket"])
def test_offer_of_another_protocol_is_declined_and_the_body_read(url, protocol):
    offer = {
        "Connection": "Upgrade, HTTP2-Settings",
        "Upgrade": protocol,
        "HTTP2_Settings": "AAMAAABkAAQAAP__",
    }
    with connect(url) as connection:
        for _ in range(2):
            connection.sendall(good(**offer))
            assert read(connection).status == 200


def test_path_in_raw_utf_8_is_read(url):
    sent = request("PATCH", CATEGORY, {**bearer(KEY), **JSON}, b'{"preference": "opt_in"}')

    answer = ask(url, sent.replace(b"engineering", "ingénierie".encode()))

    assert answer.status == 404
    assert answer.json()["message"] == "object 'departments/ingénierie' not found"


def test_body_in_raw_utf_8_is_kept_wherever_the_packets_part(url):
    body = json.dumps({"preference": "opt_in", "note": "é"}, ensure_ascii=False).encode()
    sent = request("PATCH", CATEGORY, {**bearer(KEY), **JSON}, body)
    at = sent.index(b"\r\n\r\n") + 3
    with connect(url) as connection:
        connection.sendall(sent[:at])
        # Nothing tells when the first packet has been read; together they would show nothing.
        time.sleep(0.1)
        connection.sendall(sent[at:])
        answer = read(connection)

    assert answer.status == 202, answer.content


def test_head_has_the_headers_and_no_body(url):
    missing, page = ask(url, request("HEAD"), "HEAD"), ask(url, request("HEAD", "/"), "HEAD")

    assert (missing.status, missing.headers["allow"], missing.content) == (405, "POST", b"")
    assert (page.status, page.content) == (200, b"")
    assert int(page.headers["content-length"]) > 100


def test_http_1_0_is_answered_and_hung_up(url):
    with connect(url) as connection:
        connection.sendall(good().replace(b"HTTP/1.1", b"HTTP/1.0"))
        answer = b""
        while piece := connection.recv(65536):
            answer += piece

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    "sent",
    [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET /\0 HTTP/1.1\r\n\r\n",
     b"POST http:// HTTP/1.1\r\n\r\n", b"POST ?x HTTP/1.1\r\n\r\n", b"CONNECT a:80 HTTP/1.1\r\n\r\n",
     b"GET / HTTP/1.1\r\nnonsense\r\n\r\n", b"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"],
    ids=["tls", "http-2", "zero-byte", "no-host", "no-path", "connect", "no-colon", "folded", "http-9"],
)  # fmt: skip
def test_what_is_not_http_is_400_in_an_apis_voice(url, sent):
    answer = ask(url, sent)

    assert answer.status == 400
    assert answer.headers["connection"] == "close"
    assert answer.json()["error"] == {
        "code": "validation_error",
        "message": "the request is not well-formed HTTP/1.1",
    }


def test_what_is_not_http_is_refused_in_the_voice_of_the_nearest_api(url):
    answer = ask(url, b"PATCH " + CATEGORY.encode() + b" HTTP/1.1\r\nnonsense\r\n\r\n")

    assert answer.json() == {"code": 400, "message": "the request is not well-formed HTTP/1.1"}


def test_first_of_two_headers_of_one_name_counts(url):
    sent = good(authorization="Bearer wrong")

    assert ask(url, sent).status == 200


def test_many_and_long_headers_are_no_fault(url):
    assert ask(url, good(**{f"X_{number}": "v" * 1000 for number in range(300)})).status == 200
