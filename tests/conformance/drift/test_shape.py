"""The shape of an answer: the names of its members and their JSON types, as far as the contract names them."""

import json

import httpx2
import pytest

from conformance.drift.answer_schema import AnswerSchema, find_answer_schema
from conformance.drift.shape import compare_shapes, describe_shape
from conformance.http.connection import make_raw_response, make_request
from conformance.http.evidence import Exchange
from conformance.http.redaction import Redaction

THE_RECORD = {"$ref": "#/components/schemas/Record"}
MEMBERS = {"value": {}, "labels": {"type": "object"}, "next": THE_RECORD}
SPEC = {"components": {"schemas": {"Record": {"type": "object", "properties": MEMBERS}}}}
RECORD = AnswerSchema(SPEC, {"allOf": [THE_RECORD, {"required": ["value"]}]})
NOTHING = AnswerSchema(SPEC)


def answered(body, status=200):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = make_request("GET", httpx2.URL("http://target/records"), ())
    return Exchange(request, Redaction(), make_raw_response(status, httpx2.Headers(), content))


@pytest.mark.parametrize(
    ("body", "shape"),
    [
        (b"", {"the body": "empty"}),
        (b"<html>", {"the body": "no JSON"}),
        (b"[" * 100_000 + b"]" * 100_000, {"the body": "nested too deep to be read"}),
        (b"null", {"the body": "null"}),
        ([], {"the body": "array"}),
        ([1, "a", 2.5, True, None], {"the body": "array", "[]": "boolean or null or number or string"}),
        ({"a": {"b": []}}, {"the body": "object", "a": "object", "a.b": "array"}),
        ([{"a": 1}, {"a": "b"}], {"the body": "array", "[]": "object", "[].a": "number or string"}),
        (b" " * 2_000_000 + b"1", {"the body": "more than a megabyte"}),
    ],
)
def test_shape_is_names_and_types(body, shape):
    assert describe_shape(answered(body), NOTHING) == shape


def test_what_the_contract_leaves_free_is_data():
    body = {
        "value": [1, {"a": 2}],
        "labels": {"x": 1},
        "next": {"value": None, "labels": {}},
        "new": {"y": 1},
    }

    assert describe_shape(answered(body), RECORD) == {
        "the body": "object",
        "value": "anything",
        "labels": "object",
        "next": "object",
        "next.value": "anything",
        "next.labels": "object",
        "new": "object",
        "new.y": "number",
    }


@pytest.mark.parametrize(
    ("target", "stub", "found"),
    [
        ({"a": 1}, {"a": 2}, []),
        ({"a": 1}, {"a": "b"}, [("a", "number", "string")]),
        ({"a": {"b": 1}}, {}, [("a", "object", "missing")]),
        ({}, {"a": [{"b": 1}]}, [("a", "missing", "array")]),
        ({"a": []}, {"a": [{"b": 1}]}, [("a[]", "missing", "object")]),
        ({"a": {"b": 1}, "ab": 1}, {"ab": ""}, [("a", "object", "missing"), ("ab", "number", "string")]),
        (b"", {"a": 1}, [("the body", "empty", "object")]),
        ([], {}, [("the body", "array", "object")]),
    ],
)
def test_shapes_differ_in_the_outermost_members(target, stub, found):
    shapes = [describe_shape(answered(body), NOTHING) for body in (target, stub)]

    assert [(one.member, one.target, one.stub) for one in compare_shapes(*shapes)] == found


def test_schema_is_that_of_the_status():
    schema = {"properties": {"a": {"type": "string"}}}
    operation = {"responses": {"200": {"content": {"application/json": {"schema": schema}}}, "204": {}}}

    assert find_answer_schema(SPEC, operation, 200).find_member("a").is_free
    assert not find_answer_schema(SPEC, operation, 204).is_free
    assert not find_answer_schema(SPEC, None, 200).is_free
