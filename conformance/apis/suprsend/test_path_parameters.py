"""Path Parameters: an object and a category are named by the path and kept apart by it."""

from __future__ import annotations

from conformance.apis.suprsend import Api
from conformance.apis.suprsend.category import member, picture, said
from conformance.apis.suprsend.driver import OPT_IN, Place
from conformance.assertions.expect import expect, expect_status, observe
from conformance.assertions.json_equality import is_same_json
from conformance.http.client import Answer


def untouched_by(api: Api, other: Place) -> None:
    """Expect the same answer to the same request before and after channels are opted out elsewhere."""
    before, _, after = api.apart(other)
    expect(
        is_same_json(picture(before), picture(after)),
        f"{picture(before)} as before channels went out elsewhere",
        f"{picture(after)}",
        after,
    )


def test_category_is_the_slug(api: Api) -> None:
    """MUST answer the slug of the path as the category. (suprsend: Path Parameters)"""
    slug = api.place.category
    for answer in api.turns():
        given = member(answer, "category", str)
        expect(given == slug, f"category {slug!r}", f"{given!r}", answer)


def test_category_ignores_the_body(api: Api) -> None:
    """MUST take the category from the path, whatever the body says. (suprsend: Path Parameters)"""
    answer = api.write({**OPT_IN, "category": "another"})
    if answer.ok:
        given = member(answer, "category", str)
        expect(given != "another", f"category {api.place.category!r}", f"{given!r}", answer)


def test_objects_are_apart(api: Api) -> None:
    """MUST keep the preferences of two objects apart. (suprsend: Path Parameters)"""
    untouched_by(api, api.other_place)


def test_categories_are_apart(api: Api) -> None:
    """MUST keep the preferences of two categories apart. (suprsend: Path Parameters)"""
    untouched_by(api, api.other_category)


def test_unknown_category(api: Api) -> None:
    """SHOULD answer 404 for a category that does not exist. (suprsend: API specification)"""
    expect_status(unknown_category(api), 404)


def unknown_category(api: Api) -> Answer:
    """Write to a category that nobody made."""
    return api.ask_once("unknown category", lambda: api.write(OPT_IN, api.unknown_category))


def test_unknown_object(api: Api) -> None:
    """OBSERVED what an object that does not exist is answered. (suprsend: Path Parameters)"""
    observe(f"an unknown object is {said(unknown_object(api))}")


def unknown_object(api: Api) -> Answer:
    """Write to an object that nobody made."""
    return api.ask_once("unknown object", lambda: api.write(OPT_IN, api.unknown_object))
