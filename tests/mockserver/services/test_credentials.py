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
