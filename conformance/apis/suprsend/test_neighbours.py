"""API specification: what stands around a category, as far as a target has it, and what it has to do with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conformance.apis.suprsend import Api, reading
from conformance.apis.suprsend.category import (
    IN,
    OUT,
    category,
    channels,
    granted,
    preference,
    shown,
    stands,
    stands_in,
)
from conformance.apis.suprsend.reading import (
    CHANNELS,
    FULL,
    NEIGHBOURS,
    PAGE,
    Restricted,
    Swap,
    find,
    known,
    present,
)
from conformance.apis.suprsend.test_query_parameters import tenant_scope
from conformance.apis.suprsend.test_read_back import fault, same
from conformance.client import Answer
from conformance.oracle import Inconclusive, NotTested, expect, expect_status

MOST_PAGES = 20


def is_count(value: Any) -> bool:
    """Tell whether a value is a number of things."""
    return type(value) is int and value >= 0


def lists_objects(holder: Any, member: str) -> bool:
    """Tell whether a member is a list of nothing but objects, or null, as some write an empty one."""
    if not isinstance(holder, dict) or member not in holder:
        return False
    value = holder[member]
    return value is None or (isinstance(value, list) and len(reading.objects(value)) == len(value))


def test_list_is_a_page(api: Api) -> None:
    """SHOULD answer GET of the list of categories with 200, meta and results. (suprsend: API specification)

    meta has count, limit and offset, whole numbers, and results are objects.
    """
    answer = reading.seen(api, PAGE)
    expect_status(answer, 200)
    body = answer.json
    expect(isinstance(body, dict), "a JSON object", shown(body), answer)
    meta = body.get("meta")
    for member in ("count", "limit", "offset"):
        value = meta.get(member) if isinstance(meta, dict) else meta
        expect(is_count(value), f"meta.{member}: a whole number", shown(value), answer)
    expect(lists_objects(body, "results"), "results: objects", shown(body.get("results")), answer)


def same_preference(api: Api, found: Mapping[str, Any] | None, alone: Answer, answer: Answer) -> None:
    """Expect a category that is found in *answer* to have the preference that it has when it is read alone."""
    slug = api.place.category
    if category(alone).get("category") != slug:
        raise Inconclusive(f"GET of {slug} does not name it")
    word = preference(alone)
    expect(found is not None, f"{slug} in it", "no category of that name", answer)
    if found is not None:
        given = found.get("preference")
        expect(given == word, f"{slug} with preference {word}, as read alone", shown(given), answer)


def test_list_holds_the_category(api: Api) -> None:
    """SHOULD list the written category with the preference that it has when it is read alone.

    (suprsend: API specification)
    """
    answer, alone = granted(reading.seen(api, PAGE)), reading.alone(api)
    found, count = find(reading.results(answer), api.place.category), counted(answer)
    offset = len(reading.results(answer))
    for _ in range(MOST_PAGES):
        if found is not None or offset >= count or not reading.results(answer):
            break
        answer = granted(api.read(api.place, NEIGHBOURS[PAGE], params={"offset": str(offset)}))
        found, offset = (
            find(reading.results(answer), api.place.category),
            offset + len(reading.results(answer)),
        )
        alone = api.read(api.place)
    else:
        raise Inconclusive(f"it is not among the first {offset} of {count} categories")
    same_preference(api, found, alone, answer)


def counted(answer: Answer) -> int:
    """Return how many categories a page says there are on all pages."""
    meta = reading.members(answer).get("meta")
    count = meta.get("count") if isinstance(meta, dict) else None
    if type(count) is not int:
        raise Inconclusive(f"meta.count is {shown(count)}")
    return count


def second(api: Api) -> tuple[Answer, Answer]:
    """Return the usual page, and one of a single category that begins behind the first."""
    usual = granted(reading.seen(api, PAGE))
    if counted(usual) < 2 or not reading.results(usual):
        raise NotTested("the object has fewer than two categories, so there is one page")
    one = {"limit": "1", "offset": "1"}
    return usual, api.ask_once("page", lambda: api.read(api.place, NEIGHBOURS[PAGE], params=one))


def test_list_is_limited(api: Api) -> None:
    """SHOULD list no more categories than limit says. (suprsend: official clients)"""
    _, answer = second(api)
    expect(answer.ok, "a 2xx", f"status {answer.status}", answer)
    listed = len(reading.results(answer))
    expect(listed <= 1, "one category at most", f"{listed}", answer)


def test_list_goes_on(api: Api) -> None:
    """SHOULD list other categories behind offset than before it. (suprsend: official clients)"""
    usual, answer = second(api)
    slugs = [shown(one.get("category")) for one in reading.results(usual)]
    if len({*slugs}) < len(slugs):
        raise Inconclusive(f"the usual page has {len(slugs)} categories of {len({*slugs})} names")
    first = reading.results(usual)[0].get("category")
    listed = [one.get("category") for one in reading.results(granted(answer))]
    expect(listed != [], "a category, as there are two", "none", answer)
    expect(first not in listed, f"others than {shown(first)}, the first one", shown(listed), answer)


def test_list_counts_all(api: Api) -> None:
    """SHOULD answer the same meta.count on every page. (suprsend: official clients)"""
    usual, answer = second(api)
    before, after = counted(usual), counted(granted(answer))
    expect(before == after, f"meta.count {before}, as on the usual page", f"{after}", answer)


def test_full_preference(api: Api) -> None:
    """SHOULD answer GET of the full preference with 200, sections and channel_preferences.

    (suprsend: API specification)

    Every section has subcategories, objects.
    """
    is_full(reading.seen(api, FULL))


def is_full(answer: Answer) -> None:
    """Expect a full preference."""
    expect_status(answer, 200)
    body = answer.json
    expect(isinstance(body, dict), "a JSON object", shown(body), answer)
    expect(lists_objects(body, "sections"), "sections: objects", shown(body.get("sections")), answer)
    for section in reading.objects(body["sections"]):
        inner = section.get("subcategories")
        expect(
            lists_objects(section, "subcategories"),
            "sections[].subcategories: objects",
            shown(inner),
            answer,
        )
    listed = body.get("channel_preferences")
    expect(lists_objects(body, "channel_preferences"), "channel_preferences: objects", shown(listed), answer)


def test_full_preference_holds_the_category(api: Api) -> None:
    """SHOULD have the written category in the full preference, with the preference that it has when read alone.

    (suprsend: API specification)
    """
    answer = granted(reading.seen(api, FULL))
    same_preference(api, find(reading.subcategories(answer), api.place.category), reading.alone(api), answer)


def test_channel_preferences_are_read(api: Api) -> None:
    """SHOULD answer GET of the channel preferences with 200 and a list of channels, restricted or not.

    (suprsend: API specification)
    """
    answer = reading.seen(api, CHANNELS)
    expect_status(answer, 200)
    body = answer.json
    holder = body if isinstance(body, dict) else {"channel_preferences": body}
    listed = holder.get("channel_preferences")
    is_there = lists_objects(holder, "channel_preferences") and body is not None
    expect(is_there, "channel_preferences: objects", shown(listed), answer)
    for one in reading.objects(listed):
        expect(isinstance(one.get("channel"), str), "channel: a string", shown(one.get("channel")), answer)
        given = one.get("is_restricted")
        expect(isinstance(given, bool), "is_restricted: a boolean", shown(given), answer)


def agrees_with_read(api: Api, listed: Sequence[Mapping[str, Any]], answer: Answer) -> None:
    """Expect the category among those *listed* to have all that is read of it alone."""
    alone = reading.alone_as_listed(api)
    found = find(listed, api.place.category)
    if found is None or found.get("preference") != preference(alone):
        raise Inconclusive("it is not listed as it is read alone")
    if fault(category(alone)) is None:
        wrong = fault(found)
        expect(wrong is None, wrong[0] if wrong else "", shown(wrong[1]) if wrong else "", answer)
    same(category(alone), found, "read alone", answer, ("name", "is_editable", "preference"))


def test_list_agrees_with_read(api: Api) -> None:
    """SHOULD list the written category with the members that it has when it is read alone.

    (suprsend: API specification)
    """
    answer = granted(reading.seen(api, PAGE))
    agrees_with_read(api, reading.results(answer), answer)


def test_full_preference_agrees_with_read(api: Api) -> None:
    """SHOULD have the written category in the full preference with the members that it has when read alone.

    (suprsend: API specification)
    """
    answer = granted(reading.seen(api, FULL))
    agrees_with_read(api, reading.subcategories(answer), answer)


def test_list_for_a_tenant(api: Api) -> None:
    """SHOULD list the category for a tenant with the channel out that was written to go out for it.

    (suprsend: API specification)
    """
    reading.writes_are_read(api)
    granted(reading.seen(api, PAGE))
    scope = tenant_scope(api)
    if stands(granted(known(scope.read_there))).get(scope.named) == IN:
        raise Inconclusive(f"{scope.named} is not read as out for the tenant either")
    if stands(granted(known(scope.read_here))).get(scope.named) != IN:
        raise Inconclusive(f"{scope.named} is read as out without a tenant, too, so nothing tells them apart")
    answer = granted(known(scope.listed))
    found = find(reading.results(answer), api.place.category)
    if found is None:
        raise Inconclusive("the category is not on the first page")
    expect(stands_in(found).get(scope.named) != IN, f"{scope.named} opt_out, as read alone", "opt_in", answer)


def restricted(api: Api) -> Restricted:
    """Restrict a channel and free it, if the target has that."""
    reading.wanted(api)
    found = reading.restricted(api)
    present(found.restriction, "the update of channel preferences")
    return found


def test_restriction_answers_202(api: Api) -> None:
    """SHOULD answer 202 to PATCH of the channel preferences. (suprsend: API specification)"""
    expect_status(restricted(api).restriction, 202)


def test_restriction_is_read(api: Api) -> None:
    """SHOULD answer GET of the channel preferences with a channel restricted that was. (suprsend: API specification)"""
    found = restricted(api)
    named = found.named
    granted(found.restriction)
    answer = granted(present(known(found.listed), CHANNELS))
    given = reading.restrictions(answer).get(named)
    expect(given is True, f"{named} with is_restricted true", shown(given), answer)


def test_restricted_channel_is_out(api: Api) -> None:
    """SHOULD show a restricted channel inside a category as opt_out and not editable.

    (suprsend: API specification)

    It may be missing from a category that lists only channels which are in.
    """
    answer = inside(restricted(api))
    named = restricted(api).named
    wanted = f"{named} opt_out and not editable, as it is restricted"
    given = [one for one in channels(answer) if one.get("channel") == named]
    expect(reading.is_shut(answer, named), wanted, shown(given), answer)


def inside(found: Restricted) -> Answer:
    """Return what the category is read as after a restriction; raise Inconclusive unless that has been read."""
    granted(found.restriction)
    listed = known(found.listed)
    if listed.ok and reading.restrictions(listed).get(found.named) is not True:
        raise Inconclusive(f"{found.named} is not read as restricted")
    answer = granted(known(found.inside))
    if preference(answer) != IN:
        raise Inconclusive("the category is read as opted out")
    return answer


def test_restriction_leaves_other_channels(api: Api) -> None:
    """SHOULD leave the other channels of a category as they were when one is restricted.

    (suprsend: API specification)
    """
    reading.writes_are_read(api)
    found = restricted(api)
    answer = inside(found)
    before = stands(granted(found.before))
    for channel, given in stands(answer).items():
        if channel != found.named and channel in before:
            wanted = f"{channel} {before[channel]}, as before the restriction"
            expect(given == before[channel], wanted, given, answer)


def test_restriction_stays_with_the_object(api: Api) -> None:
    """SHOULD not show in a category of one object what another object restricts. (suprsend: API specification)"""
    found = restricted(api)
    inside(found)
    other = api.other_place.object
    if found.beside is None:
        raise Inconclusive(f"{other.type}/{other.id} was not answered with {found.named}, open to be edited")
    answer = granted(known(found.beside))
    category(answer)
    given = [one for one in channels(answer) if one.get("channel") == found.named]
    is_free = all(one.get("is_editable") is not False for one in given)
    expect(is_free, f"{found.named} open to be edited, as before", shown(given), answer)


def test_freed_channel_is_in_again(api: Api) -> None:
    """SHOULD show a channel as it was before once it is no longer restricted. (suprsend: API specification)"""
    reading.writes_are_read(api)
    found = restricted(api)
    if stands(granted(found.before)).get(found.named) != IN or stands(inside(found)).get(found.named) == IN:
        raise Inconclusive(f"{found.named} did not go out")
    if found.freed is not None:
        granted(found.freed)
    answer = granted(known(found.inside_again))
    preference(answer)
    given = stands(answer).get(found.named)
    expect(given == IN, f"{found.named} opt_in, as before it was restricted", shown(given), answer)


def test_restriction_keeps_choices(api: Api) -> None:
    """SHOULD leave a channel out that was out by itself, whatever is restricted in between.

    (suprsend: API specification)
    """
    reading.writes_are_read(api)
    found = restricted(api)
    inside(found)
    if found.second is None or stands(granted(found.before)).get(found.second) != OUT:
        raise Inconclusive("no second channel is listed as out")
    answer = granted(known(found.inside_again))
    if stands(answer).get(found.named) != IN:
        raise Inconclusive(f"{found.named} did not come in again")
    given = stands(answer).get(found.second)
    expect(given != IN, f"{found.second} opt_out, as before", shown(given), answer)


def test_freed_channel_is_not_listed(api: Api) -> None:
    """SHOULD answer GET of the channel preferences without a restriction once that was taken back.

    (suprsend: API specification)
    """
    found = listed(restricted(api))
    if found.freed is not None:
        granted(found.freed)
    answer = granted(known(found.listed_again))
    for channel in filter(None, (found.named, found.second)):
        given = reading.restrictions(answer).get(channel)
        expect(given is not True, f"{channel} with is_restricted false", shown(given), answer)


def listed(found: Restricted) -> Restricted:
    """Return *found* if the channel was listed as restricted."""
    granted(found.restriction)
    if reading.restrictions(granted(present(known(found.listed), CHANNELS))).get(found.named) is not True:
        raise Inconclusive(f"{found.named} is not listed as restricted")
    return found


def full_update(api: Api) -> Answer:
    """Return what the update of the full preference is answered, if the target has it."""
    reading.wanted(api)
    return present(reading.restricted(api).swap.answer, "the update of the full preference")


def test_full_preference_update(api: Api) -> None:
    """SHOULD answer PATCH of the full preference with 200. (suprsend: API specification)"""
    expect_status(full_update(api), 200)


def test_full_preference_update_is_read(api: Api) -> None:
    """SHOULD answer GET of the channel preferences with what PATCH of the full preference restricts and frees.

    (suprsend: API specification)
    """
    granted(full_update(api))
    swap = listed(restricted(api)).swap
    answer = granted(present(known(swap.listed), CHANNELS))
    as_wished(swap, answer, "as the full preference was updated")


def as_wished(swap: Swap, answer: Answer, how: str) -> None:
    """Expect each channel to be listed as the full preference was asked to have it."""
    listed = reading.restrictions(answer)
    for channel, is_restricted in swap.wish.items():
        given = listed.get(channel, False)
        wanted = f"{channel} with is_restricted {shown(is_restricted)}, {how}"
        expect(given is is_restricted, wanted, shown(given), answer)


def test_full_preference_shows_restrictions(api: Api) -> None:
    """SHOULD answer GET of the full preference with what is restricted. (suprsend: API specification)"""
    granted(full_update(api))
    swap = restricted(api).swap
    if not reading.agrees_on(granted(known(swap.listed)), swap.wish):
        raise Inconclusive("the channel preferences do not show the update either")
    answer = granted(present(known(swap.in_full), FULL))
    if reading.members(answer).get("channel_preferences") is None:
        raise Inconclusive("the full preference has no channel_preferences")
    as_wished(swap, answer, "as the channel preferences show")
