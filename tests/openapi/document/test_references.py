"""References are followed wherever they lead in the file; one that leads nowhere drops the operations that need it."""

from __future__ import annotations

import time
from typing import Any

import pytest

import openapi
from openapi.pointer import walk_references
from tests.openapi.document.contracts import OK, contract, list_flaws, one, read


def answer(schema: Any) -> dict[str, Any]:
    return {"responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}}


def refer(reference: str) -> dict[str, str]:
    return {"$ref": reference}


def find_schema(spec: Any) -> Any:
    """Find the schema of the first operation's answer."""
    response = openapi.resolve_reference(spec, spec["paths"]["/a"]["get"]["responses"]["200"])
    return openapi.resolve_reference(spec, response["content"]["application/json"]["schema"])


SCHEMAS = {
    "A": {"type": "integer"},
    "a/b c{d}": {"type": "integer"},
    "größe": {"type": "integer"},
    "Page[A]": {"type": "integer"},
    "Holder": {"properties": {"a": {"type": "integer"}}, "x-part": {"type": "integer"}},
    "Next": {"$ref": "#/components/schemas/A"},
}


@pytest.mark.parametrize(
    "reference",
    [
        "#/components/schemas/A",
        " #/components/schemas/A ",
        "#/components/schemas/Next",
        "#/components/schemas/a~1b%20c%7Bd%7D",
        "#/components/schemas/a~1b c{d}",
        "#/components/schemas/größe",
        "#/components/schemas/gr%C3%B6%C3%9Fe",
        "#/components/schemas/Page[A]",
        "#/components/schemas/Page%5BA%5D",
        "#/components/schemas/Holder/properties/a",
        "#/components/schemas/Holder/x-part",
        "#/definitions/A",
        "#/paths/~1b/get/responses/200/content/application~1json/schema",
    ],
)
def test_reference_is_followed_and_made_plain(reference):
    paths = {"/a": {"get": answer(refer(reference))}, "/b": {"get": answer({"type": "integer"})}}
    document = read(
        {**contract(paths, components={"schemas": SCHEMAS}), "definitions": {"A": {"type": "integer"}}}
    )

    assert find_schema(document.spec) == {"type": "integer"}
    assert document.unusable == {}
    (plain,) = walk_references(document.spec["paths"]["/a"])
    assert plain.startswith("#/components/schemas/")
    assert plain.isascii()
    assert not {"%", "~", " ", "["} & set(plain)


def test_schema_may_refer_to_itself():
    tree = {
        "properties": {
            "next": refer("#/components/schemas/Tree"),
            "first": refer("#/components/schemas/Tree/properties/next"),
        }
    }

    assert (
        list_flaws(
            contract(
                {"/a": {"get": answer(refer("#/components/schemas/Tree"))}},
                components={"schemas": {"Tree": tree}},
            )
        )
        == []
    )


def test_reference_that_leads_nowhere_costs_only_what_needs_it():
    schemas = {
        "A": {"properties": {"b": refer("#/components/schemas/B")}},
        "B": {"items": refer("#/components/schemas/Gone")},
    }
    paths = {
        "/a": {"get": answer(refer("#/components/schemas/A")), "post": {"responses": OK}},
        "/b": {
            "parameters": [refer("#/components/parameters/gone")],
            "get": {"responses": OK},
            "put": {"responses": OK},
        },
    }
    document = read(contract(paths, components={"schemas": schemas}))

    assert document.unusable == {
        ("/a", "get"): "#/components/schemas/Gone leads nowhere in this file",
        ("/b", "get"): "#/components/parameters/gone leads nowhere in this file",
        ("/b", "put"): "#/components/parameters/gone leads nowhere in this file",
    }
    outcome = "leads nowhere in this file; what needs it answers 501"
    assert set(map(str, document.flaws)) == {
        f"components.schemas.B.items.$ref: #/components/schemas/Gone {outcome}",
        f"paths./b.parameters.0.$ref: #/components/parameters/gone {outcome}",
    }


@pytest.mark.parametrize(
    "reference", ["Pet", "#Pet", "#definitions/Pet", "#/definitions/Pet", "#components/schemas/Pet"]
)
def test_reference_is_read_where_it_is_plain_what_it_means(reference):
    document = read(
        contract(
            {"/a": {"get": answer(refer(reference))}}, components={"schemas": {"Pet": {"type": "string"}}}
        )
    )

    assert find_schema(document.spec) == {"type": "string"}
    assert document.unusable == {}
    [told] = map(str, document.flaws)
    assert told.endswith(
        f"$ref: {reference} is read as a reference to a schema of that name, so write it as one"
    )


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("other.yaml#/A", "is not there"),
        ("https://example.com/a.json", "is no file beside this one, and nothing is fetched"),
        ("#/components/schemas/Me", "leads back to itself"),
        ("#/openapi", "does not lead to a schema"),
        ("#/components/responses/R", "leads to a response, and must lead to a schema"),
        ("#", "leads to the whole file, and must lead to a schema"),
        ("A", "is not there"),
    ],
)
def test_reference_that_cannot_be_followed_is_told(reference, said):
    components = {
        "schemas": {"Me": refer("#/components/schemas/Me")},
        "responses": {"R": {"description": ""}},
    }
    document = read(contract({"/a": {"get": answer(refer(reference))}}, components=components))

    assert said in document.unusable["/a", "get"]
    # What is left has no reference that leads nowhere.
    for left in walk_references(document.spec):
        openapi.resolve_reference(document.spec, refer(left))


def test_example_and_header_that_are_not_there_drop_no_operation():
    content = {"application/json": {"examples": {"a": refer("#/components/examples/gone")}}}
    response = {"description": "", "content": content, "headers": {"X-A": refer("#/components/headers/gone")}}
    document = read(one(responses={"200": response}))

    assert document.unusable == {}
    assert [str(flaw).partition(" leads ")[2] for flaw in document.flaws] == [
        "nowhere in this file; it is left out"
    ] * 2


def test_path_items_and_schemes_are_written_out():
    item = {"get": {"operationId": "a", "responses": OK}}
    components = {
        "pathItems": {"A": item},
        "securitySchemes": {
            "k": refer("#/components/securitySchemes/l"),
            "l": {"type": "http", "scheme": "basic"},
        },
    }
    document = read(
        contract(
            {"/a": refer("#/components/pathItems/A"), "/b": refer("#/paths/~1a")},
            "3.1.0",
            components=components,
        )
    )

    assert document.spec["paths"]["/a"]["get"]["operationId"] == "a"
    assert document.spec["paths"]["/b"]["get"]["operationId"] == "GET /b"
    assert document.spec["components"]["securitySchemes"]["k"]["type"] == "http"


def test_reference_to_a_whole_map_or_list_is_followed():
    spec = {
        **contract({"$ref": "#/x-paths"}),
        "x-paths": {
            "/a": {"parameters": {"$ref": "#/x-parameters"}, "get": {"responses": {"$ref": "#/x-responses"}}}
        },
        "x-parameters": [{"name": "q", "in": "query"}],
        "x-responses": OK,
    }
    document = read(spec)

    assert document.spec["paths"]["/a"]["parameters"] == [{"name": "q", "in": "query"}]
    assert document.spec["paths"]["/a"]["get"]["responses"] == OK
    assert len(document.flaws) == 3


def test_map_that_refers_to_itself_in_many_places_ends():
    maps = {name: {"properties": refer("#/x-members"), "allOf": refer("#/x-list")} for name in "abc"}
    spec = contract(None, components={"schemas": {"A": {"properties": refer("#/x-members")}}})
    document = read({**spec, "x-members": maps, "x-list": [{"allOf": refer("#/x-list")} for _ in range(3)]})

    assert len(document.flaws) < 5000
    assert document.unusable == {}


def test_schema_with_a_name_of_its_own_is_found_by_it():
    schemas = {
        "A": {
            "$id": "https://example.com/schemas/a.json",
            "properties": {"b": refer("#/$defs/B"), "c": refer("b.json"), "d": refer("#anchor")},
            "$defs": {"B": {"type": "integer"}},
        },
        "B": {"$id": "https://example.com/schemas/b.json", "type": "string"},
        "C": {"$anchor": "anchor", "type": "boolean"},
    }
    document = read(
        contract(
            {"/a": {"get": answer(refer("#/components/schemas/A"))}}, "3.1.0", components={"schemas": schemas}
        )
    )
    members = find_schema(document.spec)["properties"]

    assert [openapi.resolve_reference(document.spec, members[name])["type"] for name in "bcd"] == [
        "integer",
        "string",
        "boolean",
    ]
    assert document.flaws == []


def test_thousands_of_references_of_any_form_are_settled_soon():
    """Each of them once: neither names, nor chains, nor parts of operations are gone through for every reference."""
    count = 600
    schemas: dict[str, Any] = {
        f"C{number}": refer(f"#/components/schemas/C{number + 1}") for number in range(count)
    }
    paths = {}
    for number in range(count):
        other = (number * 7 + 1) % count
        part = refer(f"#/paths/~1r{other}/get/responses/200/content/application~1json/schema")
        paths[f"/r{number}"] = {"get": answer({"properties": {"a": part}})}
        members = {"a": refer(f"n{other}"), "b": refer(f"gone{number}")}
        schemas[f"N{number}"] = {"$id": f"https://example.com/n{number}", "properties": members}
    begun = time.process_time()
    document = read(contract(paths, "3.1.0", components={"schemas": schemas}))

    assert time.process_time() - begun < 3
    assert len(document.flaws) == count + 1
    assert document.unusable == {}


def test_part_of_another_kind_is_read_as_what_is_wanted():
    components = {"requestBodies": {"A": {"content": {"application/json": {"schema": {"type": "integer"}}}}}}
    document = read(
        contract(
            {"/a": {"get": {"responses": {"200": refer("#/components/requestBodies/A")}}}},
            components=components,
        )
    )

    assert find_schema(document.spec) == {"type": "integer"}
    assert list(map(str, document.flaws)) == [
        "paths./a.get.responses.200.$ref: leads to a request body, and must lead to a response; it is read as one"
    ]


def test_parameters_that_cannot_be_had_are_told_once():
    parameters = [refer("#/components/parameters/none"), refer("#/components/parameters/neither")]

    assert list_flaws(one(parameters=parameters)) == [
        f"paths./a.get.parameters.{index}.$ref: #/components/parameters/{name} leads nowhere in this file; "
        "what needs it answers 501"
        for index, name in enumerate(("none", "neither"))
    ]


@pytest.mark.parametrize("reference", ["gone.yaml", "#/x-gone", "#/openapi"])
@pytest.mark.parametrize(
    "operation",
    [
        lambda refer_away: refer_away,
        lambda refer_away: {"responses": refer_away},
        lambda refer_away: {"responses": {"200": {"description": "", "content": refer_away}}},
        lambda refer_away: answer({"type": "object", "properties": refer_away}),
        lambda refer_away: {"responses": OK, "parameters": refer_away},
    ],
    ids=["operation", "responses", "content", "properties", "parameters"],
)
def test_reference_to_nowhere_drops_the_operation_wherever_it_stands(operation, reference):
    document = read(contract({"/a/{id}": {"get": operation(refer(reference))}}))

    assert document.unusable["/a/{id}", "get"].startswith(f"{reference} ")
    told = [str(flaw) for flaw in document.flaws if "must be a list" not in flaw.message]
    # Neither that it has no answers, nor that its variable is no parameter: what is missing may have both.
    assert [text.rpartition("; ")[2] for text in told] == ["what needs it answers 501"]


def test_operation_may_be_a_reference():
    document = read({**contract({"/a": {"get": refer("#/x-list")}}), "x-list": {"responses": OK}})

    assert document.unusable == {}
    assert document.spec["paths"]["/a"]["get"]["responses"] == OK


@pytest.mark.parametrize("scheme", [refer("gone.yaml"), {"scheme": "basic"}, None])
def test_scheme_that_cannot_be_read_is_told_of_once(scheme):
    components = {"securitySchemes": {"k": scheme}}
    secured = {"responses": OK, "security": [{"k": []}]}

    [told] = list_flaws(contract({"/a": {"get": secured}}, components=components))
    assert told.startswith("components.securitySchemes.k")


def test_nearest_definitions_are_read_where_a_schema_was_made_for_a_file_of_its_own():
    schema = {
        "type": "object",
        "properties": {"inner": refer("#/$defs/Inner"), "list": {"items": refer("#/$defs/Inner")}},
        "$defs": {"Inner": {"type": "integer"}},
    }
    spec = contract({"/a": {"get": answer(schema)}}, "3.1.0")
    document = read(spec)

    assert document.unusable == {}
    properties = find_schema(document.spec)["properties"]
    assert openapi.resolve_reference(document.spec, properties["inner"]) == {"type": "integer"}
    assert openapi.resolve_reference(document.spec, properties["list"]["items"]) == {"type": "integer"}
    assert all("the nearest $defs is read" in str(flaw) for flaw in document.flaws)
    assert document.flaws
