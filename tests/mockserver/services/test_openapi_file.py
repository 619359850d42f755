"""A contract without a behaviour: any OpenAPI 3.0 file is served from its examples."""

from __future__ import annotations

import gzip
import json
from typing import Any

import httpx2
import pytest
import yaml

from tests.mockserver.services.contracts import INTEGER, USERS, answers, contract, one, written
from tests.testbed.stubs import serve_command

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


def test_invalid_request_is_422_where_the_contract_has_that_and_no_400(serve):
    detail = {"type": "object", "required": ["detail"], "properties": {"detail": {"const": "Unprocessable"}}}
    operation = {"parameters": [{"name": "id", "in": "query", "schema": INTEGER}]}
    either = {**answers(example=1), **answers(status="400"), **answers(status="422")}
    paths = {
        "/one": {"get": {**operation, "responses": {**answers(example=1), **answers(detail, "422")}}},
        "/both": {"get": {**operation, "responses": either}},
    }
    http = serve({**contract(paths), "openapi": "3.1.0"})

    refused = http.get("/one", params={"id": "x"})

    assert (refused.status_code, refused.json()) == (422, {"detail": "Unprocessable"})
    assert "id: must be a whole number" in refused.headers["x-mock-problem"]
    assert http.get("/both", params={"id": "x"}).status_code == 400


def test_refusal_that_the_contract_leaves_without_a_body_says_what_is_wrong(serve):
    operation = {"parameters": [{"name": "id", "in": "query", "schema": INTEGER}]}
    bare = {"description": "", "headers": {"X-Why": {"schema": {"type": "string"}, "example": "z"}}}
    http = serve(contract({"/x": {"get": {**operation, "responses": {**answers(example=1), "400": bare}}}}))

    refused = http.get("/x", params={"id": "no"})

    assert refused.json()["detail"] == {"id": "must be a whole number, not 'no'"}
    assert (refused.status_code, refused.headers["x-why"]) == (400, "z")


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
    http.post("/__admin/overrides?session=one", json={"response": {"status": 200, "body": {"id": "x"}}})
    forced = http.get(f"{base}/v9/pets/3")
    assert forced.json() == {"id": "x"}
    assert "id: must be an integer" in forced.headers["x-mock-off-contract"]
    entries = http.get("/__admin/requests?session=one").json()
    assert [(entry["api"], entry["operation"]) for entry in entries] == [
        ("library", "add_pet"),
        ("library", "get_pet"),
    ]
    assert http.get("/__admin/state").json() == {"library": {}}


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


def test_methods_of_openapi_3_2_are_served(serve):
    body = {"content": {"application/json": {"schema": {"type": "object", "required": ["q"]}}}}
    ask = {"operationId": "ask", "requestBody": body, "responses": answers(example=1)}
    item = {"query": ask, "additionalOperations": {"COPY": {"responses": answers(example=2)}}}
    http = serve({**contract({"/x": item}), "openapi": "3.2.0"})

    assert http.request("QUERY", "/x", json={"q": 1}).json() == 1
    assert http.request("QUERY", "/x", json={}).status_code == 400
    assert http.request("COPY", "/x").json() == 2
    assert set(http.get("/x").headers["allow"].split(", ")) == {"QUERY", "COPY"}
    page = http.get("/__admin/docs/library?plain=true").text
    assert "QUERY" in page
    assert "COPY" in page
    faults = [{"match": {"method": "QUERY"}, "status": 503}]
    assert http.put("/__admin/faults", json=faults).status_code == 204
    assert http.request("QUERY", "/x", json={"q": 1}).status_code == 503


def test_webhooks_are_not_served(serve):
    spec = {**contract({}), "openapi": "3.1.0", "webhooks": {"x": {"get": {"responses": answers(example=1)}}}}

    http = serve(spec)
    answer = http.get("/x")

    assert (answer.status_code, answer.json()["message"]) == (
        404,
        "No operation at GET /x; no contract that is served has an operation",
    )
    assert (
        http.get("/__admin/requests").json()[0]["near_miss"] == "no contract that is served has an operation"
    )
    assert http.get("/").json() == {"operations": []}
    assert http.get("/__admin/docs/library?plain=true").status_code == 200
    assert http.put("/__admin/faults", json=[{"match": {"api": "x"}, "status": 503}]).status_code == 400


def test_docs_page_of_a_guest_is_shown(serve):
    http = serve(PETS)

    assert "/pets/{id}" in http.get("/__admin/docs/library?plain=true").text
    assert yaml.safe_load(http.get("/__admin/openapi/library.yaml").text)["info"]["title"] == "Library"


def test_command_serves_a_guest_alone_or_with_others(tmp_path):
    file = str(written(tmp_path, PETS))
    with serve_command("--spec", file) as url:
        assert httpx2.get(f"{url}/v9/pets").status_code == 200
        assert httpx2.get(f"{url}/__admin/version").json()["apis"] == ["library"]
    with serve_command("--spec", file, "--api", "suprsend") as url:
        assert httpx2.get(f"{url}/__admin/version").json()["apis"] == ["suprsend", "library"]


def test_member_is_required_in_its_own_direction_only(serve):
    http = serve(USERS)
    made = http.post("/users", json={"name": "Ada", "password": "x"})
    refused = http.post("/users", json={"id": 1, "name": "Ada"})

    assert (made.status_code, made.json()) == (201, {"id": 0, "name": "text"})
    assert "x-mock-off-contract" not in made.headers
    assert refused.status_code == 400
    assert "password" in refused.text


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
    http.post("/__admin/overrides", json={"response": {"status": 200, "body": [{"id": "x"}]}})
    assert "must be an integer" in http.get("/schema").headers["x-mock-off-contract"]


@pytest.mark.parametrize(
    "name", ["__init__", "__class__", "__call__", "_handlers", "mro", "a b", "__slots__"]
)
def test_operation_may_have_any_name(serve, name):
    http = serve(one(operationId=name, **{"x-openapi-router-controller": "nowhere"}))

    assert http.get("/x").json() == 1
    assert http.get("/__admin/requests").json()[0]["operation"] == name


@pytest.mark.parametrize(
    ("pattern", "text", "detail"),
    [
        ("(?<=a+)b", "a" * 40_000, "which would take too many tries"),
        ("(?<=a+)b", "aab", None),
        ("^(a+)+$", "a" * 40_000 + "b", 'does not match "^(a+)+$"'),
        ("^(?=.*[a-z])(?=.*[0-9]).{8,}$", "a1" * 20_000, None),
    ],
)
def test_no_text_keeps_the_stub_busy_with_a_pattern(serve, pattern, text, detail):
    schema = {"type": "string", "pattern": pattern}
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    http = serve(contract({"/x": {"post": {"requestBody": body, "responses": answers(example=1)}}}))

    answer = http.post("/x", json=text)

    assert answer.status_code == (400 if detail else 200)
    assert detail is None or detail in answer.headers["x-mock-problem"]


def test_own_contract_takes_coded_bodies(serve):
    body = {
        "content": {"application/json": {"schema": {"type": "object", "required": ["a"]}}, "text/csv": {}}
    }
    http = serve(contract({"/x": {"post": {"requestBody": body, "responses": answers(example=1)}}}))

    def post(content: bytes, media_type: str, coding: str) -> httpx2.Response:
        headers = {"Content-Type": media_type, "Content-Encoding": coding}
        return http.post("/x", content=content, headers=headers)

    assert post(gzip.compress(b'{"a": 1}'), "application/json", "gzip").status_code == 200
    assert post(gzip.compress(b"{}"), "application/json", "gzip").status_code == 400
    assert post(gzip.compress(b"a,b"), "text/csv", "gzip").status_code == 200
    refused = post(b"a,b", "text/csv", "br")
    assert (refused.status_code, refused.headers["accept-encoding"]) == (415, "gzip, deflate")
    assert "'br'" in refused.headers["x-mock-problem"]
