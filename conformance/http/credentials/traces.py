"""Where credentials stand in a text: whole or in part, and however they are encoded."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from conformance.http.credentials.unescaping import unescape, unescape_with_places

SHORTEST_VALUE = 4  # what is shorter is no secret, and replacing it by value would spoil every text
SHORTEST_RUN = 12  # characters of a credential that are not shown without the others either
_SHORTEST_PART = 8
# Of a run of twelve, six samples of seven begin at six places in a row. Two and three have no common divisor, so that
# one of the six is at a multiple of three in the credential and at a multiple of two in the text, and is enough. More
# credentials are indexed in a run than texts are looked through.
_SAMPLE, _STRIDE, _STRIDE_IN_TEXT = 7, 3, 2
# Where each character of a text comes from takes 20 times its memory, so that long ones are looked through in parts.
_WINDOW, _OVERLAP = 64 * 1024, 16 * 1024
# Requests and answers have the same headers again and again.
_MOST_REMEMBERED, _LONGEST_REMEMBERED = 1024, 1024
_MOST_PLACES = 8  # of one sample in one form: a credential of nothing but the same letter would take for ever


class Trace(NamedTuple):
    """A credential in a text, from *start* to *end*, by its name; whole, or a run of its characters."""

    start: int
    end: int
    name: str | None
    is_whole: bool


class _Form(NamedTuple):
    """One of the forms in which a credential may stand in a text. is_value: as it is, in no encoding."""

    text: str
    name: str | None
    is_value: bool


class TraceFinder:
    """Finds the credentials that it is told.

    read_ordinary_words: gives the texts in which anybody may read words that a part of a credential may be, too.
    """

    def __init__(self, read_ordinary_words: Callable[[], Iterable[str]] = tuple) -> None:
        self._read_ordinary_words = read_ordinary_words
        self._short: dict[str, _Form] = {}
        self._samples: dict[str, list[tuple[_Form, int]]] = {}
        self._known: set[str] = set()
        self._values: set[str] = set()
        self._remembered: dict[str, list[Trace]] = {}

    def add(self, value: str, name: str | None) -> None:
        """Find *value* from now on, in every form in which a server may echo it."""
        if value in self._values:
            return  # requirements make up the same ones again
        self._values.add(value)
        for text in list_forms(value):
            form = _Form(text, name, text == unescape(value))
            if len(text) < SHORTEST_RUN:
                self._short.setdefault(text, form)
            elif text not in self._known:
                self._known.add(text)
                samples = self._samples
                for at in range(0, _find_end_of_samples(text), _STRIDE):
                    places = samples.get(sample := text[at : at + _SAMPLE])
                    if places is None:
                        samples[sample] = [(form, at)]
                    # Those of one form follow each other.
                    elif len(places) < _MOST_PLACES or places[-_MOST_PLACES][0] is not form:
                        places.append((form, at))

        # Replaced, and not emptied: another thread may be about to remember what it found without this one.
        self._remembered = {}

    def knows(self, value: str) -> bool:
        """Tell whether *value* is one that it was told."""
        return value in self._values

    def is_ordinary(self, text: str) -> bool:
        """Tell whether *text* may be read in the ordinary words."""
        return _encode_words(text) in self._ordinary_words

    def find(self, text: str) -> list[Trace]:
        """List the traces of credentials in *text*, in their order; none of them overlap."""
        remembered = self._remembered
        if text in remembered:
            return remembered[text]
        found = list[Trace]()
        window, traces = "", list[Trace]()
        for start in range(0, max(1, len(text)), _WINDOW):
            previous, window = window, text[start : start + _WINDOW + _OVERLAP]
            # What is megabytes long often repeats itself, and to look takes a thousand times longer than to compare.
            traces = traces if window == previous else self._look_for_traces(window)
            for one in traces:
                # What begins in the overlap belongs to the next window, which may see more of it.
                if one.start < _WINDOW and (not found or start + one.end > found[-1].end):
                    begin = max(start + one.start, found[-1].end if found else 0)
                    found.append(one._replace(start=begin, end=start + one.end))
        if len(text) <= _LONGEST_REMEMBERED and len(remembered) < _MOST_REMEMBERED:
            remembered[text] = found
        return found

    def _look_for_traces(self, text: str) -> list[Trace]:
        plain = unescape(text)
        hits = self._list_hits(plain)
        short = [form for form in list(self._short) if form in plain]
        if not hits and not short:
            return []
        plain, (begins, ends) = unescape_with_places(text)
        found = list(self._extend_hits(plain, hits))
        for form in sorted(short, key=len, reverse=True):
            found += _find_short(plain, self._short[form], found)
        return [Trace(begins[one.start], ends[one.end - 1], one.name, one.is_whole) for one in sorted(found)]

    @cached_property
    def _ordinary_words(self) -> bytes:
        # In parts, and in bytes: there may be megabytes, and one emoji makes four of each in a text.
        words, part, size = bytearray(), list[str](), 0
        for text in self._read_ordinary_words():
            part.append(text)
            size += len(text)
            if size > _WINDOW:
                words += _encode_words(" ".join(part)) + b" "
                part, size = [], 0
        return bytes(words + _encode_words(" ".join(part)))

    def _list_hits(self, plain: str) -> list[int]:
        samples, size = self._samples, _SAMPLE
        if len(plain) < SHORTEST_RUN or not samples:
            return []
        return [
            at for at in range(0, len(plain) - size + 1, _STRIDE_IN_TEXT) if plain[at : at + size] in samples
        ]

    def _extend_hits(self, plain: str, hits: list[int]) -> Iterator[Trace]:
        end = 0
        for hit in hits:
            if hit < end:
                continue
            forms = self._samples[plain[hit : hit + _SAMPLE]]
            whole = [
                one for one in forms if hit - one[1] >= end and plain.startswith(one[0].text, hit - one[1])
            ]
            # Others can be longer only where they are not whole there.
            size = max((len(form.text) for form, _ in whole), default=0)
            longer = [one for one in forms if len(one[0].text) > size]
            runs = [_extend_run(plain, hit, form, at, end) for form, at in [*whole, *longer]]
            longest = max(runs, key=lambda one: (one.end - one.start, one.is_whole))
            if longest.end - longest.start >= SHORTEST_RUN and (
                longest.is_whole or not self.is_ordinary(plain[longest.start : longest.end])
            ):
                yield longest
                end = longest.end


def _extend_run(plain: str, hit: int, form: _Form, at: int, after: int) -> Trace:
    """Return all that *plain* and *form* have in common around *hit* and *at*, but for what is before *after*."""
    text = form.text
    if hit - at >= after and plain.startswith(text, hit - at):
        return Trace(hit - at, hit - at + len(text), form.name, is_whole=True)
    start, first = hit, at
    while start > after and first > 0 and plain[start - 1] == text[first - 1]:
        start, first = start - 1, first - 1
    end, last = hit + _SAMPLE, at + _SAMPLE
    most = min(len(plain) - end, len(text) - last)
    while most > 0 and plain[end] == text[last]:
        end, last, most = end + 1, last + 1, most - 1
    return Trace(start, end, form.name, is_whole=False)


def _find_end_of_samples(text: str) -> int:
    """Return where samples of *text* end, or in one that repeats itself, where each has come often enough."""
    end = len(text) - _SAMPLE + 1
    if (period := text.find(text[:SHORTEST_RUN], 1)) > 0 and text.startswith(text[period:]):
        return min(end, _MOST_PLACES * _STRIDE * period)
    return end


def _find_short(plain: str, form: _Form, found: list[Trace]) -> Iterator[Trace]:
    start = plain.find(form.text)
    while start >= 0:
        end = start + len(form.text)
        if all(end <= one.start or one.end <= start for one in found):
            yield Trace(start, end, form.name, is_whole=True)
        start = plain.find(form.text, end)


def _encode_words(text: str) -> bytes:
    """Return the words of *text*, whatever stands between them."""
    return re.sub(r"[\W_]+", " ", unescape(text)).strip().encode("utf-8", "surrogatepass")


def list_forms(value: str) -> set[str]:
    """Return the forms in which a server may echo *value*, escapes apart: in Base64, in hexadecimal figures."""
    content = value.encode("utf-8", "surrogatepass")
    forms = {value, value.replace(" ", "+"), content.hex(), *_encode_base64(content)}
    if value.count(".") >= 2:  # a JWT
        forms |= {part for part in value.split(".") if len(part) >= _SHORTEST_PART}
    return {plain for plain in map(unescape, forms) if len(plain) >= SHORTEST_VALUE}


def _encode_base64(value: bytes) -> Iterator[str]:
    """Yield *value* in Base64 of either alphabet: alone, and what it always is, whatever stands before and behind."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        encoded = encode(value).decode()
        yield from (encoded, encoded.rstrip("="))
        if len(value) >= _SHORTEST_PART:
            for ahead, shared in enumerate(
                (0, 2, 3)
            ):  # characters that also hold bits of so many bytes ahead
                end = (ahead + len(value)) * 8 // 6
                yield encode(bytes(ahead) + value).decode()[shared:end]
