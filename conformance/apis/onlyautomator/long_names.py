"""Writes of long names that differ in their last letter only, so that a cut anywhere before it shows."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

from conformance.apis.onlyautomator.driver import Driver, SentWrite
from conformance.apis.onlyautomator.generated_cases import KEY
from conformance.assertions.outcome import Inconclusive
from conformance.http.response import Response

NAMES = KEY[1:]  # a fan has to exist, so its fanId cannot be chosen
# What columns and validators usually take, and one letter more than the longest of them.
LENGTHS = (256, 255, 191, 128, 100, 64, 50, 32)


class LongWrites(NamedTuple):
    """A write of long names, one of each name with another last letter, and an update of the first.

    refused: the answer to the longest names, if they were refused.
    """

    first: SentWrite
    others: dict[str, SentWrite]
    update: SentWrite
    refused: Response | None


def write_long_names_once(driver: Driver) -> LongWrites:
    """Return writes of the longest names that are accepted; Inconclusive if not even short ones are."""
    return driver.client.memoize("long names", lambda: _write_long_names(driver))


def _write_long_names(driver: Driver) -> LongWrites:
    lengths = dict.fromkeys(NAMES, LENGTHS[0])
    first = _write_names(driver, lengths)
    refused = None if first.answer.ok else first.answer
    if refused is not None:
        # Of which of the two, perhaps, only writes with one of them can tell.
        lengths = {name: _find_longest_accepted(driver, name) for name in NAMES}
        first = _write_names(driver, lengths)
    if not first.answer.ok:
        raise Inconclusive(f"names of {' and '.join(map(str, lengths.values()))} characters are refused")
    others = {name: _write_names(driver, lengths, name) for name in NAMES}
    update = {**first.body, "value": "updated"}
    return LongWrites(first, others, SentWrite(update, driver.write(update)), refused)


def _write_names(driver: Driver, lengths: dict[str, int], changed: str | None = None) -> SentWrite:
    """Write names of these *lengths*; the last letter of the one that is *changed* is another."""
    # Digits at the end, and no mark before them: a server may take an ending for a plural, or trim a mark.
    pads = {"category": f"{driver.run.prefix}_", "preference": "likes_"}
    names = {
        name: f"{pads[name]:x<{length - 1}}{2 if name == changed else 1}" for name, length in lengths.items()
    }
    body = driver.make_body(**names, **({"value": True} if changed else {}))
    return SentWrite(body, driver.write(body))


def _find_longest_accepted(driver: Driver, name: str) -> int:
    def is_accepted(length: int) -> bool:
        return _write_names(driver, {name: length}).answer.ok

    at = bisect_left(LENGTHS, True, key=is_accepted)
    return LENGTHS[min(at, len(LENGTHS) - 1)]
