"""A contract without a behaviour: any OpenAPI 3.0 file is served from its examples."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import yaml

import openapi
from mockserver.http.problems import CannotStart
from mockserver.services import openapi_file as guest
from mockserver.services.service import services
from mockserver.stub import Stub
from tests.testbed.stubs import run, served, started

Serve = Callable[..., httpx.Client]


def contract(paths: Any, **rest: Any) -> dict[str, Any]:
    return {"openapi": "3.0.3", "info": {"title": "Library", "version": "1"}, "paths": paths, **rest}


def answers(schema: Any = None, status: str = "200", **content: Any) -> dict[str, Any]:
    if schema is not None:
        content["schema"] = schema
    return {status: {"description": "", **({"content": {"application/json": content}} if content else {})}}


def written(folder: Path, spec: Any, name: str = "library.yaml") -> Path:
    file = folder / name
    file.write_text(spec if isinstance(spec, str) else yaml.safe_dump(spec))
    return file


@pytest.fixture
def serve(tmp_path) -> Iterator[Serve]:
    """Serve one contract and give a client of it."""
    with ExitStack() as stack:

        def start(spec: Any, name: str = "library.yaml") -> httpx.Client:
            url = stack.enter_context(served(Stub([guest.service(written(tmp_path, spec, name))])))
            return stack.enter_context(httpx.Client(base_url=url, timeout=5))

        yield start


PET = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"type": "integer", "readOnly": True}, "name": {"type": "string", "minLength": 2}},
}
PETS = contract(
    {
        "/pets": {
            "get": {
                "summary": "List",
                "parameters": [{"$ref": "#/components/parameters/limit"}],
                "responses": answers({"type": "array", "items": {"$ref": "#/components/schemas/Pet"}}),
            },
            "post": {
                "operationId": "add_pet",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewPet"}}},
                },
                "responses": {
                    **answers({"$ref": "#/components/schemas/Pet"}, "201", example={"id": 7, "name": "Rex"}),
                    **answers(None, "409", examples={"taken": {"value": {"reason": "taken"}}}),
                    **answers({"$ref": "#/components/schemas/Fault"}, "default"),
                },
            },
        },
        "/pets/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
            "get": {"operationId": "get_pet", "responses": answers({"$ref": "#/components/schemas/Pet"})},
            "delete": {"operationId": "remove_pet", "responses": {"204": {"description": ""}}},
        },
    },
    servers=[{"url": "https://{region}.example.com/v9", "variables": {"region": {"default": "eu"}}}],
    components={
        "parameters": {
            "limit": {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 5}}
        },
        "schemas": {
            "Pet": PET,
            "NewPet": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string", "minLength": 2}},
            },
            "Fault": {"type": "object", "required": ["reason"], "properties": {"reason": {"type": "string"}}},
        },
    },
)


def test_examples_and_schemas_are_answered(serve):
    http = serve(PETS)

    assert http.get("/v9/pets").json() == [{"id": 0, "name": "text"}]
    assert http.get("/v9/pets/3").json() == {"id": 0, "name": "text"}
    created = http.post("/v9/pets", json={"name": "Rex"})
    assert (created.status_code, created.json()) == (201, {"id": 7, "name": "Rex"})
    gone = http.delete("/v9/pets/3")
    assert (gone.status_code, gone.content) == (204, b"")


def test_operation_without_a_name_is_called_by_method_and_path(serve):
    rows = serve(PETS).get("/").json()["operations"]

    assert {row["operation"] for row in rows} == {"GET /pets", "add_pet", "get_pet", "remove_pet"}


def test_invalid_request_is_refused_as_the_contract_says_and_named_in_a_header(serve):
    http = serve(PETS)

    refused = http.post("/v9/pets", json={"name": "x"})
    assert refused.status_code == 400
    assert refused.json() == {"reason": "text"}
    assert "name" in refused.headers["x-mock-problem"]
    limited = http.get("/v9/pets", params={"limit": 6})
    assert (limited.status_code, limited.json()["status"]) == (400, 400)
    assert "limit" in limited.json()["detail"]
    assert http.get("/v9/pets/three").status_code == 400
    assert http.put("/v9/pets").status_code == 405
    assert http.get("/v9/pet").headers["x-mock-near-miss"].startswith("GET /v9/pets: segment 2")


def test_answers_of_a_guest_are_forced_failed_journalled_and_apart(serve):
    http = serve(PETS)
    made = http.post("/__admin/sessions", json={"id": "one"}).json()
    base = made["base_url"]

    taken = http.post("/v9/pets", headers={"Prefer": "code=409, example=taken"})
    assert (taken.status_code, taken.json()) == (409, {"reason": "taken"})
    assert http.get("/v9/pets", headers={"Prefer": "handling=strict, code=418"}).status_code == 400
    http.put("/__admin/faults?session=one", json=[{"match": {"operation": "add_pet"}, "status": 503}])
    failed = http.post(f"{base}/v9/pets", json={"name": "Rex"})
    assert (failed.status_code, failed.json()) == (503, {"reason": "text"})
    assert http.post("/v9/pets", json={"name": "Rex"}).status_code == 201
    http.post("/__admin/overrides?session=one", json={"response": {"code": 200, "body": {"id": "x"}}})
    forced = http.get(f"{base}/v9/pets/3")
    assert forced.json() == {"id": "x"}
    assert "id: must be an integer" in forced.headers["x-mock-off-contract"]
    entries = http.get("/__admin/requests?session=one").json()
    assert [(entry["api"], entry["operation"]) for entry in entries] == [
        ("library", "add_pet"),
        ("library", "get_pet"),
    ]
    assert http.get("/__admin/state").json() == {"library": {}}


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


INTEGER = {"type": "integer"}
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
    "part of itself": ({"N": {"allOf": ["=N", {"properties": {"a": INTEGER}}]}}, {}),
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

    assert run("--spec", str(file), "run", "--", "true").returncode == 0


def test_reference_to_itself_is_refused_in_one_line(tmp_path):
    schemas = {"A": link("B"), "B": link("A")}
    file = written(tmp_path, {**one(), "components": {"schemas": schemas}})
    ran = run("--port", "0", "--spec", str(file))

    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert "library.yaml: #/components/schemas/B leads back to itself" in ran.stderr


def test_long_chain_of_schemas_is_served(serve):
    schemas = {
        f"N{depth}": {"required": ["a"], "properties": {"a": f"=N{depth + 1}"}} for depth in range(500)
    }

    assert serve(named(**schemas, N500=INTEGER)).get("/x").status_code == 200


def test_example_that_breaks_its_own_schema_is_sent_and_marked(serve):
    answer = serve(contract({"/x": {"get": {"responses": answers({"type": "integer"}, example="one")}}})).get(
        "/x"
    )

    assert (answer.status_code, answer.json()) == (200, "one")
    assert "must be an integer" in answer.headers["x-mock-off-contract"]


def shown(status: str, media_type: str, example: Any) -> dict[str, Any]:
    return {status: {"description": "", "content": {media_type: {"example": example}}}}


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


def test_status_and_date_without_quotes_are_read(serve):
    text = """
        openapi: 3.0.0
        info: {title: t, version: '1'}
        paths:
          /x:
            get:
              responses:
                200: {description: d, content: {application/json: {example: {since: 2020-01-02}}}}
        """

    assert serve(text).get("/x").json() == {"since": "2020-01-02"}


def test_contract_in_json_is_read(serve):
    spec = json.dumps(contract({"/x": {"get": {"responses": answers(example=1)}}}), indent="\t")

    assert serve(spec, "library.json").get("/x").json() == 1


BODIES = {
    "application/x-www-form-urlencoded": b"a=1",
    "text/plain": b"hello",
    "multipart/form-data; boundary=x": b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
    "application/octet-stream": b"\x00\xff",
    "image/png": b"\x89PNG",
}


@pytest.mark.parametrize("media_type", BODIES)
def test_body_of_any_declared_kind_is_taken(serve, media_type):
    name = media_type.partition(";")[0].replace("image/png", "image/*")
    body = {"required": True, "content": {name: {"schema": {"type": "string"}}}}
    http = serve(contract({"/x": {"post": {"requestBody": body, "responses": {"201": {"description": ""}}}}}))

    def status(**options: Any) -> int:
        return http.post("/x", **options).status_code

    assert status(content=BODIES[media_type], headers={"Content-Type": media_type}) == 201
    assert status(json={"a": 1}) == 415
    assert status(headers={"Content-Type": media_type}) == 400


SCHEMES = {
    "key in a header": ({"type": "apiKey", "in": "header", "name": "X-Key"}, {"headers": {"X-Key": "a"}}),
    "key in the query": ({"type": "apiKey", "in": "query", "name": "key"}, {"params": {"key": "a"}}),
    "key in a cookie": ({"type": "apiKey", "in": "cookie", "name": "sid"}, {"headers": {"Cookie": "sid=a"}}),
    "bearer": ({"type": "http", "scheme": "bearer"}, {"headers": {"Authorization": "Bearer a"}}),
    "jwt": ({"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}, {"headers": {"Authorization": "Bearer a"}}),
    "basic": ({"type": "http", "scheme": "basic"}, {"headers": {"Authorization": "Basic YTpi"}}),
    "digest": ({"type": "http", "scheme": "digest"}, {"headers": {"Authorization": "Digest a"}}),
    "oauth2": ({"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://x.example/", "scopes": {}}}},
               {"headers": {"Authorization": "Bearer a"}}),
    "open id": ({"type": "openIdConnect", "openIdConnectUrl": "https://x.example/"},
                {"headers": {"Authorization": "Bearer a"}}),
}  # fmt: skip


def secured(scheme: Any, security: Any) -> dict[str, Any]:
    schemes = {"it": scheme, "other": SCHEMES["key in the query"][0]}
    return contract(
        {"/x": {"get": {"responses": answers(example=1)}}},
        security=security,
        components={"securitySchemes": schemes},
    )


@pytest.mark.parametrize("name", SCHEMES)
def test_credential_is_asked_for_and_any_is_good(serve, name):
    scheme, shown = SCHEMES[name]
    http = serve(secured(scheme, [{"it": []}]))

    assert http.get("/x").status_code == 401
    assert http.get("/x", **shown).status_code == 200


def test_credential_of_a_guest_is_not_in_the_journal(serve):
    for name, secret in (
        ("key in a header", "s3cr3t"),
        ("key in the query", "s3cr3t"),
        ("key in a cookie", "s3cr3t"),
    ):
        scheme, shown = SCHEMES[name]
        http = serve(secured(scheme, [{"it": []}]))
        sent = json.loads(json.dumps(shown).replace('"a"', f'"{secret}"').replace("sid=a", f"sid={secret}"))
        assert http.get("/x", **sent).status_code == 200
        assert secret not in http.get("/__admin/requests").text


def test_credentials_can_be_optional_and_needed_together(serve):
    scheme, shown = SCHEMES["key in a header"]
    optional = serve(secured(scheme, [{"it": []}, {}]))
    assert optional.get("/x").status_code == 200
    both = serve(secured(scheme, [{"it": [], "other": []}]), "both.yaml")
    assert both.get("/x", **shown).status_code == 401
    assert both.get("/x", **shown, params={"key": "a"}).status_code == 200


@pytest.mark.parametrize(
    ("parameter", "query", "status"),
    [
        ({"schema": {"type": "array", "items": {"type": "integer"}}}, "f=1&f=2", 200),
        ({"schema": {"type": "array", "items": {"type": "integer"}}}, "f=1&f=x", 400),
        ({"schema": {"type": "array", "items": {"type": "integer"}}, "explode": False}, "f=1,2", 200),
        ({"schema": {"type": "array", "items": {"type": "string"}}, "style": "pipeDelimited"}, "f=a|b", 200),
        ({"schema": {"type": "object"}, "style": "deepObject"}, "f[a]=1", 200),
        ({"content": {"application/json": {"schema": {"type": "object"}}}}, "f={}", 200),
        ({"schema": {"type": "boolean"}}, "f=true", 200),
        ({"schema": {"type": "boolean"}}, "f=yes", 400),
        ({"schema": {"type": "string", "format": "date"}}, "f=1", 400),
        ({"schema": {"type": "integer"}, "required": True}, "", 400),
    ],
)
def test_query_is_read_as_its_parameter_says(serve, parameter, query, status):
    parameters = [{"name": "f", "in": "query", **parameter}]
    http = serve(contract({"/x": {"get": {"parameters": parameters, "responses": answers(example=1)}}}))

    assert http.get(f"/x?{query}").status_code == status


def test_variable_may_be_part_of_a_segment(serve):
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "integer"}} for name in ("id", "at")
    ]
    http = serve(
        contract({"/x/pre-{id}.{at}/y": {"get": {"parameters": parameters, "responses": answers(example=1)}}})
    )

    assert http.get("/x/pre-1.2/y").status_code == 200
    assert http.get("/x/pre-a.2/y").status_code == 400
    assert http.get("/x/1.2/y").status_code == 404


def test_parameter_may_have_any_name(serve):
    parameters = [
        {"name": name, "in": "query", "schema": {"type": "string"}}
        for name in ("self", "caller", "a-b", "class")
    ]
    http = serve(contract({"/x": {"get": {"parameters": parameters, "responses": answers(example=1)}}}))

    assert http.get("/x?self=1&caller=2&a-b=3&class=4").status_code == 200


def test_own_error_envelope_of_a_guest_is_spoken(serve):
    spec = {**PETS, "x-error-body": {"oops": "{message}"}, "x-error-codes": {}}

    assert "oops" in serve(spec).post("/v9/pets", json={}).json()


def test_docs_page_of_a_guest_is_shown(serve):
    http = serve(PETS)

    assert "/pets/{id}" in http.get("/__admin/docs/library").text
    assert yaml.safe_load(http.get("/__admin/openapi/library.yaml").text)["info"]["title"] == "Library"


def one(path: str = "/x", **operation: Any) -> dict[str, Any]:
    return contract({path: {"get": {"responses": answers(example=1), **operation}}})


def link(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


X = {"/x": one()["paths"]["/x"]}
NAMED = {"operationId": "a", "responses": answers(example=1)}
NO_RESPONSE = {"200": {"$ref": "#/components/responses/No"}}
NO_ID = {"name": "id", "in": "path", "required": True, "schema": {}}
REFUSED = {
    "openapi 3.1": ({**one(), "openapi": "3.1.0"}, "OpenAPI 3.1.0 cannot be served; write openapi: 3.0.3"),
    "swagger": ({"swagger": "2.0"}, "it needs an 'openapi' member"),
    "broken yaml": ("openapi: 3.0.0\n\tx: [", "line 2, column 1"),
    "no mapping": ("- a", "it needs an 'openapi' member"),
    "no paths": (contract({}), "names no paths"),
    "empty path": (contract({"/x": None}), "paths./x: null is not of type"),
    "reference to nothing": (one(responses=NO_RESPONSE), "there is no #/components/responses/No"),
    "another file": (contract({"/x": {"$ref": "other.yaml#/x"}}), "lies in another file"),
    "circle": ("openapi: 3.0.0\ninfo: {title: t, version: '1'}\npaths: &a\n  /x: *a\n", "refers to itself"),
    "reference to no object": (one(responses={"200": {"$ref": "#/openapi"}}), "#/openapi is no object"),
    "member called $ref": (one(responses=answers(example={"$ref": 5})), "called $ref"),
    "response of the wrong kind": (one(responses={"200": 5}), "paths./x.get.responses.200: 5 is not of type"),
    "content of the wrong kind": (
        one(responses={"200": {"description": "", "content": [1]}}),
        "paths./x.get.responses.200.content: [1] is not of type",
    ),
    "odd version": ({**one(), "openapi": "3.01"}, "OpenAPI 3.01 cannot be served"),
    "bytes": ("openapi: !!binary aGVsbG8=", "bytes cannot be written as JSON"),
    "set": ("openapi: !!set {a}", "set cannot be written as JSON"),
    "too deep": ("{openapi: 3.0.0, x-a: " + "[" * 150 + "]" * 150 + "}", "nested deeper than 100 levels"),
    "half an error": ({**one(), "x-error-body": {}}, "x-error-body needs x-error-body and x-error-codes"),
    "unknown variable": (
        {**one(), "servers": [{"url": "https://{region}.example.com"}]},
        "servers.0.url: https://{region}.example.com has a variable without a default",
    ),
    "one path twice": (
        contract({"/x/{a}": X["/x"], "/x/{b}": X["/x"]}),
        "/x/{a} and /x/{b} are the same path",
    ),
    "no scheme": ({**one(), "security": [{"nope": []}]}, "no security scheme nope"),
    "two of a name": (contract({"/x": {"get": NAMED}, "/y": {"get": NAMED}}), "two operations are called a"),
    "bad pattern": (one(responses=answers({"type": "string", "pattern": "^(["})), "a schema cannot be used"),
    "path parameter of nothing": (one(parameters=[NO_ID]), "there is no {id} in the path"),
    "no responses": (contract({"/x": {"get": {}}}), 'paths./x.get: "responses" is a required'),
}


@pytest.mark.parametrize("name", REFUSED)
def test_file_that_cannot_be_served_is_refused_in_one_line(tmp_path, name):
    spec, said = REFUSED[name]

    with pytest.raises(CannotStart) as refused:
        Stub([guest.service(written(tmp_path, spec))])

    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "library" in str(refused.value)


RICH = """
openapi: 3.0.3
info: {title: Rich, version: "1"}
servers: [{url: "https://{region}.example.com/v9", variables: {region: {default: eu}}}]
security: [{key: []}]
x-error-body: {}
x-error-codes: {}
paths:
  /things/{id}:
    parameters: [{$ref: "#/components/parameters/id"}]
    post:
      operationId: change
      parameters: [{name: sort, in: query, explode: false, style: form, schema: {type: array, items: {type: string}}}]
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
      responses:
        "200":
          description: d
          headers: {X-Left: {required: true, schema: {type: integer, minimum: 1, default: 2}}}
          content:
            application/json: {schema: {$ref: "#/components/schemas/Thing"}}
            text/csv: {example: "a,b"}
        "404": {$ref: "#/components/responses/Gone"}
        default: {description: d, content: {application/xml: {schema: {type: object}}}}
components:
  parameters: {id: {name: id, in: path, required: true, schema: {type: integer, maximum: 5}}}
  responses:
    Gone: {description: d, content: {text/plain: {examples: {gone: {$ref: "#/components/examples/gone"}}}}}
  examples: {gone: {value: gone}}
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
  schemas:
    Thing:
      type: object
      required: [id]
      properties:
        id: {type: integer, readOnly: true}
        name: {type: string, minLength: 2, maxLength: 9, pattern: "^a", default: ab}
        parts: {type: array, minItems: 0, items: {$ref: "#/components/schemas/Thing"}}
        kind: {oneOf: [{type: string, nullable: true}, {allOf: [{$ref: "#/components/schemas/Thing"}]}]}
"""


def spoilt(node: Any, root: Any) -> Iterator[str]:
    """Write *root* with each node below *node* replaced, one at a time."""
    for key in list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
        kept = node[key]
        for other in (5, None, [], "x", {}):
            if not isinstance(other, (int, str)) or type(other) is not type(kept):
                node[key] = other
                yield json.dumps(root)
        node[key] = kept
        yield from spoilt(kept, root)


def test_spoilt_file_is_served_or_refused_in_one_line(tmp_path):
    """Whatever stands where something else belongs: no other exception, which would be a traceback."""
    spec = yaml.safe_load(RICH)
    refusals = []
    for text in spoilt(spec, spec):
        try:
            Stub([guest.service(written(tmp_path, text, "library.json"))])
        except (CannotStart, openapi.BadSpec) as error:
            refusals.append(str(error))

    assert len(refusals) > 400
    assert not [line for line in refusals if "\n" in line or "library" not in line]


def test_two_files_of_one_name_are_refused(tmp_path):
    file = written(tmp_path, contract(X))

    with pytest.raises(CannotStart, match="library: the name is taken"):
        Stub([guest.service(file), guest.service(file)])
    with pytest.raises(CannotStart, match="suprsend: the name is taken"):
        Stub([*services(["suprsend"]), guest.service(written(tmp_path, contract(X), "suprsend.yaml"))])


def test_command_serves_a_guest_alone_or_with_others(tmp_path):
    file = str(written(tmp_path, PETS))
    with started("--spec", file, "--quiet") as (url, _):
        assert httpx.get(f"{url}/v9/pets").status_code == 200
        assert httpx.get(f"{url}/__admin/version").json()["apis"] == ["library"]
    with started("--spec", file, "--api", "suprsend", "--quiet") as (url, _):
        assert httpx.get(f"{url}/__admin/version").json()["apis"] == ["suprsend", "library"]


def test_command_refuses_a_missing_file_in_one_line():
    ran = run("--port", "0", "--spec", "/nowhere.yaml")

    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert "/nowhere.yaml" in ran.stderr


USERS = {
    "openapi": "3.0.3",
    "info": {"title": "Users", "version": "1"},
    "components": {
        "schemas": {
            "User": {
                "type": "object",
                "required": ["id", "name", "password"],
                "properties": {
                    "id": {"type": "integer", "readOnly": True},
                    "name": {"type": "string"},
                    "password": {"type": "string", "writeOnly": True},
                },
            }
        }
    },
    "paths": {
        "/users": {
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}},
                },
                "responses": {
                    "201": {
                        "description": "made",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}},
                    }
                },
            },
            "get": {
                "responses": {"200": {"description": "all", "content": {"text/plain": {"example": "Ada"}}}}
            },
        }
    },
}


def test_member_is_required_in_its_own_direction_only(serve):
    http = serve(USERS)
    made = http.post("/users", json={"name": "Ada", "password": "x"})
    refused = http.post("/users", json={"id": 1, "name": "Ada"})

    assert (made.status_code, made.json()) == (201, {"id": 0, "name": "text"})
    assert "x-mock-off-contract" not in made.headers
    assert refused.status_code == 400
    assert "password" in refused.text


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


CSV = {"text/csv": {"example": "a,b"}}
XML = {"application/xml": {"schema": {"type": "object", "properties": {"a": {"type": "integer"}}}}}
OTHER_KINDS = {
    "csv": (CSV, "a,b", "text/csv"),
    "xml": (XML, "", "application/xml"),
    "xml with an object": ({"application/xml": {"example": {"a": 1}}}, "", "application/xml"),
    "xml with text": ({"application/xml": {"schema": {"example": "<a/>"}}}, "<a/>", "application/xml"),
    "image": ({"image/png": {}}, "", "image/png"),
    "json first": ({**XML, **CSV, "application/json": {"example": 1}}, "1", "application/json"),
    "any": ({"*/*": {"schema": {"type": "integer"}}}, "0", "application/json"),
    "half a character": ({"text/plain": {"example": "\ud800"}}, "?", "text/plain"),
    "null": ({"application/json": {"example": None}}, "null", "application/json"),
}


@pytest.mark.parametrize("name", OTHER_KINDS)
def test_answer_is_of_its_media_type_however_it_is_asked_for(serve, name):
    content, text, media_type = OTHER_KINDS[name]
    spec = contract({"/x": {"get": {"responses": {"200": {"description": "", "content": content}}}}})
    http = serve(json.dumps(spec), "library.json")

    for answer in (http.get("/x"), http.get("/x", headers={"Prefer": "code=200"})):
        assert (answer.status_code, answer.text) == (200, text)
        assert answer.headers["content-type"] == media_type
        assert "x-mock-off-contract" not in answer.headers


def test_examples_of_any_media_type_are_found(serve):
    content = {
        "application/json": {"examples": {"two": {"value": 2}}},
        "text/csv": {"examples": {"row": {"value": "1,2"}, "elsewhere": {"externalValue": "https://a"}}},
    }
    responses = {
        "200": {"description": "", "content": content},
        "404": {"description": "", "content": {"text/plain": {"example": "gone"}}},
    }
    http = serve(contract({"/x": {"get": {"responses": responses}}}))

    row = http.get("/x", headers={"Prefer": "example=row"})
    gone = http.get("/x", headers={"Prefer": "code=404"})
    assert (row.text, row.headers["content-type"]) == ("1,2", "text/csv")
    assert (gone.status_code, gone.text, gone.headers["content-type"]) == (404, "gone", "text/plain")


def test_reference_may_hold_escapes(serve):
    first = {"get": {"responses": answers({"type": "object", "properties": {"id": INTEGER}})}}
    answer = "#/paths/~1n~1%7Bid%7D/get/responses/200"
    schema = f"{answer}/content/application~1json/schema"
    http = serve(
        contract(
            {
                "/n/{id}": first,
                "/answer": {"get": {"responses": {"200": {"$ref": answer}}}},
                "/schema": {"get": {"responses": answers({"type": "array", "items": {"$ref": schema}})}},
            }
        )
    )

    assert http.get("/answer").json() == {"id": 0}
    assert http.get("/schema").json() == [{"id": 0}]
    http.post("/__admin/overrides", json={"response": {"code": 200, "body": [{"id": "x"}]}})
    assert "must be an integer" in http.get("/schema").headers["x-mock-off-contract"]


@pytest.mark.parametrize(
    "name", ["__init__", "__class__", "__call__", "_handlers", "mro", "a b", "__slots__"]
)
def test_operation_may_have_any_name(serve, name):
    http = serve(one(operationId=name, **{"x-openapi-router-controller": "nowhere"}))

    assert http.get("/x").json() == 1
    assert http.get("/__admin/requests").json()[0]["operation"] == name


def test_security_scheme_may_be_a_reference(serve):
    spec = secured({"$ref": "#/components/securitySchemes/other"}, [{"it": []}])

    assert serve(spec).get("/x").status_code == 401
    assert serve(spec, "again.yaml").get("/x", params={"key": "a"}).status_code == 200


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


@pytest.mark.parametrize(
    "schema", [{"type": "string", "pattern": "\\p{L}", "default": "x"}, {"type": "integer", "default": "x"}]
)
def test_contract_that_connexion_refuses_is_named_by_its_file(tmp_path, schema):
    parameter = {"name": "n", "in": "query", "schema": schema}
    spec = contract({"/x": {"get": {"parameters": [parameter], "responses": {"200": {"description": ""}}}}})
    file = written(tmp_path, spec)

    with pytest.raises(CannotStart) as refused:
        Stub([guest.service(file)])

    assert str(refused.value).startswith(f"{file}: ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("place", ["header", "query"])
def test_key_leads_to_its_session_wherever_the_contract_puts_it(serve, place):
    http = serve(secured({"type": "apiKey", "in": place, "name": "Team"}, [{"it": []}]))
    key = http.post("/__admin/sessions", json={"id": "shop"}).json()["api_key"]
    http.get("/x", **({"headers": {"Team": key}} if place == "header" else {"params": {"Team": key}}))

    assert http.post("/__admin/requests/count?session=shop", json={}).json() == {"count": 1}
