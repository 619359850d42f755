"""Schemas are compiled when they are needed, and share what they refer to."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from mockserver.contract.schema import Schema, compilation, hold_schemas

Spec = dict[str, Any]


def make_graph(count: int, version: str = "3.0.3") -> Spec:
    """Make schemas that all lead to all."""
    schemas = {
        f"S{number}": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                **{f"p{n}": {"$ref": f"#/components/schemas/S{(number * 7 + n) % count}"} for n in range(6)},
            },
        }
        for number in range(count)
    }
    return {"openapi": version, "components": {"schemas": schemas}}


def complain(schema: Any, spec: Spec, value: Any) -> list[str]:
    return [str(one) for one in Schema(schema, spec, needless="writeOnly").find_violations(value)]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let little be much, so that the graphs of the tests are small."""
    monkeypatch.setattr(compilation, "_MOST_ALONE", 100)
    monkeypatch.setattr(compilation, "_MOST_KEPT", 200)


def count_compiled(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the schemas of each document that is compiled from now on."""
    found = []
    whole = compilation.ContractSchemas._compile_document

    def compile_document(self: Any, document: dict[str, Any]) -> Any:
        found.append(len(document["definitions"]))
        return whole(self, document)

    monkeypatch.setattr(compilation.ContractSchemas, "_compile_document", compile_document)
    return found


@pytest.mark.usefixtures("few")
def test_schemas_that_refer_to_much_share_a_validator(monkeypatch: pytest.MonkeyPatch) -> None:
    """MUST compile a graph once for all messages of a contract, whether they refer to it or contain it."""
    compiled = count_compiled(monkeypatch)
    spec = make_graph(40)
    direct = [{"$ref": f"#/components/schemas/S{n}"} for n in range(40)]
    lists = [{"items": {"$ref": f"#/components/schemas/S{n}"}} for n in range(40)]
    spec["paths"] = {
        f"/{n}": {"get": {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}}
        for n, schema in enumerate([*direct, *lists])
    }
    held = hold_schemas(spec)
    wrong = {"p1": {"p2": {"name": 1}}}
    sentence = "p1.p2.name: must be a string, not a number"

    for schema in direct:
        assert complain(schema, spec, wrong) == [sentence]
    assert complain(lists[3], spec, [{}, wrong]) == [f"[1].{sentence}"]
    kept = [Schema(schema, spec, needless="writeOnly") for schema in lists]
    assert all(schema.find_violations([{}]) == [] for schema in kept)
    assert complain(spec["components"]["schemas"]["S9"], spec, wrong) == [sentence]
    assert compiled == [40]

    late = {"required": ["p1"], "allOf": [{"$ref": "#/components/schemas/S1"}]}
    assert complain(late, spec, {}) == ["p1: is required"]
    assert complain(direct[7], spec, wrong) == [sentence]
    assert compiled == [40, 40]
    assert held


@pytest.mark.usefixtures("few")
def test_schema_that_cannot_be_compiled_spoils_no_other() -> None:
    """MUST compile the others of a graph where one of them leads nowhere."""
    spec = make_graph(40)
    good = Schema({"$ref": "#/components/schemas/S1"}, spec)
    broken = Schema({"allOf": [{"$ref": "#/components/schemas/S1"}, {"$ref": "#/nothing"}]}, spec)

    assert good.find_violations({}) == []
    with pytest.raises(compilation.InvalidContract):
        broken.find_violations({})
    assert good.find_violations({"name": 1})


@pytest.mark.usefixtures("few")
def test_compiled_schemas_give_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """MUST keep no more compiled than is allowed, and compile again what gave way."""
    compiled = count_compiled(monkeypatch)
    spec: Spec = {"openapi": "3.1.0"}
    schemas = [
        Schema({"properties": {f"p{m}": {"type": "string"} for m in range(50)}, "maxProperties": n}, spec)
        for n in range(10)
    ]

    for schema in [*schemas, *schemas]:
        assert schema.find_violations({"p1": 1})
    assert len(compiled) == 20
    schemas[-1].find_violations({})
    assert len(compiled) == 20


def test_contract_that_is_not_used_is_forgotten() -> None:
    """MUST give up all that was compiled of a contract when its last schema goes."""
    spec = make_graph(3)
    schema = Schema({"$ref": "#/components/schemas/S1"}, spec)
    schema.find_violations({})
    assert id(spec) in {known for known, *_ in compilation._in_use}
    del schema
    gc.collect()

    assert id(spec) not in {known for known, *_ in compilation._in_use}
