"""API specification: a category is read as it was written, alone and whatever is written elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from conformance.apis.suprsend.category import (
    IN,
    OUT,
    REFUSALS,
    category_of,
    channel_preferences,
    channels_of,
    describe_answer,
    describe_value,
    picture_of,
    preference_of,
    require_success,
    shows_preference,
)
from conformance.apis.suprsend.driver import Driver
from conformance.apis.suprsend.expectations import (
    error_body_of,
    expect_category_members,
    expect_same_members,
    find_wrong_member,
)
from conformance.apis.suprsend.neighbours import CATEGORY_LIST, NEIGHBOUR_PATHS, categories_of_page
from conformance.apis.suprsend.place import UNKNOWN, Place
from conformance.apis.suprsend.shared_reads import (
    opt_out_and_read,
    read_category,
    read_every_neighbour,
    read_neighbour,
    require_answer,
    require_read_back,
    require_that_writes_are_read,
    switch_locked_category_and_read,
    write_for_tenant_and_read,
    write_refused_and_read,
    write_two_lists_and_read,
)
from conformance.apis.suprsend.shared_writes import (
    switch_channel,
    switch_locked_category,
    write_and_read_around_elsewhere,
    write_to_unknown_category,
    write_to_unknown_object,
    write_with_client_options,
    write_with_wrong_key,
    write_without_key,
)
from conformance.assertions.expect import expect, expect_status, observe
from conformance.assertions.json_equality import is_same_json
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.http.response import Response


def _reads(driver: Driver) -> Iterator[Response]:
    """Yield what the category is read as, opted out and opted in where the run may write."""
    yield read_category(driver)
    if driver.run.mode.may_write:
        yield require_answer(opt_out_and_read(driver).alone_again)


def _accepted_writes(driver: Driver) -> Iterator[Response]:
    """Yield what the writes before these reads are answered, if the run may write."""
    if driver.run.mode.may_write:
        yield from (
            answer for answer in (opt_out_and_read(driver).out, opt_out_and_read(driver).back) if answer.ok
        )


def test_read_answers_200(driver: Driver) -> None:
    """SHOULD answer 200 to GET of a category. (suprsend: API specification)"""
    for answer in _reads(driver):
        expect_status(answer, 200)


def test_read_answers_the_category(driver: Driver) -> None:
    """SHOULD answer GET of a category with the same members as a write. (suprsend: API specification)

    original_preference and description may be null, and channels may be empty or null while the category is opted
    out. What the answers to writes have wrong as well is not judged again.
    """
    for answer in _reads(driver):
        body = require_success(answer).json
        if any(find_wrong_member(category_of(write)) for write in _accepted_writes(driver)):
            raise Inconclusive("the answers to writes are no such categories either")
        expect(isinstance(body, dict), "a JSON object", describe_value(body), answer)
        expect_category_members(body, answer)


def test_read_category_is_the_slug(driver: Driver) -> None:
    """SHOULD answer GET of a category with the slug of the path as the category. (suprsend: API specification)"""
    slug = driver.places.main.category
    for write in _accepted_writes(driver):
        if category_of(write).get("category") != slug:
            raise Inconclusive("the answers to writes do not name the slug either")
    for answer in _reads(driver):
        given = category_of(answer).get("category")
        expect(given == slug, f"category {describe_value(slug)}", describe_value(given), answer)


def test_written_preference_is_read(driver: Driver) -> None:
    """SHOULD answer GET with the preference that was written before. (suprsend: API specification)

    A write that is answered 202 may take three seconds until it is read, here and in what follows.
    """
    require_read_back(driver)
    turned = opt_out_and_read(driver)
    for word, write, read in ((OUT, turned.out, turned.alone), (IN, turned.back, turned.alone_again)):
        if not shows_preference(require_success(write), word):
            raise Inconclusive(f"the write of {word} is {describe_answer(write)}")
        answer = require_answer(read)
        expect(
            preference_of(answer) == word, f"preference {word}, as was written", preference_of(answer), answer
        )


def test_written_channel_is_read(driver: Driver) -> None:
    """SHOULD answer GET with the channel out that was written to go out, and the others in.

    (suprsend: API specification)
    """
    require_read_back(driver)
    named, _, out, read, _ = switch_channel(driver)
    written = channel_preferences(require_success(out))
    if written.get(named) == IN or not shows_preference(out, IN):
        raise Inconclusive(f"{named} did not go out")
    answer = require_success(require_answer(read))
    category_of(answer)
    listed = channel_preferences(answer)
    expect(listed.get(named) != IN, f"{named} opt_out, as was written", "opt_in", answer)
    for channel in [name for name, word in written.items() if word == IN]:
        expect(listed.get(channel) != OUT, f"{channel} opt_in, as was answered", "opt_out", answer)


def test_read_agrees_with_answer(driver: Driver) -> None:
    """SHOULD answer GET after two lists of opt-outs with what the second of them was answered.

    (suprsend: API specification)

    Whether the second list replaces the first or is added to it, another requirement asks.
    """
    require_that_writes_are_read(driver)
    lists = write_two_lists_and_read(driver)
    answer = require_success(require_answer(lists.read))
    _expect_as_written(lists.after, answer, "the write was answered")


def test_read_describes_the_category(driver: Driver) -> None:
    """SHOULD answer GET with the name, and with what can be edited, as the write before it was answered.

    (suprsend: API specification)

    Asked of the category, and of the one that cannot be opted out of.
    """
    require_read_back(driver)
    turned = opt_out_and_read(driver)
    pairs = [
        (
            category_of(turned.back),
            category_of(require_answer(turned.alone_again)),
            require_answer(turned.alone_again),
        )
    ]
    with suppress(NotTested, Inconclusive):
        locked = require_answer(switch_locked_category_and_read(driver))
        pairs.append((category_of(switch_locked_category(driver)[0]), category_of(locked), locked))
    for written, read, answer in pairs:
        expect_same_members(written, read, "the write was answered", answer)


def _expect_elsewhere_not_read(driver: Driver, other: Place) -> None:
    """Expect what is read to be what was written here, after a write elsewhere."""
    require_that_writes_are_read(driver)
    apart = write_and_read_around_elsewhere(driver, other)
    if apart.read is None and apart.left is None:
        raise NotTested("nothing goes out elsewhere, neither a channel nor all of it")
    if not is_same_json(picture_of(apart.before), picture_of(apart.after)):
        raise Inconclusive("the write shows in the answers to later writes already")
    for written, read in ((apart.before, apart.read), (apart.after, apart.left)):
        if read is not None:
            answer = require_success(require_answer(read))
            category_of(answer)
            _expect_as_written(written, answer, "was written here before the write elsewhere")


def _expect_as_written(written: Response, answer: Response, how: str) -> None:
    """Expect a category to be read with the preference that a write was answered with, and its channels with theirs."""
    before, now = preference_of(written), category_of(answer).get("preference")
    expect(now == before, f"preference {before}, as {how}", describe_value(now), answer)
    listed = channel_preferences(answer)
    for channel, word in channel_preferences(written).items():
        given = listed.get(channel, word)
        expect(given == word, f"{channel} {word}, as {how}", given, answer)


def test_write_to_another_object_is_not_read(driver: Driver) -> None:
    """SHOULD not show in GET of one object what was written to another. (suprsend: API specification)"""
    _expect_elsewhere_not_read(driver, driver.places.other_object)


def test_write_to_another_category_is_not_read(driver: Driver) -> None:
    """SHOULD not show in GET of one category what was written to another. (suprsend: API specification)"""
    _expect_elsewhere_not_read(driver, driver.places.other_category)


def test_written_for_a_tenant_is_read(driver: Driver) -> None:
    """SHOULD answer GET for a tenant with the channel out that was written to go out for it.

    (suprsend: API specification)
    """
    require_that_writes_are_read(driver)
    named, for_tenant, read, *_ = write_for_tenant_and_read(driver)
    if channel_preferences(require_success(for_tenant)).get(named) == IN:
        raise Inconclusive(f"{named} did not go out for the tenant")
    answer = require_success(require_answer(read))
    category_of(answer)
    expect(channel_preferences(answer).get(named) != IN, f"{named} opt_out, as was written", "opt_in", answer)


def test_write_to_a_tenant_when_read(driver: Driver) -> None:
    """OBSERVED whether a channel that goes out for a tenant is read as out without one.

    (suprsend: API specification)
    """
    require_read_back(driver)
    scope = write_for_tenant_and_read(driver)
    named, for_tenant, read = scope.named, scope.for_tenant, scope.read_here
    there, here = (
        describe_value(channel_preferences(answer).get(named))
        for answer in (for_tenant, require_answer(read))
    )
    observe(
        f"{named} was in and went out for the tenant, where it is {there}; without a tenant {here} is read"
    )


def test_refused_write_is_not_read(driver: Driver) -> None:
    """SHOULD read what was written before a write that is refused. (suprsend: API specification)

    Refused for want of a key, for a wrong one, and, where it is, for a channel that there is not.
    """
    require_that_writes_are_read(driver)
    out, channel, foreign, read = write_refused_and_read(driver)
    if not all(answer.status in REFUSALS for answer in foreign):
        raise Inconclusive("a write without a key, or with a wrong one, is not refused")
    if not shows_preference(out, OUT):
        raise Inconclusive(f"an opt_out is {describe_answer(out)}")
    answer = require_success(require_answer(read))
    reasons = "no key, a wrong one" + (", an unknown channel" if channel.status in REFUSALS else "")
    wanted = f"preference opt_out, as before the writes that were refused ({reasons})"
    expect(preference_of(answer) == OUT, wanted, preference_of(answer), answer)


def _read_without_key(driver: Driver) -> Mapping[str, Response]:
    """Read everything that the target has once more, without a key."""
    paths = {what: NEIGHBOUR_PATHS[what] for what in read_every_neighbour(driver)}
    require_success(read_category(driver))

    def ask() -> Mapping[str, Response]:
        alone = {"the category": driver.read(driver.places.main, authorization=None)}
        return alone | {
            what: driver.read(driver.places.main, names, authorization=None) for what, names in paths.items()
        }

    return driver.client.memoize("read without a key", ask)


def test_read_without_key(driver: Driver) -> None:
    """SHOULD refuse GET without an API key. (suprsend: API specification)"""
    answers = _read_without_key(driver)
    if write_without_key(driver).status not in REFUSALS:
        raise Inconclusive("a write without a key is not refused either")
    for what, answer in answers.items():
        expect(answer.status in REFUSALS, f"a refusal to read {what}", f"status {answer.status}", answer)


def test_read_with_wrong_key(driver: Driver) -> None:
    """SHOULD refuse GET of a category with a wrong API key. (suprsend: API specification)"""
    require_success(read_category(driver))
    if write_with_wrong_key(driver).status not in REFUSALS:
        raise Inconclusive("a write with a wrong key is not refused either")
    answer = driver.client.memoize(
        "read with a wrong key", lambda: driver.read(driver.places.main, authorization=driver.api_key.wrong)
    )
    expect(answer.status in REFUSALS, "a refusal", f"status {answer.status}", answer)


def test_read_without_key_status(driver: Driver) -> None:
    """SHOULD answer 401 where it refuses GET without an API key. (suprsend: API specification)"""
    answers = _read_without_key(driver)
    if write_without_key(driver).status != 401:
        raise Inconclusive(f"a write without a key is answered {write_without_key(driver).status}, too")
    refusals = [answer for answer in answers.values() if answer.status in REFUSALS]
    if not refusals:
        raise Inconclusive("GET is not refused")
    for answer in refusals:
        expect_status(answer, 401)


def _read_unknown_category(driver: Driver) -> Response:
    """Read a category that nobody made; raise Inconclusive if a write to it may have made it."""
    require_success(read_category(driver))
    with suppress(NotTested):
        if write_to_unknown_category(driver).status != 404:
            raise Inconclusive(f"a write to it is answered {write_to_unknown_category(driver).status}")
    return driver.client.memoize("read unknown category", lambda: driver.read(driver.places.unknown_category))


def _read_unknown_object(driver: Driver) -> Mapping[str, Response]:
    """Read what the target has beside a category, of an object that nobody made."""
    paths = {what: NEIGHBOUR_PATHS[what] for what in read_every_neighbour(driver)}
    if not paths:
        raise NotTested("the target has nothing that other pages say is 404 for an unknown object")
    with suppress(NotTested):
        if write_to_unknown_object(driver).ok:
            raise Inconclusive("a write has made the object")

    def ask() -> Mapping[str, Response]:
        return {what: driver.read(driver.places.unknown_object, names) for what, names in paths.items()}

    return driver.client.memoize("read unknown object", ask)


def test_read_of_unknown_category(driver: Driver) -> None:
    """SHOULD answer 404 to GET of a category that does not exist. (suprsend: API specification)"""
    expect_status(_read_unknown_category(driver), 404)


def test_read_of_unknown_object(driver: Driver) -> None:
    """SHOULD answer 404 to GET of the preferences of an object that does not exist.

    (suprsend: API specification)

    Asked of the full preference, the channel preferences and the list of categories; what a single category of it is
    answered, no page says.
    """
    for what, answer in _read_unknown_object(driver).items():
        expect(answer.status == 404, f"status 404 for {what}", f"status {answer.status}", answer)


def test_read_error(driver: Driver) -> None:
    """SHOULD answer 404 to GET with an integer code and a message. (suprsend: API specification)"""
    answers = [_read_unknown_category(driver)]
    with suppress(NotTested, Inconclusive):
        answers += _read_unknown_object(driver).values()
    if not _is_error(write_without_key(driver)):
        raise Inconclusive("the errors of a write have no code and message either")
    for answer in answers:
        if answer.status == 404:
            expect(
                _is_error(answer), "an integer code and a message", describe_value(answer.text[:80]), answer
            )


def _is_error(answer: Response) -> bool:
    """Tell whether an answer has the members that errors share."""
    body = error_body_of(answer) or {}
    message = body.get("message")
    return type(body.get("code")) is int and isinstance(message, str) and message.strip() != ""


def test_read_for_unknown_tenant(driver: Driver) -> None:
    """OBSERVED what GET is answered for a tenant that does not exist. (suprsend: API specification)"""
    require_read_back(driver)
    observe(f"GET for an unknown tenant is {describe_answer(driver.read(driver.places.unknown_tenant))}")


def _read_opted_out_channels(driver: Driver) -> tuple[Response, Response]:
    """Return what the opted-out category is read as without and with its channels."""
    require_read_back(driver)
    turned = opt_out_and_read(driver)
    alone, with_channels = require_answer(turned.alone), require_answer(turned.with_channels)
    if not shows_preference(require_success(alone), OUT):
        raise Inconclusive(f"GET is {describe_answer(alone)} after an opt_out")
    if not channels_of(require_success(require_answer(turned.alone_again))):
        raise Inconclusive("no channel is listed as an object while the category is opted in")
    return alone, with_channels


def test_opted_out_channels_are_shown(driver: Driver) -> None:
    """SHOULD list the channels of an opted-out category where show_opt_out_channels is true.

    (suprsend: API specification)
    """
    _, answer = _read_opted_out_channels(driver)
    expect(answer.ok, "a 2xx", f"status {answer.status}", answer)
    listed = category_of(answer).get("channels")
    expect(bool(channels_of(answer)), "channels, as the flag asks", describe_value(listed), answer)


def test_opted_out_channels_without_the_flag(driver: Driver) -> None:
    """OBSERVED how the channels of an opted-out category are read without show_opt_out_channels, and with it.

    (suprsend: API specification)
    """
    without, with_flag = (
        channel_preferences(answer) or describe_value(category_of(answer).get("channels"))
        for answer in _read_opted_out_channels(driver)
    )
    observe(f"channels read after opt_out: {without}; with show_opt_out_channels: {with_flag}")


def _list_with_locale_and_tag(driver: Driver) -> Response:
    """List the categories in Spanish that have a tag which none has."""
    require_success(read_neighbour(driver, CATEGORY_LIST))
    with suppress(NotTested):
        if not write_with_client_options(driver).ok:
            raise Inconclusive("a write with a locale is refused, too")
    options = {"locale": "es", "tags": UNKNOWN}
    return driver.client.memoize(
        "locale and tag",
        lambda: driver.read(driver.places.main, NEIGHBOUR_PATHS[CATEGORY_LIST], params=options),
    )


def test_locale_and_tags(driver: Driver) -> None:
    """SHOULD accept locale and tags where it lists categories. (suprsend: API specification)"""
    answer = _list_with_locale_and_tag(driver)
    expect(answer.ok, "a 2xx", f"status {answer.status}", answer)


def test_effect_of_locale_and_tags(driver: Driver) -> None:
    """OBSERVED what becomes of a list of categories in Spanish, of a tag that none has.

    (suprsend: API specification)
    """
    answer, usual = _list_with_locale_and_tag(driver), read_neighbour(driver, CATEGORY_LIST)
    names = [describe_value(one.get("name")) for one in categories_of_page(answer)]
    observe(
        f"with locale es and a tag that nobody uses, {len(names)} categories are listed instead of "
        f"{len(categories_of_page(usual))}{': ' if names else ''}{', '.join(names[:3])}"
    )
