"""API specification: what stands around a category, as far as a target has it, and what it has to do with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from conformance.apis.suprsend.category import (
    IN,
    category_of,
    channel_preferences,
    channel_preferences_in,
    channels_in,
    describe_value,
    preference_of,
    require_success,
    shows_preference,
)
from conformance.apis.suprsend.driver import Driver
from conformance.apis.suprsend.expectations import (
    expect_category_members,
    expect_channel_list,
    expect_full_preference,
    expect_objects,
    expect_same_members,
    find_wrong_member,
)
from conformance.apis.suprsend.neighbours import (
    CATEGORY_LIST,
    CHANNEL_PREFERENCES,
    FULL_PREFERENCE,
    NEIGHBOUR_PATHS,
    categories_of_page,
    categories_of_sections,
    count_on_all_pages,
    find_category,
    has_two_categories,
    member_of_lists,
)
from conformance.apis.suprsend.reading import Reading
from conformance.apis.suprsend.shared_reads import (
    MOST_PAGES,
    opt_out_and_read,
    read_category,
    read_category_with_channels,
    read_neighbour,
    require_answer,
    require_that_writes_are_read,
    write_for_tenant_and_read,
)
from conformance.assertions.expect import expect, expect_status
from conformance.assertions.member import find_member
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.http.response import Response


def _is_count(value: Any) -> bool:
    """Tell whether a value is a number of things."""
    return type(value) is int and value >= 0


def test_list_is_a_page(driver: Driver) -> None:
    """SHOULD answer GET of the list of categories with 200, meta and results. (suprsend: API specification)

    meta has count, limit and offset as whole numbers, and results are objects.
    """
    answer = read_neighbour(driver, CATEGORY_LIST)
    expect_status(answer, 200)
    body = answer.json
    expect(isinstance(body, dict), "a JSON object", describe_value(body), answer)
    meta = body.get("meta")
    for member in ("count", "limit", "offset"):
        value = meta.get(member) if isinstance(meta, dict) else meta
        expected, way = f"meta.{member}: a whole number", ("meta", member)
        expect(_is_count(value), expected, describe_value(value), answer, way)
    expect_objects(body, "results", answer)


def _expect_same_preference(
    driver: Driver, categories: Sequence[Mapping[str, Any]], answer: Response
) -> None:
    """Expect the category to be among those of *answer*, with the preference that it has when it is read alone."""
    slug, alone = driver.places.main.category, read_category(driver)
    if category_of(alone).get("category") != slug:
        raise Inconclusive(f"GET of {slug} does not name it")
    word, found = preference_of(alone), find_category(categories, slug)
    expect(found is not None, f"{slug} in it", "no category of that name", answer, member_of_lists(answer))
    if found is not None:
        given, member = found.get("preference"), find_member(answer.json, found, "preference")
        expected = f"{slug} with preference {word}, as read alone"
        expect(given == word, expected, describe_value(given), answer, member)


def test_list_holds_the_category(driver: Driver) -> None:
    """SHOULD list the written category with the same preference as when it is read alone.

    (suprsend: API specification)
    """
    answer = _page_with_category(driver)
    _expect_same_preference(driver, categories_of_page(answer), answer)
    if driver.run.mode.may_write:
        _expect_same_again(driver, opt_out_and_read(driver).listed_again, categories_of_page)


def _expect_same_again(
    driver: Driver, reading: Reading, list_categories: Callable[[Response], Sequence[Mapping[str, Any]]]
) -> None:
    """Expect the category to be listed as opted in once it is read so; lists may be kept for too long."""
    alone = opt_out_and_read(driver).alone_again
    if isinstance(reading, Response) and isinstance(alone, Response) and shows_preference(alone, IN):
        found = find_category(list_categories(reading), driver.places.main.category) or {}
        if (given := found.get("preference", IN)) != IN:
            member = find_member(reading.json, found, "preference")
            expect(False, "preference opt_in, as read alone", describe_value(given), reading, member)


def _page_with_category(driver: Driver) -> Response:
    """Return the page of the list that has the category, or the last that was read; Inconclusive if there are more."""
    first = require_success(read_neighbour(driver, CATEGORY_LIST))
    if not driver.run.mode.may_write:
        return first
    pages = opt_out_and_read(driver).pages
    answer = require_success(require_answer(pages[-1]))
    is_there = find_category(categories_of_page(answer), driver.places.main.category) is not None
    if len(pages) == MOST_PAGES and not is_there:
        raise Inconclusive(f"it is not on the first {len(pages)} pages")
    return answer


def _require_count(answer: Response) -> int:
    """Return how many categories a page says there are on all pages."""
    count = count_on_all_pages(answer)
    if count is None:
        raise Inconclusive("meta.count is no whole number")
    return count


def _read_two_pages(driver: Driver) -> tuple[Response, Response]:
    """Return the usual page, and one of a single category that begins behind the first."""
    usual = require_success(read_neighbour(driver, CATEGORY_LIST))
    if not has_two_categories(usual) or not categories_of_page(usual):
        raise NotTested("the object has fewer than two categories, so there is one page")
    if driver.run.mode.may_write:
        return usual, require_answer(opt_out_and_read(driver).behind)
    one = {"limit": "1", "offset": "1"}
    return usual, driver.client.memoize(
        "page", lambda: driver.read(driver.places.main, NEIGHBOUR_PATHS[CATEGORY_LIST], params=one)
    )


def test_list_is_limited(driver: Driver) -> None:
    """SHOULD list no more categories than limit allows. (suprsend: official clients)"""
    _, answer = _read_two_pages(driver)
    expect(answer.ok, "a 2xx", f"status {answer.status}", answer)
    listed = len(categories_of_page(answer))
    expect(listed <= 1, "one category at most", f"{listed}", answer, ("results",))


def test_list_goes_on(driver: Driver) -> None:
    """SHOULD list the categories that come after offset, and not those before.

    (suprsend: official clients)
    """
    usual, answer = _read_two_pages(driver)
    slugs = [one.get("category") for one in categories_of_page(usual)]
    if len({*map(describe_value, slugs)}) < len(slugs):
        raise Inconclusive("the usual page has categories of one name")
    listed = [one.get("category") for one in categories_of_page(require_success(answer))]
    expect(listed != [], "a category, as there are two", "none", answer, ("results",))
    for at, slug in enumerate(listed):
        expected, member = (
            f"others than {describe_value(slugs[0])}, the first one",
            ("results", at, "category"),
        )
        expect(slug != slugs[0], expected, describe_value(listed), answer, member)
    if len(slugs) > 1:
        expected = f"{describe_value(slugs[1])}, the second one"
        member = ("results", 0, "category")
        expect(listed[0] == slugs[1], expected, describe_value(listed[0]), answer, member)


def test_list_counts_all(driver: Driver) -> None:
    """SHOULD answer with the same meta.count on every page, and with no less than a page lists.

    (suprsend: official clients)
    """
    usual, answer = _read_two_pages(driver)
    before, after = _require_count(usual), _require_count(require_success(answer))
    listed = len(categories_of_page(usual))
    expected, member = f"meta.count {listed} at least, as so many are listed", ("meta", "count")
    expect(before >= listed, expected, f"{before}", usual, member)
    expect(before == after, f"meta.count {before}, as on the usual page", f"{after}", answer, member)


def test_full_preference(driver: Driver) -> None:
    """SHOULD answer GET of the full preference with 200, sections and channel_preferences.

    (suprsend: API specification)

    Every section has subcategories, which are objects.
    """
    expect_status(read_neighbour(driver, FULL_PREFERENCE), 200)
    expect_full_preference(read_neighbour(driver, FULL_PREFERENCE))


def test_full_preference_holds_the_category(driver: Driver) -> None:
    """SHOULD show the written category in the full preference with the same preference as when it is read alone.

    (suprsend: API specification)
    """
    answer = require_success(read_neighbour(driver, FULL_PREFERENCE))
    _expect_same_preference(driver, categories_of_sections(answer), answer)
    if driver.run.mode.may_write:
        _expect_same_again(driver, opt_out_and_read(driver).full_again, categories_of_sections)


def test_channel_preferences_are_read(driver: Driver) -> None:
    """SHOULD answer GET of the channel preferences with 200 and a list of channels, restricted or not.

    (suprsend: API specification)
    """
    answer = read_neighbour(driver, CHANNEL_PREFERENCES)
    expect_status(answer, 200)
    expect_channel_list(answer)


def _expect_as_read_alone(driver: Driver, listed: Sequence[Mapping[str, Any]], answer: Response) -> None:
    """Expect the category among those *listed* to have all that is read of it alone."""
    alone = read_category_with_channels(driver)
    found = find_category(listed, driver.places.main.category)
    if found is None or found.get("preference") != preference_of(alone):
        raise Inconclusive("it is not listed as it is read alone")
    if find_wrong_member(category_of(alone)) is None:
        expect_category_members(found, answer)
    expect_same_members(
        category_of(alone), found, "read alone", answer, ("name", "is_editable", "preference")
    )


def test_list_agrees_with_read(driver: Driver) -> None:
    """SHOULD list the written category with the same members as when it is read alone.

    (suprsend: API specification)
    """
    answer = _page_with_category(driver)
    _expect_as_read_alone(driver, categories_of_page(answer), answer)


def test_full_preference_agrees_with_read(driver: Driver) -> None:
    """SHOULD show the written category in the full preference with the same members as when it is read alone.

    (suprsend: API specification)
    """
    answer = require_success(read_neighbour(driver, FULL_PREFERENCE))
    _expect_as_read_alone(driver, categories_of_sections(answer), answer)


def test_list_for_a_tenant(driver: Driver) -> None:
    """SHOULD list the category for a tenant with the channel opted out that was opted out for the tenant.

    (suprsend: API specification)
    """
    require_that_writes_are_read(driver)
    require_success(read_neighbour(driver, CATEGORY_LIST))
    scope = write_for_tenant_and_read(driver)
    if channel_preferences(require_success(require_answer(scope.read_there))).get(scope.named) == IN:
        raise Inconclusive(f"{scope.named} is not read as out for the tenant either")
    if channel_preferences(require_success(require_answer(scope.read_here))).get(scope.named) != IN:
        raise Inconclusive(f"{scope.named} is read as out without a tenant, too, so nothing tells them apart")
    answer = require_success(require_answer(scope.listed))
    found = find_category(categories_of_page(answer), driver.places.main.category)
    if found is None:
        raise Inconclusive("the category is not on the first page")
    if channel_preferences_in(found).get(scope.named) == IN:
        shown = next(one for one in channels_in(found) if one.get("channel") == scope.named)
        member = find_member(answer.json, shown, "preference")
        expect(False, f"{scope.named} opt_out, as read alone", "opt_in", answer, member)
