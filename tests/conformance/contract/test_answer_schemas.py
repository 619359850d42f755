"""Schemas of answers as JSON Schema 2020-12 has them, and those that are none."""

import json

from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.messages import Response
from conformance.proof.trial import judge_in_process

TUPLE = {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]}


class Answers:
    def __init__(self, bodies, headers):
        self.bodies, self.headers = bodies, headers

    def answer(self, request):
        kind, _, number = request.path[1:].partition("-")
        return Response(200, self.bodies[int(number)], self.headers) if kind == "point" else Response(200, {})


def judged(folder, schemas, bodies, header_schemas=None, headers=None):
    """Judge a server whose answer at /point-0, -1 ... is each of *bodies*, by each of *schemas*."""

    def get(one, headers=None):
        answer = {
            "description": "-",
            "content": {"application/json": {"schema": one}},
            "headers": headers or {},
        }
        return {"get": {"responses": {"200": answer}}}

    described = {name: {"schema": one} for name, one in (header_schemas or {}).items()}
    paths = {f"/point-{number}": get(schema, described) for number, schema in enumerate(schemas)}
    paths["/other"] = get({"type": "object"})
    contract = {"openapi": "3.1.0", "info": {"title": "A", "version": "1"}, "paths": paths}
    (folder / "a.json").write_text(json.dumps(contract))
    profile = {"spec": str(folder / "a.json"), "base_url": IN_PROCESS_URL}
    return judge_in_process(Answers(bodies, headers or {}), profile)


def list_broken(schemas):
    return sorted(f"a/get-point-{number}-schema" for number, _ in enumerate(schemas))


def test_tuple_is_understood(tmp_path):
    schemas, fits, breaks = zip(
        (TUPLE, ["a", 1, None], [1, 1]),
        ({**TUPLE, "items": False}, ["a", 1], ["a", 1, 2]),
        ({**TUPLE, "items": {"type": "null"}}, ["a", 1, None], ["a", 1, 2]),
        ({**TUPLE, "unevaluatedItems": False}, ["a", 1], ["a", 1, 2]),
        ({"type": "object", "properties": {"at": TUPLE}}, {"at": ["a", 1]}, {"at": ["a", "b"]}),
        ({"allOf": [TUPLE, {"minItems": 2}]}, ["a", 1], ["a", "b"]),
        strict=True,
    )

    assert judged(tmp_path, schemas, fits).verdict == "conformant"
    assert sorted(judged(tmp_path, schemas, breaks).ids("failed")) == list_broken(schemas)


def test_keyword_that_is_none_is_named_and_the_rest_is_tested(tmp_path):
    flawed = {
        "type": {"type": "strin"},
        "properties.at": {"properties": {"at": 5}},
        "maxItems": {"maxItems": -1},
    }
    schemas = [{**schema, "minProperties": 1} for schema in flawed.values()]
    verdict = judged(tmp_path, schemas, [{}] * len(schemas))

    assert sorted(verdict.ids("failed")) == list_broken(schemas)
    for number, keyword in enumerate(flawed):
        answer = f"paths./point-{number}.get.responses.200.content.application/json.schema"
        flaw = f"the contract has a flaw: {answer}.{keyword}: "
        assert any(note.startswith(flaw) for note in verdict.notes)


def test_schema_of_a_header_that_is_none_is_a_note(tmp_path):
    verdict = judged(tmp_path, [{}], [{}], {"X-Page": {"type": "strin"}}, {"x-page": "1"})

    assert (verdict.grade, len(verdict.notes)) == ("conformant", 1)


def test_text_that_a_pattern_takes_too_many_steps_for_is_inconclusive(tmp_path):
    verdict = judged(tmp_path, [{"type": "string", "pattern": "^(a|aa)+(?=b)$"}], ["a" * 60 + "!"])
    (reason,) = (one.reason for one in verdict.results if one.status == "inconclusive")

    assert reason.startswith("a text of the answer could not be compared with a pattern of the contract")


def test_header_that_breaks_its_schema_is_named(tmp_path):
    schemas = {"X-Page": {"type": "integer"}, "X-Count": {"type": "integer"}}
    verdict = judged(tmp_path, [{}], [{}], schemas, {"x-page": "1", "x-count": "many"})
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


def test_member_that_breaks_the_schema_is_named(tmp_path):
    bodies = [[{"title": "Emma"}, {"title": 1}], [{}], {}]
    verdict = judged(tmp_path, [ROWS] * len(bodies), bodies)
    found = {one.requirement.name: one.member for one in verdict.results if one.status == "failed"}

    assert found == {
        "get-point-0-schema": (1, "title"),
        "get-point-1-schema": (0,),
        "get-point-2-schema": (),
    }
