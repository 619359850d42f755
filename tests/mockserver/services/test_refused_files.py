"""A file that cannot be served is refused in one line, at the start."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from mockserver.http.problems import CannotStart
from mockserver.services import openapi_file
from mockserver.services.service import load_services
from mockserver.stub import Stub
from tests.mockserver.services.contracts import answers, contract, one, written
from tests.testbed.spoilt_contracts import list_spoilt_contracts
from tests.testbed.stubs import run_command

X = {"/x": one()["paths"]["/x"]}
NAMED = {"operationId": "a", "responses": answers(example=1)}
NO_RESPONSE = {"200": {"$ref": "#/components/responses/No"}}
NO_ID = {"name": "id", "in": "path", "required": True, "schema": {}}


def magic_list(ids: Any) -> dict[str, Any]:
    return one(parameters=[{"name": "q", "in": "query", "schema": {}, "x-magic": ids}])


def magic(meaning: Any) -> dict[str, Any]:
    return magic_list({"mock-x": meaning})


REFUSED = {
    "a version to come": ({**one(), "openapi": "4.0.0"}, "openapi 4.0.0 is not known"),
    "broken yaml": ("openapi: 3.0.0\n\tx: [", "line 2, column 1"),
    "no mapping": ("- a", "it needs an 'openapi' member"),
    "circle": (
        "openapi: 3.0.0\ninfo: {title: t, version: '1'}\npaths: &a\n  /x: *a\n",
        "contains an alias of itself in line 3",
    ),
    "bytes": ("openapi: !!binary aGVsbG8=", "the tag !!binary names no value of JSON"),
    "set": ("openapi: !!set {a}", "the tag !!set names no value of JSON"),
    "too deep": ("{openapi: 3.0.0, x-a: " + "[" * 250 + "]" * 250 + "}", "nested deeper than 200 levels"),
}
FLAWS = {
    "no paths": (contract({}), "paths: no operation is in it"),
    "empty path": (contract({"/x": None}), "paths./x: is null; the path has no operations"),
    "reference to nothing": (one(responses=NO_RESPONSE), "#/components/responses/No leads nowhere"),
    "another file": (contract({"/x": {"$ref": "other.yaml#/x"}}), "other.yaml#/x"),
    "another server": (contract({"/x": {"$ref": "http://127.0.0.1:9/x"}}), "http://127.0.0.1:9/x"),
    "reference to no object": (one(responses={"200": {"$ref": "#/openapi"}}), "does not lead to a response"),
    "response of the wrong kind": (one(responses={"200": 5}), "paths./x.get.responses.200: is 5 and must be"),
    "half an error": (
        {**one(), "x-error-body": {}},
        "x-error-body: has no effect; it needs x-error-body and",
    ),
    "half a choice": ({**one(), "x-choice": {"id": 5}}, "x-choice at the root: id is 5"),
    "unknown variable": (
        {**one(), "servers": [{"url": "https://{region}.example.com"}]},
        "servers.0.url: region has no default",
    ),
    "one path twice": (
        contract({"/x/{a}": X["/x"], "/x/{b}": X["/x"]}),
        "paths./x/{b}.get: /x/{a} is the same path",
    ),
    "no scheme": ({**one(), "security": [{"nope": []}]}, "security.0.nope: is no scheme"),
    "two of a name": (contract({"/x": {"get": NAMED}, "/y": {"get": NAMED}}), "a is the name of another"),
    "bad pattern": (one(responses=answers({"type": "string", "pattern": "^(["})), "is no regular expression"),
    "path parameter of nothing": (one(parameters=[NO_ID]), "there is no {id} in the path"),
    "no responses": (contract({"/x": {"get": {}}}), "paths./x.get.responses: is missing"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_file_that_cannot_be_served_is_refused_in_one_line(tmp_path, name):
    spec, said = REFUSED[name]

    with pytest.raises(CannotStart) as refused:
        Stub([openapi_file.load_service(written(tmp_path, spec))])

    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "library" in str(refused.value)


BROKEN = {
    "magic id of a mistyped word": (
        magic("cod=429"),
        "x-magic mock-x: cod is not known; did you mean 'code'?",
    ),
    "magic id without a value": (magic("code"), "x-magic mock-x: code has no value"),
    "magic id of no status": (magic("code=abc"), "x-magic mock-x: code=abc is not a status from 200 to 599"),
    "magic id that is a number": (magic(503), "x-magic mock-x: 503 is not a text such as code=503"),
    "magic ids in a list": (
        magic_list(["mock-x"]),
        "x-magic is not a mapping of ids to texts such as code=503",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_operation_that_cannot_be_compiled_costs_itself_and_is_a_flaw(tmp_path, name):
    spec, said = BROKEN[name]
    stub = Stub([openapi_file.load_service(written(tmp_path, spec))])

    (flaw,) = stub.list_flaws()
    assert (flaw["place"], flaw["message"]) == ("paths./x.get", f"{said}; the operation is answered 501")


@pytest.mark.parametrize("name", FLAWS)
def test_file_with_a_flaw_is_served_and_the_flaw_is_told(tmp_path, name):
    spec, said = FLAWS[name]

    service = openapi_file.load_service(written(tmp_path, spec))

    Stub([service])
    assert service.document is not None
    assert said in "\n".join(map(str, service.document.flaws))


KEY = {"X-Key": "a", "Authorization": "Bearer x"}
CALLS: list[dict[str, Any]] = [
    {},
    {"headers": KEY, "json": {"id": 1, "name": "abc", "kind": {"kind": "a"}, "parts": [{}]}},
    {
        "headers": {**KEY, "Prefer": "code=404", "Accept": "text/csv"},
        "params": {"sort": "a,b"},
        "files": {"a": b"x"},
    },
]


def test_spoilt_file_is_served_and_fails_in_no_call(tmp_path):
    """Whatever stands where something else belongs: no call ends with a fault of the stub."""
    statuses = set()
    for spoilt in list_spoilt_contracts(3, 20):
        stub = Stub([openapi_file.load_service(written(tmp_path, json.dumps(spoilt), "library.json"))])
        client = TestClient(stub.application, base_url="http://localhost")
        for operation in stub.operations:
            path = re.sub(r"\{.*?\}", "3", operation.template)
            statuses |= {client.request(operation.method, path, **call).status_code for call in CALLS}
        for page in ("library?plain=true", "library/reference.json"):
            statuses.add(client.get(f"/__admin/docs/{page}").status_code)

    assert statuses >= {200, 400, 401}
    assert statuses.isdisjoint({405, 500})


def test_two_files_of_one_name_are_refused(tmp_path):
    file = written(tmp_path, contract(X))

    with pytest.raises(CannotStart, match="library: the name is taken"):
        Stub([openapi_file.load_service(file), openapi_file.load_service(file)])
    with pytest.raises(CannotStart, match="suprsend: the name is taken"):
        Stub(
            [
                *load_services(["suprsend"]),
                openapi_file.load_service(written(tmp_path, contract(X), "suprsend.yaml")),
            ]
        )


def test_command_refuses_a_missing_file_in_one_line():
    ran = run_command("--port", "0", "--spec", "/nowhere.yaml")

    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert "/nowhere.yaml" in ran.stderr
