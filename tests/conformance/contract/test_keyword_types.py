"""A keyword whose value has a wrong type makes a bad contract, whose line names the place."""

from __future__ import annotations

import json

import pytest

from conformance.contract.reading import BadContract, read_contract
from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.messages import Response
from conformance.proof.trial import judge_in_process
from tests.conformance.command.commands import conformance
from tests.testbed.wrong_keywords import list_wrong_schemas, make_contract

PLACE = "components.schemas.Thing.properties.a"


@pytest.fixture
def written(tmp_path):
    def write(contract):
        (tmp_path / "things.json").write_text(json.dumps(contract))
        return tmp_path / "things.json"

    return write


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_keyword_of_a_wrong_type_is_refused_with_its_place(version, written):
    others = {}
    for keyword, value in list_wrong_schemas():
        file = written(make_contract({keyword: value}, version))
        with pytest.raises(BadContract) as refused:
            read_contract(file)
        if not str(refused.value).startswith(
            f"{file}: {PLACE}.{keyword} is {json.dumps(value)}; it must be "
        ):
            others[keyword] = str(refused.value)

    assert others == {}


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({"properties": {"b": 5}}, f"{PLACE}.properties.b is 5; it must be a schema"),
        ({"oneOf": [{"items": {"required": 1}}]}, f"{PLACE}.oneOf.0.items.required is 1; it must be a list"),
        ("x", f'{PLACE} is "x"; it must be a schema'),
    ],
)
def test_place_may_lie_deep(schema, says, written):
    with pytest.raises(BadContract, match=rf": {says.replace('.', '[.]')}$"):
        read_contract(written(make_contract(schema, "3.1.0")))


def test_names_that_a_contract_gives_are_no_keywords(written):
    schema = {"properties": {"required": {"type": "string"}, "$ref": {}, "enum": {}}, "default": {"type": 7}}
    contract = make_contract(schema, "3.1.0")
    answer = contract["paths"]["/things"]["post"]["responses"]["200"]
    answer["headers"] = {"schema": {"required": True, "schema": {"const": {"type": 7}}}}
    answer["content"]["application/json"]["example"] = {"schema": {"type": 7}}
    contract["x-own"] = {"schema": 5}

    assert [one.path for one in read_contract(written(contract)).operations] == ["/things"]


def test_place_in_what_openapi_defines_is_named(written):
    contract = make_contract({"nullable": 7})

    with pytest.raises(BadContract, match=f'{PLACE}[.]nullable: 7 is not of type "boolean"'):
        read_contract(written(contract))


def test_every_command_says_so_in_one_line(written, tmp_path):
    file = written(make_contract({"$dynamicRef": 3}, "3.1.0"))
    profile = tmp_path / "target.yaml"
    profile.write_text(f"spec: {file}\nbase_url: http://127.0.0.1:9\n")

    for words in (("init", "--spec", file), ("list", "--spec", file), ("run", profile)):
        ran = conformance(*words)
        assert (ran.exit_code, ran.output.count("\n")) == (2, 1)
        assert f"{PLACE}.$dynamicRef is 3; it must be a text" in ran.output


class Agrees:
    def answer(self, _):
        return Response(200, {})


@pytest.mark.parametrize("schema", [{"maxItems": -1}, {"type": "strin"}])
def test_request_of_a_schema_that_is_none_is_not_drawn_and_the_run_goes_on(schema, written):
    file = written(make_contract(schema, "3.1.0"))

    verdict = judge_in_process(Agrees(), {"spec": str(file), "base_url": IN_PROCESS_URL})

    assert {one.status for one in verdict.results} <= {"not_tested", "passed"}
    assert "one of its schemas is none" in " ".join(one.reason for one in verdict.results)
