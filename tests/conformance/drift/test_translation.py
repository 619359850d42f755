"""A request to the target becomes the same one to the stub."""

import json

import httpx2
import pytest

from conformance import proof
from conformance.drift.translation import Translation
from conformance.http.connection import make_request
from conformance.judge.suites import read_profile

API = "suprsend"
GIVEN = proof.reference_of(API)().profile("https://target.example.com/prefix")


def translate(path, body=None, headers=None, **changes):
    target, stub = read_profile(GIVEN), read_profile({**GIVEN, "base_url": "http://stub:4010/v", **changes})
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    url = httpx2.URL(f"https://target.example.com/prefix{path}")
    return Translation(target, stub).translate(
        make_request("PATCH", url, tuple((headers or {}).items()), content)
    )


def test_address_is_the_stubs():
    sent = translate("/v1/object/a%2Fb/?x=%20", b"{}")

    assert str(sent.url) == "http://stub:4010/v/v1/object/a%2Fb/?x=%20"
    assert (sent.headers["host"], sent.headers["content-length"], sent.content) == ("stub:4010", "2", b"{}")


@pytest.mark.parametrize("form", ["Bearer {}", "{}", "bearer  {}"])
def test_credential_is_the_stubs(form):
    key = GIVEN["credentials"]["api_key"]
    sent = translate(
        "/", headers={"authorization": form.format(key)}, credentials={"api_key": "SS.another-key"}
    )

    assert sent.headers["authorization"] == form.format("SS.another-key")


def test_credential_that_was_made_up_stays():
    made_up = f"Bearer {GIVEN['credentials']['api_key'][:-3]}"
    sent = translate("/", headers={"authorization": made_up}, credentials={"api_key": "SS.another-key"})

    assert sent.headers["authorization"] == made_up


def test_fixtures_are_the_stubs_wherever_they_stand_as_a_whole():
    fixtures = {**GIVEN["fixtures"], "object": {"type": "teams of", "id": "é"}}
    old = GIVEN["fixtures"]["object"]
    sent = translate(
        f"/{old['type']}/{old['id']}/x{old['id']}?a={old['id']}",
        {"id": old["id"], "text": f"of {old['id']}", "list": [old["type"]]},
        fixtures=fixtures,
    )

    assert str(sent.url).endswith(f"/v/teams%20of/%C3%A9/x{old['id']}?a=%C3%A9")
    assert json.loads(sent.content) == {"id": "é", "text": f"of {old['id']}", "list": ["teams of"]}
    assert int(sent.headers["content-length"]) == len(sent.content)


@pytest.mark.parametrize("body", [b'{"a":  1e400}', b"\xff", b"[" * 100_000, b'{"a": 1, "a": 2}'])
def test_body_without_a_fixture_stays_as_it_is(body):
    fixtures = {**GIVEN["fixtures"], "object": {"type": "things", "id": "x"}}

    assert translate("/", body, fixtures=fixtures).content == body
