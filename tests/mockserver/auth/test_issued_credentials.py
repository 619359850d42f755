"""Credentials made to order, and what becomes of each defect."""

from __future__ import annotations

import httpx2
import jwt
import pytest

from tests.testbed.calls import PREFERENCE, SECRET, bearer
from tests.testbed.session_caller import A_FAN
from tests.testbed.stubs import run_command

DEFECTS = {
    "expired": 401,
    "not_yet_valid": 401,
    "bad_signature": 401,
    "alg_none": 401,
    "wrong_audience": 401,
    "wrong_role": 403,
    "malformed": 401,
}


@pytest.mark.parametrize(("defect", "status"), DEFECTS.items())
def test_defect_is_answered_as_the_document_says(caller, defect, status):
    minted = caller.admin("POST", "tokens", {"defect": defect})

    answer = caller.http.post(caller.base_url + PREFERENCE, json=A_FAN, headers=bearer(minted["token"]))

    assert answer.status_code == status
    code = {401: "authentication_required", 403: "permission_denied"}[status]
    assert answer.json()["error"]["code"] == code
    assert minted["claims"]["mock_session"] == caller.id


@pytest.mark.parametrize(("defect", "status"), DEFECTS.items())
def test_command_makes_the_same_defects(url, defect, status):
    from mockserver.command.token import make_credential

    made = make_credential(
        None, {"sub": None, "role": "authenticated", "ttl_s": 3600, "defect": defect}, None
    )

    assert httpx2.post(url + PREFERENCE, json=A_FAN, headers=bearer(made)).status_code == status


def test_command_prints_a_token_that_carries_its_session(caller, url):
    ran = run_command("token", "--sub", "user-9", "--session", caller.id)

    answer = httpx2.post(url + PREFERENCE, json=A_FAN, headers=bearer(ran.stdout.strip()))

    assert answer.json()["data"]["userId"] == "user-9"
    assert len(caller.journal()) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--defect", "expird"), "did you mean 'expired'?"), (("--session", "a b"), "a session's name is"),
     (("--api", "nope"), "no API 'nope'"), (("--api", "suprsend", "--session", "shop"), "takes keys, not tokens")],
)  # fmt: skip
def test_command_refuses_in_one_line(words, said):
    ran = run_command("token", *words)

    assert ran.returncode == 2
    assert said in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_token_says_what_was_asked_for(caller):
    caller.freeze()
    minted = caller.admin("POST", "tokens", {"sub": "user-8", "role": "anon", "ttl_s": 60})

    claims = jwt.decode(
        minted["token"], SECRET, ["HS256"], {"verify_iat": False, "verify_exp": False, "verify_aud": False}
    )
    assert claims == minted["claims"]
    assert (claims["sub"], claims["role"], claims["exp"] - claims["iat"]) == ("user-8", "anon", 60)
    assert claims["iat"] == 1893553445


def test_expiry_follows_the_sessions_clock(caller):
    caller.freeze()
    caller.token = caller.admin("POST", "tokens", {"ttl_s": 60})["token"]
    assert caller.write().status_code == 200
    caller.advance(59)
    assert caller.write().status_code == 200
    caller.advance(1)

    assert caller.write().json()["error"]["message"] == "The token has expired"


@pytest.mark.parametrize(("access", "status"), [("write", 202), ("read", 403), ("revoked", 401)])
def test_key_may_do_what_its_access_says(caller, access, status):
    caller.key = caller.admin("POST", "keys", {"access": access})["api_key"]

    assert caller.set({}).status_code == status
    assert len(caller.journal()) == 1


def test_bad_signature_is_one_by_another_key(caller):
    bad = caller.admin("POST", "tokens", {"defect": "bad_signature"})["token"]

    assert jwt.decode(bad, options={"verify_signature": False})["sub"] == "user-1"
    answer = caller.http.post(PREFERENCE, json=A_FAN, headers=bearer(bad))
    assert (answer.status_code, "Signature verification failed" in answer.text) == (401, True)
