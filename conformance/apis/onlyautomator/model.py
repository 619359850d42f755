"""A model of what the document promises of every record, and the sequences of writes that it is compared with.

A record is named by its triple and written by one user. It keeps its id, which no other has, its createdAt, its
names and its userId; its updatedAt never goes back; its value is the one that was written last.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from conformance.apis.onlyautomator.answers import Data, data_of, describe_value
from conformance.assertions.json_equality import is_same_json
from conformance.assertions.timestamp import REPLICAS_APART, parse_instant
from conformance.generation.operation_sequence import draw_operation_sequence
from conformance.http.response import Response
from conformance.suite.model import Contradiction, fail_new_contradictions

# What the first record is written with, too, so that nothing but the order is new: two of one length, one longer.
VALUES = ("first", "other", "another")
_RECORDS = 5
_UPDATES = 8
_KEPT_NAMES = ("fanId", "userId", "category", "preference")


@dataclass(frozen=True)
class Write:
    """One write: to which record, the values that the answer may show, and the answer.

    There are several values where there were several writes at once, of which nobody knows the order.
    """

    record: Hashable
    values: Sequence[Any]
    answer: Response


@cache
def draw_sequence(seed: int) -> tuple[tuple[int, str], ...]:
    """Draw the updates of one run: the number of a record and the value to write, some of them a former one."""
    choices = [(record, value) for record in range(_RECORDS) for value in VALUES]
    return draw_operation_sequence(choices, _UPDATES, seed, _rate_sequence)


def _rate_sequence(updates: Iterable[tuple[int, str]]) -> tuple[int, int, int]:
    """Rate a sequence by the records it writes, the returns to a former value, and the turns to another record."""
    values: dict[int, list[str]] = {}
    returns = turns = 0
    last = None
    for record, value in updates:
        before = values.setdefault(record, [VALUES[0]])
        returns += value in before[:-1] and value != before[-1]
        turns += record != last
        before.append(value)
        last = record
    # Two returns are enough; beyond that, turns count for more.
    return len(values), min(returns, 2), turns


def contradictions(writes: Sequence[Write]) -> Iterator[Contradiction]:
    """Yield what the answers to *writes* say against the model, in order; the first of a record teaches it.

    What an answer does not show, or not legibly, another requirement asks for.
    """
    known: dict[Hashable, Data] = {}
    latest: dict[Hashable, datetime] = {}
    for write in writes:
        data = data_of(write.answer)
        first = known.setdefault(write.record, data)
        for fact, was, is_kept in _compare_facts(write, first, data, known, latest.get(write.record)):
            if not is_kept:
                got = f"{fact} {describe_value(data[fact])}"
                yield Contradiction(fact, f"{fact} {was}", got, write.answer, ("data", fact))
        # Of writes at once nobody knows which was the last, so their updatedAt says nothing about later ones.
        is_ordered = len(write.values) == 1
        if is_ordered and (moment := parse_instant(data.get("updatedAt"))) is not None:
            latest[write.record] = moment


def _compare_facts(
    write: Write, first: Data, data: Data, known: dict[Hashable, Data], latest: datetime | None
) -> Iterator[tuple[str, str, bool]]:
    for fact in ("id", *_KEPT_NAMES):
        if fact in data and fact in first:
            yield fact, describe_value(first[fact]), is_same_json(data[fact], first[fact])
    if "id" in data:
        # Compared with the first answer of each record, since a record that loses its id breaks another fact.
        others = [other.get("id") for record, other in known.items() if record != write.record]
        yield "id", "of no other record", data["id"] not in others
    if "value" in data:
        is_written = any(is_same_json(data["value"], value) for value in write.values)
        yield "value", " or ".join(map(describe_value, write.values)), is_written
    created, updated = parse_instant(data.get("createdAt")), parse_instant(data.get("updatedAt"))
    if created is not None and (was := parse_instant(first.get("createdAt"))) is not None:
        yield "createdAt", describe_value(first["createdAt"]), is_same_moment(was, created)
    if updated is not None and latest is not None:
        yield "updatedAt", f"not before {latest.isoformat()}", updated >= latest - REPLICAS_APART


def judge_writes(
    writes: Sequence[Write], plain: Sequence[Sequence[Write]], fail: Callable[[Contradiction], None]
) -> Collection[str]:
    """Compare *writes* with the model, and call *fail* with each contradiction to a fact that can be judged.

    plain: writes of which other requirements ask the same; a fact that one of them contradicts already is
    left to those. Returns these facts.
    """
    earlier = itertools.chain.from_iterable(map(contradictions, plain))
    return fail_new_contradictions(contradictions(writes), earlier, fail)


def is_same_moment(one: datetime, other: datetime) -> bool:
    """Tell whether two moments are one, perhaps one of them cut to whole seconds or milliseconds."""
    unit = timedelta(microseconds=max(_guess_unit(one), _guess_unit(other)))
    return one == other or (_guess_unit(one) != _guess_unit(other) and abs(one - other) < unit)


def _guess_unit(moment: datetime) -> int:
    """Guess the unit of a moment, in microseconds: the largest of which it is a multiple."""
    return next(unit for unit in (1_000_000, 1_000, 1) if moment.microsecond % unit == 0)
