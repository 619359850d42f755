"""The operations of a contract: their names, parameters, servers and methods."""

from __future__ import annotations

from typing import Any

import pytest

from openapi.document.operations import find_server, list_parameters, read_base_path, walk_operations
from tests.openapi.document.contracts import OK, contract, list_flaws, one, read


def parameter(name: str, place: str = "query", **members: Any) -> dict[str, Any]:
    return {"name": name, "in": place, **({"required": True} if place == "path" else {}), **members}


def test_every_method_of_every_version_is_found():
    methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"]
    item = {
        **{method: {"responses": OK} for method in methods},
        "additionalOperations": {"COPY": {"responses": OK}},
    }
    document = read(contract({"/a": item, "x-b": {}}, "3.2.0", webhooks={"c": item}))

    assert [one.http_method for one in walk_operations(document.spec)] == [*map(str.upper, methods), "COPY"]
    assert document.flaws == []


def test_parameter_of_an_operation_replaces_that_of_its_path():
    item = {
        "parameters": [
            parameter("q", schema={"type": "integer"}),
            parameter("q", "header"),
            {"$ref": "#/components/parameters/r"},
        ],
        "get": {"parameters": [parameter("q", schema={"type": "string"})], "responses": OK},
    }
    spec = read(contract({"/a": item}, components={"parameters": {"r": parameter("r")}})).spec
    (operation,) = walk_operations(spec)

    found = list_parameters(spec, operation)
    assert [(one["name"], one["in"]) for one in found] == [("q", "query"), ("q", "header"), ("r", "query")]
    assert found[0]["schema"] == {"type": "string"}


def test_name_that_is_taken_is_made_up():
    spec = contract(
        {"/a": {"get": {"operationId": "a", "responses": OK}, "head": {"operationId": "a", "responses": OK}}}
    )
    document = read(spec)

    assert [one.document["operationId"] for one in walk_operations(document.spec)] == ["a", "HEAD /a"]
    assert list(map(str, document.flaws)) == [
        "paths./a.head.operationId: a is the name of another operation; "
        "this one is called HEAD /a, so give it a name of its own"
    ]


def test_two_spellings_of_a_path_are_both_served_but_for_the_same_method():
    first = {"parameters": [parameter("x", "path")], "get": {"responses": OK}}
    second = {"parameters": [parameter("y", "path")], "get": {"responses": OK}, "post": {"responses": OK}}
    document = read(contract({"/a/{x}": first, "/a/{y}": second}))

    found = [(one.path, one.method) for one in walk_operations(document.spec)]
    assert found == [("/a/{x}", "get"), ("/a/{y}", "post")]
    assert list(map(str, document.flaws)) == [
        "paths./a/{y}.get: /a/{x} is the same path and has a GET, too; only that is served, so make one of both"
    ]


def test_fragment_tells_paths_apart_where_it_names_a_parameter():
    """No server sees a fragment, but the parameter that a vendor means by it."""
    paths: dict[str, Any] = {
        f"/#{fragment}": {"get": {"parameters": [parameter("Action")], "responses": OK}}
        for fragment in ("Action=List", "Action=Drop", "top")
    }
    paths["/"] = {"get": {"responses": OK}}
    document = read(contract(paths))

    found = [one.path for one in walk_operations(document.spec)]
    assert found == ["/#Action=List", "/#Action=Drop", "/#top"]
    assert list(map(str, document.flaws)) == [
        "paths./.get: /#top is the same path and has a GET, too; only that is served, so make one of both"
    ]


def test_variables_and_parameters_of_a_path_are_told_where_they_do_not_meet():
    item = {
        "parameters": [parameter("y", "path")],
        "get": {"parameters": [parameter("z", "path")], "responses": OK},
    }
    document = read(contract({"/a/{x}": item}))
    (operation,) = walk_operations(document.spec)
    outcome = "in the path /a/{x}; it is left out, so correct the path or the name"

    assert [(one["name"], one["in"]) for one in list_parameters(document.spec, operation)] == [("x", "path")]
    assert list(map(str, document.flaws)) == [
        f"paths./a/{{x}}.parameters.0: there is no {{y}} {outcome}",
        f"paths./a/{{x}}.get.parameters.0: there is no {{z}} {outcome}",
        "paths./a/{x}.get: the variable x of the path is no parameter; any text is taken for it, so describe it",
    ]


def test_parameter_that_is_there_twice_counts_once():
    assert list_flaws(one(parameters=[parameter("q"), parameter("q")])) == [
        "paths./a.get.parameters.1: q in query is there twice; the first counts, so remove one"
    ]


@pytest.mark.parametrize(
    ("server", "path"),
    [
        ({"url": "https://example.com/v1/"}, "/v1"),
        ({"url": "/v1"}, "/v1"),
        ({"url": "v1"}, "/v1"),
        ({"url": "/"}, ""),
        ({"url": "."}, ""),
        ({"url": "./v1"}, "/v1"),
        ({"url": ""}, ""),
        ({"url": "//example.com/v1"}, "/v1"),
        (
            {"url": "https://{a}/{b}/v1", "variables": {"a": {"default": "x.com"}, "b": {"default": "eu"}}},
            "/eu/v1",
        ),
        ({"url": "https://example.com/{b}/v1"}, "/{b}/v1"),
        ({"url": "{scheme}://example.com/v1", "variables": {"scheme": {"default": "https"}}}, "/v1"),
        ({"url": "https://example.com:{port}/v1"}, "/v1"),
        ({"url": "http://[/v1"}, ""),
    ],
)
def test_path_of_a_server_is_read(server, path):
    assert read_base_path(server) == path


def test_server_of_an_operation_comes_before_that_of_its_path_and_the_contract():
    item = {
        "servers": [{"url": "/b"}],
        "get": {"servers": [{"url": "/a"}], "responses": OK},
        "put": {"responses": OK},
    }
    spec = read(contract({"/a": item, "/b": {"get": {"responses": OK}}}, servers=[{"url": "/c"}])).spec

    assert [read_base_path(find_server(spec, one)) for one in walk_operations(spec)] == ["/a", "/b", "/c"]


def test_variable_of_a_server_that_is_not_described_is_told():
    assert list_flaws(contract(servers=[{"url": "https://example.com/{store}/v3"}])) == [
        "servers.0.url: store has no default; in a path any value is taken for it, so add it to variables"
    ]


def test_scheme_that_is_not_described_is_not_asked_for():
    schemes = {"key": {"type": "apiKey", "in": "header", "name": "K"}}
    document = read(
        {
            **one(security=[{"token": []}, {"key": [], "token": []}]),
            "components": {"securitySchemes": schemes},
        }
    )

    assert document.spec["paths"]["/a"]["get"]["security"] == [{"key": []}]
    assert [str(flaw) for flaw in document.flaws] == [
        f"paths./a.get.security.{index}.token: is no scheme in components.securitySchemes; "
        "it is not asked for, so describe it there"
        for index in (0, 1)
    ]


def test_certificate_is_not_asked_for():
    spec = {**one(security=[{"tls": []}]), "components": {"securitySchemes": {"tls": {"type": "mutualTLS"}}}}
    document = read(spec)

    assert document.spec["paths"]["/a"]["get"]["security"] == [{}]
    assert document.flaws == []  # nothing is wrong with it


def test_key_in_a_header_that_no_request_can_have_is_not_asked_for():
    scheme = {"type": "apiKey", "in": "header", "name": "ServiceToken <token>"}
    document = read({**one(security=[{"key": []}]), "components": {"securitySchemes": {"key": scheme}}})

    assert document.spec["paths"]["/a"]["get"]["security"] == [{}]
    assert [str(flaw) for flaw in document.flaws] == [
        "components.securitySchemes.key.name: is a name that no header can have, with a space or another sign in it; "
        "it is not asked for, so write the name alone"
    ]


def test_scheme_without_a_word_is_bearer():
    for word in ("", " ", None):
        spec = {**one(), "components": {"securitySchemes": {"it": {"type": "http", "scheme": word}}}}

        assert read(spec).spec["components"]["securitySchemes"]["it"]["scheme"] == "bearer"
