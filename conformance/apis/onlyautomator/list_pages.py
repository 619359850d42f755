"""Whether a list that lacks a record is only one page of several; no document describes pages of lists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from conformance.apis.onlyautomator.answers import Data, body_of, data_of
from conformance.apis.onlyautomator.driver import Driver, SentWrite, Triple, triple_of
from conformance.apis.onlyautomator.listed_records import ListQuery, Records, latest_list, records_of
from conformance.assertions.outcome import Inconclusive
from conformance.assertions.timestamp import parse_instant
from conformance.http.response import Response

_SHORTEST_PAGE = 5  # of records; fewer are no page
_FEWEST_IN_ORDER = 8  # so many records are not in an order by chance
_NAMES_OF_ORDERS = (("id",), ("preference",), ("category",), ("category", "preference"))


def require_whole_list(driver: Driver, query: ListQuery, written: SentWrite) -> None:
    """Raise Inconclusive if the list that lacks *written* may be only one page of several.

    It is not if it is very short, if another list of the run holds more than fits on it, or if it stands in an order
    in which the record comes before its last one. It is where it says so.
    """
    answer = latest_list(driver, query)
    records = records_of(answer)
    if (says_so := _says_there_is_more(answer, len(records))) or (
        len(records) >= _SHORTEST_PAGE
        and len(records) >= max(_sizes_of_lists(driver))
        and not _has_to_be_on_page(driver, query, records, written)
    ):
        why = "says that there is more" if says_so else "may be one page of several"
        raise Inconclusive(f"the list holds {len(records)} records and {why}")


def _says_there_is_more(answer: Response, count: int) -> bool:
    """Tell whether a list says, in a Link or beside its data, that it goes on elsewhere."""
    # RFC 8288: rel may name several relations, quoted or not.
    if re.search(r"rel\s*=\s*\"?[^\";,]*\bnext\b", answer.headers.get("link", ""), re.IGNORECASE):
        return True
    return any(
        _means_more(name.lower(), value, count) for name, value in _members_beside_data(body_of(answer))
    )


def _members_beside_data(body: Any) -> Iterator[tuple[str, Any]]:
    """Yield the members beside data, and those of the objects there."""
    for name, value in body.items():
        if isinstance(value, dict):
            yield from _members_beside_data(value)
        elif name != "data":
            yield name, value


def _means_more(name: str, value: Any, count: int) -> bool:
    # nextPage, hasMore, cursor and the like: null, false and an empty text all say that there is no more.
    if any(word in name for word in ("next", "more", "cursor")):
        return bool(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return False
    return value > 1 if "pages" in name else "total" in name and value > count


def _sizes_of_lists(driver: Driver) -> Iterator[int]:
    """Yield how many records each list of the run holds."""
    for answer in driver.latest_lists.values():
        with suppress(Inconclusive):
            yield len(records_of(answer))


def _has_to_be_on_page(driver: Driver, query: ListQuery, records: Records, written: SentWrite) -> bool:
    """Tell whether a list stands in an order in which *written* comes before its last record.

    It is an order of time if the run's own records stand as they were made, or last written, or the other way round.
    By chance they may be in another order as well, of names or ids: then each order has to say the same.
    """
    # Dictionaries keep their order, so these are in the order in which they were first written.
    made = [names for names in driver.accepted_writes if names[0] == query.fan_id]
    updated = sorted(made, key=lambda names: driver.accepted_writes[names][-1].answer.received_at)
    by_time = [
        _is_before_last(_ranks_in(order, records), order.index(triple_of(written.body)))
        for order in (made, updated)
    ]
    record = data_of(written.answer)
    by_others = [
        _is_before_last([key(one) for one in records], key(record))
        for key in (partial(_texts_of, names=names) for names in _NAMES_OF_ORDERS)
        if all(key(one) for one in (*records, record))
    ]
    by_others += [
        _is_before_last(moments, moment, if_equal=False)
        for name in ("createdAt", "updatedAt")
        if None not in (moments := [parse_instant(one.get(name)) for one in records])
        and (moment := parse_instant(record.get(name)))
    ]
    return any(by_time) and False not in (*by_time, *by_others)


def _texts_of(record: Data, names: Sequence[str]) -> list[str]:
    texts = [record.get(name) for name in names]
    return [one for one in texts if isinstance(one, str)] if all(texts) else []


def _ranks_in(order: Sequence[Triple], records: Records) -> Sequence[int]:
    """Return which of *order* the records are, as far as they are in it; none if they are too few."""
    known = {names[1:]: rank for rank, names in enumerate(order)}
    named = [(str(one.get("category")), str(one.get("preference"))) for one in records]
    ranks = [known[names] for names in named if names in known]
    # A few records stand in some order by chance.
    return ranks if len(ranks) >= _FEWEST_IN_ORDER else ()


def _is_before_last(keys: Sequence[Any], key: Any, if_equal: bool | None = None) -> bool | None:
    """Tell whether *key* comes before the last of *keys* in their order; None if they are in none."""
    if not keys or all(one == keys[0] for one in keys):
        return if_equal
    if list(keys) == sorted(keys):
        return bool(key < keys[-1])
    return bool(key > keys[-1]) if list(keys) == sorted(keys, reverse=True) else None
