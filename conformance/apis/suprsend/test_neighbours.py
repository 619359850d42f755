"""API specification: what stands around a category, as far as a target has it, and what it has to do with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conformance.apis.suprsend import reading
from conformance.apis.suprsend.category import (
    IN,
    category,
    granted,
    preference,
    shown,
    stands,
    stands_in,
)
from conformance.apis.suprsend.driver import Driver
from conformance.apis.suprsend.reading import (
    CHANNELS,
    FULL,
    MOST_PAGES,
    NEIGHBOURS,
    PAGE,
    find,
    known,
)
from conformance.apis.suprsend.test_query_parameters import tenant_scope
from conformance.apis.suprsend.test_read_back import fault, same, well_formed
from conformance.assertions.expect import expect, expect_status
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.http.response import Response


def is_count(value: Any) -> bool:
    """Tell whether a value is a number of things."""
    return type(value) is int and value >= 0


def want_objects(holder: Any, member: str, answer: Response) -> list[dict[str, Any]]:
    """Expect a member to be a list of nothing but objects, or null, as some write an empty one; return it."""
    value = holder.get(member) if isinstance(holder, dict) else None
    is_there = isinstance(holder, dict) and member in holder
    listed = reading.objects(value)
    is_right = value is None or (isinstance(value, list) and len(listed) == len(value))
    expect(is_there and is_right, f"{member}: objects", shown(value), answer)
    return listed


def lists_channels(answer: Response) -> None:
    """Expect the channel preferences: channels, restricted or not."""
    for one in want_objects(answer.json, "channel_preferences", answer):
        expect(isinstance(one.get("channel"), str), "channel: a string", shown(one.get("channel")), answer)
        given = one.get("is_restricted")
        expect(isinstance(given, bool), "is_restricted: a boolean", shown(given), answer)


def test_list_is_a_page(driver: Driver) -> None:
    """SHOULD answer GET of the list of categories with 200, meta and results. (suprsend: API specification)

    meta has count, limit and offset, whole numbers, and results are objects.
    """
    answer = reading.seen(driver, PAGE)
    expect_status(answer, 200)
    body = answer.json
    expect(isinstance(body, dict), "a JSON object", shown(body), answer)
    meta = body.get("meta")
    for member in ("count", "limit", "offset"):
        value = meta.get(member) if isinstance(meta, dict) else meta
        expect(is_count(value), f"meta.{member}: a whole number", shown(value), answer)
    want_objects(body, "results", answer)


def same_preference(
    driver: Driver, found: Mapping[str, Any] | None, alone: Response, answer: Response
) -> None:
    """Expect a category that is found in *answer* to have the preference that it has when it is read alone."""
    slug = driver.place.category
    if category(alone).get("category") != slug:
        raise Inconclusive(f"GET of {slug} does not name it")
    word = preference(alone)
    expect(found is not None, f"{slug} in it", "no category of that name", answer)
    if found is not None:
        given = found.get("preference")
        expect(given == word, f"{slug} with preference {word}, as read alone", shown(given), answer)


def test_list_holds_the_category(driver: Driver) -> None:
    """SHOULD list the written category with the preference that it has when it is read alone.

    (suprsend: API specification)
    """
    answer = holding(driver)
    same_preference(
        driver, find(reading.results(answer), driver.place.category), reading.alone(driver), answer
    )


def holding(driver: Driver) -> Response:
    """Return the page of the list that has the category, or the last that was read; Inconclusive if there are more."""
    first = granted(reading.seen(driver, PAGE))
    if not driver.run.mode.may_write:
        return first
    pages = reading.opted_out(driver).pages
    answer = granted(known(pages[-1]))
    if len(pages) == MOST_PAGES and find(reading.results(answer), driver.place.category) is None:
        raise Inconclusive(f"it is not on the first {len(pages)} pages")
    return answer


def counted(answer: Response) -> int:
    """Return how many categories a page says there are on all pages."""
    count = reading.counted(answer)
    if count is None:
        raise Inconclusive("meta.count is no whole number")
    return count


def second(driver: Driver) -> tuple[Response, Response]:
    """Return the usual page, and one of a single category that begins behind the first."""
    usual = granted(reading.seen(driver, PAGE))
    if not reading.has_two(usual) or not reading.results(usual):
        raise NotTested("the object has fewer than two categories, so there is one page")
    if driver.run.mode.may_write:
        return usual, known(reading.opted_out(driver).behind)
    one = {"limit": "1", "offset": "1"}
    return usual, driver.ask_once("page", lambda: driver.read(driver.place, NEIGHBOURS[PAGE], params=one))


def test_list_is_limited(driver: Driver) -> None:
    """SHOULD list no more categories than limit says. (suprsend: official clients)"""
    _, answer = second(driver)
    expect(answer.ok, "a 2xx", f"status {answer.status}", answer)
    listed = len(reading.results(answer))
    expect(listed <= 1, "one category at most", f"{listed}", answer)


def test_list_goes_on(driver: Driver) -> None:
    """SHOULD list other categories behind offset than before it. (suprsend: official clients)"""
    usual, answer = second(driver)
    slugs = [one.get("category") for one in reading.results(usual)]
    if len({*map(shown, slugs)}) < len(slugs):
        raise Inconclusive("the usual page has categories of one name")
    listed = [one.get("category") for one in reading.results(granted(answer))]
    expect(listed != [], "a category, as there are two", "none", answer)
    expect(slugs[0] not in listed, f"others than {shown(slugs[0])}, the first one", shown(listed), answer)
    if len(slugs) > 1:
        wish = f"{shown(slugs[1])}, the second one"
        expect(listed[0] == slugs[1], wish, shown(listed[0]), answer)


def test_list_counts_all(driver: Driver) -> None:
    """SHOULD answer the same meta.count on every page, and no less than a page lists. (suprsend: official clients)"""
    usual, answer = second(driver)
    before, after = counted(usual), counted(granted(answer))
    listed = len(reading.results(usual))
    expect(before >= listed, f"meta.count {listed} at least, as so many are listed", f"{before}", usual)
    expect(before == after, f"meta.count {before}, as on the usual page", f"{after}", answer)


def test_full_preference(driver: Driver) -> None:
    """SHOULD answer GET of the full preference with 200, sections and channel_preferences.

    (suprsend: API specification)

    Every section has subcategories, objects.
    """
    expect_status(reading.seen(driver, FULL), 200)
    want_sections(reading.seen(driver, FULL))


def want_sections(answer: Response) -> None:
    """Expect a full preference."""
    body = answer.json
    expect(isinstance(body, dict), "a JSON object", shown(body), answer)
    for section in want_objects(body, "sections", answer):
        want_objects(section, "subcategories", answer)
    want_objects(body, "channel_preferences", answer)


def test_full_preference_holds_the_category(driver: Driver) -> None:
    """SHOULD have the written category in the full preference, with the preference that it has when read alone.

    (suprsend: API specification)
    """
    answer = granted(reading.seen(driver, FULL))
    same_preference(
        driver, find(reading.subcategories(answer), driver.place.category), reading.alone(driver), answer
    )


def test_channel_preferences_are_read(driver: Driver) -> None:
    """SHOULD answer GET of the channel preferences with 200 and a list of channels, restricted or not.

    (suprsend: API specification)
    """
    answer = reading.seen(driver, CHANNELS)
    expect_status(answer, 200)
    lists_channels(answer)


def agrees_with_read(driver: Driver, listed: Sequence[Mapping[str, Any]], answer: Response) -> None:
    """Expect the category among those *listed* to have all that is read of it alone."""
    alone = reading.alone_as_listed(driver)
    found = find(listed, driver.place.category)
    if found is None or found.get("preference") != preference(alone):
        raise Inconclusive("it is not listed as it is read alone")
    if fault(category(alone)) is None:
        well_formed(found, answer)
    same(category(alone), found, "read alone", answer, ("name", "is_editable", "preference"))


def test_list_agrees_with_read(driver: Driver) -> None:
    """SHOULD list the written category with the members that it has when it is read alone.

    (suprsend: API specification)
    """
    answer = holding(driver)
    agrees_with_read(driver, reading.results(answer), answer)


def test_full_preference_agrees_with_read(driver: Driver) -> None:
    """SHOULD have the written category in the full preference with the members that it has when read alone.

    (suprsend: API specification)
    """
    answer = granted(reading.seen(driver, FULL))
    agrees_with_read(driver, reading.subcategories(answer), answer)


def test_list_for_a_tenant(driver: Driver) -> None:
    """SHOULD list the category for a tenant with the channel out that was written to go out for it.

    (suprsend: API specification)
    """
    reading.writes_are_read(driver)
    granted(reading.seen(driver, PAGE))
    scope = tenant_scope(driver)
    if stands(granted(known(scope.read_there))).get(scope.named) == IN:
        raise Inconclusive(f"{scope.named} is not read as out for the tenant either")
    if stands(granted(known(scope.read_here))).get(scope.named) != IN:
        raise Inconclusive(f"{scope.named} is read as out without a tenant, too, so nothing tells them apart")
    answer = granted(known(scope.listed))
    found = find(reading.results(answer), driver.place.category)
    if found is None:
        raise Inconclusive("the category is not on the first page")
    expect(stands_in(found).get(scope.named) != IN, f"{scope.named} opt_out, as read alone", "opt_in", answer)
