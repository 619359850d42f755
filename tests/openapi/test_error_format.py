"""Each spec holds its API's error format: what an error body is made of, and which code each status carries."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

import openapi
from tests.openapi import walk
from tests.openapi.test_examples import in_json_schema

PLACEHOLDERS = {"status": 418, "code": "a_code", "message": "What went wrong", "detail": {"field": "why"}}


def fill_template(template: Any, values: dict[str, Any]) -> Any:
    """Fill an error template; a member without a value is left out."""
    if isinstance(template, dict):
        filled = {name: fill_template(inner, values) for name, inner in template.items()}
        return {name: value for name, value in filled.items() if value is not None}
    placeholder = re.fullmatch(r"\{(\w+)\}", str(template))
    return values.get(placeholder[1]) if placeholder else template


def list_errors(spec: dict[str, Any]) -> list[str]:
    """Name everything about the error format that would leave an error without a body, a code or a valid shape."""
    named = set(re.findall(r"\{(\w*)\}", json.dumps(spec["x-error-body"])))
    found = [f"x-error-body: nobody fills in {{{name}}}" for name in sorted(named - set(PLACEHOLDERS))]
    if "message" not in named:
        found.append("x-error-body: no {message}, so nobody learns what went wrong")
    codes = spec["x-error-codes"]
    for operation, status, response in walk.list_responses(spec):
        if status in codes:
            found += [
                f"{operation} {status}: {error}" for error in list_answer_errors(spec, status, response)
            ]
        elif status >= "400":
            found.append(f"{operation} {status}: no code in x-error-codes")
    return found


def list_answer_errors(spec: dict[str, Any], status: str, response: dict[str, Any]) -> Iterator[str]:
    """Name where the body made for *status* breaks its schema, and where an example is not such a body."""
    body, media = spec["x-error-body"], walk.json_media_type(response)
    values = {**PLACEHOLDERS, "status": int(status), "code": spec["x-error-codes"][status]}
    root = {"allOf": [in_json_schema(media["schema"])], "components": in_json_schema(spec["components"])}
    for error in jsonschema_rs.Draft4Validator(root).iter_errors(fill_template(body, values)):
        yield error.message
    for name, example in media["examples"].items():
        if not is_made_from(body, {**values, "message": None, "detail": None}, example["value"]):
            yield f"the example {name!r} is not made from x-error-body"


def is_made_from(template: Any, values: dict[str, Any], body: Any) -> bool:
    """Tell whether *body* is the template with these values; None stands for any value."""
    if isinstance(template, dict):
        return (
            isinstance(body, dict)
            and all(
                is_made_from(inner, values, body[name]) for name, inner in template.items() if name in body
            )
            and set(body) <= set(template)
        )
    value = fill_template(template, values)
    return value is None or value == body


@pytest.mark.parametrize("api", openapi.api_names())
def test_every_error_has_a_body_and_a_code(api):
    assert list_errors(openapi.load_contract(api)) == []


@pytest.mark.parametrize("api", openapi.api_names())
def test_every_operation_answers_every_status_that_has_a_code(api):
    """The stub may answer each of them anywhere: 405, 413, 415 and 500 belong to no handler."""
    spec = openapi.load_contract(api)
    for *_, operation in walk.list_operations(spec):
        assert set(spec["x-error-codes"]) <= set(operation["responses"]), operation["operationId"]


@pytest.mark.parametrize("api", openapi.api_names())
def test_error_format_that_breaks_is_found(api):
    spec = openapi.load_contract(api)

    def errors_after(change: Any) -> list[str]:
        other = copy.deepcopy(spec)
        change(other)
        return list_errors(other)

    for status in spec["x-error-codes"]:
        assert errors_after(lambda it, status=status: it["x-error-codes"].pop(status))
    for name in spec["x-error-body"]:
        assert name == "detail" or errors_after(lambda it, name=name: it["x-error-body"].pop(name))
    assert errors_after(lambda it: it["x-error-body"].update(reason="{reason}"))
    assert errors_after(lambda it: it["x-error-body"].update(error="{message}", code="text"))


def test_code_outside_the_documented_ones_is_found():
    spec = copy.deepcopy(openapi.load_contract("onlyautomator"))
    spec["x-error-codes"]["404"] = "no_such_fan"

    assert any("404" in error and "no_such_fan" in error for error in list_errors(spec))
