"""Path Parameters: an object and a category are named by the path and kept apart by it."""

from __future__ import annotations

from conformance.apis.suprsend.category import member, picture, said
from conformance.apis.suprsend.driver import OPT_IN, Driver, Place
from conformance.assertions.expect import expect, expect_status, observe
from conformance.assertions.json_equality import is_same_json
from conformance.http.response import Response


def untouched_by(driver: Driver, other: Place) -> None:
    """Expect the same answer to the same request before and after channels are opted out elsewhere."""
    before, _, after = driver.apart(other)
    expect(
        is_same_json(picture(before), picture(after)),
        f"{picture(before)} as before channels went out elsewhere",
        f"{picture(after)}",
        after,
    )


def test_category_is_the_slug(driver: Driver) -> None:
    """MUST answer the slug of the path as the category. (suprsend: Path Parameters)"""
    slug = driver.place.category
    for answer in driver.turns():
        given = member(answer, "category", str)
        expect(given == slug, f"category {slug!r}", f"{given!r}", answer)


def test_category_ignores_the_body(driver: Driver) -> None:
    """MUST take the category from the path, whatever the body says. (suprsend: Path Parameters)"""
    answer = driver.write({**OPT_IN, "category": "another"})
    if answer.ok:
        given = member(answer, "category", str)
        expect(given != "another", f"category {driver.place.category!r}", f"{given!r}", answer)


def test_objects_are_apart(driver: Driver) -> None:
    """MUST keep the preferences of two objects apart. (suprsend: Path Parameters)"""
    untouched_by(driver, driver.other_place)


def test_categories_are_apart(driver: Driver) -> None:
    """MUST keep the preferences of two categories apart. (suprsend: Path Parameters)"""
    untouched_by(driver, driver.other_category)


def test_unknown_category(driver: Driver) -> None:
    """SHOULD answer 404 for a category that does not exist. (suprsend: API specification)"""
    expect_status(unknown_category(driver), 404)


def unknown_category(driver: Driver) -> Response:
    """Write to a category that nobody made."""
    return driver.ask_once("unknown category", lambda: driver.write(OPT_IN, driver.unknown_category))


def test_unknown_object(driver: Driver) -> None:
    """OBSERVED what an object that does not exist is answered. (suprsend: Path Parameters)"""
    observe(f"an unknown object is {said(unknown_object(driver))}")


def unknown_object(driver: Driver) -> Response:
    """Write to an object that nobody made."""
    return driver.ask_once("unknown object", lambda: driver.write(OPT_IN, driver.unknown_object))
