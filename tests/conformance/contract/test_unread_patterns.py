"""A pattern that the judge cannot read: nothing is compared with it, and the run says so once."""

import json

import pytest

from conformance.contract.patterns import list_unread_patterns, remove_patterns
from conformance.contract.reading import read_contract
from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.messages import Response
from conformance.proof.trial import judge_in_process
from tests.conformance.contract.library import SPEC

OPEN_BRACKET = "^[a"
CONTROL = r"^\cA$"  # which is read, and no text is made for it


def contract_of(version, pattern):
    text = {"type": "string", "pattern": pattern}
    found = {
        "description": "-",
        "content": {"application/json": {"schema": {"type": "array", "items": text}}},
    }
    asked = [{"name": "q", "in": "query", "schema": text}] * (pattern == CONTROL)
    operations = {
        name: {"get": {"operationId": name, "parameters": asked, "responses": {"200": found}}}
        for name in ("one", "two")
    }
    paths = {f"/{name}": one for name, one in operations.items()}
    return {"openapi": version, "info": {"title": "Texts", "version": "1"}, "paths": paths}


@pytest.fixture
def judged(tmp_path):
    def judge(version, pattern):
        (tmp_path / "texts.json").write_text(json.dumps(contract_of(version, pattern)))
        return judge_in_process(Texts(), {"spec": str(tmp_path / "texts.json"), "base_url": IN_PROCESS_URL})

    return judge


class Texts:
    def answer(self, _request):
        return Response(200, ["zzz"])


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_pattern_that_cannot_be_read_is_a_note(version, judged):
    verdict = judged(version, OPEN_BRACKET)

    assert (verdict.verdict, verdict.ids("failed")) == ("conformant", [])
    [note] = verdict.notes
    assert note.startswith('the pattern "^[a" of the contract cannot be read')


def test_pattern_that_is_read_is_no_note(judged):
    verdict = judged("3.0.3", "^a")

    assert (verdict.notes, verdict.ids("failed")) == ([], ["texts/one-schema", "texts/two-schema"])


def test_pattern_that_no_text_is_made_for_is_no_fault_of_the_judge(judged):
    verdict = judged("3.1.0", CONTROL)

    assert verdict.reason == "no MUST was tested"
    assert [note.rpartition(": ")[2] for note in verdict.notes] == [
        r"no text can be made for one of its patterns (`^\cA$`)"
    ] * 2


NESTED = {
    "openapi": "3.1.0",
    "example": {"pattern": "[example"},
    "schema": {
        "properties": {"pattern": {"pattern": "[inner"}, "default": {"pattern": "[default"}},
        "patternProperties": {"[key": {}, "key": {"pattern": "[inner"}},
        "pattern": "right",
    },
}


def test_every_pattern_is_found_once_and_nothing_else():
    assert list_unread_patterns(NESTED) == ["[key", "[inner", "[default"]
    assert remove_patterns(NESTED, list_unread_patterns(NESTED))["schema"] == {
        "properties": {"pattern": {}, "default": {}},
        "patternProperties": {"key": {}},
        "pattern": "right",
    }


def test_ordinary_pattern_is_read(tmp_path):
    file = tmp_path / "library.yaml"
    file.write_text(SPEC.replace("maxLength: 40", r"pattern: '^\p{L}[\w.-]{1,40}$'"))

    assert read_contract(file).unread_patterns == []
