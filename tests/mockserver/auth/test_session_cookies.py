"""The cookies in which Supabase's libraries keep a user's session."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest

from mockserver.services.service import load_services
from mockserver.stub import Options, Stub
from tests.mockserver.auth.public_keys import serve_local_keys, sign
from tests.testbed.calls import PREFERENCE, bearer, fresh, token
from tests.testbed.session_caller import A_FAN
from tests.testbed.stubs import serve_stub

# As the libraries wrote them, with the versions.
WRITTEN = json.loads((Path(__file__).parent / "supabase_cookies.json").read_text("utf-8"))["cookies"]


def encode(content: object) -> str:
    """Write a value as @supabase/ssr does."""
    written = content if isinstance(content, bytes) else json.dumps(content).encode()
    return "base64-" + base64.urlsafe_b64encode(written).rstrip(b"=").decode()


def keep_session(subject: str = "user-7", **claims: object) -> dict[str, object]:
    """Make a session as the libraries keep it, with the token of *subject*."""
    return {"access_token": token(sub=subject, **claims), "token_type": "bearer", "refresh_token": "r"}


def call(url: str, cookie: str, **headers: str) -> httpx2.Response:
    with httpx2.Client(trust_env=False, verify=False) as http:
        return http.post(url + PREFERENCE, json=fresh(), headers={"Cookie": cookie, **headers})


def name_user(url: str, cookie: str) -> str:
    """Call with *cookie*, which is accepted; returns the user."""
    answer = call(url, cookie)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["userId"]


def refuse(url: str, cookie: str) -> str:
    """Call in vain; returns the message."""
    answer = call(url, cookie)
    assert answer.status_code == 401, answer.text
    assert answer.json()["error"]["code"] == "authentication_required"
    return answer.json()["error"]["message"]


@pytest.mark.parametrize("form", WRITTEN)
def test_cookies_that_the_libraries_write_are_accepted(url, form):
    assert name_user(url, WRITTEN[form]) == "cookie-user"
    assert name_user(url, f"theme=dark; {WRITTEN[form]}; x=y") == "cookie-user"


def test_chunks_are_joined_by_their_number_in_any_order(url):
    chunks = WRITTEN["chunks"].split("; ")
    assert len(chunks) > 1

    assert name_user(url, "; ".join(reversed(chunks))) == "cookie-user"


def test_chunks_beyond_the_ninth_are_joined(url):
    value = encode(keep_session("long"))
    cut = [value[start : start + 30] for start in range(0, len(value), 30)]
    assert len(cut) > 10

    cookie = "; ".join(f"sb-127-auth-token.{number}={part}" for number, part in enumerate(cut))

    assert name_user(url, cookie) == "long"


@pytest.mark.parametrize(
    "value",
    [
        lambda session: json.dumps({**session, "note": "100%22"}, separators=(",", ":")),
        lambda session: quote(json.dumps(session)),
        lambda session: quote(json.dumps(session), safe=""),
        lambda session: quote(encode(session), safe=""),
        lambda session: "base64-" + base64.b64encode(json.dumps(session).encode()).decode(),
        lambda session: json.dumps([session["access_token"]]),
        lambda session: quote(json.dumps([session["access_token"], None, None])),
        lambda session: encode({**session, "user": {"name": "Zoë €", "note": "%41 \U0001f600"}}),
    ],
    ids=["plain-json", "url-encoded", "all-encoded", "encoded-base64url", "padded-base64", "list", "encoded-list",
         "characters-of-all-lengths"],
)  # fmt: skip
def test_value_may_be_written_in_any_of_their_forms(url, value):
    assert name_user(url, f"sb-127-auth-token={value(keep_session('anna'))}") == "anna"


FIRST_CHUNK, LAST_CHUNK = WRITTEN["chunks"].split("; ")
UNREADABLE = {
    "first-chunk-missing": LAST_CHUNK,
    "last-chunk-missing": FIRST_CHUNK,
    "middle-chunk-missing": f"{FIRST_CHUNK}; sb-127-auth-token.2=AAAA",
    "chunks-of-two-sessions": f"{FIRST_CHUNK}; sb-127-auth-token.1={encode(keep_session())}",
    "garbage": "sb-127-auth-token=garbage",
    "not-base64": "sb-127-auth-token=base64-%%%",
    "no-bytes": "sb-127-auth-token=base64-",
    "odd-bytes": "sb-127-auth-token=base64-\xff\xe9",
} | {
    name: f"sb-127-auth-token={encode(content)}"
    for name, content in {
        "no-text": b"\xff\xfe\xfd",
        "no-json": b"token",
        "deep": b"[" * 20_000,
        "null": None,
        "text": token(),
        "empty-list": [],
        "list-of-lists": [[token()]],
        "no-token": {"user": {}},
        "token-is-a-number": {"access_token": 1},
        "token-is-empty": {"access_token": ""},
    }.items()
}


@pytest.mark.parametrize("fault", UNREADABLE)
def test_cookie_that_holds_no_session_is_401_and_is_named(url, fault):
    message = refuse(url, UNREADABLE[fault].encode("latin-1"))

    assert (
        message == "The cookie sb-127-auth-token holds no session that can be read; is a part of it missing?"
    )


@pytest.mark.parametrize(
    "cookie",
    [
        "sb-127-auth-token=",
        "sb-127-auth-token.0=; sb-127-auth-token.1=",
        "sb-127-auth-token-code-verifier=x",
        "sb-127-auth-token-user=x",
        "sb--auth-token=x",
        "sb-auth-token=x",
        "sb-127-auth-token.00=x",
    ],
)
def test_other_cookies_are_none(url, cookie):
    assert "Authentication is required" in refuse(url, cookie)


def test_message_without_a_credential_names_the_cookies(url):
    assert "the cookie sb-access-token or sb-<project>-auth-token" in refuse(url, "theme=dark")


def test_token_in_the_cookie_is_checked(url):
    cookie = f"sb-127-auth-token={encode(keep_session(exp=1))}"

    assert refuse(url, cookie) == "The token has expired"
    assert call(url, f"sb-127-auth-token={encode(keep_session(role='anon'))}").status_code == 403


def test_of_two_projects_the_one_whose_token_is_good_counts(url):
    """A browser sends localhost's cookies to every port, whatever project they belong to."""
    good = f"sb-127-auth-token={encode(keep_session('anna'))}"
    foreign = f"sb-abc-auth-token={encode(keep_session('bea', secret='x' * 40))}"
    other_role = f"sb-xyz-auth-token={encode(keep_session('zoe', role='anon'))}"

    assert name_user(url, f"{foreign}; {other_role}; {good}") == "anna"
    assert name_user(url, f"{good}; {foreign}; sb-no-auth-token=x") == "anna"
    assert name_user(url, f"sb-access-token={token(exp=1)}; {good}") == "anna"
    assert "Signature verification failed" in refuse(url, f"{foreign}; {other_role}")


def test_first_of_two_good_sessions_counts(url):
    cookies = [f"sb-{name}-auth-token={encode(keep_session(name))}" for name in ("anna", "bea")]

    assert name_user(url, "; ".join(cookies)) == "anna"
    assert name_user(url, "; ".join(reversed(cookies))) == "bea"
    assert name_user(url, f"{cookies[0]}; sb-access-token={token(sub='zoe')}") == "zoe"


def test_authorization_header_wins_over_the_cookie(url):
    good = WRITTEN["browser"]

    assert call(url, good, **bearer(token(exp=1))).status_code == 401
    assert call(url, good, Authorization="Basic x").status_code == 401
    assert call(url, good, **bearer(token(sub="anna"))).json()["data"]["userId"] == "anna"


def test_cookie_is_good_where_only_its_form_is_checked():
    foreign = f"sb-abc-auth-token={encode(keep_session('bea', secret='x' * 40, exp=1))}"

    with serve_stub(Stub(load_services(), mode="shape")) as url:
        assert name_user(url, foreign) == "bea"
        refuse(url, "sb-abc-auth-token=x")


def test_key_of_a_token_in_a_cookie_is_asked_for():
    stale = f"sb-old-auth-token={encode(keep_session(secret='x' * 40))}"
    with serve_local_keys() as server:
        stub = Stub(load_services(), options=Options(supabase_url=server.url))
        signed = sign(kid="ES256", issuer=f"{server.url}/auth/v1")
        with serve_stub(stub) as url:
            assert (
                name_user(url, f"{stale}; sb-127-auth-token={encode({'access_token': signed})}") == "user-5"
            )
    assert len(server.asked) == 1


@pytest.mark.parametrize("length", [20_000, 60_000])
def test_very_long_session_is_read(url, length):
    value = encode({**keep_session("long"), "note": "x" * length})
    parts = [value[start : start + 3180] for start in range(0, len(value), 3180)]

    assert (
        name_user(url, "; ".join(f"sb-127-auth-token.{n}={part}" for n, part in enumerate(parts))) == "long"
    )


def test_cookie_leads_to_the_session_of_its_token_and_is_not_in_the_journal(caller):
    value = encode({"access_token": caller.token})
    cut = len(value) // 2
    cookie = f"sb-127-auth-token.0={value[:cut]}; sb-127-auth-token.1={value[cut:]}"

    answer = caller.http.post(PREFERENCE, json=A_FAN, headers={"Cookie": cookie})

    assert answer.status_code == 200
    assert len(caller.journal()) == 1
    assert value[:cut] not in json.dumps(caller.journal())
