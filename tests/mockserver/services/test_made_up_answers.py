"""What is answered where the examples of a contract do not fit its schemas, or only one value does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockserver.services.contracts import INTEGER, answers, contract, shown

COUNTER = {"type": "object", "required": ["counter"], "properties": {"counter": INTEGER}}
MARKS = ("x-mock-off-contract", "x-mock-problem")


def get(serve: Any, responses: Any, version: str = "3.0.3", **headers: str) -> Any:
    """Serve an operation with *responses*, and call it."""
    spec = contract({"/x": {"get": {"responses": responses}}})
    return serve({**spec, "openapi": version}).get("/x", headers=headers)


def test_json_that_is_shown_as_text_is_read_as_json(serve):
    answer = get(serve, answers(COUNTER, example='{"counter": 12}'))

    assert answer.json() == {"counter": 12}
    assert not {*MARKS} & {*answer.headers}


@pytest.mark.parametrize("text", ["12", "not: json", '"12"'])
def test_text_stays_text_where_the_schema_asks_for_it(serve, text):
    assert get(serve, answers({"type": "string"}, example=text)).json() == text


def test_example_that_does_not_fit_yields_to_a_made_up_answer(serve):
    answer = get(serve, answers(COUNTER, example={"counter": "many"}))

    assert answer.json() == {"counter": 0}
    assert "x-mock-off-contract" not in answer.headers
    assert answer.headers["x-mock-problem"] == (
        "the example of application/json does not fit its schema: "
        "counter: must be an integer, not a string; another one is sent, so correct it"
    )


def test_example_that_does_not_fit_yields_to_one_that_does(serve):
    examples = {"bad": {"value": 1}, "good": {"value": {"counter": 5}}}
    responses = answers(COUNTER, examples=examples)

    assert get(serve, responses).json() == {"counter": 5}
    asked = get(serve, responses, Prefer="example=bad")
    assert (asked.json(), "x-mock-off-contract" in asked.headers) == (1, True)


NOTHING = {"type": "object", "required": ["a"], "properties": {"a": {"not": {}}, "b": INTEGER}}


@pytest.mark.parametrize("headers", [{}, {"Prefer": "code=200"}])
def test_answer_that_nothing_fits_is_marked(serve, headers):
    made_up = get(serve, answers(NOTHING), **headers)
    own = get(serve, answers(NOTHING, example=1), **headers)

    assert (made_up.status_code, own.json()) == (200, 1)
    assert "a" in made_up.headers["x-mock-off-contract"]
    assert "x-mock-off-contract" in own.headers


def test_refusal_that_nothing_fits_is_marked(serve):
    needed = [{"name": "n", "in": "query", "required": True, "schema": INTEGER}]
    responses = {"200": {"description": ""}, **answers(NOTHING, status="400")}
    answer = serve(contract({"/x": {"get": {"parameters": needed, "responses": responses}}})).get("/x")

    assert (answer.status_code, answer.headers["x-mock-problem"]) == (400, "n: is required")
    assert "a" in answer.headers["x-mock-off-contract"]


PETS = {
    "Pet": {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"type": "string"}},
        "discriminator": {"propertyName": "kind", "mapping": {"dog": "#/components/schemas/Hound"}},
    },
    "Hound": {
        "allOf": [
            {"$ref": "#/components/schemas/Pet"},
            {"required": ["bark"], "properties": {"bark": INTEGER}},
        ]
    },
    "Cat": {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"properties": {"purr": INTEGER}}]},
}
KINDS = {
    "of the mapping": ({"$ref": "#/components/schemas/Hound"}, {"kind": "dog", "bark": 0}),
    "of the name": ({"$ref": "#/components/schemas/Cat"}, {"kind": "Cat", "purr": 0}),
    "of the branch": (
        {
            "oneOf": [{"$ref": "#/components/schemas/Bird"}, {"$ref": "#/components/schemas/Fish"}],
            "discriminator": {"propertyName": "type", "mapping": {"b": "Bird"}},
        },
        {"type": "b", "wings": 0},
    ),
}
OTHERS = {
    "Bird": {"type": "object", "properties": {"type": {"type": "string"}, "wings": INTEGER}},
    "Fish": {"type": "object", "required": ["fins"], "properties": {"fins": INTEGER}},
}


@pytest.mark.parametrize("name", KINDS)
def test_discriminator_says_which_schema_it_is(serve, name):
    schema, body = KINDS[name]
    spec = contract({"/x": {"get": {"responses": answers(schema)}}}, components={"schemas": PETS | OTHERS})

    assert serve(spec).get("/x").json() == body


def test_member_that_is_only_written_is_not_shown(serve):
    hidden = {"type": "string", "writeOnly": True}
    parts = [{"properties": {"id": INTEGER, "secret": hidden}}, {"required": ["secret", "id"]}]
    shows = {"type": "object", "properties": {"secret": hidden}, "example": {"secret": "a", "b": 1}}

    assert get(serve, answers({"type": "object", "allOf": parts})).json() == {"id": 0}
    assert get(serve, answers(shows)).json() == {"b": 1}


@pytest.mark.parametrize("status", ["204", "205", "304"])
def test_status_without_a_body_has_none(serve, status):
    answer = get(serve, answers(INTEGER, status=status, example=1), Prefer=f"code={status}")

    assert (answer.status_code, answer.content, "content-type" in answer.headers) == (int(status), b"", False)


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        (["101", "302"], 302), (["100"], 200), (["404", "2XX"], 200), (["500", "4xx"], 200), (["default"], 200),
        (["x-note"], 200), (["204", "201"], 201),
    ],
)  # fmt: skip
def test_status_is_the_first_that_can_be_sent(serve, statuses, status):
    assert get(serve, {one: {"description": ""} for one in statuses}).status_code == status


def test_success_that_is_not_documented_is_marked(serve):
    answer = get(serve, {"405": {"description": "", "content": {"application/json": {"example": "no"}}}})

    assert (answer.status_code, answer.content) == (200, b"")
    assert "x-mock-off-contract" in answer.headers


def test_headers_of_a_schema_are_made_up(serve):
    headers = {
        "Location": {"schema": {"type": "string"}},
        "Link": {"schema": {"type": "string"}},
        "X-Id": {"required": True, "schema": {"type": "string", "pattern": "^[0-9]{4}$"}},
        "X-Named": {"examples": {"one": {"value": 7}}, "schema": INTEGER},
        "X-Json": {"required": True, "content": {"application/json": {"schema": COUNTER}}},
        "X-Optional": {"schema": {"type": "string"}},
    }
    links = {"self": {"operationId": "nowhere", "parameters": {"id": "$response.body#/id"}}}
    sent = get(serve, {"201": {"description": "", "headers": headers, "links": links}}).headers

    assert sent["location"] == "https://example.com/"
    assert sent["link"] == '<https://example.com/?page=2>; rel="next"'
    assert (sent["x-id"], sent["x-named"], sent["x-json"]) == ("0000", "7", '{"counter":0}')
    assert "x-optional" not in sent


@pytest.mark.parametrize("key", ["value", "dataValue", "serializedValue"])
def test_example_is_read_by_whichever_name_it_has(serve, key):
    value = '{"counter":3}' if key == "serializedValue" else {"counter": 3}

    assert get(serve, answers(COUNTER, examples={"a": {key: value}}), "3.2.0").json() == {"counter": 3}


def test_head_of_a_made_up_answer_has_its_length(serve):
    spec = contract(
        {"/x": {"head": {"responses": answers(INTEGER)}, "get": {"responses": shown("200", "text/csv", "a")}}}
    )

    answer = serve(spec).head("/x")
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "1")
