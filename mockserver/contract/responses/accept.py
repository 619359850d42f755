"""The Accept header (RFC 9110, 12.5.1): which media type of an answer a caller prefers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from mockserver.contract.media_type import parse_media_type
from mockserver.http.request import Request
from mockserver.simulation.prefer import parse_prefer

# No list that a client sends is longer.
_LONGEST = 2000
_OF_THE_SAME_KIND = 0.001


class Accepted(NamedTuple):
    """What a caller accepts: the Accept header, and whether it wants to be refused where there is nothing of that."""

    header: str | None = None
    is_strict: bool = False


ANYTHING = Accepted()


def read_accepted(request: Request) -> Accepted:
    """Read what the caller of *request* accepts."""
    prefers = "prefer" in request.headers.values
    is_strict = prefers and parse_prefer(", ".join(request.header_lines("prefer"))).is_strict
    return Accepted(request.header("accept"), is_strict)


class _Range(NamedTuple):
    """One entry: a media type or a range of them, its parameters, and how welcome it is, from 0 to 1."""

    kind: str
    subtype: str
    parameters: frozenset[str]
    quality: float

    def is_met(self, kind: str, subtype: str, parameters: frozenset[str]) -> bool:
        """Tell whether a media type, or a range that the contract names, is within this."""
        return (
            (self.kind in ("*", kind) or kind == "*")
            and (self.subtype in ("*", subtype) or _is_within(self.subtype, subtype))
            and self.parameters <= parameters
        )

    @property
    def specificity(self) -> tuple[bool, bool, int]:
        return self.kind != "*", self.subtype != "*", len(self.parameters)


def _is_within(subtype: str, documented: str) -> bool:
    """Tell whether a subtype is one of those that the contract means by ``*`` or ``*+json``."""
    return documented.startswith("*") and subtype.endswith(documented[1:])


def choose_media_type(accept: str | None, offered: Sequence[str]) -> str | None:
    """Choose the one of *offered* that is most welcome, the first of several; None if none is.

    accept: the header; None and empty accept everything.
    """
    best = max(offered, key=lambda one: rate_media_type(one, accept), default=None)
    return best if best is not None and rate_media_type(best, accept) > 0 else None


def rate_media_type(media_type: str, accept: str | None) -> float:
    """Tell how welcome *media_type* is, from 0 to 1, as the most specific range of *accept* says that it is within."""
    ranges = _parse_accept(accept[:_LONGEST]) if accept else ()
    if not ranges:
        return 1.0
    kind, subtype, parameters = _split_media_type(media_type)
    met = [one for one in ranges if one.is_met(kind, subtype, parameters)]
    if met:
        return max(met, key=lambda one: one.specificity).quality
    # Who reads XML reads problem+xml as well, and another version of the same, if there is nothing better.
    general = subtype.rpartition("+")[2]
    near = [one.quality for one in ranges if one.is_met(kind, general, one.parameters)]
    return _OF_THE_SAME_KIND * max(near, default=0)


def list_named(accept: str) -> list[str]:
    """List the media types that *accept* names, in its order, without the ranges."""
    ranges = _parse_accept(accept[:_LONGEST])
    return [f"{one.kind}/{one.subtype}" for one in ranges if "*" not in one.kind + one.subtype]


@lru_cache(maxsize=256)
def _parse_accept(accept: str) -> Sequence[_Range]:
    return [
        _Range(*_split_media_type(entry), _read_quality(parse_media_type(entry).parameters.get("q")))
        for entry in accept.split(",")
        if entry.strip()
    ]


def _read_quality(text: str | None) -> float:
    try:
        return min(1.0, max(0.0, float(text))) if text is not None else 1.0
    except ValueError:
        return 1.0


@lru_cache(maxsize=256)
def _split_media_type(text: str) -> tuple[str, str, frozenset[str]]:
    name, parameters = parse_media_type(text)
    kind, _, subtype = name.partition("/")
    # A charset is how it is written and not what it is, and here it is always UTF-8.
    told = (f"{key}={value.lower()}" for key, value in parameters.items() if key not in ("charset", "q"))
    return kind or "*", subtype or "*", frozenset(told)
