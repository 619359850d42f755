"""How a 401 of the two APIs asks for credentials: WWW-Authenticate."""

from __future__ import annotations

import httpx2
import pytest

from mockserver.services.service import load_services
from mockserver.stub import Options, Stub
from tests.testbed.calls import CATEGORY, KEY, PREFERENCE, PREFERENCES, bearer, fresh, token
from tests.testbed.stubs import serve_stub

REFUSED_TOKEN = 'Bearer error="invalid_token"'
CALLS = {
    "update-preference": ("POST", PREFERENCE),
    "get-preferences": ("GET", f"{PREFERENCES}?fanId=12345"),
    "category": ("PATCH", CATEGORY),
}


def ask(http: httpx2.Client, call: str, **headers: str) -> httpx2.Response:
    method, target = CALLS[call]
    answer = http.request(method, target, json=fresh() if method != "GET" else None, headers=headers)
    assert answer.status_code == 401, answer.text
    return answer


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("authorization", [None, "Basic dXNlcjpwYXNz", "Bearer", "nonsense"])
def test_request_without_a_bearer_token_is_asked_for_one(default_caller, call, authorization):
    """RFC 6750, 3.1: no error code then."""
    headers = {"Authorization": authorization} if authorization else {}

    assert ask(default_caller.http, call, **headers).headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("call", CALLS)
def test_refused_bearer_token_is_called_invalid(default_caller, call):
    answer = ask(default_caller.http, call, **bearer("nonsense"))

    assert answer.headers.get_list("www-authenticate") == [REFUSED_TOKEN]


def test_expired_token_is_called_invalid(default_caller):
    answer = ask(default_caller.http, "update-preference", **bearer(token(exp=1)))

    assert answer.headers["www-authenticate"] == REFUSED_TOKEN


def test_revoked_key_is_called_invalid(caller):
    caller.key = caller.admin("POST", "keys", {"access": "revoked"})["api_key"]

    assert caller.set({}).headers["www-authenticate"] == REFUSED_TOKEN


@pytest.mark.parametrize("cookie", [f"sb-access-token={token(exp=1)}", "sb-127-auth-token=nonsense"])
def test_refused_cookie_is_answered_with_a_request_for_a_token(default_caller, cookie):
    answer = ask(default_caller.http, "update-preference", Cookie=cookie)

    assert answer.headers["www-authenticate"] == "Bearer"


def test_refused_signature_is_answered_with_a_request_for_a_key(default_caller):
    """A signature has no scheme of its own."""
    answer = ask(default_caller.http, "category", Authorization=f"workspace:{'A' * 43}=")

    assert "Date" in answer.text
    assert answer.headers["www-authenticate"] == "Bearer"


def test_credential_of_an_ended_session_is_answered_with_a_request_for_another(caller):
    caller.admin("DELETE", f"sessions/{caller.id}")

    for answer in (caller.write(), caller.set({})):
        assert answer.status_code == 401
        assert "has ended" in answer.text
        assert answer.headers["www-authenticate"] == "Bearer"


def test_answer_of_another_status_asks_for_nothing(default_caller):
    headers = bearer(token(role="anon"))

    for answer in (
        default_caller.http.post(PREFERENCE, json=fresh(), headers=headers),
        default_caller.http.post(PREFERENCE, json=fresh(), headers={"Prefer": "code=403"}),
        default_caller.set({}),
    ):
        assert answer.status_code != 401
        assert "www-authenticate" not in answer.headers


@pytest.mark.parametrize("call", CALLS)
def test_401_that_was_asked_for_has_a_challenge(default_caller, call):
    answer = ask(default_caller.http, call, Prefer="code=401", **bearer(KEY))

    assert answer.headers["www-authenticate"] == "Bearer"


def test_challenge_of_the_users_own_goes_first(caller):
    own = {"www-authenticate": 'Bearer realm="mine"'}
    caller.admin("POST", "overrides", {"response": {"status": 401, "headers": own}})
    assert caller.write().headers.get_list("www-authenticate") == ['Bearer realm="mine"']

    caller.admin("POST", "overrides", {"response": {"status": 401, "body": {"error": "mine"}}})
    assert caller.write().headers["www-authenticate"] == "Bearer"


def test_control_plane_asks_for_its_token():
    with serve_stub(Stub(load_services(), options=Options(admin_token="s3cr3t"))) as url:
        answer = httpx2.get(f"{url}/__admin/sessions")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
