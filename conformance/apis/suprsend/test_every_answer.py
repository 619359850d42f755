"""Response, of every write that is accepted in the run: the first and the last, here and elsewhere; asked last."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from conformance.apis.suprsend import hostile_input
from conformance.apis.suprsend.category import (
    IN,
    PREFERENCES,
    category_of,
    channels_in,
    describe_value,
    require_member,
    require_success,
)
from conformance.apis.suprsend.driver import AcceptedWrite, Driver
from conformance.apis.suprsend.expectations import expect_kind, judged_answers
from conformance.apis.suprsend.place import Place
from conformance.apis.suprsend.shared_writes import (
    switch_category_once,
    switch_channel_once,
    switch_other_type_once,
)
from conformance.apis.suprsend.subject import describe_subject
from conformance.assertions.expect import expect, expect_status
from conformance.assertions.outcome import UNDECIDED, Inconclusive, NotTested, RunStopped
from conformance.http.pacing import UNAVAILABLE
from conformance.http.response import Response
from conformance.suite.hostile_input import NOT_IMPLEMENTED, expect_no_crash

ORDER = 5
LOOKS_BACK = True
CANT_UNSUBSCRIBE = "cant_unsubscribe"


def _accepted_answers(driver: Driver) -> Iterator[Response]:
    """Yield the answer to every accepted write, among them a category opted in, out and in again.

    Raises Inconclusive afterwards if one of these three was refused or not answered.
    """
    trouble: Inconclusive | RunStopped | None = None
    turns: Sequence[Response] = ()
    with suppress(NotTested, *UNDECIDED):  # whether these are accepted, another requirement judges
        switch_other_type_once(driver)
    try:
        turns = switch_category_once(driver)
    except UNDECIDED as outcome:
        trouble = outcome
    yield from (write.answer for write in driver.accepted_writes)
    if trouble:
        raise trouble
    for answer in turns:
        require_success(answer)


def _answered_categories(driver: Driver) -> Iterator[tuple[dict[str, Any], Response]]:
    """Yield every category that was answered; that each answer is one, another requirement judges."""
    is_any = False
    for answer in _accepted_answers(driver):
        with suppress(Inconclusive):
            category = category_of(answer)
            is_any = True
            yield category, answer
    if not is_any:
        raise Inconclusive("no answer carries a JSON object")


def _named_categories(driver: Driver) -> Iterator[tuple[AcceptedWrite, dict[str, Any]]]:
    """Yield every accepted write with the category that it was answered, where there is one."""
    with suppress(*UNDECIDED):
        switch_category_once(driver)
    with suppress(NotTested, *UNDECIDED):
        switch_other_type_once(driver)
    for write in driver.accepted_writes:
        with suppress(Inconclusive):
            yield write, category_of(write.answer)


def _answered_channels(driver: Driver) -> Iterator[tuple[dict[str, Any], Response]]:
    """Yield every channel that was listed as an object."""
    is_any = False
    for category, answer in _answered_categories(driver):
        for channel in channels_in(category):
            is_any = True
            yield channel, answer
    if not is_any:
        raise Inconclusive(
            "no channel is listed as an object; fixtures.object needs one, best email and slack"
        )


def _expect_text(holder: dict[str, Any], name: str, answer: Response) -> None:
    expect_kind(isinstance(holder.get(name), str), "a string", holder, name, answer)


def _expect_preference(holder: dict[str, Any], name: str, answer: Response) -> None:
    expect_kind(holder.get(name) in PREFERENCES, "opt_in or opt_out", holder, name, answer)


def _expect_boolean(holder: dict[str, Any], name: str, answer: Response) -> None:
    expect_kind(isinstance(holder.get(name), bool), "a boolean", holder, name, answer)


def test_answers_202(driver: Driver) -> None:
    """MUST answer 202 to a preference that it accepts. (suprsend: Response)"""
    with suppress(*UNDECIDED):
        for answer in _accepted_answers(driver):
            expect_status(answer, 202)
    expect_status(switch_category_once(driver).first, 202)


def test_answers_the_category(driver: Driver) -> None:
    """MUST answer with the category as a JSON object. (suprsend: Response)"""
    for answer in _accepted_answers(driver):
        body = answer.json
        expect(isinstance(body, dict), "a JSON object", partial(describe_value, body), answer)


def test_media_type(driver: Driver) -> None:
    """SHOULD answer with application/json or a type built on it. (suprsend: API specification)"""
    for answer in _accepted_answers(driver):
        media_type = answer.media_type or "no content-type"
        expect(answer.is_labelled_json, "application/json", media_type, answer)


def test_name(driver: Driver) -> None:
    """MUST answer with name, a string. (suprsend: Response)"""
    for category, answer in _answered_categories(driver):
        _expect_text(category, "name", answer)


def test_category(driver: Driver) -> None:
    """MUST answer with category, a string. (suprsend: Response)"""
    for category, answer in _answered_categories(driver):
        _expect_text(category, "category", answer)


def test_description(driver: Driver) -> None:
    """MUST answer with description as a string, or null for a category without one, where it has the member.

    (suprsend: Response)
    """
    for category, answer in _answered_categories(driver):
        value = category.get("description")
        is_right = value is None or isinstance(value, str)
        expect(is_right, "description: a string or null", describe_value(value), answer, ("description",))


def test_description_is_there(driver: Driver) -> None:
    """SHOULD answer with description, null for a category without one. (suprsend: Response)

    The document marks no member of the answer as required, and a category need not have a description.
    """
    for category, answer in _answered_categories(driver):
        expect("description" in category, "description", "no such member", answer, ("description",))


def test_original_preference(driver: Driver) -> None:
    """MUST answer with original_preference, opt_in or opt_out, or null as other pages show it.

    (suprsend: Response)

    Which of them it is, is not judged here. A category that cannot be left may have cant_unsubscribe for its default,
    as the document calls it under is_editable.
    """
    for category, answer in _answered_categories(driver):
        name, is_there = "original_preference", "original_preference" in category
        expect(is_there, name, "no such member", answer, (name,))
        is_locked = category.get("is_editable") is False
        if category["original_preference"] not in (None, *([CANT_UNSUBSCRIBE] if is_locked else [])):
            _expect_preference(category, "original_preference", answer)


def test_preference(driver: Driver) -> None:
    """MUST answer with preference, opt_in or opt_out. (suprsend: Response)

    It is the final preference, which there always is: also a write whose preference is null, or another word, is
    answered with one of the two if it is accepted.
    """
    for category, answer in _answered_categories(driver):
        _expect_preference(category, "preference", answer)


def test_is_editable(driver: Driver) -> None:
    """MUST answer with is_editable, a boolean. (suprsend: Response)"""
    for category, answer in _answered_categories(driver):
        _expect_boolean(category, "is_editable", answer)


def test_channels(driver: Driver) -> None:
    """MUST answer with channels, an array, while the category is opted in. (suprsend: Response)

    A category that is opted out may list channels or none: the document shows one that is opted in.
    """
    for category, answer in _answered_categories(driver):
        if category.get("preference") == IN:
            value = category.get("channels")
            got, member = partial(describe_value, value), ("channels",)
            expect(isinstance(value, list), "channels: an array", got, answer, member)


def test_channels_are_objects(driver: Driver) -> None:
    """MUST answer with an object for every channel. (suprsend: Response)"""
    for category, answer in _answered_categories(driver):
        listed = category.get("channels")
        for at, channel in enumerate(listed if isinstance(listed, list) else []):
            is_object, member = isinstance(channel, dict), ("channels", at)
            expect(is_object, "channels: objects", partial(describe_value, channel), answer, member)


def test_channel_names(driver: Driver) -> None:
    """MUST answer with channel, a string, for every channel, as the example shows it. (suprsend: Response)"""
    for channel, answer in _answered_channels(driver):
        _expect_text(channel, "channel", answer)


def test_channel_preferences(driver: Driver) -> None:
    """MUST answer with preference, opt_in or opt_out, for every channel, as the example shows it.

    (suprsend: Response)
    """
    for channel, answer in _answered_channels(driver):
        _expect_preference(channel, "preference", answer)


def test_channel_is_editable(driver: Driver) -> None:
    """MUST answer with is_editable, a boolean, for every channel, as the example shows it.

    (suprsend: Response)
    """
    for channel, answer in _answered_channels(driver):
        _expect_boolean(channel, "is_editable", answer)


def test_category_is_the_slug(driver: Driver) -> None:
    """MUST answer with the slug of the path as the category. (suprsend: Path Parameters)"""
    for write, category in _named_categories(driver):
        slug, given = write.place.category, category.get("category")
        # What a category of the body's own does to it, another requirement judges.
        if isinstance(given, str) and not (isinstance(write.body, dict) and "category" in write.body):
            expect(given == slug, f"category {slug!r}", f"{given!r}", write.answer, ("category",))
    require_member(switch_category_once(driver).first, "category", str)


def test_name_stays(driver: Driver) -> None:
    """MUST answer with the same name for the same category throughout the run. (suprsend: Response)

    Another object or tenant may have a name of its own for it.
    """
    _expect_to_stay(driver, "name", str)
    require_member(switch_category_once(driver).first, "name", str)


def test_is_editable_stays(driver: Driver) -> None:
    """MUST answer with the same is_editable, whatever the object chooses. (suprsend: Response)"""
    with suppress(NotTested, *UNDECIDED):
        switch_channel_once(driver)
    _expect_to_stay(driver, "is_editable", bool)
    require_member(switch_category_once(driver).first, "is_editable", bool)


def test_original_preference_stays(driver: Driver) -> None:
    """MUST answer with the same original_preference for the same category throughout the run, where it is not null.

    (suprsend: Response)

    The document calls it the default preference of the category, so it follows no choice, and is the same for every
    object. A tenant may have a default of its own.
    """
    _expect_to_stay(driver, "original_preference", str, lambda place: (place.category, place.tenant_id))
    category_of(switch_category_once(driver).first)  # Inconclusive without one


def _expect_to_stay(
    driver: Driver, member: str, kind: type, subject_of: Callable[[Place], Hashable] = lambda place: place
) -> None:
    """Want a member to be the same in every answer about one subject that has it, by default about one place."""
    known: dict[Hashable, tuple[Any, AcceptedWrite]] = {}
    for write, category in _named_categories(driver):
        given, body = category.get(member), write.body if isinstance(write.body, dict) else {}
        # What a member of the body's own does to it, another requirement judges; and what a preference does that the
        # document does not have, nobody knows.
        if isinstance(given, kind) and member not in body and body.get("preference") != CANT_UNSUBSCRIBE:
            before, first = known.setdefault(subject_of(write.place), (given, write))
            if given != before:
                driver.client.cite(first.answer.exchange)
                driver.client.cite(write.answer.exchange)
                of = describe_subject(first.answer.exchange)
                wanted = f"{member} {describe_value(before)}, as first answered for {of}"
                expect(False, wanted, describe_value(given), write.answer, (member,))


# --- every answer, accepted or not ------------------------------------------------------------------------


def test_no_server_error(driver: Driver) -> None:
    """MUST not answer any request with a 5xx. (suprsend: Response)

    Among what is sent is odd input, a table of places and kinds: each segment of the path, query parameter, header,
    member and item, the method and the path, each absent, twice, of another type, out of range, long, or in letters and
    bytes that few send. Of its rows 48 are drawn by the run's seed, each place and each kind among them, and a finding
    names both.

    A 503 is sent again and waited for. It is no outage where one input meets it three times, and ordinary writes are
    accepted in between. HTTP allows 501 for an unknown transfer coding or method, so a request that few clients send
    may be answered 501.
    """
    trouble: Inconclusive | RunStopped | None = None
    try:
        trouble = hostile_input.send_all(driver)
    except RunStopped as stop:
        trouble = stop
    except NotTested:
        pass  # what the mode does send is judged all the same
    expect_no_crash(driver)
    unusual = {id(answer) for answer in driver.unusual_answers}
    generated = set[int]()
    with suppress(NotTested, *UNDECIDED):  # these have a requirement of their own
        generated = {id(result.answer) for result in driver.case_results()}
    for answer in judged_answers(driver):
        if id(answer) in generated:
            continue
        allowed = (UNAVAILABLE, NOT_IMPLEMENTED) if id(answer) in unusual else (UNAVAILABLE,)
        sound = answer.status < 500 or answer.status in allowed
        expect(sound, "no 5xx", f"status {answer.status}", answer)
    if trouble:
        raise trouble
