"""API specification: reads without a valid key, of what does not exist, and with parameters."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from conformance.apis.suprsend.alternatives import name_creation, name_listing
from conformance.apis.suprsend.bad_credentials import expect_kept_out
from conformance.apis.suprsend.category import (
    IN,
    OUT,
    REFUSALS,
    category_of,
    channel_preferences,
    channels_of,
    describe_answer,
    describe_value,
    require_success,
    shows_preference,
)
from conformance.apis.suprsend.driver import Driver
from conformance.apis.suprsend.expectations import (
    error_body_of,
)
from conformance.apis.suprsend.neighbours import (
    CATEGORY_LIST,
    FULL_PREFERENCE,
    NEIGHBOUR_PATHS,
    categories_of_page,
    categories_of_sections,
    find_category,
)
from conformance.apis.suprsend.place import UNKNOWN
from conformance.apis.suprsend.shared_reads import (
    opt_out_and_read,
    read_category,
    read_every_neighbour,
    read_neighbour,
    require_answer,
    require_read_back,
)
from conformance.apis.suprsend.shared_writes import (
    write_to_unknown_category,
    write_to_unknown_object,
    write_with_client_options,
    write_with_wrong_key,
    write_without_key,
)
from conformance.assertions.expect import expect, expect_status, observe, require_some
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.http.response import Response


def _read_without_key(driver: Driver) -> Mapping[str, Response]:
    """Read everything that the target has once more, without a key."""
    paths = {what: NEIGHBOUR_PATHS[what] for what in read_every_neighbour(driver)}
    require_success(read_category(driver))

    def read_each() -> Mapping[str, Response]:
        alone = {"the category": driver.read(driver.places.main, authorization=None)}
        return alone | {
            what: driver.read(driver.places.main, names, authorization=None) for what, names in paths.items()
        }

    return driver.client.memoize("read without a key", read_each)


def test_read_without_key(driver: Driver) -> None:
    """SHOULD refuse GET without an API key. (suprsend: API specification)"""
    answers = _read_without_key(driver)
    if write_without_key(driver).status not in REFUSALS:
        raise Inconclusive("a write without a key is not refused either")
    for what, answer in answers.items():
        expect(answer.status in REFUSALS, f"a refusal to read {what}", f"status {answer.status}", answer)
    # Without a tenant and whatever the seed draws, the above is asked all the same.
    with suppress(NotTested):
        expect_kept_out(driver, "read-without-key")


def test_read_with_wrong_key(driver: Driver) -> None:
    """SHOULD refuse GET of a category with a wrong API key. (suprsend: API specification)"""
    require_success(read_category(driver))
    if write_with_wrong_key(driver).status not in REFUSALS:
        raise Inconclusive("a write with a wrong key is not refused either")
    answer = driver.client.memoize(
        "read with a wrong key",
        lambda: driver.read(driver.places.main, authorization=driver.api_key.wrong_key_header),
    )
    expect(answer.status in REFUSALS, "a refusal", f"status {answer.status}", answer)
    # Without a tenant and whatever the seed draws, the above is asked all the same.
    with suppress(NotTested):
        expect_kept_out(driver, "read-with-wrong-key")


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

    def read_each() -> Mapping[str, Response]:
        return {what: driver.read(driver.places.unknown_object, names) for what, names in paths.items()}

    return driver.client.memoize("read unknown object", read_each)


def test_read_of_unknown_category(driver: Driver) -> None:
    """SHOULD answer 404 to GET of a category that does not exist. (suprsend: API specification)"""
    expect_status(_read_unknown_category(driver), 404)


def test_read_of_unknown_object(driver: Driver) -> None:
    """SHOULD answer 404 to GET of the preferences of an object that does not exist.

    (suprsend: API specification)

    It is judged of the full preference, the channel preferences and the list of categories. How GET of a single
    category is answered then, no page says.
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
    unknown = (answer for answer in answers if answer.status == 404)
    for answer in require_some(unknown, "no GET is answered 404"):
        member = ("code",) if type((error_body_of(answer) or {}).get("code")) is not int else ("message",)
        expected, got = "an integer code and a message", describe_value(answer.text)
        expect(_is_error(answer), expected, got, answer, member)


def _is_error(answer: Response) -> bool:
    """Tell whether an answer has the members that errors share."""
    body = error_body_of(answer) or {}
    message = body.get("message")
    return type(body.get("code")) is int and isinstance(message, str) and message.strip() != ""


def test_read_for_unknown_tenant(driver: Driver) -> None:
    """OBSERVED how GET for a tenant that does not exist is answered. (suprsend: API specification)"""
    require_read_back(driver)
    place = driver.places.unknown_tenant
    answer = driver.read(place)
    # Where no category is read, a refusal says nothing of tenants.
    alternative = name_creation(answer, place.category) if read_category(driver).ok else None
    observe(f"GET for an unknown tenant is {describe_answer(answer)}", alternative)


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
    expected, member = "channels, as the flag asks", ("channels",)
    expect(bool(channels_of(answer)), expected, describe_value(listed), answer, member)


def test_opted_out_channels_without_the_flag(driver: Driver) -> None:
    """OBSERVED how an opted-out category lists its channels without show_opt_out_channels, and with it.

    (suprsend: API specification)
    """
    answers = _read_opted_out_channels(driver)
    without, with_flag = (
        channel_preferences(answer) or describe_value(category_of(answer).get("channels"))
        for answer in answers
    )
    text = f"channels read after opt_out: {without}; with show_opt_out_channels: {with_flag}"
    observe(text, name_listing(answers[0]))


def test_locked_category_in_full_preference(driver: Driver) -> None:
    """OBSERVED which preference the full preference shows of a category that cannot be opted out of.

    (suprsend: API specification)
    """
    categories = categories_of_sections(require_success(read_neighbour(driver, FULL_PREFERENCE)))
    slug = driver.places.locked_category.category
    found = find_category(categories, slug)
    if found is None:
        raise Inconclusive(f"the full preference does not have {slug}")
    word = found.get("preference")
    names = {IN: "opt-in", "cant_unsubscribe": "cant-unsubscribe"}
    observe(
        f"{slug} has preference {describe_value(word)} in the full preference",
        names.get(word, "another") if isinstance(word, str) else "another",
    )


def test_category_without_description(driver: Driver) -> None:
    """OBSERVED how the list of categories shows that one has no description. (suprsend: API specification)"""
    listed = categories_of_page(require_success(read_neighbour(driver, CATEGORY_LIST)))
    without = [one for one in listed if not one.get("description")]
    if not without:
        raise NotTested("every category that is listed has a description")
    one = without[0]
    if "description" not in one:
        alternative = "left-out"
    else:
        alternative = "told-as-null" if one["description"] is None else "empty-text"
    shown = alternative.replace("-", " ")
    observe(f"{describe_value(one.get('category'))} has no description, which is {shown}", alternative)


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
    """OBSERVED how a list of categories in Spanish, with a tag that no category has, is answered.

    (suprsend: API specification)
    """
    answer, usual = _list_with_locale_and_tag(driver), read_neighbour(driver, CATEGORY_LIST)
    names = [describe_value(one.get("name")) for one in categories_of_page(answer)]
    number = len(categories_of_page(usual))
    alternative = None
    if answer.ok and number:
        alternative = "filtered" if not names else "ignored" if len(names) == number else "some"
    observe(
        f"with locale es and a tag that nobody uses, {len(names)} categories are listed instead of "
        f"{number}{': ' if names else ''}{', '.join(names[:3])}",
        alternative,
    )
