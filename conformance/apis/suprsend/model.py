"""A model of what the document promises of a place, and the sequences of writes that it is compared with.

Every answer follows what its request asked. What else becomes of a place, the document leaves open: a list may
replace an earlier one or be added to it. So the model learns it from the target: the same writes to a place are
answered with the same preferences, whatever is written to other places in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from conformance.apis.suprsend.category import (
    IN,
    OUT,
    category_of,
    editable_channels,
    member_of_channel,
    repeatable_state,
)
from conformance.assertions.json_equality import is_same_json
from conformance.generation.operation_sequence import draw_operation_sequence
from conformance.http.response import Response
from conformance.suite.model import Contradiction

Body = Mapping[str, Any]

PLACES = ("other", "category", "tenant")  # another object, another category, that other object for a tenant
TURNS = (
    3,
    1,
    1,
)  # how many writes go elsewhere after the first write to the place, after the second, the third
_MOVES = [(place, move) for place in PLACES for move in ("out", "in", "leave")]


@dataclass(frozen=True)
class Write:
    """One write: what was asked, and how it was answered."""

    body: Body
    answer: Response


def body_of_move(name: str, channels: Sequence[str]) -> Body:
    """Make the body that takes *channels* out, lets them in, or leaves the category."""
    if name == "leave":
        return {"preference": OUT}
    return {"preference": IN, f"opt_{name}_channels": list(channels)}


def bodies_for_place(channels: Sequence[str]) -> Sequence[Body]:
    """List what is written to the place itself: two channels, or one, go out, and come in one by one."""
    return [
        body_of_move("out", channels),
        *(body_of_move("in", [one]) for one in (channels[0], channels[-1], channels[0])),
    ]


@cache
def draw_sequence(seed: int) -> Sequence[Sequence[tuple[str, str]]]:
    """Draw what is written elsewhere, a place and a move each, between the writes to the place itself."""
    moves = [one for one in _MOVES if one != ("category", "leave")]
    drawn = iter(draw_operation_sequence(moves, sum(TURNS), seed, _rate_sequence))
    return [[next(drawn) for _ in range(count)] for count in TURNS]


def _rate_sequence(drawn: Iterable[tuple[str, str]]) -> tuple[bool, int, int]:
    """Count the kinds of moves that would show if they reached the place itself, and the places that have one."""
    moves = list(drawn)
    leaves_once = [name for _, name in moves].count("leave") == 1  # nobody need take a second one
    # A move tells if the answers would be others, had it reached the place itself.
    telling = [kind for kind in set(moves) if _channels_out(moves, kind) != _channels_out(moves, None)]
    return leaves_once, len(telling), len({place for place, _ in telling})


def _channels_out(
    moves: Sequence[tuple[str, str]], leaking: tuple[str, str] | None
) -> Sequence[frozenset[str]]:
    """List which of two channels are out after each write to the place itself, if moves of one kind reached it."""
    elsewhere = iter(moves)
    opted_out: frozenset[str] = frozenset()
    states = []
    for write, count in zip(bodies_for_place("ab"), (*TURNS, 0), strict=True):
        opted_out = (opted_out | set(write.get("opt_out_channels", ()))) - set(
            write.get("opt_in_channels", ())
        )
        states.append(opted_out)
        for kind in [next(elsewhere) for _ in range(count)]:
            if kind == leaking:
                opted_out = frozenset("ab") if kind[1] == "out" else frozenset()
    return states


def contradictions(writes: Iterable[Write]) -> Iterator[Contradiction]:
    """Yield where an answer does not follow what its request asked; a refusal says nothing of it."""
    for write in writes:
        if not write.answer.ok:
            continue
        now = editable_channels(write.answer)
        yield from _contradict_preference(write, now)
        for member, contrary in (("opt_out_channels", IN), ("opt_in_channels", OUT)):
            for channel in write.body.get(member, []):
                if now.get(channel) == contrary:
                    expected, way = f"{channel} as {member} asks", member_of_channel(write.answer, channel)
                    yield Contradiction(member, expected, contrary, write.answer, way)


def _contradict_preference(write: Write, now: Mapping[str, str]) -> Iterator[Contradiction]:
    asked, said = write.body["preference"], category_of(write.answer)
    given = said.get("preference")
    # A category may go out with the last of its channels, and one that cannot be edited stays in.
    may_differ = IN not in now.values() if asked == IN else said.get("is_editable") is False
    if given in (IN, OUT) and given != asked and not may_differ:
        expected = f"preference {asked}"
        yield Contradiction("preference", expected, str(given), write.answer, ("preference",))


def has_same_state(one: Response, other: Response) -> bool:
    """Tell whether two answers show the same preferences."""
    return is_same_json(repeatable_state(one), repeatable_state(other))
