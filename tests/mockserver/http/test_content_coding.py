"""Bodies of requests that are compressed, or say so."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable

import httpx2
import pytest

from tests.testbed.calls import CATEGORY, PREFERENCE, bearer
from tests.testbed.session_caller import A_FAN, Caller

PLAIN = json.dumps({**A_FAN, "note": "ü" * 200}).encode()
ZIPPED, DEFLATED = gzip.compress(PLAIN), zlib.compress(PLAIN)
LARGEST = 1024 * 1024
TAKEN = "gzip, deflate"


def send(caller: Caller, content: bytes, *codings: str, **headers: str) -> httpx2.Response:
    """Write a preference with a body as it is and a Content-Encoding for each of *codings*."""
    named = {**bearer(caller.token), "Content-Type": "application/json", **headers}
    lines = [*named.items(), *(("Content-Encoding", coding) for coding in codings)]
    return caller.http.post(PREFERENCE, content=content, headers=lines)


CODED = {
    "gzip": (ZIPPED, ["gzip"]),
    "capitals": (ZIPPED, ["GZIP"]),
    "x-gzip": (ZIPPED, ["x-gzip"]),
    "members": (gzip.compress(PLAIN[:9]) + gzip.compress(b"") + gzip.compress(PLAIN[9:]), ["gzip"]),
    "padded": (ZIPPED + b"\0" * 100, ["gzip"]),
    "deflate": (DEFLATED, ["deflate"]),
    "raw deflate": (DEFLATED[2:-4], ["Deflate"]),
    "identity": (PLAIN, ["identity"]),
    "empty": (PLAIN, [""]),
    "list": (gzip.compress(DEFLATED), ["deflate, identity,gzip"]),
    "lines": (gzip.compress(DEFLATED), ["deflate", "gzip"]),
    "four": (gzip.compress(gzip.compress(gzip.compress(ZIPPED))), ["gzip, gzip, gzip, gzip"]),
}


@pytest.mark.parametrize("name", CODED)
def test_coded_body_is_read_and_journalled_as_it_was_before(caller, name):
    content, codings = CODED[name]

    answer = send(caller, content, *codings)

    assert answer.status_code == 200, answer.text
    request = caller.journal()[0]["request"]
    assert request["body"] == json.loads(PLAIN)
    assert request["headers"]["content-encoding"] == codings[0]


def test_coded_body_is_matched_by_what_it_says(caller):
    match = {"body": {"preference": "dark_mode"}}
    caller.faults({"match": match, "status": 503, "times": 1})
    caller.admin("POST", "overrides", {"match": match, "response": {"status": 404}})

    assert [send(caller, ZIPPED, "gzip").status_code for _ in range(3)] == [404, 503, 200]
    assert caller.admin("POST", "requests/count", {"match": match}) == {"count": 3}


def test_other_api_and_control_plane_read_coded_bodies(caller):
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    set_ = caller.http.patch(
        CATEGORY,
        content=gzip.compress(b'{"preference": "opt_in"}'),
        headers={**headers, **bearer(caller.key)},
    )
    state = gzip.compress(json.dumps({"onlyautomator": {"fans": ["x" * 3_000_000]}}).encode())
    url = f"/__admin/state?session={caller.id}"

    assert set_.status_code == 202
    assert caller.http.put(url, content=state, headers=headers).status_code == 204


REFUSED: dict[str, tuple[bytes, str, str]] = {
    "plain": (PLAIN, "gzip", "Content-Encoding says gzip, but the body is not gzip"),
    "other": (DEFLATED, "gzip", "Content-Encoding says gzip, but the body is not gzip"),
    "one byte": (b"\x1f", "gzip", "Content-Encoding says gzip, but the body is not gzip"),
    "cut": (ZIPPED[:-9], "gzip", "Content-Encoding says gzip, but the body is cut short"),
    "cut head": (ZIPPED[:6], "gzip", "Content-Encoding says gzip, but the body is cut short"),
    "broken": (
        ZIPPED[:20] + b"\0\0\0" + ZIPPED[23:],
        "gzip",
        "Content-Encoding says gzip, but the body is not gzip",
    ),
    "wrong sum": (ZIPPED[:-8] + b"\0" * 8, "gzip", "Content-Encoding says gzip, but the body is not gzip"),
    "trailer": (ZIPPED + PLAIN, "gzip", "Content-Encoding says gzip, but the body is not gzip"),
    "plain deflate": (PLAIN, "deflate", "Content-Encoding says deflate, but the body is not deflate"),
    "zipped deflate": (ZIPPED, "deflate", "Content-Encoding says deflate, but the body is not deflate"),
    "cut deflate": (DEFLATED[:-9], "deflate", "Content-Encoding says deflate, but the body is cut short"),
    "deflate with more": (
        DEFLATED + b"more",
        "deflate",
        "Content-Encoding says deflate, but the body goes on behind its end",
    ),
    "wrong order": (
        gzip.compress(DEFLATED),
        "gzip, deflate",
        "Content-Encoding says deflate, but the body is not deflate",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_body_that_is_not_in_its_coding_is_400_that_says_so(caller, name):
    content, coding, said = REFUSED[name]

    answer = send(caller, content, coding)

    assert answer.status_code == 400
    assert answer.json()["error"] == {"code": "validation_error", "message": said}
    assert caller.journal()[0]["violations"] == [said]


def test_gzip_that_nothing_names_is_called_so(caller):
    said = "the body is compressed with gzip; a request says so in Content-Encoding"

    assert send(caller, ZIPPED).json()["error"]["message"] == said


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "utf-8", "gzip, br", "x" * 5000, '"gzip"'])
def test_other_coding_is_415_that_names_it_and_those_that_are_taken(caller, coding):
    answer = send(caller, PLAIN, coding)

    assert answer.status_code == 415
    named = coding.rpartition(" ")[2][:100]
    assert answer.json()["error"]["message"] == f"Content-Encoding is {named!r}; send gzip, deflate or none"
    assert answer.headers["accept-encoding"] == TAKEN


def test_many_codings_are_415(caller):
    answer = send(caller, ZIPPED, *["gzip"] * 5)

    assert (answer.status_code, answer.headers["accept-encoding"]) == (415, TAKEN)
    assert "a list of 5" in answer.json()["error"]["message"]


# Made when they are sent, or each worker would compress them all, whatever it runs.
BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "gzip": (lambda: gzip.compress(b" " * 100_000_000), "gzip"),
    "deflate": (lambda: zlib.compress(b" " * 100_000_000), "deflate"),
    "twice": (lambda: gzip.compress(gzip.compress(b" " * 100_000_000)), "gzip, gzip"),
    "one byte more": (lambda: gzip.compress(PLAIN + b" " * (LARGEST + 1 - len(PLAIN))), "gzip"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_body_that_becomes_too_large_is_413(caller, name):
    make_content, coding = BOMBS[name]
    content = make_content()

    answer = send(caller, content, coding)

    assert answer.status_code == 413
    said = f"The request body is larger than {LARGEST} bytes once it is unpacked"
    assert answer.json()["error"]["message"] == said


def test_body_that_becomes_as_large_as_may_be_is_read(caller):
    assert send(caller, gzip.compress(PLAIN + b" " * (LARGEST - len(PLAIN))), "gzip").status_code == 200


def test_empty_body_is_in_no_coding(caller):
    answer = send(caller, b"", "gzip")

    assert answer.json()["error"]["message"] == "the request body must not be empty"


@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_forced_answer_needs_no_body(caller, coding):
    caller.admin("POST", "overrides", {"response": {"status": 404}})

    assert send(caller, b"\xffnonsense", coding).status_code == 404
    assert send(caller, b"\xffnonsense", coding, Prefer="code=503").status_code == 503
    assert [entry["request"]["body"] for entry in caller.journal()] == ["\ufffdnonsense"] * 2


def test_nobody_is_told_of_a_coding_before_who_calls(caller):
    assert send(caller, PLAIN, "br", Authorization="Bearer no").status_code == 401
