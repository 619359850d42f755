"""Response: the category as it now stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.apis.suprsend import reading
from conformance.apis.suprsend.category import (
    IN,
    OUT,
    PREFERENCES,
    category,
    channels,
    editable,
    granted,
    member,
    preference,
    shown,
    shows,
)
from conformance.apis.suprsend.driver import OPT_OUT, Driver
from conformance.assertions.expect import expect, expect_status, observe
from conformance.assertions.outcome import Inconclusive
from conformance.http.response import Response


def every(driver: Driver, name: str) -> Iterator[tuple[Any, Response]]:
    """Yield a member of the category opted in, out and in again."""
    for answer in driver.turns():
        yield category(answer).get(name), answer


def listed(driver: Driver, name: str) -> Iterator[tuple[Any, Response]]:
    """Yield a member of every channel listed while the category is opted in and out."""
    answers = driver.turns()
    if not channels(answers.first):
        raise Inconclusive(
            "no channel is listed as an object; fixtures.object needs two, best email and slack"
        )
    for answer in answers:
        for item in channels(answer):
            yield item.get(name), answer


def is_text(value: Any, answer: Response, name: str) -> None:
    """Expect a string."""
    expect(isinstance(value, str), f"{name}: a string", shown(value), answer)


def is_preference(value: Any, answer: Response, name: str) -> None:
    """Expect one of the two words."""
    expect(value in PREFERENCES, f"{name}: opt_in or opt_out", shown(value), answer)


def is_boolean(value: Any, answer: Response, name: str) -> None:
    """Expect true or false."""
    expect(isinstance(value, bool), f"{name}: a boolean", shown(value), answer)


def test_answers_202(driver: Driver) -> None:
    """MUST answer 202 to a preference that it accepts. (suprsend: Response)"""
    expect_status(driver.turns().first, 202)
    for answer in (*driver.turns(), *(second for _, second in driver.twice())):
        if answer.ok:
            expect_status(answer, 202)


def test_answers_the_category(driver: Driver) -> None:
    """MUST answer with the category as a JSON object. (suprsend: Response)"""
    for answer in driver.turns():
        body = granted(answer).json
        expect(isinstance(body, dict), "a JSON object", shown(body), answer)


def test_media_type(driver: Driver) -> None:
    """SHOULD answer with application/json or a type built on it. (suprsend: API specification)"""
    for answer in driver.turns():
        is_json = granted(answer).is_labelled_json
        expect(is_json, "application/json", answer.media_type or "no content-type", answer)


def test_name(driver: Driver) -> None:
    """MUST answer name, a string. (suprsend: Response)"""
    for value, answer in every(driver, "name"):
        is_text(value, answer, "name")


def test_category(driver: Driver) -> None:
    """MUST answer category, a string. (suprsend: Response)"""
    for value, answer in every(driver, "category"):
        is_text(value, answer, "category")


def test_description(driver: Driver) -> None:
    """MUST answer description, a string, or null for a category without one. (suprsend: Response)"""
    for answer in driver.turns():
        said = category(answer)
        expect("description" in said, "description", "no such member", answer)
        value = said["description"]
        expect(value is None or isinstance(value, str), "description: a string or null", shown(value), answer)


def test_original_preference(driver: Driver) -> None:
    """MUST answer original_preference, opt_in or opt_out, or null as other pages show it. (suprsend: Response)

    Which of them it is, is not judged.
    """
    for answer in driver.turns():
        said = category(answer)
        expect("original_preference" in said, "original_preference", "no such member", answer)
        if said["original_preference"] is not None:
            is_preference(said["original_preference"], answer, "original_preference")


def test_preference(driver: Driver) -> None:
    """MUST answer preference, opt_in or opt_out. (suprsend: Response)"""
    for value, answer in every(driver, "preference"):
        is_preference(value, answer, "preference")


def test_is_editable(driver: Driver) -> None:
    """MUST answer is_editable, a boolean. (suprsend: Response)"""
    for value, answer in every(driver, "is_editable"):
        is_boolean(value, answer, "is_editable")


def test_channels(driver: Driver) -> None:
    """MUST answer channels, an array, while the category is opted in. (suprsend: Response)

    A category that is opted out may list channels or none: the document shows one that is opted in.
    """
    answers = driver.turns()
    for answer in (answers.first, answers.back):
        value = category(answer).get("channels")
        expect(isinstance(value, list), "channels: an array", shown(value), answer)


def test_channels_are_objects(driver: Driver) -> None:
    """MUST answer an object for every channel. (suprsend: Response)"""
    for value, answer in every(driver, "channels"):
        for item in value if isinstance(value, list) else []:
            expect(isinstance(item, dict), "channels: objects", shown(item), answer)


def test_channel_names(driver: Driver) -> None:
    """MUST answer channel, a string, for every channel, as the example shows it. (suprsend: Response)"""
    for value, answer in listed(driver, "channel"):
        is_text(value, answer, "channels[].channel")


def test_channel_preferences(driver: Driver) -> None:
    """MUST answer preference, opt_in or opt_out, for every channel, as the example shows it.

    (suprsend: Response)
    """
    for value, answer in listed(driver, "preference"):
        is_preference(value, answer, "channels[].preference")


def test_channel_is_editable(driver: Driver) -> None:
    """MUST answer is_editable, a boolean, for every channel, as the example shows it. (suprsend: Response)"""
    for value, answer in listed(driver, "is_editable"):
        is_boolean(value, answer, "channels[].is_editable")


def test_preference_follows_opt_out(driver: Driver) -> None:
    """MUST answer opt_out once the object has opted out. (suprsend: Response)"""
    out = driver.turns().out
    expect(out.ok, "a 2xx", f"status {out.status}", out)
    expect(preference(out) == OUT, "preference opt_out", preference(out), out)


def test_preference_follows_opt_in(driver: Driver) -> None:
    """MUST answer opt_in once the object has opted in again. (suprsend: Response)"""
    _, out, back = driver.turns()
    granted(out)
    expect(back.ok, "a 2xx", f"status {back.status}", back)
    expect(preference(back) == IN, "preference opt_in", preference(back), back)


def test_is_editable_stays(driver: Driver) -> None:
    """MUST answer the same is_editable whatever the object chooses. (suprsend: Response)"""
    turns = driver.turns()
    before = member(turns.first, "is_editable", bool)
    channel_turns = driver.channel_turns()
    for answer in (turns.out, turns.back, channel_turns.out, channel_turns.back):
        if answer.ok:
            after = member(answer, "is_editable", bool)
            expect(after == before, f"is_editable {shown(before)}", shown(after), answer)


def test_opted_out_category_is_editable(driver: Driver) -> None:
    """MUST not answer is_editable false for a category that the object just opted out of. (suprsend: Response)"""
    answer = driver.turns().out
    if preference(answer) == OUT:
        is_editable = member(answer, "is_editable", bool)
        expect(is_editable, "is_editable true", "an opt_out that is not editable", answer)


def test_locked_category_is_not_editable(driver: Driver) -> None:
    """MUST answer is_editable false for a category that cannot be opted out of. (suprsend: Response)"""
    for answer in driver.locked_turns():
        if answer.ok:
            is_editable = member(answer, "is_editable", bool)
            expect(not is_editable, "is_editable false", shown(is_editable), answer)


def test_locked_category_stays_in(driver: Driver) -> None:
    """MUST not opt an object out of a category that cannot be opted out of. (suprsend: Response)

    A refusal will do as well as a success that stays opted in.
    """
    into, out = driver.locked_turns()
    if out.ok:
        given = preference(out)
        expect(given == IN, "preference opt_in, or a refusal", given, out)
    kept = reading.locked(driver)
    if isinstance(kept, Response) and kept.ok and shows(into, IN):
        is_in = not is_opted_out(kept, driver.locked_place.category)
        wish = f"preference opt_in, as before an opt_out that was answered {out.status}"
        expect(is_in, wish, "opt_out when read with GET", kept)


def is_opted_out(answer: Response, slug: str) -> bool:
    """Tell whether *answer* shows that category as opted out; one that shows something else does not."""
    try:
        said = category(answer)
    except Inconclusive:
        return False
    return said.get("category") == slug and said.get("preference") == OUT


def test_original_preference_after_choices(driver: Driver) -> None:
    """OBSERVED whether original_preference is the category's default or what the object chose.

    (suprsend: Response)
    """
    given = [shown(value) for value, _ in every(driver, "original_preference")]
    observe(f"original_preference opted in, out and in again: {', '.join(given)}")


def test_channels_of_an_opted_out_category(driver: Driver) -> None:
    """OBSERVED how the channels of an opted-out category are listed. (suprsend: Response)"""
    answer = driver.turns().out
    shown_as = {item.get("channel"): item.get("preference") for item in channels(answer)}
    observe(f"channels after opt_out: {shown_as or shown(category(answer).get('channels'))}")


def test_channel_choices_after_opt_out(driver: Driver) -> None:
    """OBSERVED whether channels that were out are still out after an opt_out and an opt_in. (suprsend: Response)"""
    named, _ = driver.two_channels(driver.settled())
    driver.write({"preference": IN, "opt_out_channels": [named]})
    driver.write(OPT_OUT)
    answer = driver.write({"preference": IN})
    observe(f"{named} was out before the category; afterwards it is {shown(editable(answer).get(named))}")
