"""Every promise names its origin: a part of the document, or a choice with its reason."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

import openapi
from openapi.choices import BadChoice
from tests.openapi import walk

MARKS = ("x-source", "x-choice")
HTTPS = re.compile(r"https://[\w.-]+/\S+")


def is_marked(spec: dict[str, Any], node: dict[str, Any]) -> bool:
    """Tell whether *node*, what it refers to, or each of its members carries a mark."""
    node = openapi.resolve_reference(spec, node)
    members = node.get("properties", {}).values()
    return any(mark in node for mark in MARKS) or (
        bool(members) and all(is_marked(spec, member) for member in members)
    )


def find_unmarked(spec: dict[str, Any]) -> list[str]:
    """Name the operations, parameters, bodies, responses, schemas and members without source and choice."""
    found = []
    for path, method, operation in walk.list_operations(spec):
        parts = {"": operation, " body": operation.get("requestBody")}
        parts |= {f" {status}": response for status, response in operation["responses"].items()}
        parameters = [openapi.resolve_reference(spec, item) for item in operation.get("parameters", [])]
        parts |= {f" {item['name']}": item for item in parameters}
        found += [
            f"{method} {path}{name}" for name, part in parts.items() if part and not is_marked(spec, part)
        ]
    for at, node in walk.list_objects(spec.get("components", {})):
        if at[-1:] == ("properties",) or at in {("schemas",), ("securitySchemes",)}:
            found += [
                f"{'/'.join(map(str, at))}/{name}" for name, part in node.items() if not is_marked(spec, part)
            ]
    return found


def find_unresolved(spec: dict[str, Any]) -> list[str]:
    """Name every x-source that is no heading of the document and no page of the vendor's."""
    return [
        f"{at}: {source!r}"
        for at, source in openapi.list_sources(spec)
        if source not in openapi.list_headings(spec)
    ]


def find_unreasoned(spec: dict[str, Any]) -> list[str]:
    """Name every source that is not text, and every choice without one or two sentences of reason."""
    found = []
    for at, node in walk.list_objects(spec):
        if "x-source" in node and not isinstance(node["x-source"], str):
            found.append(f"{'/'.join(map(str, at))}: x-source is not text")
    try:
        reasons = list(openapi.list_choices(spec))
    except BadChoice as error:
        return [*found, str(error)]
    for at, reason in reasons:
        sentences = re.findall(r"(?:[^.]|\.(?=\S)){10,}\.(?:\s|$)", reason)
        if "".join(sentences) != reason or len(sentences) not in (1, 2):
            found.append(f"{at}: {reason!r} is not a sentence or two")
    return found


@pytest.mark.parametrize("api", openapi.api_names())
def test_document_is_named_dated_and_fingerprinted(api):
    info = openapi.load_contract(api)["info"]
    document = info["x-document"]

    assert document["name"] == api
    assert HTTPS.fullmatch(document["url"])
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", document["read"])
    assert re.fullmatch(r"[0-9a-f]{64}", document["sha256"])
    assert document["title"]
    assert len(set(openapi.list_headings(openapi.load_contract(api)))) == len(
        openapi.list_headings(openapi.load_contract(api))
    )
    assert all(HTTPS.fullmatch(page["url"]) for page in info.get("x-pages", []))


@pytest.mark.parametrize("api", openapi.api_names())
def test_every_promise_is_marked(api):
    assert find_unmarked(openapi.load_contract(api)) == []


@pytest.mark.parametrize("api", openapi.api_names())
def test_every_source_resolves(api):
    assert find_unresolved(openapi.load_contract(api)) == []


@pytest.mark.parametrize("api", openapi.api_names())
def test_every_heading_is_a_source(api):
    """A heading that nothing leads back to is a part of the document that nobody wrote down."""
    spec = openapi.load_contract(api)
    used = {source for _, source in openapi.list_sources(spec)}

    assert [heading for heading in openapi.list_headings(spec) if heading not in used] == []


@pytest.mark.parametrize("api", openapi.api_names())
def test_every_choice_is_a_sentence_of_reason(api):
    assert list(openapi.list_choices(openapi.load_contract(api)))
    assert find_unreasoned(openapi.load_contract(api)) == []


@pytest.mark.parametrize("api", openapi.api_names())
def test_broken_marks_are_found(api):
    """Each mark in turn is misspelt, emptied, made a list, and taken away."""
    spec = openapi.load_contract(api)
    for at, node in walk.list_objects(spec):
        for mark in (mark for mark in MARKS if mark in node):
            broken = copy.deepcopy(spec)
            place = walk.get_node(broken, at)

            place[mark] = "Nowhere"
            assert find_unresolved(broken) if mark == "x-source" else find_unreasoned(broken)
            place[mark] = [7]
            assert find_unreasoned(broken)
            if mark == "x-choice":
                place[mark] = " "
                assert find_unreasoned(broken)
            for other in MARKS:
                place.pop(other, None)
            assert find_unmarked(broken) or "properties" in node or at == ()
