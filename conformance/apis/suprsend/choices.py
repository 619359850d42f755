"""What every plain write of a run asked for, and what its answer has to show of that, wherever it went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from conformance.apis.suprsend.category import (
    IN,
    category_of,
    editable_channels,
    is_documented,
    shows_preference,
)
from conformance.apis.suprsend.driver import GENERATED, PLAIN, AcceptedWrite, Driver
from conformance.apis.suprsend.place import Place
from conformance.assertions.outcome import Inconclusive
from conformance.http.response import Response

_MEMBERS = frozenset({"preference", "opt_out_channels", "opt_in_channels"})


class Choice(NamedTuple):
    """One plain write that was accepted, and what it asked for.

    asked: opt_in where the body says nothing, which is the default. out, into: the channels that its lists name.
    staying: the channels that were opted in before, that it does not name, and that nothing else has reached since.
    is_by_default: whether the body has no preference. has_to_be_in: whether a category asked in has to be in.
    """

    write: AcceptedWrite
    said: Mapping[str, Any]
    asked: str
    out: frozenset[str]
    into: frozenset[str]
    staying: frozenset[str]
    is_by_default: bool
    has_to_be_in: bool

    @property
    def answer(self) -> Response:
        """The answer to the write."""
        return self.write.answer

    @property
    def has_lists(self) -> bool:
        """Whether one of its lists names a channel."""
        return bool(self.out or self.into)

    @property
    def is_answered_in(self) -> bool:
        """Whether the answer says that the category is opted in."""
        return self.said.get("preference") == IN


def list_choices(driver: Driver) -> Sequence[Choice]:
    """Return every plain write that was accepted so far, but for those made at once, whose order nobody knows."""
    # Many requirements look at them, each of which may have made the run longer.
    key = "choices", len(driver.accepted_writes)
    return driver.client.memoize(key, lambda: tuple(_select_choices(driver)))


def _select_choices(driver: Driver) -> Iterator[Choice]:
    known = _collect_editable(driver)
    sure: dict[Place, frozenset[str]] = {}  # what is in, by the latest answer that said so
    latest: dict[tuple[Any, str], AcceptedWrite] = {}  # by object and category: tenants may share one choice
    for write in driver.accepted_writes:
        place, answer = write.place, write.answer
        before, latest[place.object, place.category] = latest.get((place.object, place.category)), write
        if before is None or before.place != place or before.answer is not write.before:
            sure[place] = (
                _channels_in(write.before) if before is None or before.place == place else frozenset()
            )
        try:
            said = category_of(answer)
        except Inconclusive:
            sure[place] = frozenset()
            continue
        body = write.body
        if not isinstance(body, dict) or not is_documented(body) or answer.exchange.was_raced:
            sure[place] = _channels_in(answer)
            continue
        out, into = (
            frozenset(body.get("opt_out_channels") or ()),
            frozenset(body.get("opt_in_channels") or ()),
        )
        is_new = before is None or before.place != place or before.body != body
        staying = sure[place] - out
        # Null for a preference is what nobody knows, and what is asked twice another requirement compares.
        is_plain = write.origin in (PLAIN, GENERATED) and body.keys() <= _MEMBERS
        asked = body.get("preference", IN)
        if is_plain and asked is not None and (is_new or place != driver.places.main):
            yield Choice(
                write,
                said,
                asked=asked,
                out=out,
                into=into,
                staying=staying,
                is_by_default="preference" not in body,
                has_to_be_in=_has_to_be_in(write, out, into, staying, known[place]),
            )
        sure[place] = _channels_in(answer) if said.get("preference") == IN else staying


def _has_to_be_in(
    write: AcceptedWrite, out: frozenset[str], into: frozenset[str], staying: frozenset[str], known: set[str]
) -> bool:
    """Tell whether a category that is asked in cannot have gone out with the last of its channels."""
    if IN in editable_channels(write.answer).values():
        return True
    if out:
        return bool(staying) and not into and write.before is not None and shows_preference(write.before, IN)
    return bool(into & known) or bool(staying)


def _channels_in(answer: Response | None) -> frozenset[str]:
    """Return the channels that an answer shows opted in, in a category that is."""
    try:
        if answer is None or category_of(answer).get("preference") != IN:
            return frozenset()
    except Inconclusive:
        return frozenset()
    return frozenset(channel for channel, word in editable_channels(answer).items() if word == IN)


def _collect_editable(driver: Driver) -> dict[Place, set[str]]:
    """Map every place that was written to to the channels that were ever listed there as editable."""
    known: dict[Place, set[str]] = {}
    for write in driver.accepted_writes:
        known.setdefault(write.place, set()).update(editable_channels(write.answer))
    return known
