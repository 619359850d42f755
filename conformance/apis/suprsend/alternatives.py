"""Which alternative of a choice was seen, by the names that the contract gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from conformance.apis.suprsend.category import (
    IN,
    OUT,
    category_of,
    channel_preferences,
    channels_of,
    shows_preference,
)
from conformance.apis.suprsend.expectations import error_body_of
from conformance.assertions.outcome import Inconclusive
from conformance.assertions.refusal import name_refusal
from conformance.http.response import Response

_PROBLEM, _TOO_LARGE = "application/problem+json", 413


def name_opt_in(answer: Response, accepted: str) -> str:
    """Name how an opt_in was answered: as a refusal, or as *accepted* if the category is opted in."""
    return name_refusal(answer) or (accepted if shows_preference(answer, IN) else "without-effect")


def name_creation(answer: Response, slug: str) -> str:
    """Name how a place that nobody has made is answered, in a category called *slug*."""
    refusal = name_refusal(answer)
    if refusal is not None:
        return refusal
    try:
        is_category = category_of(answer).get("category") == slug
    except Inconclusive:
        is_category = False
    return "springs-up" if is_category else "accepted-without-a-category"


def lists_channel(answer: Response, names: Iterable[str]) -> bool:
    """Tell whether a category that *answer* carries lists a channel of one of *names*."""
    try:
        listed = [str(one.get("channel")) for one in channels_of(answer)]
    except Inconclusive:
        return False
    return not set(names).isdisjoint(listed)


def find_new_channels(before: Response, after: Response) -> list[str]:
    """Return the names of the channels that *after* lists and *before*, where all were in, did not."""
    try:
        known, listed = ([str(one.get("channel")) for one in channels_of(each)] for each in (before, after))
    except Inconclusive:
        return []
    return [name for name in listed if name not in known]


def name_silent_list(plain: Response, answer: Response) -> str | None:
    """Name how a list that names no channel was answered; None if an opt_in without it, *plain*, does not opt in."""
    if not answer.ok or not shows_preference(plain, IN):
        return name_refusal(answer)
    without = channel_preferences(plain)
    staying = [channel for channel, word in without.items() if word == IN]
    if any(find_word(plain, answer, channel) == OUT for channel in staying):
        return "opts-channels-out"
    return name_opt_in(answer, "accepted")


def find_word(before: Response, after: Response, channel: str) -> str | None:
    """Find whether a channel is in or out *after* a write; None if no answer lists it.

    before: an answer that lists it as opted in. Where it is not listed any more, only channels that are in are listed.
    """
    word = channel_preferences(after).get(channel)
    if word is None and after.ok and channel_preferences(before).get(channel) == IN:
        return OUT
    return word


def name_by_words(words: Iterable[str | None], names: Mapping[str, str]) -> str | None:
    """Name what became of channels that are all in or all out; None if that is not the same of all."""
    found = set(words)
    word = found.pop() if len(found) == 1 else None
    return None if word is None else names[word]


def name_tenant_scope(for_tenant: Response, without: Response, named: str) -> str | None:
    """Name whether a channel that went out *for_tenant* is out *without* one as well; None if that is not told."""
    there, here = channel_preferences(for_tenant).get(named), channel_preferences(without).get(named)
    if there == IN or here is None:
        return None
    return "apart" if here == IN else "shared"


def name_listing(answer: Response) -> str | None:
    """Name how a category that is opted out lists its channels; None if it is not out."""
    if not shows_preference(answer, OUT):
        return None
    listed = category_of(answer).get("channels")
    if listed == []:
        return "left-out"
    words = [one.get("preference") for one in channels_of(answer)]
    if not words:
        return "told-as-null" if listed is None else "no-objects"
    return "opted-out" if all(word == OUT for word in words) else "as-chosen"


def name_original_preference(given: Sequence[Any]) -> str:
    """Name what original_preference was while the category was opted in, out and in again."""
    if all(one is None for one in given):
        return "always-null"
    return "default" if all(one == given[0] for one in given) else "changes"


def name_largest_body(small: Response, hundred: Response | None, million: Response | None) -> str | None:
    """Name how large a body may be, by the answers to 100 kB and to 1 MB of it; None if one of them got none.

    small: the answer to a body with as little in it that the document does not know.
    """
    if hundred is None or million is None:
        return None
    if million.ok or (million.status == small.status and million.status != _TOO_LARGE):
        return "one-mebibyte"
    if million.status != _TOO_LARGE:
        return name_refusal(million)
    return "less-than-hundred-kilobytes" if hundred.status == _TOO_LARGE else "hundred-kilobytes"


def name_error_body(answer: Response) -> str:
    """Name what the body of an error looks like."""
    if answer.is_page:
        return "html"
    body = error_body_of(answer)
    if body is None:
        return "text" if answer.text else "empty"
    if type(body.get("code")) is int and isinstance(body.get("message"), str):
        return "code-and-message" if "detail" in body else "without-detail"
    if answer.media_type == _PROBLEM or {"type", "title", "status"} <= body.keys():
        return "problem-json"
    if isinstance(body.get("error"), dict):
        return "error-object"
    if isinstance(body.get("detail"), str):
        return "detail-string"
    return "message-alone" if isinstance(body.get("message"), str) else "another-object"
