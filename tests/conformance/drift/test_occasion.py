"""A choice is about a request if ``when`` is true of the value at its place."""

import httpx2
import pytest

from conformance.drift.occasion import Occasions
from conformance.http.connection import make_request
from conformance.http.evidence import Exchange
from conformance.http.redaction import Redaction
from conformance.suite.choice import load_choices
from openapi import load_contract

API = "suprsend"


@pytest.mark.parametrize(
    ("choice", "body", "is_so"),
    [
        ("null-preference", '{"preference": null}', True),
        ("null-preference", '{"preference": "opt_in"}', False),
        ("null-preference", "{}", False),
        ("null-preference", "[]", False),
        ("unknown-channel", '{"preference": "opt_in", "opt_out_channels": ["pigeon"]}', True),
        ("unknown-channel", '{"preference": "opt_in", "opt_out_channels": ["email"]}', False),
        ("channels-of-other-types", '{"opt_out_channels": [1]}', True),
        ("channels-of-other-types", '{"opt_out_channels": ["email"]}', False),
        ("empty-object", "{}", True),
        ("null-body", "null", True),
        ("no-body", "", True),
        ("no-body", "{}", False),
        ("broken-json", "{", True),
        ("broken-json", "{}", False),
        ("empty-object", "{", False),
        ("invalid-request", "{", None),  # about whatever no other choice is about
        ("blank-tenant", "{}", None),  # which no body tells
    ],
)
def test_request_is_what_a_choice_is_about(choice, body, is_so):
    request = make_request("PATCH", httpx2.URL("http://target/"), (), body)
    occasions = Occasions(load_contract(API))

    assert occasions.is_occasion(load_choices(API)[choice], Exchange(request, Redaction())) is is_so
