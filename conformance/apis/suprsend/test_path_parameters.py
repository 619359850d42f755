"""Path Parameters: an object and a category are named by the path and kept apart by it."""

from __future__ import annotations

from contextlib import suppress

from conformance.apis.suprsend.alternatives import name_creation
from conformance.apis.suprsend.category import (
    category_of,
    describe_answer,
    describe_value,
)
from conformance.apis.suprsend.driver import OPT_IN, Driver
from conformance.apis.suprsend.expectations import expect_same_state, expect_success
from conformance.apis.suprsend.place import Place
from conformance.apis.suprsend.shared_writes import (
    is_refused_once,
    switch_category_once,
    switch_other_type_once,
    write_claims_once,
    write_here_and_elsewhere,
    write_to_unknown_category,
    write_to_unknown_object,
)
from conformance.assertions.expect import expect, expect_status, observe
from conformance.assertions.outcome import NotTested


def _expect_untouched_by(driver: Driver, other: Place) -> None:
    """Expect the same answer to the same request before and after a channel is opted out elsewhere."""
    before, _, after = write_here_and_elsewhere(driver, other)
    there = f"{other.object.type}/{other.object.id} in {other.category}"
    expect_same_state(before, after, f"as before a channel went out for {there}")


def test_category_ignores_the_body(driver: Driver) -> None:
    """MUST take the category from the path, whatever the body says. (suprsend: Path Parameters)"""
    # Such a member may be refused; it may only not be followed.
    answers = [(body, answer) for _, body, answer in write_claims_once(driver) if "category" in body]
    nothing = {**OPT_IN, "category": None}
    for body, answer in (*answers, (nothing, driver.write(nothing))):
        if answer.ok:
            given = category_of(answer).get("category", "")  # that it is there, another requirement asks
            wanted = f"category {driver.places.main.category!r}"
            expect(given != body["category"], wanted, describe_value(given), answer, ("category",))


def test_objects_are_apart(driver: Driver) -> None:
    """MUST keep the preferences of two objects apart. (suprsend: Path Parameters)

    The other one is of the same type, of another type with another id, and one that nobody has made whose type and id
    are the same letters; that one may be refused.
    """
    _expect_untouched_by(driver, driver.places.other_object)
    with suppress(NotTested):
        if driver.places.other_type_object.object.id != driver.places.main.object.id:
            _expect_untouched_by(driver, driver.places.other_type_object)
    with suppress(NotTested):
        _expect_untouched_if_accepted(driver, driver.places.object_of_same_letters)


def _expect_untouched_if_accepted(driver: Driver, made_up: Place) -> None:
    """Expect the same, where a server accepts what nobody has made."""
    if not is_refused_once(driver, made_up):
        with suppress(NotTested):
            _expect_untouched_by(driver, made_up)


def test_types_are_apart(driver: Driver) -> None:
    """SHOULD keep the preferences of two objects of one id and different types apart. (suprsend: API specification)

    The document calls an id unique, and says of types only that they group objects; other pages name an object by both.
    The other type is one that nobody has made, which may be refused, and that of fixtures.other_type_object where its
    id is the same.
    """
    with suppress(NotTested):
        if driver.places.other_type_object.object.id == driver.places.main.object.id:
            _expect_untouched_by(driver, driver.places.other_type_object)
    _expect_untouched_if_accepted(driver, driver.places.unknown_type)


def test_categories_are_apart(driver: Driver) -> None:
    """MUST keep the preferences of two categories apart. (suprsend: Path Parameters)"""
    _expect_untouched_by(driver, driver.places.other_category)


def test_object_of_another_type(driver: Driver) -> None:
    """MUST accept from an object of another type what it accepts from the first one. (suprsend: Path Parameters)

    What else is judged of the answers to accepted writes is judged of these answers, too.
    """
    there = switch_other_type_once(driver)
    for here, answer in zip(switch_category_once(driver), (there.first, there.out, there.back), strict=True):
        if here.ok:
            expect_success(answer)


def test_unknown_category(driver: Driver) -> None:
    """SHOULD answer 404 for a category that does not exist. (suprsend: API specification)"""
    expect_status(write_to_unknown_category(driver), 404)


def test_unknown_object(driver: Driver) -> None:
    """OBSERVED how a write for an object that does not exist is answered. (suprsend: Path Parameters)"""
    answer, slug = write_to_unknown_object(driver), driver.places.unknown_object.category
    observe(f"an unknown object is {describe_answer(answer)}", name_creation(answer, slug))


def test_write_to_unknown_category(driver: Driver) -> None:
    """OBSERVED how a write in a category that does not exist is answered. (suprsend: Path Parameters)"""
    answer, slug = write_to_unknown_category(driver), driver.places.unknown_category.category
    observe(f"an unknown category is {describe_answer(answer)}", name_creation(answer, slug))
