"""Whatever the document says stands in the spec: each line of its inventory is looked for, one by one."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import openapi
from tests.openapi.document_facts import Contract, Place

INVENTORY = Path(__file__).parent / "inventory"

Line = tuple[Any, ...]  # a method of Contract and its arguments


@cache
def read_inventory(api: str) -> dict[str, Any]:
    """Read the inventory of an API's document."""
    inventory: dict[str, Any] = yaml.safe_load((INVENTORY / f"{api}.yaml").read_text(encoding="utf-8"))
    return inventory


def list_facts(inventory: dict[str, Any]) -> Iterator[Line]:
    """Yield each fact of an inventory."""
    yield from (("heading", heading) for heading in inventory["headings"])
    yield from (("host", host) for host in inventory["hosts"])
    yield ("operation",)
    yield ("media_type", inventory["media type"])
    yield from (("credential", facts) for facts in inventory["credentials"].values())
    for name, facts in inventory["parameters"].items():
        yield "parameter", facts["in"], name
        yield from (
            ("parameter_fact", facts["in"], name, fact, value)
            for fact, value in facts.items()
            if fact != "in"
        )
    yield from list_member_facts("request", inventory["request"])
    for status, members in inventory["responses"].items():
        yield "status", status
        yield from list_member_facts(status, members)
    for status, code in inventory["error codes"].items():
        yield "error_code", status, code
        yield "example", status, "error.code", code


def list_member_facts(message: str, members: dict[str, dict[str, Any]]) -> Iterator[Line]:
    """Yield each fact about the members of one message."""
    for name, facts in members.items():
        yield "member", message, name
        for fact, value in facts.items():
            match fact:
                case "words":
                    yield from (("word", message, name, word) for word in value)
                case "takes":
                    yield from (("takes", message, name, kind) for kind in value)
                case "required":
                    yield "required", message, name
                case "example":
                    yield "example", message, name, value
                case _:
                    yield "member_fact", message, name, fact, value


def find_fact(spec: dict[str, Any], api: str, line: Line) -> Place:
    """Find where *spec* says what *line* says; LookupError where it does not."""
    kind, *arguments = line
    place: Place = getattr(Contract(spec, **read_inventory(api)["operation"]), kind)(*arguments)
    return place


def list_missing_facts(spec: dict[str, Any], api: str, asked: list[Line]) -> list[str]:
    """Name every line that *spec* lacks."""
    found = []
    for line in asked:
        try:
            find_fact(spec, api, line)
        except LookupError:
            kind, *rest = line
            found.append(
                f"openapi/{api}.yaml lacks {kind.replace('_', ' ')} {' '.join(map(str, rest))}".rstrip()
            )
    return found


def remove_fact(line: Line, place: Place) -> None:
    """Make a spec lack what it says at *place*."""
    container, key = place
    if line[0] == "takes":
        container[key] = "boolean" if line[-1] != "boolean" else "string"
    else:
        del container[key]


def test_every_api_has_an_inventory():
    assert sorted(path.stem for path in INVENTORY.iterdir()) == openapi.api_names()


@pytest.mark.parametrize("api", openapi.api_names())
def test_spec_says_everything_that_the_document_says(api):
    assert list_missing_facts(openapi.load_contract(api), api, list(list_facts(read_inventory(api)))) == []


@pytest.mark.parametrize("api", openapi.api_names())
def test_headings_are_those_of_the_document(api):
    """Nor may an x-source lean on a heading that the document does not have."""
    assert openapi.load_contract(api)["info"]["x-document"]["headings"] == read_inventory(api)["headings"]


@pytest.mark.parametrize("api", openapi.api_names())
def test_spec_without_a_line_is_found_out(api):
    """Every line in turn is taken out of the spec, wherever it stands, and is missed."""
    spec = openapi.load_contract(api)
    asked = list(list_facts(read_inventory(api)))
    said = [line for line in asked if not list_missing_facts(spec, api, [line])]
    for line in said:
        broken = copy.deepcopy(spec)
        for _ in range(3):  # a sample value may stand in a schema and in two examples
            if not list_missing_facts(broken, api, [line]):
                remove_fact(line, find_fact(broken, api, line))

        assert list_missing_facts(broken, api, [line]), line
    assert len(said) > len(asked) / 2
