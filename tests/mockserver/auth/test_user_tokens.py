"""What OnlyAutomator's stub accepts as a user's session."""

from __future__ import annotations

import base64
import hmac
import json
import time

import httpx2
import pytest

from mockserver.services.service import load_services
from mockserver.stub import Stub
from tests.testbed.calls import PREFERENCE, SECRET, bearer, fresh, token
from tests.testbed.stubs import run_command, serve_stub

# The anon key that every local Supabase stack prints: no audience, role anon, good until 2032.
SUPABASE_ANON_KEY = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
    "eyJpc3MiOiJzdXBhYmFzZS1kZW1vIiwicm9sZSI6ImFub24iLCJleHAiOjE5ODM4MTI5OTZ9."
    "CRXP1A7WOeoJeXxjNni43kdQwgnWNReilDMblYTn_I0"
)


def part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def unsigned(header: object, claims: object = None) -> str:
    """Write a token with an empty signature."""
    claims = claims or {"sub": "user-7", "role": "authenticated", "exp": time.time() + 60}
    return f"{part(json.dumps(header).encode())}.{part(json.dumps(claims).encode())}."


def tampered(good: str) -> str:
    header, _, signature = good.split(".")
    claims = {"sub": "somebody-else", "role": "authenticated", "aud": "authenticated", "exp": 4e9}
    return f"{header}.{part(json.dumps(claims).encode())}.{signature}"


def signed(claims: str) -> str:
    """Sign what stands in the place of the claims, in the form of the stub's own tokens."""
    content = f"{token().partition('.')[0]}.{claims}"
    return f"{content}.{part(hmac.digest(SECRET.encode(), content.encode(), 'sha256'))}"


NOW = int(time.time())
CLAIMS = token().split(".")[1]
REFUSED = {
    "expired": token(exp=NOW - 1),
    "expires-now": token(exp=NOW),
    "not-valid-yet": token(nbf=NOW + 600),
    "issued-in-the-future": token(iat=NOW + 600),
    "expiry-is-text": token(exp="tomorrow"),
    "expiry-is-not-a-number": token(exp=float("nan")),
    "expiry-is-infinite": token(exp=float("inf")),
    "expiry-is-huge": token(exp=10**400),
    "expiry-is-a-list": token(exp=[NOW + 600]),
    "wrong-secret": token(secret="another-secret-that-is-long-enough-for-hs256"),
    "hs512": token(secret=SECRET * 2, algorithm="HS512"),
    "hs384": token(algorithm="HS384"),
    "alg-none": unsigned({"alg": "none", "typ": "JWT"}),
    "alg-None": unsigned({"alg": "None"}),
    "alg-missing": unsigned({"typ": "JWT"}),
    "alg-list": unsigned({"alg": ["HS256"]}),
    "unsigned": unsigned({"alg": "HS256"}),
    "tampered": tampered(token()),
    "cut-off": token()[:-4],
    "wrong-audience": token(aud="anon"),
    "wrong-audiences": token(aud=["a", "b"]),
    "audience-is-an-object": token(aud={"authenticated": True}),
    "no-subject": token(sub=None),
    "empty-subject": token(sub=""),
    "two-parts": "a.b",
    "five-parts": "a.b.c.d.e",
    "only-dots": "..",
    "thousands-of-dots": "." * 5000,
    "no-token-at-all": "YOUR_JWT_TOKEN",
    "header-is-a-list": f"{part(b'[]')}.{part(b'{}')}.x",
    "header-nests-deep": f"{part(b'[' * 9000)}.{part(b'{}')}.x",
    "claims-nest-deep": f"{part(json.dumps({'alg': 'HS256'}).encode())}.{part(b'[' * 9000)}.x",
    "claims-have-5000-digits": f"{part(b'{}')}.{part(b'[' + b'9' * 5000 + b']')}.x",
    "well-signed-claims-have-a-foreign-character": signed(f"{CLAIMS[:8]}!!!!{CLAIMS[8:]}"),
    "well-signed-claims-are-a-list": signed(part(b"[]")),
    "well-signed-claims-are-no-json": signed(part(b"{")),
    "well-signed-claims-are-two-parts": signed(f"{CLAIMS}.{CLAIMS}"),
    "critical-extension-is-half-a-character": unsigned({"alg": "HS256", "crit": ["\ud800"]}),
}


@pytest.mark.parametrize("bad", REFUSED.values(), ids=REFUSED)
def test_bad_token_is_401_and_changes_nothing(default_caller, bad):
    body = fresh()

    answer = default_caller.http.post(PREFERENCE, json=body, headers=bearer(bad))

    assert answer.status_code == 401, answer.text
    assert answer.json()["error"]["code"] == "authentication_required"
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert bad not in answer.text
    data = default_caller.wrote(body)
    assert data["createdAt"] == data["updatedAt"]


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Basic dXNlcjpwYXNz", "Token abc", "{token}", "Bearer{token}", "Bearer {token} x",
     "Bearer Bearer {token}", "Bearer: {token}", "JWT {token}", "\xff\xfe"],
)  # fmt: skip
def test_authorization_of_another_form_is_401(default_caller, header):
    value = header.replace("{token}", token()).encode("latin-1")

    answer = default_caller.http.post(PREFERENCE, json=fresh(), headers={"Authorization": value})

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "authentication_required"


def test_missing_credential_is_401_and_says_what_to_send(default_caller):
    answer = default_caller.http.post(PREFERENCE, json=fresh())

    assert answer.status_code == 401
    assert "Authorization: Bearer <token>" in answer.json()["error"]["message"]
    assert "sb-access-token" in answer.json()["error"]["message"]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_scheme_is_read_in_any_case(default_caller, scheme):
    assert (
        default_caller.wrote(fresh(), headers={"Authorization": f"{scheme} {token(sub='u')}"})["userId"]
        == "u"
    )


def test_cookie_of_a_browser_session_is_accepted_as_well(default_caller):
    headers = {"Cookie": f"theme=dark; sb-access-token={token(sub='cookie-user')}; x=y"}

    answer = default_caller.http.post(PREFERENCE, json=fresh(), headers=headers)

    assert answer.status_code == 200
    assert answer.json()["data"]["userId"] == "cookie-user"


@pytest.mark.parametrize("cookie", ["sb-access-token=", "sb-access-token=nonsense", "other=x"])
def test_cookie_that_holds_no_valid_token_is_401(default_caller, cookie):
    assert default_caller.http.post(PREFERENCE, json=fresh(), headers={"Cookie": cookie}).status_code == 401


def test_header_decides_where_both_are_sent(default_caller):
    headers = {**bearer(token(exp=NOW - 1)), "Cookie": f"sb-access-token={token()}"}

    assert default_caller.http.post(PREFERENCE, json=fresh(), headers=headers).status_code == 401


@pytest.mark.parametrize("role", ["anon", "service_role", "Authenticated", "", None, ["authenticated"]])
def test_valid_token_of_another_role_is_403(default_caller, role):
    answer = default_caller.http.post(PREFERENCE, json=fresh(), headers=bearer(token(role=role)))

    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "permission_denied"


def test_supabases_own_anon_key_is_403(default_caller):
    answer = default_caller.http.post(PREFERENCE, json=fresh(), headers=bearer(SUPABASE_ANON_KEY))

    assert answer.status_code == 403


def test_token_of_a_local_supabase_is_accepted_as_it_is(default_caller):
    user = "c0a1b2c3-1111-4222-8333-444455556666"
    issued = token(
        iss="http://127.0.0.1:54321/auth/v1",
        sub=user,
        email="anna@example.com",
        phone="",
        app_metadata={"provider": "email", "providers": ["email"]},
        user_metadata={"email_verified": True},
        aal="aal1",
        amr=[{"method": "password", "timestamp": NOW}],
        session_id="5f0bb9f7-6f8b-4a51-9f0a-2d3f6a1e9b11",
        is_anonymous=False,
    )

    assert default_caller.wrote(fresh(), headers=bearer(issued))["userId"] == user


@pytest.mark.parametrize(
    "claims", [{"aud": None}, {"aud": ["x", "authenticated"]}, {"iat": None}, {"exp": None}]
)
def test_token_without_what_it_need_not_have_is_accepted(default_caller, claims):
    assert default_caller.wrote(fresh(), headers=bearer(token(**claims)))["userId"] == "user-7"


def test_secret_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("MOCKSERVER_JWT_SECRET", "a-secret-of-our-own-with-32-characters-or-more")
    minted = run_command("token", "--sub", "anna").stdout.strip()

    with serve_stub(Stub(load_services())) as url:
        accepted = httpx2.post(url + PREFERENCE, json=fresh(), headers=bearer(minted))
        refused = httpx2.post(url + PREFERENCE, json=fresh(), headers=bearer(token()))

    assert accepted.json()["data"]["userId"] == "anna"
    assert refused.status_code == 401


def test_shape_accepts_any_well_formed_token():
    foreign = token(secret="x" * 40, sub="anna", exp=1, aud="other", role="anon")
    nameless = token(secret="x" * 40, sub=None)

    with serve_stub(Stub(load_services(), mode="shape")) as url, httpx2.Client(base_url=url) as http:
        answers = [
            http.post(PREFERENCE, json=fresh(), headers=bearer(each))
            for each in (foreign, unsigned({"alg": "none"}), nameless)
        ]
        refused = [
            http.post(PREFERENCE, json=fresh(), headers=headers)
            for headers in (bearer("nonsense"), bearer("a.b.c"), {}, {"Authorization": f"Basic {foreign}"})
        ]
        key = http.patch(
            "/v1/object/teams/design/preference/category/payment-reminder", json={}, headers=bearer("any")
        )

    assert [answer.json()["data"]["userId"] for answer in answers] == ["anna", "user-7", "user-1"]
    assert [answer.status_code for answer in refused] == [401] * 4
    assert key.status_code == 202


def test_off_asks_for_nothing_and_the_caller_is_the_user_of_the_fixtures():
    with serve_stub(Stub(load_services(), mode="off")) as url, httpx2.Client(base_url=url) as http:
        silent = http.post(PREFERENCE, json=fresh())
        wrong = http.post(PREFERENCE, json=fresh(), headers={"Authorization": "Basic nonsense"})
        key = http.patch("/v1/object/teams/design/preference/category/payment-reminder", json={})

    assert silent.json()["data"]["userId"] == wrong.json()["data"]["userId"] == "user-1"
    assert key.status_code == 202
