"""What a page or an extension on another origin can read: every answer."""

from __future__ import annotations

import httpx2
import pytest

from tests.testbed.calls import CATEGORY, KEY, PREFERENCE, bearer, fresh, token

ORIGINS = [
    "http://localhost:3000",
    "https://app.onlyautomator.com",
    "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
    "moz-extension://0f2a7ba3-9d41-4a3d-8e7c-0d6e0c6f0a11",
    "null",
]

# What a script may read of any answer, by the Fetch standard.
SAFELISTED = {
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
}


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("path", [PREFERENCE, CATEGORY, CATEGORY + "/", "/nowhere", "/"])
def test_preflight_allows_what_it_is_asked_for(default_caller, origin, path):
    answer = default_caller.http.options(
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "authorization,content-type,x-anything",
        },
    )

    assert answer.status_code == 204
    assert answer.content == b""
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["access-control-allow-methods"] == "PATCH"
    assert answer.headers["access-control-allow-headers"] == "authorization,content-type,x-anything"
    assert int(answer.headers["access-control-max-age"]) > 0
    assert "access-control-allow-private-network" not in answer.headers


def test_preflight_allows_a_private_network(default_caller):
    answer = default_caller.http.options(
        PREFERENCE,
        headers={
            "Origin": ORIGINS[1],
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Private-Network": "true",
        },
    )

    assert answer.headers["access-control-allow-private-network"] == "true"


ANSWERS = {
    "200": ("POST", PREFERENCE, {**bearer(token())}, fresh()),
    "202": ("PATCH", CATEGORY, bearer(KEY), {}),
    "400": ("POST", PREFERENCE, bearer(token()), {}),
    "401": ("POST", PREFERENCE, {}, {}),
    "403": ("PATCH", CATEGORY, bearer("SS.local-read-only-key"), {}),
    "404": ("POST", "/nowhere", {}, {}),
    "405": ("GET", PREFERENCE, {}, None),
    "413": ("POST", PREFERENCE, bearer(token()), "x" * 2_000_000),
    "415": ("POST", PREFERENCE, {**bearer(token()), "Content-Type": "text/plain"}, {}),
    "429": ("POST", PREFERENCE, {"Prefer": "code=429"}, {}),
    "500": ("POST", PREFERENCE, {"Prefer": "code=500"}, {}),
    "503": ("PATCH", CATEGORY, {"Prefer": "code=503"}, {}),
}


@pytest.mark.parametrize("origin", [ORIGINS[0], ORIGINS[2], ORIGINS[3]])
@pytest.mark.parametrize("status", ANSWERS)
def test_every_answer_can_be_read_with_credentials(default_caller, status, origin):
    method, path, headers, body = ANSWERS[status]

    answer = default_caller.http.request(method, path, headers={**headers, "Origin": origin}, json=body)

    assert answer.status_code == int(status)
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "Origin" in answer.headers["vary"]
    assert listed(answer) == readable(answer)


def listed(answer: httpx2.Response) -> set[str]:
    """The names that the answer exposes to a script."""
    names = answer.headers["access-control-expose-headers"].lower().split(", ")
    assert len(names) == len(set(names))
    return set(names)


def readable(answer: httpx2.Response) -> set[str]:
    """The headers of the answer that a script could use and that it has to be told of."""
    names = {name for name in answer.headers if not name.startswith("access-control-")}
    return names - SAFELISTED - {"set-cookie", "connection", "keep-alive"}


@pytest.mark.parametrize("code", [200, 201, 302, 403, 418, 429, 503])
def test_headers_of_an_override_can_be_read(caller, code):
    headers = {
        "X-Feature": "on",
        "ETag": '"v1"',
        "Content-Disposition": "inline",
        "Set-Cookie": "a=b",
        "Expires": "0",
    }
    caller.admin("POST", "overrides", {"response": {"status": code, "headers": headers}})

    answer = caller.write(Origin=ORIGINS[0])

    assert {"x-feature", "etag", "content-disposition"} <= listed(answer) == readable(answer)


@pytest.mark.parametrize(
    "fault", [{"status": 503}, {"quota": {"limit": 1, "window_s": 9}}, {"fault": "SLOW_DRIBBLE"}]
)
def test_headers_of_a_fault_can_be_read(caller, fault):
    caller.faults({**fault, "dribble": {"total_ms": 1}} if "fault" in fault else fault)
    caller.write()

    answer = caller.write(Origin=ORIGINS[0])

    assert listed(answer) == readable(answer)


def test_nothing_is_listed_that_is_not_there(default_caller):
    preflight = {"Origin": ORIGINS[0], "Access-Control-Request-Method": "POST"}

    for answer in (
        default_caller.write(fresh(), headers={"Origin": ORIGINS[0]}),
        default_caller.http.options(PREFERENCE, headers=preflight),
    ):
        assert listed(answer) == {"date", "vary"}


def test_answer_to_nobodys_page_is_open_to_all(default_caller):
    answer = default_caller.write(fresh())

    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


def test_options_that_is_no_preflight_is_405(default_caller):
    answer = default_caller.http.options(PREFERENCE, headers={"Origin": ORIGINS[0]})

    assert answer.status_code == 405
    assert answer.headers["access-control-allow-origin"] == ORIGINS[0]
