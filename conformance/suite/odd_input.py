"""Odd input as a table: the places of a request, the kinds of what may stand there, and which pairs a run sends.

A run cannot afford every pair. Those that servers are known to stumble over are part of every run, and others are drawn
by its seed: each place and each kind comes up in every run, and each pair in one run or another.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

ROWS = 52  # of a run, and of a table that does not say otherwise


@dataclass(frozen=True)
class Kind:
    """One way of being odd, as JSON text and as percent-encoded text; None where it cannot be written so.

    is_tame: whether only an API can have anything against it, and no firewall or server in front of it.
    """

    json: bytes | None = None
    text: str | None = None
    is_tame: bool = True


ABSENT, TWICE = "absent", "twice"

KINDS: Mapping[str, Kind] = {
    ABSENT: Kind(),
    TWICE: Kind(),
    # --- of another type ---
    "null": Kind(b"null", "null"),
    "a boolean": Kind(b"true", "true"),
    "a number": Kind(b"4000000000000007", "4000000000000007"),
    "a text": Kind(b'"a text"'),
    "a list": Kind(b'["a", "b"]'),
    "an object": Kind(b'{"a": {"b": 1}}'),
    # --- numbers ---
    "an integer beyond 2^53": Kind(b"9007199254740993", "9007199254740993"),
    "an integer beyond 2^64": Kind(b"98765432109876543210", "98765432109876543210"),
    "a fraction": Kind(b"0.1", "0.1"),
    "an exponent": Kind(b"1E3", "1E3"),
    # --- text ---
    "empty": Kind(b'""', ""),
    "blank": Kind(b'" "', "%20"),
    "300 characters": Kind(b'"%s"' % (b"abcdef" * 50), "abcdef" * 50),
    "5,000 characters": Kind(b'"%s"' % (b"abcde" * 1000), "abcde" * 1000, is_tame=False),
    "an emoji": Kind('"odd_\U0001f389"'.encode(), "odd_%F0%9F%8E%89"),
    "combining letters": Kind('"e\u0301a\u0308"'.encode(), "e%CC%81a%CC%88"),
    "a date": Kind(b'"2024-02-29"', "2024-02-29"),
    # --- what something before the API may refuse ---
    "NUL": Kind(b'"a\\u0000b"', "a%00b", is_tame=False),
    "half a surrogate pair": Kind(b'"\\ud83d"', "%ED%A0%BD", is_tame=False),
    "bytes that are not UTF-8": Kind(b'"\xff\xfe"', "%FF%FE", is_tame=False),
    "a slash": Kind(b'"a/b"', "a%2Fb", is_tame=False),
    "dot segments": Kind(b'"../.."', "%2E%2E%2F%2E%2E", is_tame=False),
    "a name of prototypes": Kind(b'"__proto__"', "__proto__", is_tame=False),
}
OF_JSON = tuple(name for name, kind in KINDS.items() if kind.json is not None)
OF_TEXT = tuple(name for name, kind in KINDS.items() if kind.text is not None)
# A header has no name to leave out, and what HTTP libraries refuse to send cannot be asked.
OF_HEADERS = (ABSENT, TWICE, "null", "a number", "empty", "300 characters", "5,000 characters", "a date")
# Other requirements ask who is let in; here is asked what a server stumbles over.
OF_CREDENTIALS = (TWICE, "300 characters", "5,000 characters")

METHODS = ("GET", "OPTIONS", "DELETE", "PUT", "POST", "PATCH", "BREW")
READING_METHODS = ("GET", "OPTIONS")
PATH_FORMS: Mapping[str, Callable[[str], str]] = {
    "another end": lambda path: path[:-1] if path.endswith("/") else f"{path}/",
    "a slash twice": lambda path: "//".join(path.rsplit("/", 1)),
    "a dot": lambda path: "/%2E/".join(path.rsplit("/", 1)),
    "capitals": str.upper,
    "a suffix": lambda path: f"{path.rstrip('/')}.json",
    "a parameter": lambda path: f"{path.rstrip('/')};v=1",
    "one more segment": lambda path: f"{path.rstrip('/')}/1",
}
METHOD, PATH, BODY, TYPE, AUTHORIZATION = (
    "the method",
    "the path",
    "the body",
    "Content-Type",
    "Authorization",
)


class Row(NamedTuple):
    """What stands where: the name of a place and that of a kind."""

    place: str
    kind: str

    def __str__(self) -> str:
        return f"{self.place}: {self.kind}"


@dataclass(frozen=True)
class Table:
    """The places of an API's requests, each with the kinds that may stand there.

    always: the rows of every run. asked_elsewhere: pairs that requirements of their own ask, which are no rows.
    before_body: places that whatever stands before the API may look at. size: how many rows a run sends.
    """

    kinds: Mapping[str, Sequence[str]]
    always: Sequence[Row]
    before_body: frozenset[str]
    asked_elsewhere: frozenset[tuple[str, str]] = frozenset()
    size: int = ROWS

    @cached_property
    def rows(self) -> Sequence[Row]:
        """Every row that there is."""
        pairs = [Row(place, kind) for place, kinds in self.kinds.items() for kind in kinds]
        return [row for row in pairs if row not in self.asked_elsewhere]

    def is_tame(self, row: Row) -> bool:
        """Tell whether only the API itself can have anything against a row, so that a refusal has its form."""
        return row.place not in self.before_body and KINDS[row.kind].is_tame

    def draw_rows(self, seed: int) -> Sequence[Row]:
        """Return the rows of one run in the order of the table: with each place, and each kind if there is room.

        A seed that needs more of them for that gets more.
        """
        # By random() alone, which every version of Python draws alike.
        numbers = random.Random(seed)  # noqa: S311  nothing is kept secret by it
        shuffled = sorted(self.rows, key=lambda _: numbers.random())
        drawn = dict.fromkeys(self.always)
        places, kinds = {row.place for row in drawn}, {row.kind for row in drawn}
        if len({row.kind for row in self.rows}) > self.size:
            kinds = {row.kind for row in self.rows}  # as if they were there, so that none is preferred
        for row in shuffled:
            if row.place not in places or row.kind not in kinds:
                drawn[row] = None
                places.add(row.place)
                kinds.add(row.kind)
        others = [row for row in shuffled if row not in drawn]
        drawn |= dict.fromkeys(others[: max(0, self.size - len(drawn))])
        return [row for row in self.rows if row in drawn]


# --- how a row is written --------------------------------------------------------------------------------


def write_object(members: Mapping[str, bytes], name: str = "", kind: str = "") -> bytes:
    """Write a JSON object of *members*, with the one called *name* as odd as *kind* says."""
    pairs = [(one, text) for one, text in members.items() if one != name or kind != ABSENT]
    if kind == TWICE:
        pairs.append((name, members[name]))
    elif kind and (odd := KINDS[kind].json) is not None:
        pairs = [(one, odd if one == name else text) for one, text in pairs]
    return b"{%s}" % b", ".join(json.dumps(one).encode() + b": " + text for one, text in pairs)


def odd_headers(headers: Mapping[str, str], name: str, kind: str) -> dict[str, str]:
    """Return *headers* with the one called *name* as odd as *kind* says."""
    others = {one: value for one, value in headers.items() if one != name}
    if kind == ABSENT:
        return others
    if kind == TWICE:  # under a name in other letters, since a mapping has each name once
        return {**headers, name.lower(): headers[name]}
    text = KINDS[kind].text or ""
    # Backwards, since reports mask whatever was sent as a credential, wherever else it stands.
    return {**others, name: f"Bearer {text[::-1]}" if name == AUTHORIZATION else text}


def odd_query(name: str, kind: str, usual: str) -> str:
    """Return the query with a parameter called *name* as odd as *kind* says; twice it has its *usual* value."""
    values = [usual, usual] if kind == TWICE else [KINDS[kind].text]
    return "?" + "&".join(f"{name}={value}" for value in values)
