"""What is answered where a contract shows an example, and what its schema allows where it shows none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mockserver.services.contracts import INTEGER, USERS, answers, contract, shown, written
from tests.testbed.stubs import run_command


@pytest.mark.parametrize(
    ("schema", "body"),
    [
        ({"type": "string", "format": "date-time"}, "2030-01-02T03:04:05Z"),
        ({"type": "string", "minLength": 8}, "textxxxx"),
        ({"type": "integer", "minimum": 3}, 3),
        ({"type": "number", "minimum": 3, "exclusiveMinimum": True}, 4),
        ({"type": "boolean"}, True),
        ({"enum": ["b", "a"]}, "b"),
        ({"type": "string", "nullable": True, "default": None}, None),
        ({"oneOf": [{"type": "integer"}, {"type": "string"}]}, 0),
        ({"allOf": [{"type": "object", "properties": {"a": {"type": "integer"}}},
                    {"type": "object", "properties": {"b": {"type": "boolean"}}}]}, {"a": 0, "b": True}),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [0, 0]),
        ({"properties": {"nullable": {"type": "string"}}}, {"nullable": "text"}),
        ({}, {}),
    ],
)  # fmt: skip
def test_answer_without_an_example_is_what_its_schema_allows(serve, schema, body):
    answer = serve(contract({"/x": {"get": {"responses": answers(schema)}}})).get("/x")

    assert (answer.status_code, answer.json()) == (200, body)
    assert "x-mock-off-contract" not in answer.headers


def named(**schemas: Any) -> dict[str, Any]:
    """Answer the first of *schemas* at /x; ``=Name`` refers to another."""

    def linked(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: linked(value) for key, value in node.items()}
        if isinstance(node, list):
            return [linked(item) for item in node]
        return link(node[1:]) if isinstance(node, str) and node.startswith("=") else node

    return contract(
        {"/x": {"get": {"responses": answers(link(next(iter(schemas))))}}},
        components={"schemas": linked(schemas)},
    )


OWN = {
    "tree": (
        {"Tree": {"required": ["id"], "properties": {
            "id": INTEGER, "parent": "=Tree", "children": {"type": "array", "items": "=Tree"}}}},
        {"id": 0, "children": []},
    ),
    "many ways": (
        {"N": {"properties": {**dict.fromkeys("abcd", "=N"), "e": {"type": "array", "items": "=N"}}}},
        {"e": []},
    ),
    "a way out": (
        {"Expr": {"oneOf": ["=Not", {"type": "string"}]},
         "Not": {"type": "object", "required": ["expr"], "properties": {"expr": "=Expr"}}},
        "text",
    ),
    "null is a way out": (
        {"N": {"required": ["next"], "properties": {"next": {"nullable": True, "allOf": ["=N"]}}}},
        {"next": None},
    ),
    "no way out": ({"N": {"required": ["next"], "properties": {"next": "=N"}}}, {}),
    "part of itself": ({"N": {"allOf": ["=N", {"properties": {"a": INTEGER}}]}}, {"a": 0}),
    "the same part twice": (
        {"A": {"allOf": ["=B", "=C"]}, "C": {"allOf": ["=B"]}, "B": {"properties": {"b": INTEGER}}},
        {"b": 0},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OWN)
def test_schema_within_itself_ends_soon(serve, name):
    schemas, body = OWN[name]

    assert serve(named(**schemas)).get("/x").json() == body


SPREADING = {
    "optional": lambda below: {"properties": dict.fromkeys("abcdef", below)},
    "required": lambda below: {"required": ["a", "b"], "properties": dict.fromkeys("ab", below)},
    "first of one": lambda below: {"oneOf": [{"required": ["a"], "properties": {"a": below, "b": below}}]},
    "all of two": lambda below: {"allOf": [below, below]},
    "many items": lambda below: {"type": "array", "items": below, "minItems": 1_000_000_000},
    "all of all": lambda _: {"properties": {f"m{depth}": f"=N{depth}" for depth in range(40)}},
}


@pytest.mark.parametrize("name", SPREADING)
def test_schema_that_spreads_ends_soon(tmp_path, name):
    schemas = {f"N{depth}": SPREADING[name](f"=N{depth + 1}") for depth in range(40)}
    file = written(tmp_path, named(**schemas, N40=INTEGER))

    assert run_command("--spec", str(file), "run", "--", "true").returncode == 0


def test_long_chain_of_schemas_is_served(serve):
    schemas = {
        f"N{depth}": {"required": ["a"], "properties": {"a": f"=N{depth + 1}"}} for depth in range(500)
    }

    assert serve(named(**schemas, N500=INTEGER)).get("/x").status_code == 200


API = "application/vnd.api+json"


@pytest.mark.parametrize(
    ("responses", "status", "text", "media_type"),
    [
        (shown("default", "application/json", {"a": 1}), 200, '{"a":1}', "application/json"),
        (shown("2XX", "application/json", 1), 200, "1", "application/json"),
        (shown("200", "text/plain", "hello"), 200, "hello", "text/plain"),
        (shown("200", API, {"a": 1}), 200, '{"a":1}', API),
        ({"404": {"description": ""}, "202": {"description": ""}}, 202, "", None),
    ],
)
def test_answer_of_any_kind_is_given(serve, responses, status, text, media_type):
    answer = serve(contract({"/x": {"get": {"responses": responses}}})).get("/x")

    assert (answer.status_code, answer.text) == (status, text)
    assert answer.headers.get("content-type") == media_type


def link(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def test_head_is_answered_where_get_is(serve):
    http = serve(USERS)
    there, allowed = http.head("/users"), http.put("/users").headers["allow"]

    assert (there.status_code, there.headers["content-length"], there.content) == (200, "3", b"")
    assert allowed == "GET, HEAD, POST"


def test_documented_headers_are_sent(serve):
    headers = {
        "X-Shown": {"example": "a", "schema": {"type": "string"}},
        "X-Of-Schema": {"schema": {"type": "integer", "example": 5}},
        "X-Default": {"schema": {"type": "array", "items": {}, "default": ["a", True]}},
        "X-Needed": {"$ref": "#/components/headers/Needed"},
        "X-Free": {"schema": {"type": "string"}},
        "Content-Length": {"schema": {}, "example": 5},
        "Access-Control-Allow-Origin": {"schema": {}, "example": "https://example.com"},
    }
    responses = {
        "200": {"description": "", "headers": headers, "content": {"application/json": {"example": 1}}},
        "429": {"description": "", "headers": {"Retry-After": {"schema": {}, "example": 30}}},
    }
    needed = {"required": True, "schema": {"type": "integer", "minimum": 3}}
    http = serve(
        contract({"/x": {"get": {"responses": responses}}}, components={"headers": {"Needed": needed}})
    )

    for answer in (http.get("/x"), http.get("/x", headers={"Prefer": "code=200"})):
        sent = {name: value for name, value in answer.headers.items() if name.startswith("x-")}
        assert sent == {"x-shown": "a", "x-of-schema": "5", "x-default": "a,true", "x-needed": "3"}
        assert (answer.json(), answer.headers.get_list("access-control-allow-origin")) in (
            (1, ["*"]),
            (1, []),
        )
    assert http.get("/x", headers={"Prefer": "code=429"}).headers["retry-after"] == "30"


SLOWED = {"description": "", "headers": {"retry-after": {"schema": {}, "example": 30}}}
LIMITED = contract({"/x": {"get": {"responses": {"200": {"description": ""}, "429": SLOWED}}}})


@pytest.mark.parametrize(("status", "said"), [(429, "30"), (503, "1")])
def test_busy_answer_says_what_its_example_says(serve, status, said):
    http = serve(LIMITED)
    http.put("/__admin/faults", json=[{"status": status}])

    assert http.get("/x").headers.get_list("retry-after") == [said]


def test_quota_knows_better_than_an_example(serve):
    http = serve(LIMITED)
    http.put("/__admin/clock", json={"action": "freeze"})
    http.put("/__admin/faults", json=[{"quota": {"limit": 1, "window_s": 9}}])

    assert [http.get("/x").headers.get_list("retry-after") for _ in range(2)] == [[], ["10"]]


def test_own_contract_is_told_of_its_request_and_of_its_preference(serve):
    limited = [{"name": "n", "in": "query", "schema": {"type": "integer"}}]
    operation = {"parameters": limited, "responses": answers(example=1) | answers(status="400", example="no")}
    http = serve(contract({"/x": {"get": operation}}))

    both = http.get("/x?n=a", headers={"Prefer": "code=404"})
    any_code = serve(
        contract({"/x": {"get": {"responses": answers(status="default", example=1)}}}), "any.yaml"
    )

    assert (both.status_code, both.json()) == (400, "no")
    assert both.headers["x-mock-problem"].endswith("; Prefer: code=404 is not documented; there are 200, 400")
    assert both.headers["x-mock-problem"].startswith("n: ")
    assert any_code.get("/x", headers={"Prefer": "code=418"}).status_code == 418


def test_documented_vary_stays_beside_that_of_prefer(serve):
    headers = {"Vary": {"schema": {"type": "string", "example": "Accept-Language"}}}
    http = serve(contract({"/x": {"get": {"responses": {"200": {"description": "", "headers": headers}}}}}))

    assert http.get("/x", headers={"Prefer": "code=200"}).headers["vary"] == "Accept-Language, Prefer"


def test_page_can_read_the_documented_headers(serve):
    headers = {
        name: {"schema": {"type": "string", "example": "a"}} for name in ("ETag", "Link", "X-Total-Count")
    }
    moved = {"Location": {"schema": {"type": "string", "example": "/x/9"}}}
    operations = {
        "get": {"responses": {"200": {"description": "", "headers": headers}}},
        "post": {"responses": {"201": {"description": "", "headers": moved}}},
    }
    http = serve(contract({"/x": operations}))
    http.headers["Origin"] = "http://localhost:3000"

    for method, names in (("GET", "ETag, Link, X-Total-Count"), ("POST", "Location")):
        exposed = http.request(method, "/x").headers["access-control-expose-headers"]
        assert exposed == f"Date, Vary, {names}"


def test_operation_without_a_success_answers_what_it_documents(serve):
    moved = {"302": {"description": "", "headers": {"Location": {"schema": {}, "example": "/new"}}}}
    gone = {
        "410": {"description": "", "content": {"application/problem+json": {"example": {"title": "gone"}}}}
    }
    http = serve(contract({"/old": {"get": {"responses": moved}}, "/gone": {"get": {"responses": gone}}}))

    assert (http.get("/old").status_code, http.get("/old").headers["location"]) == (302, "/new")
    assert (http.get("/gone").status_code, http.get("/gone").headers["content-type"]) == (
        410,
        "application/problem+json",
    )


def test_refusal_keeps_the_media_type_and_headers_of_its_example(serve):
    refused = {
        "description": "",
        "content": {"text/plain": {"example": "no"}},
        "headers": {"X-Why": {"example": "z", "schema": {}}},
    }
    one = {"parameters": [{"name": "n", "in": "query", "required": True, "schema": {"type": "integer"}}]}
    http = serve(
        contract({"/x": {"get": {**one, "responses": {"200": {"description": ""}, "400": refused}}}})
    )

    answer = http.get("/x")

    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (400, "no", "text/plain")
    assert (answer.headers["x-why"], answer.headers["x-mock-problem"]) == ("z", "n: is required")
