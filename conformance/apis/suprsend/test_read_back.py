"""API specification: a category is read as it was written, alone and whatever is written elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial

from conformance.apis.suprsend.alternatives import name_tenant_scope
from conformance.apis.suprsend.category import (
    IN,
    OUT,
    REFUSALS,
    category_of,
    channel_preferences,
    describe_answer,
    describe_value,
    preference_of,
    repeatable_state,
    require_success,
    shows_preference,
)
from conformance.apis.suprsend.driver import Driver
from conformance.apis.suprsend.expectations import (
    expect_category_members,
    expect_channel,
    expect_preference,
    expect_same_members,
    find_wrong_member,
)
from conformance.apis.suprsend.place import Place
from conformance.apis.suprsend.reads_elsewhere import opt_out_and_read_elsewhere
from conformance.apis.suprsend.shared_reads import (
    opt_out_and_read,
    read_category,
    require_answer,
    require_read_back,
    require_that_writes_are_read,
    switch_locked_category_and_read,
    write_for_tenant_and_read,
    write_refused_and_read,
    write_two_lists_and_read,
)
from conformance.apis.suprsend.shared_writes import (
    opt_in_beside_list_once,
    switch_channel_once,
    switch_locked_category_once,
    switch_other_type_once,
    write_and_read_here_and_elsewhere,
)
from conformance.apis.suprsend.writes_elsewhere import choose_elsewhere_once
from conformance.assertions.expect import expect, expect_status, observe
from conformance.assertions.json_equality import is_same_json
from conformance.assertions.outcome import DoesNotConform, Inconclusive, NotTested
from conformance.http.response import Response


def _reads_of_category(driver: Driver) -> Iterator[Response]:
    """Yield what the category is read as, opted out and in where the run may write, and out for another type."""
    yield read_category(driver)
    if driver.run.mode.may_write:
        yield require_answer(opt_out_and_read(driver).alone_again)
    try:
        elsewhere = switch_other_type_once(driver)
    except NotTested:
        return
    if elsewhere.out.ok:
        yield require_answer(elsewhere.read)


def _accepted_writes(driver: Driver) -> Iterator[Response]:
    """Yield what the writes before these reads are answered, if the run may write."""
    if driver.run.mode.may_write:
        yield from (
            answer for answer in (opt_out_and_read(driver).out, opt_out_and_read(driver).back) if answer.ok
        )


def test_read_answers_200(driver: Driver) -> None:
    """SHOULD answer 200 to GET of a category. (suprsend: API specification)"""
    for answer in _reads_of_category(driver):
        expect_status(answer, 200)


def test_read_answers_the_category(driver: Driver) -> None:
    """SHOULD answer GET of a category with the same members as a write. (suprsend: API specification)

    original_preference and description may be null, and channels may be empty or null while the category is opted
    out. What is wrong in the answers to writes as well is not judged again.
    """
    for answer in _reads_of_category(driver):
        body = require_success(answer).json
        if any(find_wrong_member(category_of(write)) for write in _accepted_writes(driver)):
            raise Inconclusive("the answers to writes are no such categories either")
        expect(isinstance(body, dict), "a JSON object", partial(describe_value, body), answer)
        expect_category_members(body, answer)


def test_read_category_is_the_slug(driver: Driver) -> None:
    """SHOULD answer GET of a category with the slug of the path as the category.

    (suprsend: API specification)
    """
    slug = driver.places.main.category
    for write in _accepted_writes(driver):
        if category_of(write).get("category") != slug:
            raise Inconclusive("the answers to writes do not name the slug either")
    for answer in _reads_of_category(driver):
        given = category_of(answer).get("category")
        expected, member = f"category {describe_value(slug)}", ("category",)
        expect(given == slug, expected, describe_value(given), answer, member)


def test_written_preference_is_read(driver: Driver) -> None:
    """SHOULD answer GET with the preference that was written before. (suprsend: API specification)

    A write that is answered 202 may take three seconds until it is read, or as long as the profile's
    patience.read_lag_s says, here and in the following requirements.
    """
    require_read_back(driver)
    turned = opt_out_and_read(driver)
    _, beside, read_beside = opt_in_beside_list_once(driver)
    turns = [(OUT, turned.out, turned.alone), (IN, turned.back, turned.alone_again)]
    if shows_preference(beside, IN):  # what else it is answered, other requirements judge
        turns.append((IN, beside, read_beside))
    with suppress(NotTested):
        elsewhere = switch_other_type_once(driver)
        if shows_preference(elsewhere.out, OUT):
            turns.append((OUT, elsewhere.out, elsewhere.read))
    with suppress(NotTested, Inconclusive):
        other = write_and_read_here_and_elsewhere(driver, driver.places.other_object)
        if other.out and other.there is not None:
            turns.append((OUT, other.out, other.there))
    for word, write, read in turns:
        if not shows_preference(require_success(write), word):
            raise Inconclusive(f"the write of {word} is {describe_answer(write)}")
        expect_preference(require_answer(read), word, ", as was written")


def test_written_channel_is_read(driver: Driver) -> None:
    """SHOULD answer GET with the channel opted out that was written so, and the others opted in.

    (suprsend: API specification)
    """
    require_read_back(driver)
    named, _, out, read, _ = switch_channel_once(driver)
    written = channel_preferences(require_success(out))
    is_last = set(written) <= {named} and shows_preference(
        out, OUT
    )  # a category may go out with its last channel
    if written.get(named) == IN or not (is_last or shows_preference(out, IN)):
        raise Inconclusive(f"{named} did not go out")
    answer = require_success(require_answer(read))
    category_of(answer)
    listed = channel_preferences(answer)
    # A target may list only channels that are in.
    expect_channel(answer, named, OUT, listed.get(named, OUT), ", as was written")
    for channel in [name for name, word in written.items() if word == IN]:
        expect_channel(answer, channel, IN, listed.get(channel, IN), ", as was answered")


def test_read_agrees_with_answer(driver: Driver) -> None:
    """SHOULD answer GET after two lists of opt-outs with the same preferences as the second write.

    (suprsend: API specification)

    Whether the second list replaces the first or is added to it, another requirement judges.
    """
    require_that_writes_are_read(driver)
    lists = write_two_lists_and_read(driver)
    answer = require_success(require_answer(lists.read))
    _expect_as_written(lists.after, answer, "the write was answered")


def test_read_describes_the_category(driver: Driver) -> None:
    """SHOULD answer GET with the same name and the same is_editable as the write before it.

    (suprsend: API specification)

    It is judged of the category, and of the one that cannot be opted out of.
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
        pairs.append((category_of(switch_locked_category_once(driver)[0]), category_of(locked), locked))
    for written, read, answer in pairs:
        expect_same_members(written, read, "the write was answered", answer)


def _expect_elsewhere_not_read(driver: Driver, other: Place) -> None:
    """Expect what is read to be what was written here, after a write elsewhere."""
    require_that_writes_are_read(driver)
    apart = write_and_read_here_and_elsewhere(driver, other)
    if apart.read is None and apart.left is None:
        raise NotTested("nothing goes out elsewhere, neither a channel nor all of it")
    if not is_same_json(repeatable_state(apart.before), repeatable_state(apart.after)):
        raise Inconclusive("the write shows in the answers to later writes already")
    for written, read in ((apart.before, apart.read), (apart.after, apart.left)):
        if read is not None:
            answer = require_success(require_answer(read))
            category_of(answer)
            _expect_as_written(written, answer, "was written here before the write elsewhere")


def _expect_as_written(written: Response, answer: Response, how: str) -> None:
    """Expect a category to be read with the preference that a write was answered with, and its channels with theirs."""
    before, now = preference_of(written), category_of(answer).get("preference")
    expected, member = f"preference {before}, as {how}", ("preference",)
    expect(now == before, expected, describe_value(now), answer, member)
    listed = channel_preferences(answer)
    for channel, word in channel_preferences(written).items():
        expect_channel(answer, channel, word, listed.get(channel, word), f", as {how}")


def test_write_to_another_object_is_not_read(driver: Driver) -> None:
    """SHOULD not show in GET of one object what was written to another. (suprsend: API specification)"""
    _expect_elsewhere_not_read(driver, driver.places.other_object)


def test_write_to_another_category_is_not_read(driver: Driver) -> None:
    """SHOULD not show in GET of one category what was written to another. (suprsend: API specification)"""
    _expect_elsewhere_not_read(driver, driver.places.other_category)


def test_write_is_not_read_elsewhere(driver: Driver) -> None:
    """SHOULD not show in GET of another object or category that the category was opted out, with or without a tenant.

    (suprsend: API specification)

    What a write for a tenant does without one is only recorded: a server may keep the two together.
    """
    require_that_writes_are_read(driver)
    elsewhere = opt_out_and_read_elsewhere(driver)
    for place in elsewhere.reads:
        with suppress(NotTested):
            _require_apart(driver, place)
    _expect_not_read_in_another_category_of_the_tenant(driver)
    if not elsewhere.reads:
        raise NotTested("nothing shows that the category went out while it was in elsewhere")
    for place, read in elsewhere.reads.items():
        answer = require_success(require_answer(read))
        expect_preference(answer, IN, f", as was written for {place.object.id} in {place.category}")


def _expect_not_read_in_another_category_of_the_tenant(driver: Driver) -> None:
    """Expect a tenant's category to be read as in while another is out, if reads show what is written for a tenant."""
    with suppress(NotTested, Inconclusive):
        named, _, read_there, *_ = write_for_tenant_and_read(driver)
        beside = opt_in_beside_list_once(driver)
        is_read = channel_preferences(require_answer(read_there)).get(named) != IN
        if not (is_read and shows_preference(require_answer(beside.read), IN)):
            return
        for _, _, before, read in choose_elsewhere_once(driver).values():
            if before and shows_preference(before, IN):
                how = ", as was written for the tenant before it opted out of another category"
                expect_preference(require_success(require_answer(read)), IN, how)


def _require_apart(driver: Driver, place: Place) -> None:
    """Raise Inconclusive if what is written elsewhere is read here, which another requirement judges."""
    try:
        _expect_elsewhere_not_read(driver, place)
    except DoesNotConform:
        raise Inconclusive(
            f"what is written for {place.object.id} in {place.category} is read here"
        ) from None


def test_written_for_a_tenant_is_read(driver: Driver) -> None:
    """SHOULD answer GET for a tenant with the channel opted out that was opted out for the tenant.

    (suprsend: API specification)
    """
    require_that_writes_are_read(driver)
    named, for_tenant, read, *_ = write_for_tenant_and_read(driver)
    if channel_preferences(require_success(for_tenant)).get(named) == IN:
        raise Inconclusive(f"{named} did not go out for the tenant")
    answer = require_success(require_answer(read))
    category_of(answer)
    expect_channel(answer, named, OUT, channel_preferences(answer).get(named, OUT), ", as was written")


def test_write_to_a_tenant_when_read(driver: Driver) -> None:
    """OBSERVED whether a channel that is opted out for a tenant is read as opted out without one.

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
        f"{named} was in and went out for the tenant, where it is {there}; without a tenant {here} is read",
        name_tenant_scope(for_tenant, require_answer(read), named),
    )


def test_refused_write_is_not_read(driver: Driver) -> None:
    """SHOULD answer GET with what was written before a write that is refused. (suprsend: API specification)

    The writes are refused for a missing key, for a wrong one and, if the target refuses that, for a channel that
    does not exist.
    """
    require_that_writes_are_read(driver)
    out, channel, foreign, read = write_refused_and_read(driver)
    if not all(answer.status in REFUSALS for answer in foreign):
        raise Inconclusive("a write without a key, or with a wrong one, is not refused")
    if not shows_preference(out, OUT):
        raise Inconclusive(f"an opt_out is {describe_answer(out)}")
    answer = require_success(require_answer(read))
    reasons = "no key, a wrong one" + (", an unknown channel" if channel.status in REFUSALS else "")
    expect_preference(answer, OUT, f", as before the writes that were refused ({reasons})")
