"""What a contract of somebody's own asks for in credentials."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.mockserver.services.contracts import answers, contract

SCHEMES = {
    "key in a header": ({"type": "apiKey", "in": "header", "name": "X-Key"}, {"headers": {"X-Key": "a"}}),
    "key in the query": ({"type": "apiKey", "in": "query", "name": "key"}, {"params": {"key": "a"}}),
    "key in a cookie": ({"type": "apiKey", "in": "cookie", "name": "sid"}, {"headers": {"Cookie": "sid=a"}}),
    "bearer": ({"type": "http", "scheme": "bearer"}, {"headers": {"Authorization": "Bearer a"}}),
    "jwt": ({"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}, {"headers": {"Authorization": "Bearer a"}}),
    "basic": ({"type": "http", "scheme": "basic"}, {"headers": {"Authorization": "Basic YTpi"}}),
    "digest": ({"type": "http", "scheme": "digest"}, {"headers": {"Authorization": "Digest a"}}),
    "oauth2": ({"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://x.example/", "scopes": {}}}},
               {"headers": {"Authorization": "Bearer a"}}),
    "open id": ({"type": "openIdConnect", "openIdConnectUrl": "https://x.example/"},
                {"headers": {"Authorization": "Bearer a"}}),
}  # fmt: skip


def secured(scheme: Any, security: Any) -> dict[str, Any]:
    schemes = {"it": scheme, "other": SCHEMES["key in the query"][0]}
    return contract(
        {"/x": {"get": {"responses": answers(example=1)}}},
        security=security,
        components={"securitySchemes": schemes},
    )


CHALLENGES = {
    "key in a header": 'APIKey in="header", name="X-Key"',
    "key in the query": 'APIKey in="query", name="key"',
    "key in a cookie": 'APIKey in="cookie", name="sid"',
    "bearer": "Bearer",
    "jwt": "Bearer",
    "basic": 'Basic realm="stub"',
    "digest": 'Digest realm="stub", qop="auth", nonce="stub"',
    "oauth2": "Bearer",
    "open id": "Bearer",
}


@pytest.mark.parametrize("name", SCHEMES)
def test_challenge_is_that_of_the_scheme(serve, name):
    http = serve(secured(SCHEMES[name][0], [{"it": []}]))

    assert http.get("/x").headers.get_list("www-authenticate") == [CHALLENGES[name]]
    assert http.get("/x", headers={"Prefer": "code=401"}).headers["www-authenticate"] == CHALLENGES[name]


@pytest.mark.parametrize("name", SCHEMES)
def test_credential_is_asked_for_and_any_is_good(serve, name):
    scheme, shown = SCHEMES[name]
    http = serve(secured(scheme, [{"it": []}]))

    assert http.get("/x").status_code == 401
    assert http.get("/x", **shown).status_code == 200


def test_credential_of_a_guest_is_not_in_the_journal(serve):
    for name, secret in (
        ("key in a header", "s3cr3t"),
        ("key in the query", "s3cr3t"),
        ("key in a cookie", "s3cr3t"),
    ):
        scheme, shown = SCHEMES[name]
        http = serve(secured(scheme, [{"it": []}]))
        sent = json.loads(json.dumps(shown).replace('"a"', f'"{secret}"').replace("sid=a", f"sid={secret}"))
        assert http.get("/x", **sent).status_code == 200
        assert secret not in http.get("/__admin/requests").text


def test_credentials_can_be_optional_and_needed_together(serve):
    scheme, shown = SCHEMES["key in a header"]
    optional = serve(secured(scheme, [{"it": []}, {}]))
    assert optional.get("/x").status_code == 200
    both = serve(secured(scheme, [{"it": [], "other": []}]), "both.yaml")
    assert both.get("/x", **shown).status_code == 401
    assert both.get("/x", **shown, params={"key": "a"}).status_code == 200


def test_security_scheme_may_be_a_reference(serve):
    spec = secured({"$ref": "#/components/securitySchemes/other"}, [{"it": []}])

    assert serve(spec).get("/x").status_code == 401
    assert serve(spec, "again.yaml").get("/x", params={"key": "a"}).status_code == 200


@pytest.mark.parametrize("place", ["header", "query"])
def test_key_leads_to_its_session_wherever_the_contract_puts_it(serve, place):
    http = serve(secured({"type": "apiKey", "in": place, "name": "Team"}, [{"it": []}]))
    key = http.post("/__admin/sessions", json={"id": "shop"}).json()["api_key"]
    http.get("/x", **({"headers": {"Team": key}} if place == "header" else {"params": {"Team": key}}))

    assert http.post("/__admin/requests/count?session=shop", json={}).json() == {"count": 1}


def test_scheme_of_ours_in_a_contract_of_somebody_elses_takes_any_key(serve):
    """As it is in a copy of ours without the format of its errors."""
    scheme = {
        "type": "apiKey", "in": "cookie", "name": "sid", "x-credential": "jwt", "x-supabase-session": True,
    }  # fmt: skip
    http = serve(secured(scheme, [{"it": []}]))

    assert http.get("/x", headers={"Cookie": "sid=a"}).status_code == 200
    assert http.get("/x", headers={"Cookie": "sb-127-auth-token=a"}).status_code == 401
    assert http.get("/x").headers["www-authenticate"] == 'APIKey in="cookie", name="sid"'


# Several schemes


def doors(*security: dict[str, list[str]]) -> dict[str, Any]:
    """Make a contract with one operation that takes what *security* says."""
    schemes = {
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "token": {"type": "http", "scheme": "bearer"},
        "basic": {"type": "http", "scheme": "basic"},
        "session": {"type": "apiKey", "in": "cookie", "name": "sid"},
        "raw": {"type": "apiKey", "in": "header", "name": "Authorization"},
        "own": {"type": "http", "scheme": "Custom"},
        "upper": {"type": "http", "scheme": "SCRAM-SHA-256"},
        "upper basic": {"type": "http", "scheme": "BASIC"},
        "certificate": {"type": "mutualTLS"},
        "query": {"type": "apiKey", "in": "query", "name": "key"},
    }
    return contract(
        {"/x": {"get": {"responses": answers(example=1)}}},
        security=list(security),
        components={"securitySchemes": schemes},
    )


KEY, TOKEN, BASIC = {"X-Key": "a"}, {"Authorization": "Bearer a"}, {"Authorization": "Basic YTpi"}
TOKEN_WORDS, BASIC_WORDS = "'Authorization: Bearer <token>'", "'Authorization: Basic <credentials>'"
MESSAGES = {
    "both": ([{"key": [], "token": []}], {}, f"send the header X-Key and {TOKEN_WORDS}"),
    "both, with the key": (
        [{"key": [], "token": []}], KEY,
        f"send the header X-Key and {TOKEN_WORDS}; the request lacks {TOKEN_WORDS}",
    ),
    "both, with the token": (
        [{"key": [], "token": []}], TOKEN,
        f"send the header X-Key and {TOKEN_WORDS}; the request lacks the header X-Key",
    ),
    "three, with one": (
        [{"key": [], "session": [], "token": []}], TOKEN,
        f"send the header X-Key and the cookie sid and {TOKEN_WORDS}; "
        "the request lacks the header X-Key and the cookie sid",
    ),
    "either": ([{"key": []}, {"token": []}], {}, f"send the header X-Key or {TOKEN_WORDS}"),
    "either of three": (
        [{"key": []}, {"basic": []}, {"session": []}], {},
        f"send the header X-Key or {BASIC_WORDS} or the cookie sid",
    ),
    "both or another": (
        [{"key": [], "token": []}, {"session": []}], {},
        f"send the header X-Key and {TOKEN_WORDS}, or the cookie sid",
    ),
    "another or both, with a part": (
        [{"session": []}, {"key": [], "token": []}], KEY,
        f"send the cookie sid, or the header X-Key and {TOKEN_WORDS}; the request lacks {TOKEN_WORDS}",
    ),
    "in the query": ([{"query": []}], {}, "send the query parameter key"),
    "the same twice": ([{"token": []}, {"token": ["scope"]}], {}, f"send {TOKEN_WORDS}"),
}  # fmt: skip


@pytest.mark.parametrize("case", MESSAGES)
def test_message_says_and_or_or_and_what_is_missing(serve, case):
    security, headers, said = MESSAGES[case]

    answer = serve(doors(*security)).get("/x", headers=headers)

    assert answer.status_code == 401
    assert answer.json()["message"] == f"Authentication is required: {said}"


@pytest.mark.parametrize(
    ("security", "challenges"),
    [
        ([{"token": []}, {"basic": []}], 'Bearer, Basic realm="stub"'),
        ([{"basic": []}, {"token": []}], 'Basic realm="stub", Bearer'),
        ([{"key": []}, {"token": []}], 'Bearer, APIKey in="header", name="X-Key"'),
        ([{"key": [], "token": []}], 'Bearer, APIKey in="header", name="X-Key"'),
        (
            [{"key": []}, {"session": []}],
            'APIKey in="header", name="X-Key", APIKey in="cookie", name="sid"',
        ),
        ([{"token": []}, {"token": ["scope"]}], "Bearer"),
        ([{"own": []}], "Custom"),
        ([{"upper": []}], "SCRAM-SHA-256"),
        ([{"upper basic": []}], 'Basic realm="stub"'),
    ],
)
def test_each_scheme_has_its_challenge(serve, security, challenges):
    assert serve(doors(*security)).get("/x").headers["www-authenticate"] == challenges


@pytest.mark.parametrize(
    ("security", "challenge"),
    [
        ([{"certificate": []}], None),
        ([{"nobody": []}], None),
        ([{"certificate": [], "nobody": []}], None),
        ([{"token": []}, {}], None),
        ([{"token": []}, {"certificate": []}], "Bearer"),
        ([{"nobody": []}, {"token": []}], "Bearer"),
        ([{"certificate": [], "basic": []}, {"certificate": []}], 'Basic realm="stub"'),
        ([{}, {"certificate": []}], None),
    ],
)
def test_what_nobody_can_show_is_not_asked_for(serve, security, challenge):
    """Neither does it let everybody in where something else is asked for."""
    spec = doors()
    spec["paths"]["/x"]["get"]["security"] = security

    answer = serve(spec).get("/x")

    assert answer.status_code == (200 if challenge is None else 401)
    assert answer.headers.get("www-authenticate") == challenge


def test_challenge_of_the_contract_goes_first(serve):
    spec = doors({"key": []})
    headers = {"www-authenticate": {"schema": {"type": "string"}, "example": "Mine"}}
    spec["paths"]["/x"]["get"]["responses"]["401"] = {
        "description": "", "headers": headers, "content": {"application/json": {"example": {"a": 1}}},
    }  # fmt: skip

    answer = serve(spec).get("/x")

    assert answer.headers.get_list("www-authenticate") == ["Mine"]
    assert answer.json() == {"a": 1}


def test_name_of_any_text_keeps_the_header_whole(serve):
    name = 'k"e\\y\r\nX: 1 ключ'
    http = serve(secured({"type": "apiKey", "in": "query", "name": name}, [{"it": []}]))

    answer = http.get("/x")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == r'APIKey in="query", name="k\"e\\y??X: 1 ????"'


@pytest.mark.parametrize("order", [("token", "other"), ("other", "token")])
@pytest.mark.parametrize(
    ("other", "value"), [("basic", "Basic YTpi"), ("own", "custom a"), ("raw", "a key"), ("raw", "a")]
)
def test_alternatives_in_the_same_header_are_told_apart(serve, order, other, value):
    """Formerly a bearer token that came first in the contract refused what was meant for the other."""
    named = {"token": "token", "other": other}
    http = serve(doors(*({named[name]: []} for name in order)))

    for sent in (value, "Bearer a"):
        assert http.get("/x", headers={"Authorization": sent}).status_code == 200
    assert http.get("/x").status_code == 401


def test_header_of_another_form_is_refused_with_all_forms(serve):
    answer = serve(doors({"token": []}, {"basic": []})).get("/x", headers={"Authorization": "Digest a"})

    assert answer.status_code == 401
    assert answer.json()["message"] == (
        "The Authorization header must be 'Bearer <token>' or 'Basic <credentials>'"
    )


@pytest.mark.parametrize("name", ["key in a header", "key in the query", "key in a cookie"])
def test_empty_key_is_none(serve, name):
    scheme, shown = SCHEMES[name]
    empty = json.loads(json.dumps(shown).replace('"a"', '""').replace("sid=a", "sid="))

    assert serve(secured(scheme, [{"it": []}])).get("/x", **empty).status_code == 401
