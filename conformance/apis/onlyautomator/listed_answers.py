"""What lists show of every record of a run, member by member, and what the last write of each was answered with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from conformance.apis.onlyautomator.answers import Data, data_of
from conformance.apis.onlyautomator.driver import Driver, SentWrite, triple_of
from conformance.apis.onlyautomator.generated_cases import KEY, compose_letters, fold_name
from conformance.apis.onlyautomator.list_pages import require_whole_list
from conformance.apis.onlyautomator.listed_records import ListQuery, Records
from conformance.apis.onlyautomator.listed_updates import latest_writes
from conformance.apis.onlyautomator.shared_writes import OTHER_RECORD
from conformance.assertions.json_equality import is_same_json
from conformance.assertions.outcome import Inconclusive
from conformance.assertions.timestamp import may_be_same_moment, parse_timestamp

_MOST_LOOKED_UP = 8  # of what a list lacks: a page may lack hundreds
TIMES = ("createdAt", "updatedAt")
RECORD = "the record"  # in the place of a member, where all of it is lacking
KnownWrites = Mapping[tuple[str, str], SentWrite]
NAMES = KEY[1:]  # the fan is asked for
MAY_BE_LEFT_OUT = ("userId", "source")  # as in some examples of the page
COMPARED = ("id", "value", "userId", "source", *TIMES)


class Disagreement(NamedTuple):
    """A member of a listed record that is not what the last write of the record was answered with."""

    name: str
    record: Data
    written: SentWrite


def find_known_writes(driver: Driver, fan_id: str) -> KnownWrites:
    """Map category and preference to the last write of each record of a fan of which it is known what it was.

    What has to be refused goes to one record, of which another requirement judges what is listed.
    """
    writes = [one for one in latest_writes(driver).values() if triple_of(one.body)[0] == fan_id]
    return {_names_of(data_of(one.answer)): one for one in writes if one.body["preference"] != OTHER_RECORD}


def find_disagreements(records: Records, known: KnownWrites) -> Iterator[Disagreement]:
    """Yield what the records of a list show otherwise than their last writes were answered.

    A member that the answer lacks is not compared, nor is a record that is there twice. A record of other names is
    known by its id.
    """
    names_of_records = list(map(_names_of, records))
    counts = Counter(names_of_records)
    by_id: Mapping[Any, SentWrite] | None = None
    for record, names in zip(records, names_of_records, strict=True):
        written = known.get(names)
        if written is None:
            by_id = by_id or {data_of(one.answer).get("id"): one for one in known.values()}
            yield from _find_other_names(record, by_id)
        elif counts[names] == 1:
            answered = data_of(written.answer)
            for name in COMPARED:
                told = answered.get(name)
                if type(told) is str and record.get(name) == told:
                    continue  # as nearly all that is listed
                is_there = name in record or name in MAY_BE_LEFT_OUT
                if name in answered and not (is_there and _agree_on(name, record, answered)):
                    yield Disagreement(name, record, written)


def find_lacking(
    driver: Driver, query: ListQuery, records: Records, known: KnownWrites
) -> Sequence[SentWrite]:
    """Return those of the *known* writes whose records are not in the list of *query*, by their names or their ids.

    No document says that a record whose value is null stays, nor that a user is shown what only others wrote.
    """
    names, ids = set(map(_names_of, records)), {str(one.get("id")) for one in records}
    return [
        one
        for told, one in known.items()
        if query.category in (None, one.body["category"])
        and one.body.get("value") is not None
        and driver.credential_of(one.answer) == query.credential
        and told not in names
        and str(data_of(one.answer).get("id")) not in ids
    ]


def find_lost(driver: Driver, query: ListQuery, lacking: Sequence[SentWrite]) -> SentWrite | None:
    """Return one of the writes that a list is *lacking* though it is no page of several; None if there is none."""
    for one in lacking[:_MOST_LOOKED_UP]:
        with suppress(Inconclusive):
            require_whole_list(driver, query, one)
            return one
    return None


def _find_other_names(record: Data, by_id: Mapping[Any, SentWrite]) -> Iterator[Disagreement]:
    id_ = record.get("id")
    if isinstance(id_, str) and id_ in by_id:
        answered = data_of(by_id[id_].answer)
        for name in NAMES:
            listed, told = record.get(name), answered.get(name)
            # No document says that capitals stay capitals.
            if isinstance(listed, str) and isinstance(told, str) and fold_name(listed) != fold_name(told):
                yield Disagreement(name, record, by_id[id_])


def name_judged_elsewhere(
    found: Sequence[Disagreement], lacking: Sequence[SentWrite], judged: Sequence[SentWrite]
) -> set[str]:
    """Return what is wrong in records of which other requirements ask the same: members, or that one is lacking."""
    triples = [triple_of(one.body) for one in judged]
    members = {one.name for one in found if triple_of(one.written.body) in triples}
    return members | {RECORD for one in lacking if triple_of(one.body) in triples}


def _names_of(record: Data) -> tuple[str, str]:
    category, preference = record.get("category"), record.get("preference")
    return str(category), str(preference)


def _agree_on(name: str, record: Data, answered: Data) -> bool:
    if name not in record:
        return True
    one, other = record[name], answered[name]
    if name == "value":
        return is_same_json(one, other) or _are_same_letters(one, other)
    if name in TIMES and one != other:
        # That a list tells one time for both, another requirement judges.
        is_told_twice = name == "updatedAt" and one == record.get("createdAt")
        return is_told_twice or may_be_same_time(one, other)
    # What is answered in the place of a text, another requirement judges.
    return not isinstance(one, str) or not isinstance(other, str) or one == other


def may_be_same_time(listed: Any, answered: Any) -> bool:
    """Tell whether a list may tell a time so that a write was answered with; what is none, others judge."""
    one, other = parse_timestamp(listed), parse_timestamp(answered)
    return one is None or other is None or may_be_same_moment(one, other)


def _are_same_letters(one: Any, other: Any) -> bool:
    """Tell whether two values are equal once their letters are composed: no document says which form is kept."""
    try:
        return is_same_json(compose_letters(one), compose_letters(other))
    except RecursionError:  # a target may nest deeper than Python recurses, which the other value does not
        return False
