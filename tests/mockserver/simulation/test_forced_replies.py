"""Answers asked for: by Prefer, by magic identifiers, and by a queue filled beforehand."""

from __future__ import annotations

import pytest

import openapi
from tests.testbed.calls import CATEGORY, PREFERENCE, bearer, takes_at_least, token
from tests.testbed.session_caller import A_FAN


@pytest.mark.parametrize(
    ("prefer", "status", "applied"),
    [
        ("code=403", 403, "code=403"),
        ("code=404, delay=1", 404, "code=404, delay=1"),
        ("delay=1", 200, "delay=1"),
        ("handling=lenient, code=503", 503, "code=503"),
        ("handling=strict, code=503", 503, "code=503"),
        ("handling=lenient", 200, None),
        ("code=418", 200, None),
        ("example=nothing", 200, None),
        ("delay=soon", 200, None),
    ],
)
def test_what_was_preferred_and_followed_is_said(caller, prefer, status, applied):
    answer = caller.write(Prefer=prefer)

    assert answer.status_code == status
    assert answer.headers.get("preference-applied") == applied
    assert ("Prefer" in answer.headers.get_list("vary")) is (applied is not None)


def test_delay_is_waited_for(caller):
    with takes_at_least(0.15):
        caller.write(Prefer="code=503, delay=150")


def test_every_example_of_the_contract_can_be_had_by_name(caller):
    responses = openapi.load_contract("onlyautomator")["paths"][PREFERENCE]["post"]["responses"]
    for code, response in responses.items():
        resolved = openapi.resolve_reference(openapi.load_contract("onlyautomator"), response)
        for name, example in resolved["content"]["application/json"]["examples"].items():
            answer = caller.write(Prefer=f"code={code}, example={name}")

            assert (answer.status_code, answer.json()) == (int(code), example["value"])
            assert answer.headers["preference-applied"] == f"code={code}, example={name}"


def test_lenient_handling_answers_what_is_invalid_as_if_it_were_valid(caller):
    answer = caller.write({"fanId": 3}, Prefer="handling=lenient")

    assert answer.status_code == 200
    assert answer.json()["status"] == "success"
    assert answer.headers["preference-applied"] == "handling=lenient"
    assert len(caller.journal()[0]["violations"]) > 1
    assert caller.admin("GET", "state")["onlyautomator"]["preferences"] == []


def test_lenient_handling_still_asks_who_calls(caller):
    assert caller.write({}, Prefer="handling=lenient", Authorization="Bearer no").status_code == 401


def test_strict_handling_of_what_does_not_exist_is_400_that_lists_what_does(caller):
    answer = caller.write(Prefer="handling=strict, code=418")

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "validation_error"
    for code in openapi.load_contract("onlyautomator")["paths"][PREFERENCE]["post"]["responses"]:
        assert code in answer.json()["error"]["message"].partition("there are ")[2]


MAGIC = {400: "validation_error", 401: "authentication_required", 403: "permission_denied",
         404: "resource_not_found", 429: None, 500: "server_error", 503: "service_unavailable"}  # fmt: skip


@pytest.mark.parametrize("status", MAGIC)
def test_magic_id_is_answered_with_its_status_in_the_apis_envelope(caller, status):
    answer = caller.write({**A_FAN, "fanId": f"mock-{status}"})
    other = caller.set({}, CATEGORY.replace("engineering", f"mock-{status}"))

    assert [answer.status_code, other.status_code] == [status, status]
    assert answer.json()["status"] == "error"
    assert answer.json()["error"]["code"] == openapi.load_contract("onlyautomator")["x-error-codes"].get(
        str(status), answer.json()["error"]["code"]
    )
    assert other.json()["code"] == status


def test_magic_id_does_not_excuse_an_invalid_request(caller):
    assert caller.write({"fanId": "mock-503"}).status_code == 400
    assert caller.write({**A_FAN, "fanId": "mock-503"}, Authorization="Bearer x").status_code == 401


@pytest.mark.parametrize("api", openapi.api_names())
def test_docs_page_lists_the_magic_ids_of_an_api(caller, api):
    page = caller.http.get(f"/__admin/docs/{api}?plain=true").text

    for name in [*(f"mock-{status}" for status in MAGIC), "mock-slow", "mock-reset", "mock-empty"]:
        assert f"<code>{name}</code>" in page


def test_override_is_used_up_oldest_first(caller):
    caller.admin("POST", "overrides", {"response": {"status": 503}, "times": 2})
    caller.admin("POST", "overrides", {"response": {"status": 404}})

    assert caller.admin("GET", "overrides")[0]["times"] == 2
    assert [caller.write().status_code for _ in range(4)] == [503, 503, 404, 200]
    assert caller.admin("GET", "overrides") == []


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        ({}, True),
        ({"api": "onlyautomator"}, True),
        ({"api": "suprsend"}, False),
        ({"operation": "update_preference"}, True),
        ({"method": "post"}, True),
        ({"method": "PATCH"}, False),
        ({"path": "/api/v2/*"}, True),
        ({"path": "/api/v1/*"}, False),
        ({"header": {"X-Team": "blue-*"}}, True),
        ({"header": {"X-Team": "red-*"}}, False),
        ({"header": {"X-Absent": "*"}}, False),
        ({"body": {"fanId": "12345"}}, True),
        ({"body": {"value": 1}}, False),
        ({"body": None}, False),
        ({"body": {"fanId": "12345"}, "method": "PUT"}, False),
    ],
)
def test_override_is_for_the_calls_that_match(caller, match, fits):
    caller.admin("POST", "overrides", {"match": match, "response": {"status": 503}})

    assert caller.write(X_Team="blue-2").status_code == (503 if fits else 200)


def test_override_without_a_body_is_the_contracts_own_answer(caller):
    caller.admin("POST", "overrides", {"response": {"status": 403}})

    answer = caller.write()

    assert answer.json()["error"]["code"] == "permission_denied"
    assert "x-mock-off-contract" not in answer.headers


def test_override_dictates_body_and_headers(caller):
    response = {"status": 429, "body": {"any": [1, "ü"]}, "headers": {"retry-after": "7", "X-Own": "yes"}}
    caller.admin("POST", "overrides", {"response": response})

    answer = caller.write(Origin="http://localhost:5173")

    assert (answer.status_code, answer.json()) == (429, {"any": [1, "ü"]})
    assert (answer.headers["retry-after"], answer.headers["x-own"]) == ("7", "yes")
    assert "update_preference answered 429" in answer.headers["x-mock-off-contract"]
    assert answer.headers["access-control-allow-origin"] == "http://localhost:5173"


def test_override_of_another_media_type_is_sent_as_it_stands(caller):
    response = {"status": 502, "body": "<h1>Bad Gateway</h1>", "headers": {"content-type": "text/html"}}
    caller.admin("POST", "overrides", {"response": response})

    answer = caller.write()

    assert answer.text == "<h1>Bad Gateway</h1>"
    assert answer.headers.get_list("content-type") == ["text/html"]


@pytest.mark.parametrize("code", [204, 304])
def test_override_without_content_has_none(caller, code):
    caller.admin("POST", "overrides", {"response": {"status": code, "body": {"a": 1}}})

    assert (caller.write().content, caller.write().status_code) == (b"", 200)


def test_override_takes_the_former_name_of_the_status(caller):
    """Faults and overrides call it status; overrides called it code."""
    caller.admin("POST", "overrides", {"response": {"code": 503}})
    caller.admin("POST", "overrides", {"response": {"status": 404, "code": 404}})

    assert [one["response"] for one in caller.admin("GET", "overrides")] == [{"status": 503}, {"status": 404}]
    assert [caller.write().status_code for _ in range(3)] == [503, 404, 200]


@pytest.mark.parametrize(
    ("response", "said"),
    [
        ({}, "response.status: is required"),
        ({"status": 200, "code": 404}, "response.code: is the former name of status; give one of the two"),
        ({"statuss": 200}, "did you mean 'status'?"),
    ],
)
def test_override_without_one_status_is_refused(caller, response, said):
    answer = caller.ask("POST", "overrides", {"response": response})

    assert answer.status_code == 400
    assert said in answer.json()["error"]["message"]
    assert caller.admin("GET", "overrides") == []


@pytest.mark.parametrize("name", ["content-length", "Transfer-Encoding", "a b", "a\r\nb", "", "ü", "Date"])
def test_header_that_cannot_be_sent_is_refused(caller, name):
    answer = caller.ask("POST", "overrides", {"response": {"status": 200, "headers": {name: "1"}}})

    assert answer.status_code == 400
    assert caller.admin("GET", "overrides") == []


def test_line_break_in_a_header_is_no_second_header(caller):
    order = {"response": {"status": 200, "headers": {"X-A": "1\r\nX-B: 2"}}}
    refused = caller.ask("POST", "overrides", order)

    assert (refused.status_code, list(refused.json()["error"]["detail"])) == (400, ["response.headers.X-A"])


def test_overrides_can_be_cleared(caller):
    caller.admin("POST", "overrides", {"response": {"status": 503}})
    caller.admin("DELETE", "overrides")

    assert caller.write().status_code == 200


def test_one_override_can_be_removed_and_the_others_wait(caller):
    for status in (503, 409, 404):
        caller.admin("POST", "overrides", {"response": {"status": status}})
    first, second, third = (one["id"] for one in caller.admin("GET", "overrides"))
    caller.admin("POST", "overrides", {"id": first, "response": {"status": 410}})  # as it was listed
    caller.admin("DELETE", f"overrides/{second}")
    gone = caller.ask("DELETE", f"overrides/{second}")

    assert (gone.status_code, "sent meanwhile" in gone.text) == (404, True)
    assert [one["id"] for one in caller.admin("GET", "overrides")][:2] == [first, third]
    assert [caller.write().status_code for _ in range(4)] == [503, 404, 410, 200]
    assert caller.ask("DELETE", f"overrides/{first}").status_code == 404


def test_prefer_needs_no_credential(caller):
    assert caller.http.post(PREFERENCE, headers={"Prefer": "code=503"}).status_code == 503
    assert caller.http.post(PREFERENCE, json=A_FAN, headers=bearer(token())).status_code == 200


def test_override_is_given_where_no_operation_is_met(caller):
    caller.admin(
        "POST",
        "overrides",
        {"match": {"path": "/nowhere"}, "response": {"status": 200, "body": {"ok": True}}},
    )

    assert caller.http.get(f"{caller.base_url}/nowhere").json() == {"ok": True}
    assert caller.journal()[0]["fault"] == "override"


@pytest.mark.parametrize("code", ["101", "042", "4030", "abc"])
def test_code_that_is_no_answer_is_passed_over_or_refused(caller, code):
    assert caller.write(Prefer=f"code={code}").status_code == 200
    assert caller.write(Prefer=f"code={code}, handling=strict").status_code == 400


def test_override_may_keep_pages_out(caller):
    headers = {"Access-Control-Allow-Origin": "https://other.example"}
    caller.admin("POST", "overrides", {"response": {"status": 200, "headers": headers}})

    answer = caller.write(Origin="https://app.example")

    assert answer.headers.get_list("access-control-allow-origin") == ["https://other.example"]
