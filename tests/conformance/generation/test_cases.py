import os
import subprocess
import sys
from collections import Counter

import pytest

import openapi
from conformance.generation.cases import DRAWN, draw_cases

DIGESTS = """
import openapi
from conformance.generation.cases import draw_cases
print([draw_cases(api).sha256 for api in openapi.api_names()])
"""


def test_exam_is_the_same_in_every_process_and_leaves_no_trace(tmp_path):
    """Here, where much else is loaded, and in a bare process with other hashes and another idea of CI."""
    hashes = "1" if os.environ.get("PYTHONHASHSEED") == "0" else "0"
    environment = {**os.environ, "PYTHONHASHSEED": hashes, "CI": "" if os.environ.get("CI") else "true"}
    command = [sys.executable, "-c", DIGESTS]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)

    assert done.stdout == f"{[draw_cases(api).sha256 for api in openapi.api_names()]}\n"
    assert list(tmp_path.iterdir()) == []


def test_another_seed_is_another_exam():
    assert draw_cases("onlyautomator", 1).sha256 != draw_cases("onlyautomator", 0).sha256


@pytest.mark.parametrize("api", openapi.api_names())
def test_half_of_at_least_forty_cases_is_broken_on_purpose(api):
    drawn = draw_cases(api)

    assert len(drawn.cases) >= 40
    assert drawn.count("positive") == drawn.count("negative")
    assert [case.number for case in drawn.cases] == list(range(1, len(drawn.cases) + 1))


@pytest.mark.parametrize("api", openapi.api_names())
def test_cases_differ_and_most_negatives_are_json(api):
    cases = draw_cases(api).cases
    negatives = [case for case in cases if case.mode == "negative"]

    assert max(Counter((case.mode, case.content) for case in cases).values()) == 1
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
    DRAWN.clear()

    assert draw_cases("onlyautomator").sha256 == before
