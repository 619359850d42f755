"""A difference is explained by a choice that both take apart, and whose requirement has met it."""

from types import SimpleNamespace

import pytest

from conformance.drift.difference import Difference
from conformance.drift.explanation import ChosenApart, Explanations, list_chosen_apart
from conformance.judge.choices import TakenChoice
from conformance.suite.choice import ObservedChoice
from openapi.choices import Alternative, Choice

WRITE = "PATCH /things"
STATUSES = {"refused-400": 400, "refused-422": 422, "redirect-308-to-slash": 308}
ALTERNATIVES = {
    name: Alternative(name, name, STATUSES.get(name))
    for name in (*STATUSES, "ignored", "merge", "replace", "uuid", "number")
}
BODIES = {"plain": Alternative("plain", "plain"), "html": Alternative("html", "html", media_type="text/html")}


def choice(id_, at=("components",), alternatives=ALTERNATIVES):
    return Choice(id_, at, "", "A reason.", next(iter(alternatives)), alternatives)


def status(target, stub):
    return Difference(WRITE, str(target), str(stub))


def member(name="id", target="string", stub="number", answered=200):
    return Difference(WRITE, target, stub, answered, name)


def explain(difference, apart, met=(), *, alike=(), answers=10, about=None):
    """Explain a *difference* in the answers to "asked".

    met: the exchanges that the requirements of choices saw, with the differences in their answers, by the choice.
    answers: how many both have given with that status. about: which choices are about what was asked, if that is known.
    """
    occasions = SimpleNamespace(is_occasion=lambda one, _: (about or {}).get(one.id))
    seen = dict(met)
    found = {id(exchange): [one] for exchange, one in seen.values()}
    found[id("asked")] = [difference]
    results = [
        SimpleNamespace(observed=ObservedChoice(id_, "x", ""), evidence=[exchange])
        for id_, (exchange, _) in seen.items()
    ]
    counts = {(difference.operation, difference.status): answers}
    return Explanations(apart, alike, results, found, counts, occasions).explain("asked", difference)


@pytest.mark.parametrize(
    ("target", "stub", "met", "explained"),
    [
        ("refused-422", "refused-400", status(422, 400), True),
        ("refused-422", "refused-400", status(404, 400), False),
        ("refused-422", "refused-400", status(202, 400), False),
        ("refused-422", "refused-400", member(), False),  # their names say all that differs
        ("ignored", "refused-400", status(202, 400), True),
        ("ignored", "refused-400", status(202, 422), False),
        ("ignored", "refused-400", status(422, 400), False),  # whoever ignores it does not refuse it
        ("ignored", "refused-400", member(), False),
        ("merge", "replace", member(), True),
        ("other", "refused-400", status(418, 400), True),
    ],
)
def test_choice_explains_what_its_alternatives_say_and_its_requirement_has_met(target, stub, met, explained):
    apart = [ChosenApart(choice("a"), target, stub)]

    assert explain(met, apart, {"a": ("elsewhere", met)}) == (("a",) if explained else ())


def test_difference_that_no_requirement_has_met_is_explained_by_the_statuses_alone():
    refusals = [ChosenApart(choice("a"), "refused-422", "refused-400")]
    redirects = [ChosenApart(choice("a"), "redirect-308-to-slash", "merge")]
    others = [ChosenApart(choice("a"), "merge", "replace")]

    assert explain(status(422, 400), refusals) == ("a",)
    assert explain(status(308, 401), redirects) == ("a",)
    assert explain(status(401, 308), redirects) == ()
    assert explain(member(), others) == ()


def test_request_that_was_sent_for_a_choice_is_explained_by_it():
    apart = [ChosenApart(choice(id_), "refused-422", "refused-400") for id_ in ("a", "b")]
    difference = status(422, 400)

    assert explain(difference, apart) == ("a", "b")
    assert explain(difference, apart, {"b": ("asked", difference)}) == ("b",)


@pytest.mark.parametrize(
    ("about", "explained"),
    [
        ({}, ("a", "b", "c")),
        ({"a": True}, ("a",)),
        ({"a": False}, ("b", "c")),
        ({"a": True, "b": False, "c": True}, ("a", "c")),
        ({"a": False, "b": False, "c": False}, ("a", "b", "c")),
    ],
)
def test_choices_that_are_about_the_request_go_before_all_others(about, explained):
    apart = [ChosenApart(choice(id_), "refused-422", "refused-400") for id_ in ("a", "b", "c")]

    assert explain(status(422, 400), apart, about=about) == explained


def test_member_that_differs_in_every_answer_is_explained_by_the_choice_about_it_alone():
    at = ("components", "schemas", "Thing", "properties", "id")
    form = ChosenApart(choice("form", at), "uuid", "number")
    lists = ChosenApart(choice("lists"), "merge", "replace")
    met = {"lists": ("sent for lists", member("data.id"))}

    assert explain(member("data.id"), [lists], met, answers=2) == ()
    assert explain(member("data.id"), [lists], met, answers=10) == ("lists",)
    assert explain(member("data.id"), [form, lists], met, answers=2) == ("form",)
    assert explain(member("error.id", answered=400), [form]) == ()


def test_choice_of_an_error_body_explains_the_members_of_errors():
    apart = [ChosenApart(choice("error-body", alternatives=BODIES), "html", "plain")]

    assert explain(member("message", answered=400), apart) == ("error-body",)
    assert explain(member("message", answered=200), apart) == ()


def test_status_that_a_choice_meets_that_both_take_alike_has_another_reason():
    apart = [ChosenApart(choice("a"), "merge", "replace")]
    met = {"a": ("one", status(404, 202)), "b": ("two", status(404, 202))}

    assert explain(status(404, 202), apart, met, alike=["b"]) == ()
    assert explain(status(404, 202), apart, met) == ("a",)  # b could not be told, which is no sign


def test_choices_are_apart_where_both_are_known():
    def taken(*alternatives):
        return [TakenChoice(choice(str(number)), one, "") for number, one in enumerate(alternatives)]

    target = taken("merge", "merge", None, "other", "other")
    stub = taken("merge", "replace", "merge", "merge", "other")

    assert [one.choice.id for one in list_chosen_apart(target, stub)] == ["1", "3", "4"]
