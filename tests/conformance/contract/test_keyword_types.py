"""A keyword whose value has a wrong type costs what it touches, and a note of the run names its place."""

from __future__ import annotations

import json

import pytest

from conformance.contract.reading import read_contract
from conformance.contract.suite import ContractSuite
from conformance.judge.suites import read_profile
from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.messages import Response
from conformance.proof.trial import judge_in_process
from tests.conformance.command.commands import conformance
from tests.testbed.wrong_keywords import list_wrong_schemas, make_contract

PLACE = "components.schemas.Thing.properties.a"
THING = {"$ref": "#/components/schemas/Thing"}


@pytest.fixture
def written(tmp_path):
    def write(contract):
        (tmp_path / "things.json").write_text(json.dumps(contract))
        return tmp_path / "things.json"

    return write


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_keyword_of_a_wrong_type_is_named_and_the_rest_is_used(version, written):
    others = {}
    for keyword, value in list_wrong_schemas():
        if keyword == "$recursiveRef":
            continue  # of a draft between, and nothing is compared with it
        contract = read_contract(written(make_contract({keyword: value}, version)))
        contract.text.answer_schemas.compile(THING).is_valid({"a": 1})
        if not any(flaw.startswith(f"{PLACE}.{keyword}") for flaw in contract.flaws):
            others[keyword] = contract.flaws

    assert others == {}


def test_names_that_a_contract_gives_are_no_keywords(written):
    schema = {"properties": {"required": {"type": "string"}, "$ref": {}, "enum": {}}, "default": {"type": 7}}
    contract = make_contract(schema, "3.1.0")
    answer = contract["paths"]["/things"]["post"]["responses"]["200"]
    answer["headers"] = {"schema": {"required": True, "schema": {"const": {"type": 7}}}}
    answer["content"]["application/json"]["example"] = {"a": {"schema": {"type": 7}}}
    contract["x-own"] = {"schema": 5}
    read = read_contract(written(contract))

    assert [one.path for one in read.operations] == ["/things"]
    assert not [flaw for flaw in read.flaws if "must be" in flaw]


def test_run_says_so_and_every_command_works(written):
    file = written(make_contract({"maxLength": "x"}, "3.1.0"))
    profile = {"spec": str(file), "base_url": IN_PROCESS_URL}
    [gap] = ContractSuite(read_profile(profile)).describe_gaps()

    assert gap.startswith(f"the contract has a flaw: {PLACE}.maxLength: ")
    for words in (("init", "--spec", file), ("list", "--spec", file)):
        assert conformance(*words).exit_code == 0


class Agrees:
    def answer(self, _):
        return Response(200, {})


@pytest.mark.usefixtures("few_cases")
def test_request_of_a_schema_with_a_flaw_is_drawn(written):
    flawed = [{"maxItems": -1}, {"type": "strin"}, {"pattern": "^[a"}]
    contract = make_contract({}, "3.1.0")
    for number, schema in enumerate(flawed):
        thing = {"type": "object", "properties": {"a": schema}}
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/Thing{number}"}}}
        contract["components"]["schemas"][f"Thing{number}"] = thing
        contract["paths"][f"/things/{number}"] = {
            "post": {
                "requestBody": {"content": content},
                "responses": {"200": {"description": "-", "content": content}},
            }
        }

    verdict = judge_in_process(Agrees(), {"spec": str(written(contract)), "base_url": IN_PROCESS_URL})

    assert (verdict.verdict, verdict.ids("not_tested")) == ("conformant", [])
    for number, schema in enumerate(flawed):
        place = f"components.schemas.Thing{number}.properties.a.{next(iter(schema))}"
        assert any(place in note for note in verdict.notes)
