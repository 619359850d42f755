"""A difference is explained by a choice that both take apart, and whose requirement has met it."""

from types import SimpleNamespace

import pytest

from conformance.drift.difference import Difference
from conformance.drift.explanation import ChosenApart, Explanations, list_chosen_apart
from conformance.judge.choices import TakenChoice
from conformance.suite.choice import ObservedChoice
from openapi.choices import Alternative, Choice

WRITE = "PATCH /things"
NAMES = ("refused-400", "refused-422", "ignored", "merge", "replace", "uuid", "number")


def choice(id_, at=("components",)):
    alternatives = {name: Alternative(name, name) for name in NAMES}
    return Choice(id_, at, "", "A reason.", NAMES[0], alternatives)


def status(target, stub):
    return Difference(WRITE, str(target), str(stub))


def member(name="id", target="string", stub="number"):
    return Difference(WRITE, target, stub, 200, name)


def explain(difference, apart, met, *, alike=(), untold=()):
    """Explain a *difference* in the answers to "asked", where requirements have *met* exchanges, by choice."""
    found = {id(exchange): [one] for exchange, one in met.values()}
    found[id("asked")] = [difference]
    results = [
        SimpleNamespace(observed=ObservedChoice(id_, "x", ""), evidence=[exchange])
        for id_, (exchange, _) in met.items()
    ]
    assert {one.choice.id for one in apart} | {*alike, *untold} >= set(met)
    return Explanations(apart, alike, results, found).explain("asked", difference)


@pytest.mark.parametrize(
    ("target", "stub", "met", "explained"),
    [
        ("refused-422", "refused-400", status(422, 400), True),
        ("refused-422", "refused-400", status(404, 400), False),
        ("refused-422", "refused-400", status(202, 400), False),
        ("refused-422", "refused-400", member(), False),  # their names say all that differs
        ("ignored", "refused-400", status(202, 400), True),
        ("ignored", "refused-400", status(202, 422), False),
        ("merge", "replace", member(), True),
        ("other", "refused-400", status(418, 400), True),
    ],
)
def test_choice_explains_what_its_alternatives_say_and_its_requirement_has_met(target, stub, met, explained):
    apart = [ChosenApart(choice("a"), target, stub)]

    assert explain(met, apart, {"a": ("elsewhere", met)}) == (("a",) if explained else ())


def test_difference_that_no_requirement_has_met_is_explained_by_the_statuses_alone():
    refusals = [ChosenApart(choice("a"), "refused-422", "refused-400")]
    others = [ChosenApart(choice("a"), "merge", "replace")]

    assert explain(status(422, 400), refusals, {}) == ("a",)
    assert explain(member(), others, {}) == ()


def test_request_that_was_sent_for_a_choice_is_explained_by_it():
    apart = [ChosenApart(choice(id_), "refused-422", "refused-400") for id_ in ("a", "b")]
    difference = status(422, 400)

    assert explain(difference, apart, {}) == ("a", "b")
    assert explain(difference, apart, {"b": ("asked", difference)}) == ("b",)


def test_difference_that_is_everywhere_is_explained_by_no_choice_but_the_one_of_the_member():
    met = {id_: (f"sent for {id_}", member("data.id")) for id_ in ("form", "lists", "same")}
    form = ChosenApart(
        choice("form", ("components", "schemas", "Thing", "properties", "id")), "uuid", "number"
    )
    lists = ChosenApart(choice("lists"), "merge", "replace")

    assert (
        explain(member("data.id"), [lists], {"lists": met["lists"], "same": met["same"]}, alike=["same"])
        == ()
    )
    assert explain(member("data.id"), [form, lists], met, alike=["same"]) == ("form",)


def test_choices_are_apart_where_both_are_known():
    def taken(*alternatives):
        return [TakenChoice(choice(str(number)), one, "") for number, one in enumerate(alternatives)]

    target = taken("merge", "merge", None, "other", "other")
    stub = taken("merge", "replace", "merge", "merge", "other")

    assert [one.choice.id for one in list_chosen_apart(target, stub)] == ["1", "3", "4"]


def test_choice_that_one_of_both_could_not_tell_is_no_sign_that_they_are_alike():
    apart = [ChosenApart(choice("a"), "ignored", "refused-400")]
    met = {"a": ("one", status(202, 400)), "untold": ("two", status(202, 400))}

    assert explain(status(202, 400), apart, met, alike=["untold"]) == ()
    assert explain(status(202, 400), apart, met, untold=["untold"]) == ("a",)
