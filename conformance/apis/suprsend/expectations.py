"""What several requirements want of an answer: a refusal, a success, or the members that other pages describe."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from conformance.apis.suprsend.category import (
    PREFERENCES,
    describe_value,
    find_difference,
    member_of_channel,
    preference_of,
    repeatable_state,
)
from conformance.apis.suprsend.driver import Driver
from conformance.apis.suprsend.neighbours import objects_in
from conformance.assertions.expect import expect
from conformance.assertions.json_equality import MISSING
from conformance.assertions.json_equality import find_difference as find_state_difference
from conformance.assertions.member import Member, find_member, render_member
from conformance.assertions.outcome import DoesNotConform
from conformance.http.response import Response


def expect_refusal(answer: Response) -> None:
    """Expect a 4xx: the document shows no error and leaves open which status a refusal has."""
    expect(400 <= answer.status < 500, "a refusal, status 4xx", f"status {answer.status}", answer)


def expect_success(answer: Response) -> None:
    """Expect a 2xx."""
    expect(answer.ok, "a 2xx", f"status {answer.status}", answer)


def error_body_of(answer: Response) -> dict[str, Any] | None:
    """Return an error's body if it is a JSON object."""
    try:
        body = answer.json
    except DoesNotConform:
        return None
    return body if isinstance(body, dict) else None


# --- a category ------------------------------------------------------------------------------------------


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool)


def _is_preference(value: Any) -> bool:
    return isinstance(value, str) and value in PREFERENCES


def _is_null_or(is_right: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or is_right(value)


def _is_array_of_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


_REQUIRED_MEMBERS = {"name", "preference", "is_editable"}
_MEMBERS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "name": ("a string", _is_text),
    "description": ("a string or null", _is_null_or(_is_text)),
    "original_preference": ("opt_in, opt_out or null", _is_null_or(_is_preference)),
    "preference": ("opt_in or opt_out", _is_preference),
    "is_editable": ("a boolean", _is_boolean),
    "channels": ("an array of objects or null", _is_null_or(_is_array_of_objects)),
}
_CHANNEL_MEMBERS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "channel": ("a string", _is_text),
    "preference": ("opt_in or opt_out", _is_preference),
    "is_editable": ("a boolean", _is_boolean),
}


def find_wrong_member(shape: Mapping[str, Any]) -> tuple[Mapping[str, Any], str, str] | None:
    """Return a category or a channel of it, which of its members is wrong, and what that is to be; None if none is."""
    for member, (kind, is_right) in _MEMBERS.items():
        if (member in shape or member in _REQUIRED_MEMBERS) and not is_right(shape.get(member)):
            return shape, member, kind
    for channel in shape.get("channels") or []:
        for member, (kind, is_right) in _CHANNEL_MEMBERS.items():
            if not is_right(channel.get(member)):
                return channel, member, kind
    return None


def expect_category_members(shape: Mapping[str, Any], answer: Response) -> None:
    """Expect a category to have the members that other pages give it."""
    wrong = find_wrong_member(shape)
    if wrong is not None:
        expect_kind(False, wrong[2], wrong[0], wrong[1], answer)


def expect_kind(is_right: bool, kind: str, holder: Mapping[str, Any], name: str, answer: Response) -> None:
    """Expect a member of *holder*, an object somewhere in the body of *answer*, to be of its *kind*."""
    if not is_right:
        member = find_member(answer.json, holder, name)
        expect(False, f"{render_member(member)}: {kind}", describe_value(holder.get(name)), answer, member)


def expect_preference(answer: Response, word: str, how: str = "") -> None:
    """Expect the category to have this preference, *how* being the end of the sentence that says so."""
    given = preference_of(answer)
    expect(given == word, f"preference {word}{how}", given, answer, ("preference",))


def expect_channel(answer: Response, channel: str, word: str, given: str | None, how: str = "") -> None:
    """Expect a channel, which is *given* as in or out, to be what *word* says."""
    if given != word:
        got = describe_value(given) if given is None else given
        expect(False, f"{channel} {word}{how}", got, answer, member_of_channel(answer, channel))


def expect_same_members(
    wanted: Mapping[str, Any],
    given: Mapping[str, Any],
    how: str,
    answer: Response,
    names: Sequence[str] = ("name", "is_editable"),
) -> None:
    """Expect two categories to say the same in the members *names*, of themselves and their channels."""
    found = find_difference(wanted, given, names)
    if found is not None:
        expected, now = f"{found.of}: {describe_value(found.one)}, as {how}", found.holder[found.name]
        member = find_member(answer.json, found.holder, found.name)
        expect(False, expected, describe_value(now), answer, member)


def expect_same_state(before: Response, after: Response, how: str) -> None:
    """Expect two answers to show the same preferences, and say the first that differs."""
    found = find_state_difference(repeatable_state(before), repeatable_state(after))
    if found is None:
        return
    what = str(found.member[-1])
    wanted = f"no channel {what}" if found.one is MISSING else f"{what} {_write_word(found.one)}"
    got = "no such channel" if found.other is MISSING else _write_word(found.other)
    expect(False, f"{wanted}, {how}", got, after, member_of_state(after, found.member))


def member_of_state(answer: Response, at: Member) -> Member:
    """Return the way to the member of a category that is *at* a place of its repeatable_state."""
    return member_of_channel(answer, str(at[1])) if len(at) > 1 else at


def _write_word(value: Any) -> str:
    return value if isinstance(value, str) else describe_value(value)


# --- what stands around a category -----------------------------------------------------------------------


def expect_objects(holder: Any, member: str, answer: Response) -> list[dict[str, Any]]:
    """Expect a member to be a list of nothing but objects, or null, as some write an empty one; return it."""
    value = holder.get(member) if isinstance(holder, dict) else None
    is_there = isinstance(holder, dict) and member in holder
    listed = objects_in(value)
    is_right = value is None or (isinstance(value, list) and len(listed) == len(value))
    if not (is_there and is_right):
        way = find_member(answer.json, holder, member)
        expect(False, f"{member}: objects", describe_value(value), answer, way)
    return listed


def expect_channel_list(answer: Response) -> None:
    """Expect the channel preferences: channels, restricted or not."""
    for one in expect_objects(answer.json, "channel_preferences", answer):
        expect_kind(isinstance(one.get("channel"), str), "a string", one, "channel", answer)
        expect_kind(isinstance(one.get("is_restricted"), bool), "a boolean", one, "is_restricted", answer)


def expect_full_preference(answer: Response) -> None:
    """Expect sections with subcategories, and the channel preferences."""
    body = answer.json
    expect(isinstance(body, dict), "a JSON object", describe_value(body), answer)
    for section in expect_objects(body, "sections", answer):
        expect_objects(section, "subcategories", answer)
    expect_objects(body, "channel_preferences", answer)


def judged_answers(driver: Driver) -> Sequence[Response]:
    """Return every answer of the run so far, but to GET, which no server has to know, and what is put aside."""
    aside = {id(answer) for answer in driver.unjudged_answers}
    return [one for one in driver.client.responses if one.exchange.method == "PATCH" and id(one) not in aside]
