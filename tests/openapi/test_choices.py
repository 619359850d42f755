"""Choices of a contract are read, checked against what there is, and applied to it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

import openapi
from openapi.choices import (
    BadChoice,
    UnknownChoice,
    apply_choices,
    check_chosen,
    complete_chosen,
    list_decisions,
    read_choices,
)
from tests.openapi import walk

TEMPERATURE: dict[str, Any] = {
    "id": "cold-tea",
    "reason": "Nobody says how cold tea may be.",
    "default": "stored",
    "alternatives": {
        "stored": "stored as it is",
        "refused-422": {"text": "422 with a detail", "contract": {"minimum": 40, "x-old": None}},
        "warmed": {"text": "warmed first", "input": "warm"},
    },
    "when": {"maximum": 39},
    "observed-by": ["cold-tea"],
}
BODY: dict[str, Any] = {
    "id": "error-body",
    "reason": "No error is shown.",
    "default": "code-and-message",
    "alternatives": {
        "code-and-message": "a code and a message",
        "problem-json": {
            "text": "problem+json",
            "error-body": {"status": "{status}", "title": "{message}", "errors": "{detail}"},
            "media-type": "application/problem+json",
            "contract": {"required": ["title"]},
        },
        "html": {"text": "a page", "error-body": "<h1>{status}</h1>{message}", "media-type": "text/html"},
    },
    "unobserved": "No server is that poor.",
}


def make_spec(*temperature: Any) -> dict[str, Any]:
    """Make a contract of one operation, whose only parameter has *temperature* as its choice, or choices."""
    error = {"$ref": "#/components/responses/Bad"}
    marked = (
        {"x-choice": temperature[0] if len(temperature) == 1 else list(temperature)} if temperature else {}
    )
    return {
        "openapi": "3.0.3",
        "x-error-body": {"code": "{status}", "message": "{message}", "detail": "{detail}"},
        "x-error-codes": {"400": "bad"},
        "paths": {"/tea": {"put": {"responses": {"200": {"description": "Tea"}, "400": error}}}},
        "components": {
            "schemas": {
                "Tea": {
                    "type": "object",
                    "properties": {"celsius": {"type": "number", "x-old": 1, **marked}},
                },
                "Error": {"type": "object", "required": ["code", "message"], "x-choice": BODY},
            },
            "responses": {
                "Bad": {
                    "description": "Bad",
                    "x-choice": "Nobody says so.",
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/Error"},
                            "examples": {"cold": {"value": {"code": 400, "message": "too cold"}}},
                        }
                    },
                }
            },
        },
    }


def get_celsius(spec: dict[str, Any]) -> dict[str, Any]:
    celsius: dict[str, Any] = spec["components"]["schemas"]["Tea"]["properties"]["celsius"]
    return celsius


def test_choice_is_read_with_its_alternatives_and_its_place():
    choice = read_choices(make_spec(TEMPERATURE))["cold-tea"]

    assert (choice.place, choice.default, choice.observed_by) == ("Tea.celsius", "stored", ("cold-tea",))
    assert choice.when == {"maximum": 39}
    assert [one.text for one in choice.alternatives.values()] == [
        "stored as it is",
        "422 with a detail",
        "warmed first",
    ]
    assert choice.alternatives["warmed"].input == "warm"


def test_status_follows_from_the_name_of_an_alternative():
    choice = {
        **TEMPERATURE,
        "alternatives": {"stored": "kept", "refused-415": "415", "gone": {"text": "", "status": 404}},
    }
    read = read_choices(make_spec(choice))["cold-tea"].alternatives

    assert [one.status for one in read.values()] == [None, 415, 404]


def test_list_of_sentences_and_choices_is_read_one_by_one():
    listed = list(list_decisions(make_spec("Tea is warm.", TEMPERATURE)))

    assert listed[0] == ("Tea.celsius", "Tea is warm.")
    assert list(openapi.list_choices(make_spec("Tea is warm.", TEMPERATURE)))[:2] == [
        ("Tea.celsius", "Tea is warm."),
        ("Tea.celsius", "Nobody says how cold tea may be."),
    ]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (7, "x-choice at Tea.celsius: must be a sentence, or have id, reason, default and alternatives"),
        ({"id": "Cold Tea"}, "id is 'Cold Tea'"),
        ({"default": "lukewarm"}, "cold-tea: default must be one of stored, refused-422, warmed, not 'lukewarm'"),
        ({"alternatives": {"stored": "kept"}}, "alternatives must be two or more"),
        ({"alternatives": {"stored": "kept", "warmed": {}}}, "warmed: must be a sentence, or have one as its text"),
        ({"alternatives": {"stored": "kept", "Warm it": "so"}}, "Warm it: must be words in lower case"),
        ({"alternatives": {"stored": "kept", "warmed": {"text": "", "code": 4}}}, "code is not known; known are text"),
        ({"alternatives": {"stored": "kept", "warmed": {"text": "", "status": 200}}}, "status must be one from 300"),
        ({"alternatives": {"stored": "kept", "warmed": {"text": "", "contract": 1}}}, "contract must be an object"),
        ({"reason": None}, "cold-tea: reason must be text"),
        ({"because": "so"}, "cold-tea: because is not known; known are id, reason"),
        ({"observed-by": "cold-tea"}, "observed-by must be a list of requirements"),
        ({"when": "cold"}, "when must be a JSON schema, absent or malformed"),
    ],
)  # fmt: skip
def test_malformed_choice_is_one_line(broken, said):
    mark = {**TEMPERATURE, **broken} if isinstance(broken, dict) else broken

    with pytest.raises(BadChoice) as raised:
        read_choices(make_spec(mark))
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_id_is_given_once():
    with pytest.raises(BadChoice, match=r"cold-tea is both at Tea\.celsius and at Tea\.celsius"):
        read_choices(make_spec(TEMPERATURE, TEMPERATURE))


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"cold-te": "warmed"}, "tea: cold-te is not a choice; did you mean 'cold-tea'?"),
        ({"xyz": "warmed"}, "tea: xyz is not a choice; known are cold-tea, error-body"),
        ({"cold-tea": "warm"}, "tea: cold-tea: warm is not an alternative; did you mean 'warmed'?"),
        ({"cold-tea": 4}, "tea: cold-tea: 4 is not an alternative; known are stored, refused-422, warmed"),
        ({"cold-tea": ["warmed"]}, "tea: cold-tea: ['warmed'] is not an alternative; did you mean 'warmed'?"),
    ],
)
def test_unknown_id_and_alternative_are_refused_naming_the_nearest(chosen, said):
    with pytest.raises(UnknownChoice) as raised:
        check_chosen(read_choices(make_spec(TEMPERATURE)), chosen, "tea: ")
    assert str(raised.value) == said


def test_default_is_in_force_where_nothing_is_chosen():
    choices = read_choices(make_spec(TEMPERATURE))

    assert complete_chosen(choices, {"error-body": "html"}) == {"cold-tea": "stored", "error-body": "html"}


def test_defaults_leave_the_contract_as_it_is():
    spec = make_spec(TEMPERATURE)

    assert apply_choices(spec, {"cold-tea": "stored"}) is spec


def test_alternative_patches_the_object_that_holds_it_and_documents_its_status():
    spec = make_spec("Tea is warm.", TEMPERATURE)
    before = copy.deepcopy(spec)
    patched = apply_choices(spec, {"cold-tea": "refused-422"})
    celsius = get_celsius(patched)
    answers = patched["paths"]["/tea"]["put"]["responses"]

    assert spec == before
    assert (celsius["minimum"], "x-old" in celsius) == (40, False)
    assert celsius["x-choice"][1]["taken"] == "refused-422"
    assert read_choices(patched).keys() == read_choices(spec).keys()
    assert answers["400"] == {"$ref": "#/components/responses/Bad"}
    (example,) = answers["422"]["content"]["application/json"]["examples"].values()
    assert example["value"] == {"code": 422, "message": "too cold"}


def test_error_body_rewrites_the_examples_and_their_media_type():
    patched = apply_choices(make_spec(TEMPERATURE), {"error-body": "problem-json", "cold-tea": "refused-422"})
    content = patched["paths"]["/tea"]["put"]["responses"]["422"]["content"]

    assert content == {
        "application/problem+json": {
            "schema": {"$ref": "#/components/schemas/Error"},
            "examples": {"cold": {"value": {"status": 422, "title": "too cold"}}},
        }
    }
    assert patched["components"]["schemas"]["Error"]["required"] == ["title"]
    assert patched["x-error-body"]["title"] == "{message}"


def test_error_body_that_is_no_json_is_text():
    spec = make_spec(TEMPERATURE)
    response = spec["components"]["responses"]["Bad"]["content"]["application/json"]
    response["examples"]["cold"]["value"]["message"] = "<b> too cold"
    patched = apply_choices(spec, {"error-body": "html"})

    assert patched["components"]["responses"]["Bad"]["content"] == {
        "text/html": {
            "schema": {"type": "string"},
            "examples": {"cold": {"value": "<h1>400</h1>&lt;b&gt; too cold"}},
        }
    }


@pytest.mark.parametrize("api", openapi.api_names())
def test_every_alternative_leaves_a_contract_whose_choices_can_be_read(api):
    """The alternatives of the same number are taken together, as many times as the longest choice has some."""
    spec = openapi.load_contract(api)
    names = {id_: list(choice.alternatives) for id_, choice in read_choices(spec).items()}
    for number in range(max(map(len, names.values()))):
        patched = apply_choices(spec, {id_: known[number % len(known)] for id_, known in names.items()})

        assert read_choices(patched).keys() == names.keys()
        assert all(response for *_, response in walk.list_responses(patched))


def list_documenting(status: str, **chosen: str) -> list[str]:
    """List the operations of SuprSend that document *status* where these alternatives are taken."""
    names = {id_.replace("_", "-"): name for id_, name in chosen.items()}
    patched = apply_choices(openapi.load_contract("suprsend"), names)
    return [id_ for id_, documented, _ in walk.list_responses(patched) if documented == status]


WRITES_OF_CHANNELS = [
    "update_object_category_preference",
    "update_object_channel_preference",
    "update_object_preference",
]


@pytest.mark.parametrize(
    ("chosen", "status", "operations"),
    [
        ({"unknown_channel": "refused-422"}, "422", WRITES_OF_CHANNELS),
        ({"locked_category": "refused-409"}, "409", WRITES_OF_CHANNELS[:1]),
        ({"limit_out_of_bounds": "refused-422"}, "422", ["list_object_category_preferences"]),
        ({"broken_json": "refused-422"}, "422", WRITES_OF_CHANNELS[:1]),
    ],
)
def test_status_is_documented_only_where_the_choice_can_be_made(chosen, status, operations):
    assert list_documenting(status, **chosen) == operations


@pytest.mark.parametrize(
    ("id_", "name"),
    [
        ("invalid_request", "refused-422"),
        ("other_method", "refused-501"),
        ("trailing_slash", "redirect-308-to-slash"),
    ],
)
def test_choice_that_means_the_same_everywhere_is_documented_everywhere(id_, name):
    status = "308" if "308" in name else name[-3:]

    assert len(list_documenting(status, **{id_: name})) == 7


def test_statuses_stay_in_order():
    chosen = {"unknown-channel": "refused-422", "trailing-slash": "redirect-308-from-slash"}
    patched = apply_choices(openapi.load_contract("suprsend"), chosen)

    for *_, operation in walk.list_operations(patched):
        assert list(operation["responses"]) == sorted(operation["responses"])


def test_redirect_is_documented_with_its_location():
    patched = apply_choices(openapi.load_contract("onlyautomator"), {"trailing-slash": "redirect-308"})
    where = "The path without a slash at its end"
    location = {"description": where, "required": True, "schema": {"type": "string"}}

    for *_, operation in walk.list_operations(patched):
        assert operation["responses"]["308"] == {"description": where, "headers": {"Location": location}}
