"""The older clients' form of authentication: a workspace key and a signature."""

from __future__ import annotations

import json

import httpx2
import pytest

from mockserver import MockServer
from mockserver.auth.signature import sign_request
from tests.testbed.calls import CATEGORY, OBJECT, PREFERENCES

WORKSPACE, SECRET = "local-workspace-key", "local-workspace-secret"
DATE = "Tue, 02 Jan 2024 03:04:05 GMT"
JSON = "application/json; charset=utf-8"
ANY = "bm90IHRoZSBzaWduYXR1cmUgb2YgYW55dGhpbmchISE="
BODY = b'{"preference": "opt_in", "opt_out_channels": ["email", "slack"]}'


@pytest.fixture(scope="module")
def verifying():
    with MockServer(["suprsend"], verify_hmac=True) as server:
        yield server


def signed(url, method, path, body=b"", *, secret=SECRET, key=WORKSPACE, signed_path=None, **changes):
    """Sign a request as clients do, then send it, with *changes* to its headers that nobody signed."""
    signature = sign_request(secret, method, body, JSON, DATE, signed_path or path)
    headers = {"Authorization": f"{key}:{signature}", "Content-Type": JSON, "Date": DATE, **changes}
    return httpx2.request(method, url + path, content=body, headers=headers)


@pytest.mark.parametrize(
    ("query", "signature"),
    [
        ("", "SD9YezMS2m4meXgzOOIql+N+wvJDap+CtNNkqPbf5Q4="),
        ("?tenant_id=t1", "Bqg5KMuqSPu9Hm4FGPaF01KmZ+stnZb0e2DlqKcE4O0="),
    ],
)
def test_signature_is_that_of_the_official_client(query, signature):
    assert sign_request("test_secret", "PATCH", BODY, JSON, DATE, f"{CATEGORY}/{query}") == signature


def test_good_signature_is_accepted(verifying):
    for path in (CATEGORY, f"{CATEGORY}/?tenant_id=acme&locale=es"):
        assert signed(verifying.url, "PATCH", path, BODY).status_code == 202
        assert signed(verifying.url, "GET", path).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "another"},
        {"signed_path": CATEGORY + "/"},
        {"Date": "Tue, 02 Jan 2024 03:04:06 GMT"},
        {"Content-Type": "application/json"},
    ],
)
def test_bad_signature_is_401_and_says_what_to_sign(verifying, wrong):
    answer = signed(verifying.url, "PATCH", CATEGORY, BODY, **wrong)

    assert answer.status_code == 401
    assert answer.json()["message"].startswith("The signature is not that of this request: sign method, ")


def test_body_is_signed(verifying):
    signature = sign_request(SECRET, "PATCH", BODY, JSON, DATE, CATEGORY)
    headers = {"Authorization": f"{WORKSPACE}:{signature}", "Content-Type": JSON, "Date": DATE}

    assert httpx2.patch(verifying.url + CATEGORY, content=b"{}", headers=headers).status_code == 401


def test_body_of_a_get_is_not_signed():
    """Whatever stands in it; only a body that changes something counts."""
    empty, full = (sign_request(SECRET, "GET", body, JSON, DATE, OBJECT) for body in (b"", BODY))

    assert empty == full
    assert empty != sign_request(SECRET, "PATCH", BODY, JSON, DATE, OBJECT)


@pytest.mark.parametrize(
    "signed_path", ["/v1/object/a%2Fb%20c/x/preference", "/v1/object/a/b c/x/preference"]
)
def test_path_may_be_signed_as_it_is_sent_or_decoded(verifying, signed_path):
    """One official client signs it decoded."""
    answer = signed(verifying.url, "GET", "/v1/object/a%2Fb%20c/x/preference", signed_path=signed_path)

    assert (answer.status_code, answer.json()["message"]) == (404, "object 'a/b c/x' not found")


def test_session_in_the_base_url_is_part_of_what_is_signed(verifying):
    session = verifying.session()
    prefix = session.base_url.removeprefix(verifying.url)

    assert signed(verifying.url, "PATCH", prefix + CATEGORY, BODY).status_code == 202
    assert signed(verifying.url, "GET", prefix + OBJECT, signed_path=OBJECT).status_code == 200
    channels = json.loads(signed(verifying.url, "GET", prefix + CATEGORY).content)["channels"]
    assert [one["channel"] for one in channels if one["preference"] == "opt_out"] == ["email", "slack"]
    assert len(session.requests()) == 3


def test_large_body_is_413_before_its_signature_is_judged(verifying):
    """And 401 where it is not signed at all: what is not needed to tell the caller is not read before."""
    assert signed(verifying.url, "PATCH", CATEGORY, b" " * 2_000_000).status_code == 413
    assert httpx2.patch(verifying.url + CATEGORY, content=b" " * 2_000_000).status_code == 401


@pytest.mark.parametrize("key", [WORKSPACE, "another-workspace"])
def test_without_verifying_the_form_will_do(default_caller, key):
    """A client keeps its own key and secret."""
    headers = {"Authorization": f"{key}:{ANY}", "Date": DATE}

    assert default_caller.http.patch(CATEGORY, json={}, headers=headers).status_code == 202


def test_signed_request_has_a_date(default_caller):
    answer = default_caller.http.patch(CATEGORY, json={}, headers={"Authorization": f"{WORKSPACE}:{ANY}"})

    assert answer.status_code == 401
    assert answer.json()["message"] == "A signed request needs the Date that was signed"


@pytest.mark.parametrize(
    "header",
    ["a:b", "a", f"Bearer:{ANY[:-1]}", f":{ANY}", f"a b:{ANY}", f"a:{ANY}=", f"a:{ANY[:-1]}", f"a:b:{ANY}"],
)
def test_what_is_no_signature_is_no_credential(default_caller, header):
    """A workspace key with a colon in it would leave open where the signature begins."""
    answer = default_caller.http.patch(CATEGORY, json={}, headers={"Authorization": header, "Date": DATE})

    assert answer.status_code == 401
    assert answer.json()["message"] == (
        "The Authorization header must be 'Bearer <token>' or '<workspace key>:<signature>', "
        "the signature 44 characters of base64"
    )


def test_where_no_signature_is_taken_none_is_asked_for(default_caller):
    answer = default_caller.http.get(
        PREFERENCES, params={"fanId": "12345"}, headers={"Authorization": f"a:{ANY}"}
    )

    assert answer.json()["error"]["message"] == "The Authorization header must be 'Bearer <token>'"


def test_unknown_workspace_cannot_be_verified(verifying):
    answer = signed(verifying.url, "PATCH", CATEGORY, BODY, key="another-workspace")

    assert answer.status_code == 401
    assert answer.json()["message"] == "The workspace key is not known; the fixtures name those that are"


def test_shape_accepts_any_key():
    with MockServer(["suprsend"], auth="shape") as server:
        for credential in (f"mine:{ANY}", "Bearer mine"):
            headers = {"Authorization": credential, "Date": DATE}
            assert httpx2.patch(server.url + CATEGORY, json={}, headers=headers).status_code == 202


def test_signature_enters_no_journal(verifying):
    session = verifying.session()
    signed(session.base_url, "PATCH", CATEGORY, BODY)

    (call,) = session.requests()
    assert call["request"]["headers"]["authorization"] == "[redacted]"
