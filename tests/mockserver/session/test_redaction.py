"""What a call carries as a secret, wherever it stands, is shown neither by the control plane nor by the log."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from mockserver.dispatch.call_log import CallLog
from mockserver.http.redaction import SecretNames
from mockserver.services import openapi_file
from mockserver.services.service import load_services
from mockserver.stub import Options, Stub
from tests.testbed.calls import PREFERENCE, bearer, token
from tests.testbed.stubs import serve_stub

# What is not to be seen; all secrets below have it in them.
HUSH = "hush-4"
JWT = f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.{HUSH}"
ADMIN = "open-sesame/hush-4="

Show = Callable[..., str]


@pytest.fixture(scope="module")
def show() -> Iterator[Show]:
    """Make a call, and return everything that is shown of it."""
    log = io.StringIO()
    call_log = CallLog(log, shows_asides=True)
    stub = Stub(load_services(), options=Options(call_log=call_log, admin_token=ADMIN))
    with serve_stub(stub) as url, httpx2.Client(base_url=url, verify=False) as http:
        mine = {"X-Mock-Admin-Token": ADMIN}

        def show(
            path: str = "/nowhere", headers: dict[str, str] | None = None, answer: Any = None, **sent: Any
        ) -> str:
            http.delete("/__admin/requests", headers=mine)
            if answer is not None:
                http.post("/__admin/overrides", json={"response": answer}, headers=mine).raise_for_status()
            with http.stream("GET", "/__admin/events", headers=mine) as events:
                http.post(path, headers=headers, **sent)
                heard = next(line for line in events.iter_lines() if line.startswith("data:"))
            shown = [
                http.get(f"/__admin/{path}", headers=mine).text for path in ("requests", "requests.har", "")
            ]
            assert json.loads(heard[5:]) == json.loads(shown[0])[0]
            said = log.getvalue()
            log.seek(0)
            log.truncate()
            return "\n".join([heard, *shown, said])

        yield show


HEADERS = {
    "Referer": f"http://app.example/?page=2&token={HUSH}",
    "X-Referer": f"http://app.example/?key={HUSH}#frag",
    "X-Encoded": f"/login?next=https%3A%2F%2Fapp%3Fpage%3D2%26token%3D{HUSH}%26x=1",
    "X-Fragment": f"https://app.example/back#state=1&access_token={HUSH}",
    "X-Address": f"https://me:{HUSH}@app.example/",
    "X-Escaped-Name": f"http://app.example/?api%5Fkey={HUSH}",
    "X-Forwarded-Authorization-Of": f"Bearer {HUSH}",
    "X-Original": f"Bearer {HUSH}",
    "X-Letters": "Basic " + "hush-4",
    "X-Anything": JWT,
    "X-Joined": f"user=1; refreshToken={HUSH}; path=/",
    "X-Spaced": f"eyAiYWxnIjogIkhTMjU2In0.{HUSH}.{HUSH}",
    "X-CSRF": HUSH,
    "X-CSRF-Token": HUSH,
    "X-XSRF": HUSH,
    "X-JWT": HUSH,
    "X-Private-Key": HUSH,
    "X-Auth-User": HUSH,
    "X-Passphrase": HUSH,
    "Ocp-Apim-Subscription-Key": HUSH,
    "X-Admin": f"it is {ADMIN}.",
}


@pytest.mark.parametrize("name", HEADERS)
def test_secret_in_a_header_is_not_shown(show, name):
    shown = show(headers={name: HEADERS[name]})

    assert HUSH not in shown
    assert name.lower() in shown


@pytest.mark.parametrize(
    ("headers", "shown_as"),
    [({"Referer": f"http://a.example/?page=2&token={HUSH}&x=1"}, "http://a.example/?page=2&token=[redacted]&x=1"),
     ({"X-Joined": f"user=1; token={HUSH}; path=/"}, "user=1; token=[redacted]; path=/"),
     ({"X-Author": "Kim"}, '"Kim"'), ({"Prefer": "code=404"}, '"code=404"'),
     ({"Idempotency-Key": "order-7"}, '"order-7"'),
     ({"Access-Control-Request-Headers": "authorization"}, '"authorization"')],
)  # fmt: skip
def test_rest_of_a_header_is_shown(show, headers, shown_as):
    assert shown_as in show(headers=headers)


@pytest.mark.parametrize(
    "query",
    ["key=hush-4", "sig=hush-4", "signature=hush-4", "token=hush-4", "code=hush-4", "X-Amz-Signature=hush-4",
     "x-jwt=hush-4", "pwd=hush-4", "api%5fkey=hush-4", f"q={JWT}", "next=%2Fback%3Ftoken%3Dhush-4",
     "next=/back?token=hush-4", JWT, f"a&{JWT}&b", "next=https%3A%2F%2Fa%2F%23access_token%3Dhush-4",
     "q=open-sesame%2Fhush-4%3D"],
)  # fmt: skip
def test_secret_in_a_query_is_not_shown(show, query):
    shown = show(f"/nowhere?page=2&{query}")

    assert HUSH not in shown
    assert "page=2" in shown


@pytest.mark.parametrize(
    "path", [f"/{JWT}", "/SS.key-hush-4", "/open-sesame%2Fhush-4%3D/x", "/a;token=hush-4/x"]
)
def test_secret_in_a_path_is_not_shown(show, path):
    assert HUSH not in show(path)


SECRET_NAMES = [
    "password", "passwd", "token", "access_token", "accessToken", "refresh-token", "id_token", "api_key", "apiKey",
    "x-api-key", "secret", "client_secret", "ClientSecret", "private_key", "jwt", "authorization", "credentials",
    "csrfToken", "tokens",
]  # fmt: skip


@pytest.mark.parametrize("name", SECRET_NAMES)
@pytest.mark.parametrize(
    "make",
    [lambda name: {"json": {"fanId": "1", name: HUSH}},
     lambda name: {"json": [{"deep": {name: [HUSH, {"a": HUSH}]}}]},
     lambda name: {"content": f'{{"{name}": "{HUSH}", "cut'},
     lambda name: {"json": {"text": f'{{"{name}": "{HUSH}"}}'}},
     lambda name: {"data": {"user": "kim", name: HUSH}}, lambda name: {"files": {name: (None, HUSH)}},
     lambda name: {"content": f"{name}={HUSH}&x=1"}],
    ids=["member", "deep", "cut", "text-in-json", "form", "multipart", "text"],
)  # fmt: skip
def test_secret_in_a_body_is_not_shown(show, name, make):
    assert HUSH not in show(**make(name))


@pytest.mark.parametrize(
    "body",
    [{"note": f"Bearer {HUSH}"}, {"note": JWT}, {"url": f"https://a.example/?code={HUSH}"}, {JWT: 1}, [f"say {ADMIN}"]],
)  # fmt: skip
def test_what_looks_like_a_token_is_shown_in_no_body(show, body):
    assert HUSH not in show(json=body)
    assert HUSH not in show(answer={"status": 200, "body": body})


def test_secrets_of_an_answer_are_not_shown(show):
    headers = {
        "Set-Cookie": f"session={HUSH}; Path=/; HttpOnly",
        "Location": f"https://a.example/#access_token={HUSH}&x=1",
        "X-Api-Key": HUSH,
        "WWW-Authenticate": 'Bearer realm="all"',
    }
    shown = show(answer={"status": 401, "body": {"access_token": HUSH, "expires_in": 60}, "headers": headers})

    assert HUSH not in shown
    assert "session=[redacted]; Path=/; HttpOnly" in shown
    assert "#access_token=[redacted]&x=1" in shown
    assert json.dumps('Bearer realm="all"')[1:-1] in shown
    assert '"expires_in":60' in shown


def test_what_is_no_secret_is_shown(show):
    body = {
        "author": "Kim", "token_type": "bearer", "tokens": 12, "has_password": True, "password": None, "key": "k-1",
        "secretary": "Lee", "code": "c-1", "note": "The bearer of news; a=b, c: 'd'", "authors": ["x"],
    }  # fmt: skip
    entry = json.loads(show(json=body).partition("\n")[0][5:])

    assert entry["request"]["body"] == body


@pytest.mark.parametrize(
    "sent", [b'{"b" : 1.0,\n "a": "\\u00e9"}', b'"a\\u00e9"', b" [1]", b'{"cut', b'"', b"a=1"]
)
def test_archive_has_the_bytes_of_a_body_without_secrets(sent):
    with serve_stub(Stub(load_services())) as url:
        httpx2.post(f"{url}/nowhere", content=sent, headers={"Content-Type": "application/json"})
        entry = httpx2.get(f"{url}/__admin/requests.har").json()["log"]["entries"][0]

    assert entry["request"]["postData"]["text"] == sent.decode()


def test_match_means_what_was_sent():
    with serve_stub(Stub(load_services())) as url:
        headers = {**bearer(token()), "X-CSRF": "c-1"}
        httpx2.post(url + PREFERENCE, json={"password": "p-1", "token": "t-1"}, headers=headers)
        matches = [
            {"body": {"password": "p-1"}},
            {"body": {"token": "[redacted]"}},
            {"header": {"x-csrf": "c-*"}},
            {"header": {"authorization": "Bearer *"}},
        ]
        counts = [
            httpx2.post(f"{url}/__admin/requests/count", json={"match": match}).json()["count"]
            for match in matches
        ]

    assert counts == [1, 0, 1, 1]


CONTRACT = """
openapi: 3.0.3
info: {title: Users, version: "1"}
paths:
  /users:
    post:
      requestBody:
        content:
          application/json:
            schema:
              properties:
                password: {type: string, minLength: 20, pattern: "^[a-z]+$"}
                api_key: {type: string, enum: [a, b]}
                name: {type: string, minLength: 20}
              maxProperties: 2
      parameters:
        - {name: token, in: query, schema: {type: string, maxLength: 1}}
        - {name: access_token, in: query, schema: {type: integer}}
      responses: {"201": {description: Made}}
"""


def test_complaint_about_a_secret_does_not_quote_it(tmp_path):
    file, log = tmp_path / "users.yaml", io.StringIO()
    file.write_text(CONTRACT)
    stub = Stub([openapi_file.load_service(file)], options=Options(call_log=CallLog(log)))
    with serve_stub(stub) as url:
        body = {"password": HUSH, "api_key": HUSH, "name": "Kim"}
        httpx2.post(f"{url}/users?token={HUSH}&access_token={HUSH}", json=body)
        entry = httpx2.get(f"{url}/__admin/requests").json()[0]

    assert len(entry["violations"]) == 6
    assert HUSH not in json.dumps(entry) + log.getvalue()
    assert '"Kim" is shorter than 20 characters' in " ".join(entry["violations"])


@pytest.mark.parametrize(
    "word", ["ewog-", "eyA-", "eyJ-", "SS.-", "bearer ", "://a:", "&key=", 'token:"', "a.", "%3f"]
)
def test_long_text_is_searched_in_a_time_that_grows_with_it(word):
    began_s = time.process_time()
    SecretNames().redact_text(word * 10_000)

    assert time.process_time() - began_s < 1


@pytest.mark.parametrize(
    "scheme",
    ["Bearer", "BEARER", "basic", "Ba\u017fic", "BAS\u0130C", "bas\u0131c", "Digest", "\xfc NEGOTIATE"],
)
def test_scheme_is_known_in_letters_of_any_case(scheme):
    assert "abc123xyz" not in SecretNames().redact_text(f"sent {scheme} abc123xyz")
