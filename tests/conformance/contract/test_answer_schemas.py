"""Schemas of answers as JSON Schema 2020-12 has them, and those that are none."""

import json

import pytest

from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.messages import Response
from conformance.proof.trial import judge_in_process

TUPLE = {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]}


class Answers:
    def __init__(self, body, headers):
        self.body, self.headers = body, headers

    def answer(self, request):
        return Response(200, self.body, self.headers) if request.path == "/point" else Response(200, {})


def judged(folder, schema, body, header_schemas=None, headers=None):
    def get(one, headers=None):
        answer = {
            "description": "-",
            "content": {"application/json": {"schema": one}},
            "headers": headers or {},
        }
        return {"responses": {"200": answer}}

    described = {name: {"schema": one} for name, one in (header_schemas or {}).items()}
    paths = {"/point": {"get": get(schema, described)}, "/other": {"get": get({"type": "object"})}}
    contract = {"openapi": "3.1.0", "info": {"title": "A", "version": "1"}, "paths": paths}
    (folder / "a.json").write_text(json.dumps(contract))
    profile = {"spec": str(folder / "a.json"), "base_url": IN_PROCESS_URL}
    return judge_in_process(Answers(body, headers or {}), profile)


@pytest.mark.parametrize(
    ("schema", "fits", "breaks"),
    [
        (TUPLE, ["a", 1, None], [1, 1]),
        ({**TUPLE, "items": False}, ["a", 1], ["a", 1, 2]),
        ({**TUPLE, "items": {"type": "null"}}, ["a", 1, None], ["a", 1, 2]),
        ({**TUPLE, "unevaluatedItems": False}, ["a", 1], ["a", 1, 2]),
        ({"type": "object", "properties": {"at": TUPLE}}, {"at": ["a", 1]}, {"at": ["a", "b"]}),
        ({"allOf": [TUPLE, {"minItems": 2}]}, ["a", 1], ["a", "b"]),
    ],
)
def test_tuple_is_understood(schema, fits, breaks, tmp_path):
    assert judged(tmp_path, schema, fits).verdict == "conformant"
    assert judged(tmp_path, schema, breaks).ids("failed") == ["a/get-point-schema"]


@pytest.mark.parametrize(
    ("schema", "keyword"),
    [
        ({"type": "strin"}, "type"),
        ({"properties": {"at": 5}}, "properties.at"),
        ({"maxItems": -1}, "maxItems"),
    ],
)
def test_keyword_that_is_none_is_named_and_the_rest_is_tested(schema, keyword, tmp_path):
    verdict = judged(tmp_path, {**schema, "minProperties": 1}, {})

    assert verdict.ids("failed") == ["a/get-point-schema"]
    assert verdict.notes[0].startswith(
        f"the contract has a flaw: paths./point.get.responses.200.content.application/json.schema.{keyword}: "
    )


def test_schema_of_a_header_that_is_none_is_a_note(tmp_path):
    verdict = judged(tmp_path, {}, {}, {"X-Page": {"type": "strin"}}, {"x-page": "1"})

    assert (verdict.grade, len(verdict.notes)) == ("conformant", 1)


def test_text_that_a_pattern_takes_too_many_steps_for_is_inconclusive(tmp_path):
    verdict = judged(tmp_path, {"type": "string", "pattern": "^(a|aa)+(?=b)$"}, "a" * 60 + "!")
    (reason,) = (one.reason for one in verdict.results if one.status == "inconclusive")

    assert reason.startswith("a text of the answer could not be compared with a pattern of the contract")


def test_header_that_breaks_its_schema_is_named(tmp_path):
    schemas = {"X-Page": {"type": "integer"}, "X-Count": {"type": "integer"}}
    verdict = judged(tmp_path, {}, {}, schemas, {"x-page": "1", "x-count": "many"})
    (found,) = (one for one in verdict.results if one.status == "failed")

    assert found.got == (
        'status 200, Response header does not conform to the schema: X-Count: "many" is not of type "integer"'
    )


ROWS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["title"],
        "properties": {"title": {"type": "string"}},
    },
}


@pytest.mark.parametrize(
    ("body", "member"),
    [([{"title": "Emma"}, {"title": 1}], (1, "title")), ([{}], (0,)), ({}, ())],
)
def test_member_that_breaks_the_schema_is_named(tmp_path, body, member):
    verdict = judged(tmp_path, ROWS, body)
    (found,) = (one for one in verdict.results if one.status == "failed")

    assert found.member == member
