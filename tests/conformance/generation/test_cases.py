import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import strategies

import openapi
from conformance.generation import cases, stored_cases
from conformance.generation.cases import COUNT, draw_cases, select_documented
from conformance.generation.hypothesis import draw_values, reproducible
from conformance.generation.stored_cases import digest_origin, locate_cases, read_cases

ROOT = Path(__file__).parents[3]

# Drawn where all of the judge is loaded, of whose constants Hypothesis would like to make use.
FRESH = """
import conformance.command.cli, openapi
from conformance.generation.cases import draw_cases
from conformance.proof.trial import list_trials
from tests.conformance.generation.stored_cases import fresh_text
for api in openapi.api_names():
    list_trials(api)
print(*(draw_cases("onlyautomator", seed, count=8).sha256 for seed in range(3)))
for api in openapi.api_names():
    print(fresh_text(api), end="")
"""
HOSTILE = {"PYTHONWARNINGS": "error", "HYPOTHESIS_PROFILE": "poison"}


def test_exam_depends_on_the_seed_and_on_nothing_of_the_process_and_leaves_no_trace(tmp_path):
    """What is stored was drawn by a bare process, with other hashes and another idea of CI."""
    (tmp_path / "schemathesis.toml").write_text("[generation]\nmax-examples = 'poison'\n")
    before = list(tmp_path.iterdir())
    environment = {
        **os.environ,
        **HOSTILE,
        "PYTHONPATH": str(ROOT),
        "CI": "" if os.environ.get("CI") else "true",
    }
    command = [sys.executable, "-c", FRESH]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)

    of_seeds, _, drawn = done.stdout.partition("\n")
    assert len(set(of_seeds.split())) == 3
    assert drawn == "".join(locate_cases(api).read_text() for api in openapi.api_names()), "run `make cases`"
    assert list(tmp_path.iterdir()) == before


@pytest.mark.parametrize("change", ["contract", "seed", "count", "version", "file"])
def test_stored_exam_is_not_taken_where_another_would_be_drawn(change, tmp_path, monkeypatch):
    contract, seed, count = select_documented(openapi.load_contract("onlyautomator")), 0, COUNT
    assert read_cases("onlyautomator", digest_origin(contract, seed, count))
    if change == "contract":
        contract = {**contract, "info": {}}
    elif change == "version":
        monkeypatch.setattr(stored_cases, "version", lambda _: "0")
    elif change == "file":
        monkeypatch.setattr(stored_cases, "locate_cases", lambda _: tmp_path / "generated_cases.json")

    origin = digest_origin(contract, seed + (change == "seed"), count + (change == "count"))

    assert read_cases("onlyautomator", origin) is None


def reworded(node):
    """Copy a contract with other texts for its readers; what an example has as its value is none."""
    if isinstance(node, list):
        return [reworded(item) for item in node]
    if isinstance(node, dict):
        return {key: value if key == "value" else reworded_under(key, value) for key, value in node.items()}
    return node


def reworded_under(key, value):
    return "Other words." if key in ("description", "summary") and isinstance(value, str) else reworded(value)


@pytest.mark.parametrize("api", openapi.api_names())
def test_edited_text_leaves_the_stored_exam_in_place(api):
    contract = select_documented(openapi.load_contract(api))
    other = reworded(contract)

    assert other != contract
    assert digest_origin(other, 0, COUNT) == digest_origin(contract, 0, COUNT)


@pytest.mark.parametrize(
    "change",
    [
        {"properties": {"description": {"type": "integer"}}},
        {"example": {"description": "another"}},
        {"enum": [{"summary": "another"}]},
    ],
)
def test_what_is_only_named_like_a_text_decides_on_the_exam(change):
    schema = {
        "properties": {"description": {"type": "string"}},
        "example": {"description": "one"},
        "enum": [{"summary": "one"}],
    }

    assert digest_origin({**schema, **change}, 0, COUNT) != digest_origin(schema, 0, COUNT)


@pytest.mark.parametrize("api", openapi.api_names())
def test_half_of_at_least_forty_cases_is_broken_on_purpose(api):
    drawn = draw_cases(api)

    assert len(drawn.cases) >= 40
    assert drawn.count("positive") == drawn.count("negative")
    assert [case.number for case in drawn.cases] == list(range(1, len(drawn.cases) + 1))


@pytest.mark.parametrize("api", openapi.api_names())
def test_cases_differ_and_most_negatives_are_json(api):
    drawn = draw_cases(api).cases
    negatives = [case for case in drawn if case.mode == "negative"]

    assert max(Counter((case.mode, case.content) for case in drawn).values()) == 1
    assert sum(case.has_json for case in negatives) >= len(negatives) * 3 / 4
    assert len({case.flaws for case in negatives}) > len(negatives) / 3
    assert all(case.flaws for case in negatives)


@pytest.mark.parametrize("api", openapi.api_names())
def test_case_is_frozen(api):
    case = next(case for case in draw_cases(api).cases if case.has_json and case.json)
    before = case.json
    value = case.json
    value.clear()

    assert case.json == before


def test_marks_of_ours_do_not_change_the_exam(monkeypatch):
    contract = openapi.load_contract("onlyautomator")
    marked = {**contract, "x-note": "new", "info": {**contract["info"], "x-other": 1}}
    before = draw_cases("onlyautomator").sha256
    monkeypatch.setattr(openapi, "load_contract", lambda _: marked)
    monkeypatch.setattr(cases, "DRAWN", {})

    assert draw_cases("onlyautomator").sha256 == before


def test_drawing_that_ends_early_begins_as_a_whole_one():
    with reproducible():
        drawn = draw_values(strategies.text(), 0, 50)
        begun = draw_values(strategies.text(), 0, 50, is_last=lambda value: value == drawn[9])

    assert begun == drawn[: drawn.index(drawn[9]) + 1]
    assert len(begun) < len(drawn)
