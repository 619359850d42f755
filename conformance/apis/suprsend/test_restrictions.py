"""API specification: channels that an object restricts everywhere, and what becomes of them in a category."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.apis.suprsend.bad_credentials import expect_kept_out
from conformance.apis.suprsend.category import (
    IN,
    OUT,
    channel_preferences,
    channels_of,
    describe_value,
    member_of_channel,
    preference_of,
    require_success,
)
from conformance.apis.suprsend.channel_restrictions import (
    FullUpdate,
    RestrictionSteps,
    restrict_and_free,
    shows_restrictions,
)
from conformance.apis.suprsend.driver import Driver
from conformance.apis.suprsend.expectations import (
    expect_channel,
    expect_channel_list,
    expect_full_preference,
    expect_preference,
)
from conformance.apis.suprsend.neighbours import (
    CHANNEL_PREFERENCES,
    FULL_PREFERENCE,
    is_shown_restricted,
    member_of_restriction,
    members_of,
    restrictions_of,
)
from conformance.apis.suprsend.shared_reads import (
    read_neighbour,
    require_answer,
    require_operation,
    require_read_back,
)
from conformance.assertions.expect import expect, expect_status
from conformance.assertions.outcome import DoesNotConform, Inconclusive, NotTested
from conformance.http.response import Response

ORDER = 4  # a category in which a channel stays restricted must not disturb what is asked of it


def _restrict_channel(driver: Driver) -> RestrictionSteps:
    """Restrict a channel and free it, if the target has that."""
    require_read_back(driver)
    found = restrict_and_free(driver)
    require_operation(found.restriction, "the update of channel preferences")
    return found


def _restrict_with_success(driver: Driver) -> RestrictionSteps:
    """Do the same; raise Inconclusive unless the restriction was accepted."""
    found = _restrict_channel(driver)
    require_success(found.restriction)
    return found


def _restrict_and_list(driver: Driver) -> RestrictionSteps:
    """Do the same; raise Inconclusive unless the channel was listed as restricted after that."""
    found = _restrict_with_success(driver)
    if (
        restrictions_of(
            require_success(require_operation(require_answer(found.listed), CHANNEL_PREFERENCES))
        ).get(found.named)
        is not True
    ):
        raise Inconclusive(f"{found.named} is not listed as restricted")
    return found


def _channels_before(found: RestrictionSteps) -> dict[str, str]:
    """Return how the channels of the category were read before the restriction."""
    answer = require_success(require_answer(found.before))
    if preference_of(answer) != IN:
        raise Inconclusive("the category is read as opted out before anything is restricted")
    words = channel_preferences(answer)
    if words.get(found.named) != IN:
        raise Inconclusive(
            f"{found.named} is read as {describe_value(words.get(found.named))} before it is restricted"
        )
    return words


def _category_while_restricted(found: RestrictionSteps) -> Response:
    """Return what the category is read as after a restriction; raise Inconclusive unless that has been read."""
    answer = require_success(require_answer(found.listed))
    if restrictions_of(answer).get(found.named) is not True:
        raise Inconclusive(f"{found.named} is not listed as restricted")
    return require_success(require_answer(found.inside))


def test_restriction_without_key(driver: Driver) -> None:
    """SHOULD refuse PATCH of the channel preferences, and of the full preference, without an API key.

    (suprsend: API specification)
    """
    expect_kept_out(driver, "restriction-without-key")


def test_restriction_with_wrong_key(driver: Driver) -> None:
    """SHOULD refuse PATCH of the channel preferences, and of the full preference, with a wrong API key.

    (suprsend: API specification)
    """
    expect_kept_out(driver, "restriction-with-wrong-key")


def test_restriction_answers_202(driver: Driver) -> None:
    """SHOULD answer 202 to PATCH of the channel preferences. (suprsend: API specification)"""
    expect_status(_restrict_channel(driver).restriction, 202)


def test_restriction_answers_the_channels(driver: Driver) -> None:
    """SHOULD answer PATCH of the channel preferences with a list of channels, restricted or not.

    (suprsend: API specification)

    A 202 need not mean that the request has been carried out, so the channels may be listed as they were before.
    """
    found = _restrict_with_success(driver)
    _require_read_to_pass(lambda: expect_channel_list(require_success(require_answer(found.listed))))
    expect_channel_list(found.restriction)


def test_restriction_is_read(driver: Driver) -> None:
    """SHOULD answer GET of the channel preferences with a channel restricted that was restricted before.

    (suprsend: API specification)
    """
    found = _restrict_with_success(driver)
    answer = require_success(require_operation(require_answer(found.listed), CHANNEL_PREFERENCES))
    if "channel_preferences" not in members_of(answer):
        raise Inconclusive("the answer has no channel_preferences")
    given = restrictions_of(answer).get(found.named)
    expected, member = f"{found.named} with is_restricted true", member_of_restriction(answer, found.named)
    expect(given is True, expected, describe_value(given), answer, member)


def test_restricted_channel_is_out(driver: Driver) -> None:
    """SHOULD show a restricted channel in a category as opt_out and not editable.

    (suprsend: API specification)

    It may be missing from a category that lists only the channels which are opted in.
    """
    found = _restrict_with_success(driver)
    answer = _category_while_restricted(found)
    if preference_of(answer) != IN:
        raise Inconclusive("the category is read as opted out")
    expected = f"{found.named} opt_out and not editable, as it is restricted"
    given = [one for one in channels_of(answer) if one.get("channel") == found.named]
    member = member_of_channel(answer, found.named, None)
    expect(is_shown_restricted(answer, found.named), expected, describe_value(given), answer, member)


def test_restriction_leaves_other_channels(driver: Driver) -> None:
    """SHOULD leave the category and its other channels as they were when one channel is restricted.

    (suprsend: API specification)
    """
    found = _restrict_with_success(driver)
    words, answer = _channels_before(found), _category_while_restricted(found)
    expect_preference(answer, IN, ", as before the restriction")
    for channel, given in channel_preferences(answer).items():
        if channel != found.named and channel in words and channel in channel_preferences(found.written):
            expect_channel(answer, channel, words[channel], given, ", as before the restriction")


def test_restriction_stays_with_the_object(driver: Driver) -> None:
    """SHOULD not restrict a channel for one object when another object restricts it.

    (suprsend: API specification)
    """
    other = driver.places.other_object.object
    found = _restrict_with_success(driver)
    _category_while_restricted(found)
    if found.beside is None:
        raise Inconclusive(f"{other.type}/{other.id} was not answered with {found.named}, open to be edited")
    answer = require_success(require_answer(found.beside))
    given = [one for one in channels_of(answer) if one.get("channel") == found.named]
    is_free = all(one.get("is_editable") is not False for one in given)
    expected, member = (
        f"{found.named} open to be edited, as before",
        member_of_channel(answer, found.named, "is_editable"),
    )
    expect(is_free, expected, describe_value(given), answer, member)


def test_freed_channel_is_in_again(driver: Driver) -> None:
    """SHOULD show a channel as opted in and editable, as before, once it is no longer restricted.

    (suprsend: API specification)
    """
    found = _restrict_with_success(driver)
    _channels_before(found)
    if channel_preferences(_category_while_restricted(found)).get(found.named) == IN:
        raise Inconclusive(f"{found.named} did not go out")
    answer = _category_when_freed(found)
    given = [one for one in channels_of(answer) if one.get("channel") == found.named]
    is_free = [one.get("preference") for one in given] == [IN] and given[0].get("is_editable") is not False
    expected, member = (
        f"{found.named} opt_in, open to be edited",
        member_of_channel(answer, found.named, None),
    )
    expect(is_free, expected, describe_value(given), answer, member)


def _category_when_freed(found: RestrictionSteps) -> Response:
    """Return what the category is read as when all is free again."""
    if found.freed is not None:
        require_success(found.freed)
    answer = require_success(require_answer(found.inside_again))
    if preference_of(answer) != IN:
        raise Inconclusive("the category is read as opted out")
    return answer


def test_restriction_keeps_choices(driver: Driver) -> None:
    """SHOULD keep a channel opted out that was opted out by itself, whatever is restricted in between.

    (suprsend: API specification)
    """
    found = _restrict_with_success(driver)
    words = _channels_before(found)
    _category_while_restricted(found)
    if found.second is None:
        raise NotTested(
            "no three channels can be edited here, one to restrict, one to opt out and one to stay"
        )
    if words.get(found.second) != OUT:
        raise Inconclusive("no second channel is read as out")
    answer = _category_when_freed(found)
    if channel_preferences(answer).get(found.named) != IN:
        raise Inconclusive(f"{found.named} did not come in again")
    given = channel_preferences(answer).get(found.second)
    expect_channel(answer, found.second, OUT, given or OUT, ", as before")


def test_freed_channel_is_not_listed(driver: Driver) -> None:
    """SHOULD answer GET of the channel preferences without a restriction that was taken back.

    (suprsend: API specification)
    """
    found = _restrict_and_list(driver)
    if found.freed is not None:
        require_success(found.freed)
    answer = require_success(require_answer(found.listed_again))
    for channel in filter(None, (found.named, found.second)):
        given = restrictions_of(answer).get(channel)
        expected, member = f"{channel} with is_restricted false", member_of_restriction(answer, channel)
        expect(given is not True, expected, describe_value(given), answer, member)


def _update_full_preference(driver: Driver) -> FullUpdate:
    """Update the full preference, if the target has that."""
    require_read_back(driver)
    update = restrict_and_free(driver).full_update
    require_operation(update.answer, "the update of the full preference")
    return update


def test_full_preference_update(driver: Driver) -> None:
    """SHOULD answer PATCH of the full preference with 200. (suprsend: API specification)"""
    expect_status(_update_full_preference(driver).answer, 200)


def test_full_preference_update_answers_all(driver: Driver) -> None:
    """SHOULD answer PATCH of the full preference with the full preference. (suprsend: API specification)"""
    answer = require_success(_update_full_preference(driver).answer)
    _require_read_to_pass(lambda: expect_full_preference(read_neighbour(driver, FULL_PREFERENCE)))
    expect_full_preference(answer)


def _require_read_to_pass(judge: Callable[[], None]) -> None:
    """Raise Inconclusive if what is judged of a GET fails already."""
    try:
        judge()
    except DoesNotConform:
        raise Inconclusive("what GET answers fails this, too, so PATCH alone cannot be judged") from None


def test_full_preference_update_is_read(driver: Driver) -> None:
    """SHOULD answer GET of the channel preferences with what PATCH of the full preference has restricted and freed.

    (suprsend: API specification)
    """
    update = _update_full_preference(driver)
    require_success(update.answer)
    _restrict_and_list(driver)
    _expect_restrictions(
        update, require_success(require_answer(update.listed)), "as the full preference was updated"
    )


def _expect_restrictions(update: FullUpdate, answer: Response, how: str) -> None:
    """Expect each channel to be listed as the full preference was asked to have it."""
    listed = restrictions_of(answer)
    for channel, is_restricted in update.restrictions.items():
        given: Any = listed.get(channel, False)
        expected = f"{channel} with is_restricted {describe_value(is_restricted)}, {how}"
        member = member_of_restriction(answer, channel)
        expect(given is is_restricted, expected, describe_value(given), answer, member)


def test_full_preference_shows_restrictions(driver: Driver) -> None:
    """SHOULD answer GET of the full preference with what is restricted. (suprsend: API specification)"""
    update = _update_full_preference(driver)
    require_success(update.answer)
    if not shows_restrictions(require_success(require_answer(update.listed)), update.restrictions):
        raise Inconclusive("the channel preferences do not show the update either")
    answer = require_success(require_operation(require_answer(update.in_full), FULL_PREFERENCE))
    if members_of(answer).get("channel_preferences") is None:
        raise Inconclusive("the full preference has no channel_preferences")
    _expect_restrictions(update, answer, "as the channel preferences show")
