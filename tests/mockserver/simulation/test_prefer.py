"""Answers that a caller asks for with Prefer: code=N (RFC 7240)."""

from __future__ import annotations

import pytest
from jsonschema_rs import Draft4Validator

import openapi
from tests.testbed.calls import CATEGORY, PREFERENCE, bearer, fresh, token

OPERATIONS = {
    "onlyautomator": ("POST", PREFERENCE, "/api/v2/update-preference", "post"),
    "suprsend": (
        "PATCH",
        CATEGORY,
        "/v1/object/{object_type}/{id}/preference/category/{category_slug}",
        "patch",
    ),
}
DOCUMENTED = [
    (api, int(status))
    for api, (_, _, template, method) in OPERATIONS.items()
    for status in openapi.load_contract(api)["paths"][template][method]["responses"]
]


@pytest.mark.parametrize(("api", "status"), DOCUMENTED)
def test_every_documented_status_can_be_had_in_the_apis_envelope(default_caller, api, status):
    method, path, *_ = OPERATIONS[api]

    answer = default_caller.http.request(method, path, headers={"Prefer": f"code={status}"})

    assert answer.status_code == status
    assert answer.headers["preference-applied"] == f"code={status}"
    assert answer.headers["vary"] == "Prefer"
    if status >= 400:
        spec = openapi.load_contract(api)
        envelope = Draft4Validator({**spec, "$ref": "#/components/schemas/Error"})
        assert list(envelope.iter_errors(answer.json())) == []
        code = answer.json().get("code") or answer.json()["error"]["code"]
        assert code in (status, spec["x-error-codes"][str(status)])
    else:
        assert {"category", "fanId"} & {*answer.json(), *answer.json().get("data", {})}


@pytest.mark.parametrize(
    "prefer",
    ["code=503", 'code="503"', "Code=503", "code = 503", "respond-async, code=503", "code=503, code=404",
     "return=minimal; code=503", 'example="a, code=404", code=503', "wait=10,code=503;dynamic=true"],
)  # fmt: skip
def test_code_is_found_among_preferences_of_every_form(default_caller, prefer):
    answer = default_caller.http.post(PREFERENCE, headers={"Prefer": prefer})

    assert answer.status_code == 503
    assert answer.headers["preference-applied"] == "code=503"


def test_code_is_found_in_the_second_of_two_headers(default_caller):
    headers = [("Prefer", "respond-async"), ("Prefer", "code=503")]

    assert default_caller.http.post(PREFERENCE, headers=headers).status_code == 503


@pytest.mark.parametrize(
    "prefer",
    ["", "code", "code=", "code=200x", "code=418", "code=302", "code=999", "code=5", "code=default", "code=-1",
     "code=\xb2", "xcode=503", 'example="code=503"', 'code="503', "=503", ";;,,", '"' * 3000, "a" * 9000 + '"'],
)  # fmt: skip
def test_what_no_answer_is_documented_for_is_ignored(default_caller, prefer):
    headers = {**bearer(token()), "Prefer": prefer.encode("latin-1")}

    answer = default_caller.http.post(PREFERENCE, json=fresh(), headers=headers)

    assert answer.status_code == 200
    assert "preference-applied" not in answer.headers


def test_forced_answer_changes_nothing(default_caller):
    body = fresh()
    default_caller.write(body, headers={"Prefer": "code=200"})

    data = default_caller.wrote(body)

    assert data["createdAt"] == data["updatedAt"]
