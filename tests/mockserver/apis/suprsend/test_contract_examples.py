"""What SuprSend's contract shows of the stub's own answers is what the stub answers."""

from __future__ import annotations

import pytest

import openapi
from tests.testbed.calls import OBJECT, bearer

SPEC = openapi.load_contract("suprsend")
SUPPORT = "/v1/object/departments/support/preference"
PIGEON = {"channel_preferences": [{"channel": "pigeon", "is_restricted": True}]}
RESTRICTED = {"channel_preferences": [{"channel": "email", "is_restricted": True}]}


def example(operation_id, status, name):
    operations = [
        item[method] for item in SPEC["paths"].values() for method in openapi.METHODS if method in item
    ]
    (operation,) = [one for one in operations if one["operationId"] == operation_id]
    response = openapi.resolve_reference(SPEC, operation["responses"][str(status)])
    return response["content"]["application/json"]["examples"][name]["value"]


def test_what_is_read_is_shown_as_it_is(caller):
    assert caller.ask(f"{SUPPORT}/category", limit=2).json() == example(
        "list_object_category_preferences", 200, "success"
    )
    newsletter = f"{OBJECT}/category/product-newsletter"
    caller.set({"opt_in_channels": ["email"]}, newsletter)
    assert caller.ask(newsletter).json() == example("get_object_category_preference", 200, "success")


def test_what_is_restricted_is_shown_as_it_is(caller):
    written = caller.set(RESTRICTED, f"{SUPPORT}/channel_preference")

    assert written.json() == example("update_object_channel_preference", 202, "success")
    assert caller.ask(f"{SUPPORT}/channel_preference").json() == written.json()
    assert caller.ask(SUPPORT).json() == example("get_object_preference", 200, "success")
    assert caller.set(RESTRICTED, SUPPORT).json() == example("update_object_preference", 200, "success")


@pytest.mark.parametrize(
    ("operation_id", "status", "name", "method", "path", "body"),
    [
        ("update_object_category_preference", 400, "unknown_channel", "PATCH", "/category/status-update-alert",
         {"opt_out_channels": ["pigeon"]}),
        ("update_object_channel_preference", 400, "unknown_channel", "PATCH", "/channel_preference", PIGEON),
        ("update_object_preference", 400, "unknown_channel", "PATCH", "", PIGEON),
        ("get_object_preference", 400, "not_a_boolean", "GET", "?show_opt_out_channels=yes", None),
        ("get_object_category_preference", 404, "category", "GET", "/category/no-such-category", None),
        ("get_object_preference", 404, "tenant", "GET", "?tenant_id=nobody", None),
        ("update_object_category_preference", 405, "put", "PUT", "/category/status-update-alert", {}),
    ],
)  # fmt: skip
def test_refusal_is_shown_as_it_is(caller, operation_id, status, name, method, path, body):
    answer = caller.http.request(method, OBJECT + path, json=body, headers=bearer("SS.local-development-key"))

    assert answer.status_code == status
    assert answer.json() == example(operation_id, status, name)


def test_refusal_that_is_forced_names_no_parameter_that_is_not_there(caller):
    forced = caller.ask(OBJECT.replace("engineering", "mock-400") + "/channel_preference")

    assert (forced.status_code, forced.json()["message"]) == (400, "invalid_request_error")
