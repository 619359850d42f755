"""API specification: a category is read as it was written, alone and whatever is written elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from conformance.apis.suprsend import reading
from conformance.apis.suprsend.category import (
    IN,
    OUT,
    PREFERENCES,
    REFUSALS,
    category,
    channels,
    difference,
    granted,
    picture,
    preference,
    said,
    shown,
    shows,
    stands,
)
from conformance.apis.suprsend.driver import UNKNOWN, Driver, Place
from conformance.apis.suprsend.reading import NEIGHBOURS, PAGE, known
from conformance.apis.suprsend.test_authorizations import with_wrong_key, without_key
from conformance.apis.suprsend.test_errors import error_body
from conformance.apis.suprsend.test_path_parameters import unknown_category, unknown_object
from conformance.apis.suprsend.test_query_parameters import tenant_scope, with_options
from conformance.assertions.expect import expect, expect_status, observe
from conformance.assertions.json_equality import is_same_json
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.http.response import Response


def reads(driver: Driver) -> Iterator[Response]:
    """Yield what the category is read as, opted out and opted in where the run may write."""
    yield reading.alone(driver)
    if driver.run.mode.may_write:
        yield known(reading.opted_out(driver).alone_again)


def written(driver: Driver) -> Iterator[Response]:
    """Yield what the writes before these reads are answered, if the run may write."""
    if driver.run.mode.may_write:
        yield from (
            answer for answer in (reading.opted_out(driver).out, reading.opted_out(driver).back) if answer.ok
        )


def fault(shape: Mapping[str, Any]) -> tuple[str, Any] | None:
    """Return what a category's member is to be and what it is, if one is something else."""
    is_there = {"name", "preference", "is_editable"}
    for member, (kind, is_right) in _SHAPE.items():
        if (member in shape or member in is_there) and not is_right(shape.get(member)):
            return f"{member}: {kind}", shape.get(member)
    for channel in shape.get("channels") or []:
        for member, (kind, is_right) in _CHANNEL_SHAPE.items():
            if not is_right(channel.get(member)):
                return f"channels[].{member}: {kind}", channel.get(member)
    return None


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool)


def _is_preference(value: Any) -> bool:
    return isinstance(value, str) and value in PREFERENCES


_SHAPE = {
    "name": ("a string", _is_text),
    "description": ("a string or null", lambda value: value is None or _is_text(value)),
    "original_preference": ("opt_in, opt_out or null", lambda value: value is None or _is_preference(value)),
    "preference": ("opt_in or opt_out", _is_preference),
    "is_editable": ("a boolean", _is_boolean),
    "channels": (
        "an array of objects or null",
        lambda value: (
            value is None or (isinstance(value, list) and all(isinstance(one, dict) for one in value))
        ),
    ),
}
_CHANNEL_SHAPE = {
    "channel": ("a string", _is_text),
    "preference": ("opt_in or opt_out", _is_preference),
    "is_editable": ("a boolean", _is_boolean),
}


def test_read_answers_200(driver: Driver) -> None:
    """SHOULD answer 200 to GET of a category. (suprsend: API specification)"""
    for answer in reads(driver):
        expect_status(answer, 200)


def test_read_answers_the_category(driver: Driver) -> None:
    """SHOULD answer GET of a category with the same members as a write. (suprsend: API specification)

    original_preference and description may be null, and channels may be empty or null while the category is opted
    out. What the answers to writes have wrong as well is not judged again.
    """
    for answer in reads(driver):
        body = granted(answer).json
        if any(fault(category(write)) for write in written(driver)):
            raise Inconclusive("the answers to writes are no such categories either")
        expect(isinstance(body, dict), "a JSON object", shown(body), answer)
        well_formed(body, answer)


def well_formed(shape: Mapping[str, Any], answer: Response) -> None:
    """Expect a category to have what other pages say that it has."""
    wrong = fault(shape)
    if wrong is not None:
        expect(False, wrong[0], shown(wrong[1]), answer)


def test_read_category_is_the_slug(driver: Driver) -> None:
    """SHOULD answer GET of a category with the slug of the path as the category. (suprsend: API specification)"""
    slug = driver.place.category
    for write in written(driver):
        if category(write).get("category") != slug:
            raise Inconclusive("the answers to writes do not name the slug either")
    for answer in reads(driver):
        given = category(answer).get("category")
        expect(given == slug, f"category {shown(slug)}", shown(given), answer)


def test_written_preference_is_read(driver: Driver) -> None:
    """SHOULD answer GET with the preference that was written before. (suprsend: API specification)

    A write that is answered 202 may take three seconds until it is read, here and in what follows.
    """
    reading.wanted(driver)
    turned = reading.opted_out(driver)
    for word, write, read in ((OUT, turned.out, turned.alone), (IN, turned.back, turned.alone_again)):
        if not shows(granted(write), word):
            raise Inconclusive(f"the write of {word} is {said(write)}")
        answer = known(read)
        expect(preference(answer) == word, f"preference {word}, as was written", preference(answer), answer)


def test_written_channel_is_read(driver: Driver) -> None:
    """SHOULD answer GET with the channel out that was written to go out, and the others in.

    (suprsend: API specification)
    """
    reading.wanted(driver)
    named, _, out, read, _ = driver.channel_turns()
    written = stands(granted(out))
    if written.get(named) == IN or not shows(out, IN):
        raise Inconclusive(f"{named} did not go out")
    answer = granted(known(read))
    category(answer)
    listed = stands(answer)
    expect(listed.get(named) != IN, f"{named} opt_out, as was written", "opt_in", answer)
    for channel in [name for name, word in written.items() if word == IN]:
        expect(listed.get(channel) != OUT, f"{channel} opt_in, as was answered", "opt_out", answer)


def test_read_agrees_with_answer(driver: Driver) -> None:
    """SHOULD answer GET after two lists of opt-outs with what the second of them was answered.

    (suprsend: API specification)

    Whether the second list replaces the first or is added to it, another requirement asks.
    """
    reading.writes_are_read(driver)
    lists = reading.lists(driver)
    answer = granted(known(lists.read))
    as_written(lists.after, answer, "the write was answered")


def test_read_describes_the_category(driver: Driver) -> None:
    """SHOULD answer GET with the name, and with what can be edited, as the write before it was answered.

    (suprsend: API specification)

    Asked of the category, and of the one that cannot be opted out of.
    """
    reading.wanted(driver)
    turned = reading.opted_out(driver)
    pairs = [(category(turned.back), category(known(turned.alone_again)), known(turned.alone_again))]
    with suppress(NotTested, Inconclusive):
        locked = known(reading.locked(driver))
        pairs.append((category(driver.locked_turns()[0]), category(locked), locked))
    for written, read, answer in pairs:
        same(written, read, "the write was answered", answer)


def same(
    wanted: Mapping[str, Any],
    given: Mapping[str, Any],
    how: str,
    answer: Response,
    names: Sequence[str] = ("name", "is_editable"),
) -> None:
    """Expect two categories to say the same in the members *names*, of themselves and their channels."""
    found = difference(wanted, given, names)
    if found is not None:
        name, before, now = found
        expect(False, f"{name}: {shown(before)}, as {how}", shown(now), answer)


def not_read(driver: Driver, other: Place) -> None:
    """Expect what is read to be what was written here, after a write elsewhere."""
    reading.writes_are_read(driver)
    apart = driver.apart_with_reading(other)
    if apart.read is None and apart.left is None:
        raise NotTested("nothing goes out elsewhere, neither a channel nor all of it")
    if not is_same_json(picture(apart.before), picture(apart.after)):
        raise Inconclusive("the write shows in the answers to later writes already")
    for written, read in ((apart.before, apart.read), (apart.after, apart.left)):
        if read is not None:
            answer = granted(known(read))
            category(answer)
            as_written(written, answer, "was written here before the write elsewhere")


def as_written(written: Response, answer: Response, how: str) -> None:
    """Expect a category to be read with the preference that a write was answered with, and its channels with theirs."""
    before, now = preference(written), category(answer).get("preference")
    expect(now == before, f"preference {before}, as {how}", shown(now), answer)
    listed = stands(answer)
    for channel, word in stands(written).items():
        given = listed.get(channel, word)
        expect(given == word, f"{channel} {word}, as {how}", given, answer)


def test_write_to_another_object_is_not_read(driver: Driver) -> None:
    """SHOULD not show in GET of one object what was written to another. (suprsend: API specification)"""
    not_read(driver, driver.other_place)


def test_write_to_another_category_is_not_read(driver: Driver) -> None:
    """SHOULD not show in GET of one category what was written to another. (suprsend: API specification)"""
    not_read(driver, driver.other_category)


def test_written_for_a_tenant_is_read(driver: Driver) -> None:
    """SHOULD answer GET for a tenant with the channel out that was written to go out for it.

    (suprsend: API specification)
    """
    reading.writes_are_read(driver)
    named, for_tenant, read, *_ = tenant_scope(driver)
    if stands(granted(for_tenant)).get(named) == IN:
        raise Inconclusive(f"{named} did not go out for the tenant")
    answer = granted(known(read))
    category(answer)
    expect(stands(answer).get(named) != IN, f"{named} opt_out, as was written", "opt_in", answer)


def test_write_to_a_tenant_when_read(driver: Driver) -> None:
    """OBSERVED whether a channel that goes out for a tenant is read as out without one.

    (suprsend: API specification)
    """
    reading.wanted(driver)
    scope = tenant_scope(driver)
    named, for_tenant, read = scope.named, scope.for_tenant, scope.read_here
    there, here = (shown(stands(answer).get(named)) for answer in (for_tenant, known(read)))
    observe(
        f"{named} was in and went out for the tenant, where it is {there}; without a tenant {here} is read"
    )


def test_refused_write_is_not_read(driver: Driver) -> None:
    """SHOULD read what was written before a write that is refused. (suprsend: API specification)

    Refused for want of a key, for a wrong one, and, where it is, for a channel that there is not.
    """
    reading.writes_are_read(driver)
    out, channel, foreign, read = reading.refused(driver)
    if not all(answer.status in REFUSALS for answer in foreign):
        raise Inconclusive("a write without a key, or with a wrong one, is not refused")
    if not shows(out, OUT):
        raise Inconclusive(f"an opt_out is {said(out)}")
    answer = granted(known(read))
    reasons = "no key, a wrong one" + (", an unknown channel" if channel.status in REFUSALS else "")
    wanted = f"preference opt_out, as before the writes that were refused ({reasons})"
    expect(preference(answer) == OUT, wanted, preference(answer), answer)


def without_a_key(driver: Driver) -> Mapping[str, Response]:
    """Read everything that the target has once more, without a key."""
    paths = {what: NEIGHBOURS[what] for what in reading.each(driver)}
    granted(reading.alone(driver))

    def ask() -> Mapping[str, Response]:
        alone = {"the category": driver.read(driver.place, authorization=None)}
        return alone | {
            what: driver.read(driver.place, names, authorization=None) for what, names in paths.items()
        }

    return driver.client.memoize("read without a key", ask)


def test_read_without_key(driver: Driver) -> None:
    """SHOULD refuse GET without an API key. (suprsend: API specification)"""
    answers = without_a_key(driver)
    if without_key(driver).status not in REFUSALS:
        raise Inconclusive("a write without a key is not refused either")
    for what, answer in answers.items():
        expect(answer.status in REFUSALS, f"a refusal to read {what}", f"status {answer.status}", answer)


def test_read_with_wrong_key(driver: Driver) -> None:
    """SHOULD refuse GET of a category with a wrong API key. (suprsend: API specification)"""
    granted(reading.alone(driver))
    if with_wrong_key(driver).status not in REFUSALS:
        raise Inconclusive("a write with a wrong key is not refused either")
    answer = driver.ask_once(
        "read with a wrong key", lambda: driver.read(driver.place, authorization=driver.wrong_key)
    )
    expect(answer.status in REFUSALS, "a refusal", f"status {answer.status}", answer)


def test_read_without_key_status(driver: Driver) -> None:
    """SHOULD answer 401 where it refuses GET without an API key. (suprsend: API specification)"""
    answers = without_a_key(driver)
    if without_key(driver).status != 401:
        raise Inconclusive(f"a write without a key is answered {without_key(driver).status}, too")
    refusals = [answer for answer in answers.values() if answer.status in REFUSALS]
    if not refusals:
        raise Inconclusive("GET is not refused")
    for answer in refusals:
        expect_status(answer, 401)


def read_unknown_category(driver: Driver) -> Response:
    """Read a category that nobody made; raise Inconclusive if a write to it may have made it."""
    granted(reading.alone(driver))
    with suppress(NotTested):
        if unknown_category(driver).status != 404:
            raise Inconclusive(f"a write to it is answered {unknown_category(driver).status}")
    return driver.ask_once("read unknown category", lambda: driver.read(driver.unknown_category))


def read_unknown_object(driver: Driver) -> Mapping[str, Response]:
    """Read what the target has beside a category, of an object that nobody made."""
    paths = {what: NEIGHBOURS[what] for what in reading.each(driver)}
    if not paths:
        raise NotTested("the target has nothing that other pages say is 404 for an unknown object")
    with suppress(NotTested):
        if unknown_object(driver).ok:
            raise Inconclusive("a write has made the object")

    def ask() -> Mapping[str, Response]:
        return {what: driver.read(driver.unknown_object, names) for what, names in paths.items()}

    return driver.client.memoize("read unknown object", ask)


def test_read_of_unknown_category(driver: Driver) -> None:
    """SHOULD answer 404 to GET of a category that does not exist. (suprsend: API specification)"""
    expect_status(read_unknown_category(driver), 404)


def test_read_of_unknown_object(driver: Driver) -> None:
    """SHOULD answer 404 to GET of the preferences of an object that does not exist.

    (suprsend: API specification)

    Asked of the full preference, the channel preferences and the list of categories; what a single category of it is
    answered, no page says.
    """
    for what, answer in read_unknown_object(driver).items():
        expect(answer.status == 404, f"status 404 for {what}", f"status {answer.status}", answer)


def test_read_error(driver: Driver) -> None:
    """SHOULD answer 404 to GET with an integer code and a message. (suprsend: API specification)"""
    answers = [read_unknown_category(driver)]
    with suppress(NotTested, Inconclusive):
        answers += read_unknown_object(driver).values()
    if not is_error(without_key(driver)):
        raise Inconclusive("the errors of a write have no code and message either")
    for answer in answers:
        if answer.status == 404:
            expect(is_error(answer), "an integer code and a message", shown(answer.text[:80]), answer)


def is_error(answer: Response) -> bool:
    """Tell whether an answer has the members that errors share."""
    body = error_body(answer) or {}
    message = body.get("message")
    return type(body.get("code")) is int and isinstance(message, str) and message.strip() != ""


def test_read_for_unknown_tenant(driver: Driver) -> None:
    """OBSERVED what GET is answered for a tenant that does not exist. (suprsend: API specification)"""
    reading.wanted(driver)
    observe(f"GET for an unknown tenant is {said(driver.read(driver.unknown_tenant))}")


def opted_out_channels(driver: Driver) -> tuple[Response, Response]:
    """Return what the opted-out category is read as without and with its channels."""
    reading.wanted(driver)
    turned = reading.opted_out(driver)
    alone, with_channels = known(turned.alone), known(turned.with_channels)
    if not shows(granted(alone), OUT):
        raise Inconclusive(f"GET is {said(alone)} after an opt_out")
    if not channels(granted(known(turned.alone_again))):
        raise Inconclusive("no channel is listed as an object while the category is opted in")
    return alone, with_channels


def test_opted_out_channels_are_shown(driver: Driver) -> None:
    """SHOULD list the channels of an opted-out category where show_opt_out_channels is true.

    (suprsend: API specification)
    """
    _, answer = opted_out_channels(driver)
    expect(answer.ok, "a 2xx", f"status {answer.status}", answer)
    listed = category(answer).get("channels")
    expect(bool(channels(answer)), "channels, as the flag asks", shown(listed), answer)


def test_opted_out_channels_without_the_flag(driver: Driver) -> None:
    """OBSERVED how the channels of an opted-out category are read without show_opt_out_channels, and with it.

    (suprsend: API specification)
    """
    without, with_flag = (
        stands(answer) or shown(category(answer).get("channels")) for answer in opted_out_channels(driver)
    )
    observe(f"channels read after opt_out: {without}; with show_opt_out_channels: {with_flag}")


def with_locale_and_tag(driver: Driver) -> Response:
    """List the categories in Spanish that have a tag which none has."""
    granted(reading.seen(driver, PAGE))
    with suppress(NotTested):
        if not with_options(driver).ok:
            raise Inconclusive("a write with a locale is refused, too")
    options = {"locale": "es", "tags": UNKNOWN}
    return driver.ask_once(
        "locale and tag", lambda: driver.read(driver.place, NEIGHBOURS[PAGE], params=options)
    )


def test_locale_and_tags(driver: Driver) -> None:
    """SHOULD accept locale and tags where it lists categories. (suprsend: API specification)"""
    answer = with_locale_and_tag(driver)
    expect(answer.ok, "a 2xx", f"status {answer.status}", answer)


def test_effect_of_locale_and_tags(driver: Driver) -> None:
    """OBSERVED what becomes of a list of categories in Spanish, of a tag that none has.

    (suprsend: API specification)
    """
    answer, usual = with_locale_and_tag(driver), reading.seen(driver, PAGE)
    names = [shown(one.get("name")) for one in reading.results(answer)]
    observe(
        f"with locale es and a tag that nobody uses, {len(names)} categories are listed instead of "
        f"{len(reading.results(usual))}{': ' if names else ''}{', '.join(names[:3])}"
    )
