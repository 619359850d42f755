"""How requirements read a category in an answer: what it says, and nothing about whether it should."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from conformance.assertions.member import Member, find_member
from conformance.assertions.outcome import DoesNotConform, Inconclusive
from conformance.http.foreign_text import quote_json
from conformance.http.response import Response

IN, OUT = "opt_in", "opt_out"
PREFERENCES = (IN, OUT)
REFUSALS = range(400, 500)
# In the order in which requirements like to name them.
DOCUMENTED_CHANNELS = ("email", "slack", "sms", "whatsapp", "androidpush", "inbox", "iospush", "webpush")

_CHANNELS_NEEDED = 2  # one to take out, and one that stays


def is_documented(body: Any) -> bool:
    """Tell whether a write's body is of the types that the document has; which channels it names does not count."""
    if not isinstance(body, dict) or body.get("preference") not in (None, *PREFERENCES):
        return False
    lists = [body.get(name) or [] for name in ("opt_in_channels", "opt_out_channels")]
    return all(isinstance(one, list) and all(isinstance(item, str) for item in one) for one in lists)


def require_success(answer: Response) -> Response:
    """Return *answer* if it is a success; a requirement that only builds on it cannot tell otherwise."""
    if not answer.ok:
        raise Inconclusive(f"a request that this builds on was answered {answer.status}")
    return answer


def category_of(answer: Response) -> dict[str, Any]:
    """Return the category that a success carries."""
    require_success(answer)
    try:
        body = answer.json
    except DoesNotConform:
        body = None
    if not isinstance(body, dict):
        raise Inconclusive("the answer carries no JSON object")
    return body


def require_member(answer: Response, name: str, kind: type) -> Any:
    """Return a member of the category if it is of its kind; whether it is, another requirement judges."""
    # What a member has to be is another requirement's matter, so here it only keeps this one from being decided.
    value = category_of(answer).get(name)
    if not isinstance(value, kind):
        raise Inconclusive(f"the answer's {name} is {describe_value(value)}")
    return value


def preference_of(answer: Response) -> str:
    """Return the category's preference if it is one of the two words."""
    word = category_of(answer).get("preference")
    if word not in PREFERENCES:
        raise Inconclusive(f"the answer's preference is {describe_value(word)}")
    return str(word)


def channels_of(answer: Response) -> list[dict[str, Any]]:
    """Return the channels that are listed as objects; none if there is no list."""
    return channels_in(category_of(answer))


def channels_in(shape: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the channels that a category lists as objects; none if it has no list."""
    listed = shape.get("channels")
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def editable_channels(answer: Response) -> dict[str, str]:
    """Map the name of every channel listed as editable to its preference; nothing if no category is there."""
    try:
        listed = channels_of(answer)
    except Inconclusive:
        return {}
    return _preferences_by_channel(item for item in listed if item.get("is_editable") is True)


def repeatable_state(answer: Response) -> dict[str, Any]:
    """Return what a repeated request must show again; the order of channels is of no matter."""
    said = category_of(answer)
    listed = {str(item.get("channel")): item.get("preference") for item in channels_of(answer)}
    return {"preference": said.get("preference"), "is_editable": said.get("is_editable"), "channels": listed}


def channels_to_name(answer: Response) -> list[str]:
    """List the documented channels that are in and editable in *answer*, best known first."""
    listed = editable_channels(answer)
    return [channel for channel in DOCUMENTED_CHANNELS if listed.get(channel) == IN]


def channel_preferences(answer: Response) -> dict[str, str]:
    """Map every channel that is listed with one of the two words to it; nothing if no category is there."""
    try:
        listed = channels_of(answer)
    except Inconclusive:
        return {}
    return _preferences_by_channel(listed)


def channel_preferences_in(shape: Mapping[str, Any]) -> dict[str, str]:
    """Map every channel that a category lists with one of the two words to it."""
    return _preferences_by_channel(channels_in(shape))


def member_of_channel(answer: Response, channel: str, name: str | None = "preference") -> Member:
    """Return the way to a member of the first channel of that name that is listed; to the list if there is none.

    name: None for the channel itself. Empty if no category is there.
    """
    try:
        listed = [item for item in channels_of(answer) if item.get("channel") == channel]
    except Inconclusive:
        return ()
    if not listed:
        return ("channels",)
    return find_member(answer.json, listed[0], name) if name else find_member(answer.json, listed[0], "")[:-1]


def _preferences_by_channel(listed: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {
        item["channel"]: item["preference"]
        for item in listed
        if isinstance(item.get("channel"), str) and item.get("preference") in PREFERENCES
    }


class Difference(NamedTuple):
    """What two categories say differently: *of* what, what *one* says, and where the other says otherwise."""

    of: str
    one: str | bool
    holder: Mapping[str, Any]
    name: str


def find_difference(
    one: Mapping[str, Any], other: Mapping[str, Any], names: Sequence[str]
) -> Difference | None:
    """Return what two categories say differently of themselves or their channels, if both say it; None if nothing.

    names: the members that are looked at.
    """
    here, there = _collect_members(one, names), _collect_members(other, names)
    for of, (holder, name) in here.items():
        other_holder, _ = there.get(of, ({}, name))
        if type(other_holder.get(name)) is type(holder[name]) and other_holder[name] != holder[name]:
            return Difference(of, holder[name], other_holder, name)
    return None


def _collect_members(
    shape: Mapping[str, Any], names: Sequence[str]
) -> dict[str, tuple[Mapping[str, Any], str]]:
    found = {name: (shape, name) for name in names}
    for item in channels_in(shape):
        # By the channel's name, since the order of channels is left to the server.
        found |= {f"{name} of {item.get('channel')}": (item, name) for name in names}
    return {
        of: (holder, name) for of, (holder, name) in found.items() if isinstance(holder.get(name), str | bool)
    }


def shows_same(one: Response, other: Response) -> bool:
    """Tell whether two answers show the same preference, and the same for each channel that both list."""
    try:
        is_same = preference_of(one) == preference_of(other)
    except Inconclusive:
        return False
    here, there = channel_preferences(one), channel_preferences(other)
    # Only channels that both list: a target may list those alone that are in.
    return is_same and all(here[channel] == there[channel] for channel in here.keys() & there.keys())


def shows_preference(answer: Response, word: str | None) -> bool:
    """Tell whether *answer* shows *word* as the category's preference; anything does if it is None."""
    try:
        return word is None or preference_of(answer) == word
    except Inconclusive:
        return False


def names_category(answer: Response, slug: str) -> bool:
    """Tell whether *answer* is a category of that slug."""
    try:
        return category_of(answer).get("category") == slug
    except Inconclusive:
        return False


def shows_opted_out(answer: Response, slug: str) -> bool:
    """Tell whether *answer* shows that category as opted out; one that shows something else does not."""
    return names_category(answer, slug) and shows_preference(answer, OUT)


def describe_value(value: Any) -> str:
    """Show a JSON value in a sentence."""
    return "null or missing" if value is None else quote_json(value)


def describe_answer(answer: Response | None) -> str:
    """Describe an answer in a few words, for what is only observed."""
    if answer is None:
        return "answered with the end of the connection"
    if not answer.ok:
        return f"answered {answer.status}"
    try:
        return f"answered {answer.status} with preference {describe_value(category_of(answer).get('preference'))}"
    except Inconclusive:
        return f"answered {answer.status} without a JSON object"


def describe_missing_channels(answer: Response) -> str | None:
    """Say which channels that a run could name an object has, if they are fewer than two."""
    editable = editable_channels(answer)
    names = [channel for channel in DOCUMENTED_CHANNELS if channel in editable]
    if len(names) >= _CHANNELS_NEEDED:
        return None
    others = [channel for channel in channel_preferences(answer) if channel not in names]
    beside = f" beside {', '.join(others)}, which a run does not name" if others else ""
    return (
        f"has {', '.join(names) or 'none'} of the documented channels to edit{beside}; requirements that need "
        f"{'two' if names else 'one or two'} are reported as not tested"
    )
