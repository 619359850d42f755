"""Whatever stands anywhere in a contract, it is read, and what is left has the types that OpenAPI gives it."""

from __future__ import annotations

import time
from typing import Any

import openapi
from openapi.document.operations import list_parameters, walk_operations
from tests.openapi.document.contracts import read
from tests.testbed.spoilt_contracts import list_spoilt_contracts
from tests.testbed.wrong_keywords import list_wrong_schemas, make_contract


def look_at_all(spec: Any) -> None:
    """Take from each operation what those who serve and judge it take, by its type."""
    for operation in walk_operations(spec):
        for one in list_parameters(spec, operation):
            assert isinstance(one["name"], str)
            assert isinstance(one.get("schema", {}), (dict, bool))
        body = openapi.resolve_reference(spec, operation.document.get("requestBody", {}))
        responses = [openapi.resolve_reference(spec, one) for one in operation.document["responses"].values()]
        for message in (body, *responses):
            for media_type in message.get("content", {}).values():
                assert isinstance(media_type.get("schema", {}), (dict, bool))
                assert all(isinstance(one, dict) for one in media_type.get("examples", {}).values())
            assert all(isinstance(one, dict) for one in message.get("headers", {}).values())


def test_contract_that_is_spoilt_in_any_place_is_read():
    begun = time.process_time()
    for spoilt in list_spoilt_contracts(1, 200):
        document = read(spoilt)
        look_at_all(document.spec)
        assert all("\n" not in str(flaw) for flaw in document.flaws)

    assert time.process_time() - begun < 20


# What cannot be mended.
LASTING = ("has no default", "no operation is in it", "is missing", "is empty; it is shown", "is not known")


def test_what_was_mended_needs_no_mending():
    for spoilt in list_spoilt_contracts(2, 50):
        once = read(spoilt).spec
        told = list(map(str, read(once).flaws))
        assert [line for line in told if not any(word in line for word in LASTING)] == []


def test_keyword_of_a_wrong_type_is_told_with_its_place():
    silent = {}
    for version in ("3.0.3", "3.1.0"):
        for keyword, value in list_wrong_schemas():
            flaws = list(map(str, read(make_contract({keyword: value}, version)).flaws))
            is_told = any(
                "components.schemas.Thing.properties.a" in line and keyword in line for line in flaws
            )
            if not is_told:
                silent[version, keyword] = flaws

    assert silent == {}
