"""Every heading, status and code of the contracts is asked by a MUST or a SHOULD, or stands with a reason why not."""

import re
from pathlib import Path

import pytest

import openapi
from conformance.judge.suites import collect_requirements, reasons_not_asked

KINDS = ("headings", "statuses", "codes")


def promised(spec):
    """List what there is to ask: a code only where error bodies carry it."""
    carries_code = "{code}" in str(spec["x-error-body"])
    codes = dict.fromkeys(spec["x-error-codes"].values()) if carries_code else ()
    return {
        "headings": openapi.list_headings(spec),
        "statuses": [*spec["x-error-codes"]],
        "codes": [*codes],
    }


def is_asked(kind, name, judged):
    if kind == "headings":
        return any(one.heading == name for one in judged)
    return any(re.search(rf"\b{name}\b", one.text) for one in judged)


def faults(spec, requirements, reasons):
    """Say what is neither asked nor excused, what is both, and what is excused that there is not."""
    judged = [one for one in requirements if one.level != "OBSERVED"]
    found = [f"{kind} of not_asked.yaml: there is no such kind" for kind in reasons.keys() - set(KINDS)]
    for kind, names in promised(spec).items():
        excused = reasons.get(kind, {})
        found += [f"{kind}: {name} is no such thing" for name in excused if name not in names]
        for name in names:
            if is_asked(kind, name, judged) == bool(excused.get(name)):
                state = "is asked, remove it from" if name in excused else "is not asked and has no reason in"
                found.append(f"{kind}: {name} {state} not_asked.yaml")
    return found


@pytest.fixture(params=openapi.api_names())
def api(request):
    return request.param


def test_everything_is_asked_or_excused(api):
    assert faults(openapi.load_contract(api), collect_requirements(api), reasons_not_asked(api)) == []


def test_reasons_are_sentences(api):
    reasons = [why for kind in reasons_not_asked(api).values() for why in kind.values()]

    assert [why for why in reasons if not re.fullmatch(r"[A-Z].{20,}\.", why)] == []


def test_headings_of_the_document_are_among_them(api):
    spec = openapi.load_contract(api)

    assert set(spec["info"]["x-document"]["headings"]) <= set(promised(spec)["headings"])


def test_no_file_excuses_nothing(monkeypatch):
    monkeypatch.setattr("importlib.resources.files", lambda _: Path("nowhere"))

    assert reasons_not_asked("library") == {}


@pytest.mark.parametrize("kind", KINDS)
def test_missing_reason_is_found(api, kind):
    reasons = reasons_not_asked(api)
    for name in reasons.get(kind, {}):
        fewer = {**reasons, kind: {one: why for one, why in reasons[kind].items() if one != name}}

        assert faults(openapi.load_contract(api), collect_requirements(api), fewer) == [
            f"{kind}: {name} is not asked and has no reason in not_asked.yaml"
        ]


def test_requirements_that_are_gone_are_missed(api):
    """Without its requirements each heading that has no reason is found."""
    spec, reasons = openapi.load_contract(api), reasons_not_asked(api)
    for heading in set(openapi.list_headings(spec)) - reasons["headings"].keys():
        others = [one for one in collect_requirements(api) if one.heading != heading]

        missed = faults(spec, others, reasons)
        assert f"headings: {heading} is not asked and has no reason in not_asked.yaml" in missed


def test_reason_for_what_is_asked_or_is_not_there_is_found(api):
    reasons = reasons_not_asked(api)
    stale = {**reasons, "statuses": {**reasons["statuses"], "401": "For no reason.", "418": "For no reason."}}

    assert faults(openapi.load_contract(api), collect_requirements(api), stale) == [
        "statuses: 418 is no such thing",
        "statuses: 401 is asked, remove it from not_asked.yaml",
    ]
