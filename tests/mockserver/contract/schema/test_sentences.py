"""What is wrong with a value is said in sentences that name the place and what belongs there."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.contract.schema import Schema
from mockserver.http.problems import InvalidContract

VERSIONS = ("3.0.3", "3.1.0", "3.2.0")
TEXT, NUMBER = {"type": "string"}, {"type": "integer"}


def complain(schema: Any, value: Any, version: str = "3.1.0", **schemas: Any) -> list[str]:
    """List what is wrong with *value*, in a contract that has *schemas*."""
    spec = {"openapi": version, "components": {"schemas": schemas}}
    return [str(one) for one in Schema(schema, spec).find_violations(value)]


SENTENCES: list[tuple[Any, Any, str]] = [
    ({"const": "a"}, "b", 'the body must be "a", not "b"'),
    ({"const": None}, 1, "the body must be null, not 1"),
    ({"type": "null"}, 1, "the body must be null, not a number"),
    ({"type": ["integer", "null"]}, "x", "the body must be an integer, not a string"),
    ({"anyOf": [NUMBER, {"type": "null"}]}, "x", "the body must be an integer, not a string"),
    ({"anyOf": [NUMBER, TEXT, {"type": "null"}]}, [], "the body must be an integer or a string, not an array"),
    ({"anyOf": [NUMBER, {**TEXT, "enum": ["a", "b"]}]}, "c", 'the body must be an integer or one of "a", "b", not "c"'),
    ({"oneOf": [{"const": 1}, {"enum": ["a"]}, {"type": "null"}]}, "c", 'the body must be 1 or one of "a", not "c"'),
    ({"anyOf": [NUMBER, {**TEXT, "enum": ["a"]}]}, [], 'the body must be an integer or one of "a", not []'),
    ({"contains": NUMBER}, ["a"], "the body must have at least 1 item of the kind that its schema asks for"),
    (
        {"contains": NUMBER, "minContains": 2},
        [1],
        "the body must have at least 2 items of the kind that its schema asks for",
    ),
    (
        {"contains": NUMBER, "maxContains": 1},
        [1, 1],
        "the body must have at most 1 item of the kind that its schema asks for",
    ),
    ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, "b: is required beside a"),
    ({"dependentSchemas": {"a": {"required": ["b"]}}}, {"a": 1}, "b: is required"),
    ({"if": {"required": ["a"]}, "then": {"required": ["b"]}}, {"a": 1}, "b: is required"),
    (
        {"properties": {"name": {}}, "unevaluatedProperties": False},
        {"nam": 1},
        "nam: is not known; did you mean 'name'?",
    ),
    ({"prefixItems": [{}], "unevaluatedItems": False}, [1, 2], "the body has more items than its schema describes"),
    ({"prefixItems": [{}], "items": False}, [1, 2], "[1]: is not allowed here"),
    ({"prefixItems": [TEXT]}, [1], "[0]: must be a string, not a number"),
    ({"properties": {"a": False}}, {"a": 1}, "a: is not allowed here"),
    ({"propertyNames": {"pattern": "^a"}}, {"b": 1}, "b: has a name that is not allowed here"),
    ({"properties": {"7": TEXT}}, {"7": 1}, "7: must be a string, not a number"),
    ({"additionalProperties": TEXT}, {"007": 1}, "007: must be a string, not a number"),
    ({"additionalProperties": {"items": TEXT}}, {"0": [1]}, "0[0]: must be a string, not a number"),
    ({"type": "integer", "format": "int32"}, 2**31, "the body 2147483648 is greater than the maximum of 2147483647"),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "value", "sentence"), SENTENCES)
def test_sentence(schema: Any, value: Any, sentence: str) -> None:
    """MUST say what is wrong in plain English, of every keyword."""
    assert complain(schema, value) == [sentence]


@pytest.mark.parametrize("format_", ["int8", "int32", "int64", "uint16", "uint64"])
@pytest.mark.parametrize("version", VERSIONS)
def test_format_bounds_an_integer(format_: str, version: str) -> None:
    """MUST refuse an integer outside the range of its format, and no other."""
    bits = int(format_.strip("uint"))
    least, most = (0, 2**bits - 1) if format_[0] == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    schema = {"type": "integer", "format": format_}

    assert [complain(schema, value, version) for value in (least, most)] == [[], []]
    assert all(complain(schema, value, version) for value in (least - 1, most + 1))
    assert complain({"type": "string", "format": format_}, "9" * 40, version) == []


CAT = {"type": "object", "required": ["kind"], "properties": {"kind": TEXT, "age": NUMBER}}
DOG = {"type": "object", "required": ["kind"], "properties": {"kind": TEXT, "bark": {"type": "boolean"}}}
BRANCHES = [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]


def complain_of_pet(value: Any, version: str, keyword: str = "oneOf", **discriminator: Any) -> list[str]:
    schema = {keyword: BRANCHES, "discriminator": {"propertyName": "kind", **discriminator}}
    return complain(schema, value, version, Cat=CAT, Dog=DOG)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_discriminator_chooses_the_branch(version: str, keyword: str) -> None:
    """MUST hold a value against the branch that its discriminator names, and speak of that one only."""
    mapping = {"cat": "Cat", "dog": "#/components/schemas/Dog"}

    assert complain_of_pet({"kind": "Cat"}, version, keyword) == []
    assert complain_of_pet({"kind": "Cat", "bark": 1}, version, keyword) == []
    assert complain_of_pet({"kind": "Dog", "bark": 1}, version, keyword) == [
        "bark: must be a boolean, not a number"
    ]
    assert complain_of_pet({"kind": "cat", "age": "x"}, version, keyword, mapping=mapping) == [
        "age: must be an integer, not a string"
    ]
    assert complain_of_pet({"kind": "bird"}, version, keyword, mapping=mapping) == [
        'kind: must be one of "cat", "dog", not "bird"'
    ]
    assert complain_of_pet({"kind": 1}, version, keyword) == ['kind: must be one of "Cat", "Dog", not 1']
    assert complain_of_pet({}, version, keyword) == ['kind: is required; it must be one of "Cat", "Dog"']
    assert complain_of_pet(7, version, keyword) == ["the body must be an object, not a number"]


def test_discriminator_with_a_default_branch() -> None:
    """MUST hold a value without the discriminator, or with an unknown one, against the default branch."""
    mapping = {"cat": "Cat"}
    for value in ({"kind": "bird", "bark": 1}, {"kind": "Dog", "bark": 1}):
        found = complain_of_pet(value, "3.2.0", mapping=mapping, defaultMapping="Dog")
        assert found == ["bark: must be a boolean, not a number"]
    assert complain_of_pet({"kind": "cat", "bark": 1}, "3.2.0", mapping=mapping, defaultMapping="Dog") == []


def test_branches_that_name_their_own_value() -> None:
    """MUST go by the value that a branch itself asks for, where nothing maps it."""
    cat = {"required": ["kind"], "properties": {"kind": {"const": "cat"}, "age": NUMBER}}
    dog = {"required": ["kind"], "properties": {"kind": {"enum": ["dog"]}}}
    schema = {"oneOf": [{"$ref": "#/components/schemas/Cat"}, dog], "discriminator": {"propertyName": "kind"}}

    assert complain(schema, {"kind": "cat", "age": "x"}, Cat=cat) == ["age: must be an integer, not a string"]
    assert complain(schema, {"kind": "dog"}, Cat=cat) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_discriminator_of_schemas_that_contain_each_other(version: str) -> None:
    """MUST end where the branches refer to the schema that chooses among them."""
    pet = {"oneOf": BRANCHES, "discriminator": {"propertyName": "kind"}}
    cat = {"allOf": [{"$ref": "#/components/schemas/Pet"}, CAT]}

    assert (
        complain({"$ref": "#/components/schemas/Pet"}, {"kind": "Dog"}, version, Pet=pet, Cat=cat, Dog=DOG)
        == []
    )


NEEDLESS: dict[str, Any] = {
    "beside": {"required": ["id"], "properties": {"id": {"MARK": True}}},
    "behind a reference": {"required": ["id"], "properties": {"id": {"$ref": "#/components/schemas/Id"}}},
    "in an allOf": {"required": ["id"], "properties": {"id": {"allOf": [{"$ref": "#/components/schemas/Id"}]}}},
    "in another part": {"allOf": [{"properties": {"id": {"MARK": True}}}, {"required": ["id"]}]},
    "in a part that is referred to": {"allOf": [{"$ref": "#/components/schemas/Marked"}], "required": ["id"]},
    "required by a part that is referred to": {
        "allOf": [{"$ref": "#/components/schemas/Requiring"}, {"$ref": "#/components/schemas/Marked"}]
    },
    "in parts of parts": {
        "allOf": [
            {"allOf": [{"$ref": "#/components/schemas/Requiring"}]},
            {"allOf": [{"properties": {"id": {"MARK": True}}}]},
        ]
    },
}  # fmt: skip


@pytest.mark.parametrize("place", NEEDLESS)
@pytest.mark.parametrize(("mark", "other"), [("readOnly", "writeOnly"), ("writeOnly", "readOnly")])
@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_marked_member_is_not_required(place: str, mark: Any, other: Any, version: str) -> None:
    """MUST require a member in one direction only where it is marked, wherever the mark stands."""
    schemas = {
        "Id": {mark: True},
        "Marked": {"properties": {"id": {mark: True}}},
        "Requiring": {"required": ["id", "name"], "properties": {"id": {}}},
    }
    spec = {"openapi": version, "components": {"schemas": schemas}}
    schema = _write_mark(NEEDLESS[place], mark)

    assert Schema(schema, spec, needless=mark).find_violations({"name": 1}) == []
    assert [one.where for one in Schema(schema, spec, needless=other).find_violations({"name": 1})] == ["id"]
    requiring = Schema({"$ref": "#/components/schemas/Requiring"}, spec, needless=mark)
    assert [one.where for one in requiring.find_violations({})] == ["id", "name"]


def _write_mark(node: Any, mark: str) -> Any:
    if isinstance(node, dict):
        return {mark if key == "MARK" else key: _write_mark(value, mark) for key, value in node.items()}
    return [_write_mark(one, mark) for one in node] if isinstance(node, list) else node


def test_pattern_costs_only_itself() -> None:
    """MUST hold a value against all else where one pattern is no regular expression, or too large a one."""
    for pattern in ("(", "(a{1000}){1000}", "(?<a>x)(?<a>y)"):
        schema = {"properties": {"a": {"pattern": pattern, "maxLength": 3}, "b": {"pattern": "^[0-9]+$"}}}
        assert complain(schema, {"a": "text", "b": "x"}) == [
            'a: "text" is longer than 3 characters',
            'b: "x" does not match "^[0-9]+$"',
        ]


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [(r"^[\w-.]+$", "a-b.c", "a b"), ("^{a}$", "{a}", "a"), (r"^[^]$", "x", ""), (r"^[\d-]{2}$", "1-", "a-")],
)
def test_pattern_as_browsers_read_it(pattern: str, good: str, bad: str) -> None:
    """MUST read a pattern that only browsers take as they do."""
    assert complain({"pattern": pattern}, good) == []
    assert complain({"pattern": pattern}, bad) != []


DYNAMIC: dict[str, Any] = {
    "Page": {
        "$id": "page",
        "$defs": {"T": {"$dynamicAnchor": "T", "not": {}}},
        "properties": {"items": {"items": {"$dynamicRef": "#T"}}},
    },
    "Users": {
        "$id": "users",
        "$defs": {"T": {"$dynamicAnchor": "T", "$ref": "#/components/schemas/User"}},
        "$ref": "page",
    },
    "User": {"type": "string"},
    "Tree": {
        "$dynamicAnchor": "node",
        "type": "object",
        "properties": {"below": {"items": {"$dynamicRef": "#node"}}},
    },
    "Named": {"$anchor": "named", "type": "integer"},
    "Old": {"$schema": "http://json-schema.org/draft-07/schema#", "$id": "old", "items": [TEXT]},
}


def test_references_of_2020_12() -> None:
    """MUST follow anchors, addresses and dynamic references, and read a schema in the draft that it names."""
    below = {"$ref": "#/components/schemas/Tree"}
    assert complain({"$ref": "#/components/schemas/Users"}, {"items": ["a"]}, **DYNAMIC) == []
    assert complain({"$ref": "users"}, {"items": [1]}, **DYNAMIC) == [
        "items[0]: must be a string, not a number"
    ]
    assert complain(below, {"below": [{"below": [1]}]}, **DYNAMIC) == [
        "below[0].below[0]: must be an object, not a number"
    ]
    assert complain({"$ref": "#named"}, "x", **DYNAMIC) == ["the body must be an integer, not a string"]
    assert complain({"$ref": "old"}, [1], **DYNAMIC) == ["[0]: must be a string, not a number"]


def test_dialect_of_a_contract() -> None:
    """MUST read schemas in the dialect that the contract names, and in 2020-12 where it is not known."""
    schema = {"items": [TEXT], "additionalItems": False, "const": ["a"]}
    draft_4 = {"minimum": 2, "exclusiveMinimum": True, "const": 5}
    for dialect, source, value, violations in [
        ("http://json-schema.org/draft-07/schema#", schema, ["a", 1], 1),
        ("http://json-schema.org/draft-04/schema", draft_4, 2, 1),
        ("http://json-schema.org/draft-04/schema", draft_4, 3, 0),
        ("https://spec.openapis.org/oas/3.1/dialect/base", {"const": 1}, 2, 1),
        ("https://example.com/own", {"const": 1}, 2, 1),
    ]:
        spec = {"openapi": "3.1.0", "jsonSchemaDialect": dialect}
        assert len(Schema(source, spec).find_violations(value)) == violations, dialect


def test_dialect_of_a_schema() -> None:
    """MUST read a schema in the draft that it names, wherever it is used, and the others in that of the contract."""
    old = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "minimum": 2,
        "exclusiveMinimum": True,
        "const": 5,
    }

    assert complain(old, 3) == complain({"$ref": "#/components/schemas/Old"}, 3, Old=old) == []
    assert complain({"$ref": "#/components/schemas/Old"}, 2, Old=old) != []
    assert complain({"const": 5}, 3, Old=old) != []


def test_names_that_the_library_does_not_tell() -> None:
    """MUST refuse a value whatever its members are called."""
    for name in ("", "0", "00", "+1", "-1", "٣", "1_0"):
        assert complain({"additionalProperties": {"items": {"required": ["a"]}}}, {name: [{}]}) != [], name


def test_reference_to_nothing() -> None:
    """MUST name a reference that leads nowhere when the schema is first used."""
    schema = Schema({"properties": {"a": {"$ref": "#/components/schemas/None"}}}, {"openapi": "3.1.0"})

    with pytest.raises(InvalidContract, match="there is no #/components/schemas/None"):
        schema.find_violations({})
