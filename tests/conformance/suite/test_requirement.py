import pytest

import openapi
from conformance.judge.suites import collect_requirements
from conformance.suite.requirement import (
    BadRequirement,
    NoSuchRequirement,
    read_requirement,
    select_requirements,
)

HEADINGS = ["Error Codes", "Response"]


def read(docstring):
    def test_missing_token(api):
        pass

    test_missing_token.__doc__ = docstring
    return read_requirement(test_missing_token, "toy", HEADINGS)


def test_docstring_is_level_text_and_source():
    one = read("MUST answer 401\n    without a token (or none). (toy: Error Codes)")

    assert one.id == "toy/missing-token"
    assert (one.level, one.text) == ("MUST", "answer 401 without a token (or none).")
    assert one.source == "toy: Error Codes"


def test_paragraph_after_the_source_is_the_reading():
    one = read("MUST answer 401. (toy: Error\n    Codes)\n\n    Whatever the body\n    says (or not).\n    ")

    assert (one.text, one.heading) == ("answer 401.", "Error Codes")
    assert one.reading == "Whatever the body says (or not)."
    assert read("MUST answer 401. (toy: Response)").reading is None


@pytest.mark.parametrize(
    ("docstring", "complaint"),
    [
        (None, "docstring is not"),
        ("Answers 401. (toy: Response)", "docstring is not"),
        ("MAY answer 401. (toy: Response)", "docstring is not"),
        ("MUST answer 401.", "docstring is not"),
        ("MUST answer 401. (toy: Response) Whatever.", "docstring is not"),
        ("MUST answer 401. (toy: Error Code)", "did you mean 'Error Codes'"),
        ("MUST answer 401. (other: Response)", "names no heading"),
    ],
)
def test_requirement_without_level_or_source_is_refused(docstring, complaint):
    with pytest.raises(BadRequirement, match=complaint):
        read(docstring)


@pytest.mark.parametrize("api", openapi.api_names())
def test_requirements_are_well_written(api):
    found = collect_requirements(api)

    assert len({one.id for one in found}) == len(found)
    assert len({(one.level, one.text) for one in found}) == len(found)
    assert all(one.text.endswith(".") for one in found)
    assert not [one.id for one in found if "should" in one.text.lower().split()]


@pytest.mark.parametrize("api", openapi.api_names())
def test_selection_is_by_glob_with_or_without_the_api(api):
    found = collect_requirements(api)
    first = found[0]

    assert select_requirements(found, []) == found
    assert select_requirements(found, [first.id]) == [first]
    assert select_requirements(found, [first.id.partition("/")[2]]) == [first]
    assert select_requirements(found, ["*"]) == found
    with pytest.raises(NoSuchRequirement, match=f"did you mean .*{first.id}"):
        select_requirements(found, [first.id + "x"])
