"""What lists show of every record of a run, member by member, and what the last write of each was answered with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from conformance.apis.onlyautomator.answers import Data, data_of
from conformance.apis.onlyautomator.driver import Driver, SentWrite, triple_of
from conformance.apis.onlyautomator.generated_cases import KEY, compose_letters, fold_name
from conformance.apis.onlyautomator.listed_records import Records
from conformance.apis.onlyautomator.listed_updates import latest_writes
from conformance.apis.onlyautomator.shared_writes import OTHER_RECORD
from conformance.assertions.json_equality import is_same_json
from conformance.assertions.timestamp import may_be_same_moment, parse_timestamp

TIMES = ("createdAt", "updatedAt")
KnownWrites = Mapping[tuple[str, str], SentWrite]
NAMES = KEY[1:]  # the fan is asked for
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

    A member that one of the two lacks is not compared, nor is a record that is there twice. A record of other names is
    known by its id.
    """
    counts = Counter(map(_names_of, records))
    by_id = {data_of(one.answer).get("id"): one for one in known.values()}
    for record in records:
        written = known.get(_names_of(record))
        if written is None:
            yield from _find_other_names(record, by_id)
        elif counts[_names_of(record)] == 1:
            answered = data_of(written.answer)
            for name in COMPARED:
                if name in record and name in answered and not _agree(name, record, answered):
                    yield Disagreement(name, record, written)


def _find_other_names(record: Data, by_id: Mapping[Any, SentWrite]) -> Iterator[Disagreement]:
    id_ = record.get("id")
    if isinstance(id_, str) and id_ in by_id:
        answered = data_of(by_id[id_].answer)
        for name in NAMES:
            listed, told = record.get(name), answered.get(name)
            # No document says that capitals stay capitals.
            if isinstance(listed, str) and isinstance(told, str) and fold_name(listed) != fold_name(told):
                yield Disagreement(name, record, by_id[id_])


def name_judged_elsewhere(found: Sequence[Disagreement], judged: Sequence[SentWrite]) -> set[str]:
    """Return the members that are wrong in records of which other requirements ask the same."""
    triples = [triple_of(one.body) for one in judged]
    return {one.name for one in found if triple_of(one.written.body) in triples}


def _names_of(record: Data) -> tuple[str, str]:
    category, preference = record.get("category"), record.get("preference")
    return str(category), str(preference)


def _agree(name: str, record: Data, answered: Data) -> bool:
    one, other = record[name], answered[name]
    if name == "value":
        return is_same_json(one, other) or _are_same_letters(one, other)
    if name in TIMES and one != other:
        listed, told = parse_timestamp(one), parse_timestamp(other)
        # That a list tells one time for both, another requirement judges.
        is_told_twice = name == "updatedAt" and one == record.get("createdAt")
        return is_told_twice or listed is None or told is None or may_be_same_moment(listed, told)
    # What is answered in the place of a text, another requirement judges.
    return not isinstance(one, str) or not isinstance(other, str) or one == other


def _are_same_letters(one: Any, other: Any) -> bool:
    """Tell whether two values are equal once their letters are composed: no document says which form is kept."""
    try:
        return is_same_json(compose_letters(one), compose_letters(other))
    except RecursionError:  # a target may nest deeper than Python recurses, which the other value does not
        return False
