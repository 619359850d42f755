"""API specification: channels that an object restricts everywhere, and what becomes of them in a category."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.apis.suprsend import reading
from conformance.apis.suprsend.category import (
    IN,
    OUT,
    channels,
    granted,
    preference,
    shown,
    stands,
)
from conformance.apis.suprsend.driver import Driver
from conformance.apis.suprsend.reading import (
    CHANNELS,
    FULL,
    is_shut,
    known,
    members,
    present,
    restrictions,
    wanted,
)
from conformance.apis.suprsend.restricting import Restricted, Swap, is_as_wished, restricted
from conformance.apis.suprsend.test_neighbours import lists_channels, want_sections
from conformance.assertions.expect import expect, expect_status
from conformance.assertions.outcome import DoesNotConform, Inconclusive
from conformance.http.response import Response

ORDER = 4  # a category in which a channel stays restricted must not disturb what is asked of it


def asked(driver: Driver) -> Restricted:
    """Restrict a channel and free it, if the target has that."""
    wanted(driver)
    found = restricted(driver)
    present(found.restriction, "the update of channel preferences")
    return found


def accepted(driver: Driver) -> Restricted:
    """Do the same; raise Inconclusive unless the restriction was accepted."""
    found = asked(driver)
    granted(found.restriction)
    return found


def listed(driver: Driver) -> Restricted:
    """Do the same; raise Inconclusive unless the channel was listed as restricted after that."""
    found = accepted(driver)
    if restrictions(granted(present(known(found.listed), CHANNELS))).get(found.named) is not True:
        raise Inconclusive(f"{found.named} is not listed as restricted")
    return found


def before(found: Restricted) -> dict[str, str]:
    """Return how the channels of the category were read before the restriction."""
    answer = granted(known(found.before))
    if preference(answer) != IN:
        raise Inconclusive("the category is read as opted out before anything is restricted")
    words = stands(answer)
    if words.get(found.named) != IN:
        raise Inconclusive(
            f"{found.named} is read as {shown(words.get(found.named))} before it is restricted"
        )
    return words


def inside(found: Restricted) -> Response:
    """Return what the category is read as after a restriction; raise Inconclusive unless that has been read."""
    answer = granted(known(found.listed))
    if restrictions(answer).get(found.named) is not True:
        raise Inconclusive(f"{found.named} is not listed as restricted")
    return granted(known(found.inside))


def test_restriction_answers_202(driver: Driver) -> None:
    """SHOULD answer 202 to PATCH of the channel preferences. (suprsend: API specification)"""
    expect_status(asked(driver).restriction, 202)


def test_restriction_answers_the_channels(driver: Driver) -> None:
    """SHOULD answer PATCH of the channel preferences with a list of channels, restricted or not.

    (suprsend: API specification)

    What is answered 202 need not have been carried out, so they may stand there as they were before.
    """
    found = accepted(driver)
    unless_read_so(lambda: lists_channels(granted(known(found.listed))))
    lists_channels(found.restriction)


def test_restriction_is_read(driver: Driver) -> None:
    """SHOULD answer GET of the channel preferences with a channel restricted that was. (suprsend: API specification)"""
    found = accepted(driver)
    answer = granted(present(known(found.listed), CHANNELS))
    if "channel_preferences" not in members(answer):
        raise Inconclusive("the answer has no channel_preferences")
    given = restrictions(answer).get(found.named)
    expect(given is True, f"{found.named} with is_restricted true", shown(given), answer)


def test_restricted_channel_is_out(driver: Driver) -> None:
    """SHOULD show a restricted channel inside a category as opt_out and not editable.

    (suprsend: API specification)

    It may be missing from a category that lists only channels which are in.
    """
    found = accepted(driver)
    answer = inside(found)
    if preference(answer) != IN:
        raise Inconclusive("the category is read as opted out")
    wish = f"{found.named} opt_out and not editable, as it is restricted"
    given = [one for one in channels(answer) if one.get("channel") == found.named]
    expect(is_shut(answer, found.named), wish, shown(given), answer)


def test_restriction_leaves_other_channels(driver: Driver) -> None:
    """SHOULD leave the category and its other channels as they were when one is restricted.

    (suprsend: API specification)
    """
    found = accepted(driver)
    words, answer = before(found), inside(found)
    now = preference(answer)
    expect(now == IN, "preference opt_in, as before the restriction", now, answer)
    for channel, given in stands(answer).items():
        if channel != found.named and channel in words and channel in stands(found.written):
            wish = f"{channel} {words[channel]}, as before the restriction"
            expect(given == words[channel], wish, given, answer)


def test_restriction_stays_with_the_object(driver: Driver) -> None:
    """SHOULD not show in a category of one object what another object restricts. (suprsend: API specification)"""
    other = driver.other_place.object
    found = accepted(driver)
    inside(found)
    if found.beside is None:
        raise Inconclusive(f"{other.type}/{other.id} was not answered with {found.named}, open to be edited")
    answer = granted(known(found.beside))
    given = [one for one in channels(answer) if one.get("channel") == found.named]
    is_free = all(one.get("is_editable") is not False for one in given)
    expect(is_free, f"{found.named} open to be edited, as before", shown(given), answer)


def test_freed_channel_is_in_again(driver: Driver) -> None:
    """SHOULD show a channel opted in and open to be edited as before once it is no longer restricted.

    (suprsend: API specification)
    """
    found = accepted(driver)
    before(found)
    if stands(inside(found)).get(found.named) == IN:
        raise Inconclusive(f"{found.named} did not go out")
    answer = freed(found)
    given = [one for one in channels(answer) if one.get("channel") == found.named]
    is_free = [one.get("preference") for one in given] == [IN] and given[0].get("is_editable") is not False
    expect(is_free, f"{found.named} opt_in, open to be edited", shown(given), answer)


def freed(found: Restricted) -> Response:
    """Return what the category is read as when all is free again."""
    if found.freed is not None:
        granted(found.freed)
    answer = granted(known(found.inside_again))
    if preference(answer) != IN:
        raise Inconclusive("the category is read as opted out")
    return answer


def test_restriction_keeps_choices(driver: Driver) -> None:
    """SHOULD leave a channel out that was out by itself, whatever is restricted in between.

    (suprsend: API specification)
    """
    found = accepted(driver)
    words = before(found)
    inside(found)
    if found.second is None or words.get(found.second) != OUT:
        raise Inconclusive("no second channel is read as out")
    answer = freed(found)
    if stands(answer).get(found.named) != IN:
        raise Inconclusive(f"{found.named} did not come in again")
    given = stands(answer).get(found.second)
    expect(given != IN, f"{found.second} opt_out, as before", shown(given), answer)


def test_freed_channel_is_not_listed(driver: Driver) -> None:
    """SHOULD answer GET of the channel preferences without a restriction once that was taken back.

    (suprsend: API specification)
    """
    found = listed(driver)
    if found.freed is not None:
        granted(found.freed)
    answer = granted(known(found.listed_again))
    for channel in filter(None, (found.named, found.second)):
        given = restrictions(answer).get(channel)
        expect(given is not True, f"{channel} with is_restricted false", shown(given), answer)


def full_update(driver: Driver) -> Swap:
    """Update the full preference, if the target has that."""
    wanted(driver)
    swap = restricted(driver).swap
    present(swap.answer, "the update of the full preference")
    return swap


def test_full_preference_update(driver: Driver) -> None:
    """SHOULD answer PATCH of the full preference with 200. (suprsend: API specification)"""
    expect_status(full_update(driver).answer, 200)


def test_full_preference_update_answers_all(driver: Driver) -> None:
    """SHOULD answer PATCH of the full preference with the full preference. (suprsend: API specification)"""
    answer = granted(full_update(driver).answer)
    unless_read_so(lambda: want_sections(reading.seen(driver, FULL)))
    want_sections(answer)


def unless_read_so(judge: Callable[[], None]) -> None:
    """Raise Inconclusive if what is judged of a GET fails already."""
    try:
        judge()
    except DoesNotConform:
        raise Inconclusive("what is read is not as it should be either") from None


def test_full_preference_update_is_read(driver: Driver) -> None:
    """SHOULD answer GET of the channel preferences with what PATCH of the full preference restricts and frees.

    (suprsend: API specification)
    """
    swap = full_update(driver)
    granted(swap.answer)
    listed(driver)
    as_wished(swap, granted(known(swap.listed)), "as the full preference was updated")


def as_wished(swap: Swap, answer: Response, how: str) -> None:
    """Expect each channel to be listed as the full preference was asked to have it."""
    listed = restrictions(answer)
    for channel, is_restricted in swap.wish.items():
        given: Any = listed.get(channel, False)
        wish = f"{channel} with is_restricted {shown(is_restricted)}, {how}"
        expect(given is is_restricted, wish, shown(given), answer)


def test_full_preference_shows_restrictions(driver: Driver) -> None:
    """SHOULD answer GET of the full preference with what is restricted. (suprsend: API specification)"""
    swap = full_update(driver)
    granted(swap.answer)
    if not is_as_wished(granted(known(swap.listed)), swap.wish):
        raise Inconclusive("the channel preferences do not show the update either")
    answer = granted(present(known(swap.in_full), FULL))
    if members(answer).get("channel_preferences") is None:
        raise Inconclusive("the full preference has no channel_preferences")
    as_wished(swap, answer, "as the channel preferences show")
