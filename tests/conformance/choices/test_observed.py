"""The choices of a contract and the observations of the judge meet: each has the other, or a reason."""

from __future__ import annotations

import re

import pytest

import openapi
from conformance.judge.suites import collect_requirements
from conformance.suite.choice import load_choices
from openapi.choices import list_decisions
from tests.conformance.choices.tables import APIS, read_table


@pytest.fixture(params=APIS)
def api(request):
    return request.param


def names_of_observed(api):
    observed = [one for one in collect_requirements(api) if one.level == "OBSERVED"]
    return {one.id.partition("/")[2] for one in observed}


def test_every_choice_is_observed_or_says_why_not(api):
    for choice in load_choices(api).values():
        assert set(choice.observed_by) <= names_of_observed(api), choice.id
        assert bool(choice.observed_by) != bool(choice.unobserved), choice.id


def test_every_observation_is_of_one_choice_or_stands_with_a_reason(api):
    of_choices = [name for choice in load_choices(api).values() for name in choice.observed_by]
    without = read_table(api)["without_choice"]

    assert sorted([*of_choices, *without]) == sorted(names_of_observed(api))


def test_every_decision_has_alternatives_or_stands_with_a_reason(api):
    decisions = list_decisions(openapi.load_contract(api))

    assert [*read_table(api)["without_alternatives"]] == [
        place for place, what in decisions if isinstance(what, str)
    ]


def test_reasons_are_sentences(api):
    table = read_table(api)
    reasons = [
        *table["without_choice"].values(),
        *table["without_alternatives"].values(),
        *(one["reason"] for one in table["hidden"]),
    ]

    assert [why for why in reasons if not re.fullmatch(r"[A-Z].{20,}\.", why)] == []


def test_what_hides_a_choice_is_there(api):
    choices = load_choices(api)
    for one in read_table(api)["hidden"]:
        assert one["choice"] in choices
        for id_, alternatives in one["by"].items():
            assert set(alternatives) <= choices[id_].alternatives.keys(), one
