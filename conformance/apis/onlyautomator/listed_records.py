"""Where written preferences are looked up again: the lists of fans, for targets that have them.

A list may lag behind a write, may be long, and holds what others wrote; so it is asked for again for a moment before
anything is missed, by the run's own category first, and only the run's own records are looked for in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from conformance.apis.onlyautomator.answers import Data, body_of, data_of, member, outcome, show
from conformance.apis.onlyautomator.driver import Body, Driver, Triple, Written, triple
from conformance.apis.onlyautomator.generated_cases import KEY
from conformance.assertions.expect import expect
from conformance.assertions.json_equality import is_same_json
from conformance.assertions.outcome import Inconclusive, Stopped
from conformance.assertions.timestamp import parse_instant
from conformance.http.response import Response

LAG_S = 3.0  # how long a list may lag behind a write
FIRST_PAUSE_S = 0.05
SHORTEST_PAGE = 5  # of records; fewer are no page
ORDERED_FROM = 8  # so many records are not in an order by chance
NAMES_OF_ORDERS = (("id",), ("preference",), ("category",), ("category", "preference"))

Records = Sequence[Data]


class Place(NamedTuple):
    """Whose records are asked for, by whom, and of which category; None for all."""

    fan_id: str
    category: str | None
    credential: str = "user"

    def ask(self, driver: Driver) -> Response:
        """Ask for the list."""
        category = {} if self.category is None else {"category": self.category}
        authorization = driver.authorization(self.credential)["Authorization"]
        return driver.read(authorization, {"fanId": self.fan_id, **category})


def own(driver: Driver) -> Place:
    """Return the place of most of what this run wrote."""
    return Place(driver.fan_id, driver.run.prefix)


def whole(driver: Driver) -> Place:
    """Return the place of all that is known of the fan."""
    return Place(driver.fan_id, None)


def latest(driver: Driver, place: Place) -> Response:
    """Return the list that was asked for last, asking if none was."""
    answer = driver.lists.get(place)
    if answer is None:
        answer = driver.lists[place] = place.ask(driver)
    else:
        driver.client.cite(answer.exchange)
    return answer


def records_of(answer: Response) -> Records:
    """Return the records of a list; Inconclusive if it was refused or shows none."""
    if not answer.ok:
        raise Inconclusive(f"the list that this rests on was answered {outcome(answer)}")
    body = body_of(answer)
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise Inconclusive("the list that this rests on was answered without an array of objects in data")
    return data


def listed(
    driver: Driver, place: Place, is_shown: Callable[[Records], object], after: Iterable[Response] = ()
) -> Records:
    """Return the records of *place*, read after the answers *after* and, while *is_shown* is false, again.

    What is not shown LAG_S after them is not expected to come any more.
    """
    since = max((answer.received_at for answer in after), default=0.0)
    until = since + min(LAG_S, driver.target.patience.retry_s)
    pause_s = FIRST_PAUSE_S
    while True:
        answer = latest(driver, place)
        records = records_of(answer)
        if answer.sent_at >= since and (is_shown(records) or answer.sent_at >= until):
            return records
        if answer.sent_at >= since:
            driver.client.pause(min(pause_s, until - driver.client.clock.monotonic()))
            pause_s *= 2
        del driver.lists[place]


def read_since(driver: Driver, since: Iterable[Response], place: Place) -> Iterator[Records]:
    """Yield the records of *place* if they can be had without another request and after the answers *since*."""
    answer = driver.lists.get(place)
    if answer is not None and answer.sent_at >= max(one.received_at for one in since):
        with suppress(Inconclusive):
            records = records_of(answer)
            driver.client.cite(answer.exchange)
            yield records


def listed_anywhere(
    driver: Driver,
    is_shown: Callable[[Records], object],
    after: Iterable[Response],
    place: Place | None = None,
) -> Records:
    """Return the records of *place*, the run's own by default, or all of the fan's if *is_shown* is false of those."""
    place, after = place or own(driver), list(after)
    records = listed(driver, place, is_shown, after)
    return records if is_shown(records) else listed(driver, place._replace(category=None), is_shown, after)


def found(driver: Driver, *written: Written, place: Place | None = None) -> list[Data]:
    """Return the record of each of *written* as a list shows it; Inconclusive if one is not there."""

    def are_shown(records: Records) -> bool:
        return all(record_in(records, one) for one in written)

    records = listed_anywhere(driver, are_shown, [answer for _, answer in written], place)
    return [_there(record_in(records, one)) for one in written]


def shown(
    driver: Driver,
    *written: Written,
    is_right: Callable[[Records], object] = bool,
    place: Place | None = None,
) -> Sequence[tuple[Written, Records]]:
    """Return each of *written* with its records in the run's own list, and with those in the list of all the fan's.

    is_right: tells of the records of one whether the list need not be waited for. A list that cannot be read, or that
    lacks one, is left to other requirements as long as the other list shows it.
    Raises Inconclusive if one of *written* is in neither.
    """
    place, after = place or own(driver), [answer for _, answer in written]
    found_in: list[tuple[Written, Records]] = []
    troubles: list[Inconclusive] = []
    for one in (place, place._replace(category=None)):
        try:
            records = listed(
                driver, one, lambda it: all(is_right(records_in(it, sought)) for sought in written), after
            )
        except Stopped:
            raise
        except Inconclusive as trouble:
            troubles.append(trouble)
        else:
            found_in += [(sought, there) for sought in written if (there := records_in(records, sought))]
    if any(all(sought is not known for known, _ in found_in) for sought in written):
        raise [*troubles, Inconclusive("a record that this rests on is not in the list")][0]
    return found_in


def in_whole(driver: Driver, written: Written) -> tuple[Data | None, Records]:
    """Return the record of *written* as the list of all the fan's shows it, None if it does not, and that list."""
    records = listed(driver, whole(driver), lambda records: record_in(records, written), [written[1]])
    return record_in(records, written), records


def _there(record: Data | None) -> Data:
    if record is None:
        raise Inconclusive("a record that this rests on is not in the list")
    return record


# --- a page of several -----------------------------------------------------------------------------------


def refuse_page(driver: Driver, place: Place, written: Written) -> None:
    """Raise Inconclusive if the list that lacks *written* may be only a page of several, nowhere described as they are.

    It is none if it is very short, if another list of the run holds more than fits on it, or if it stands in an order
    in which the record comes before its last one. It is one where it says so.
    """
    answer = latest(driver, place)
    records = records_of(answer)
    if (is_told := _tells_of_more(answer, len(records))) or (
        len(records) >= SHORTEST_PAGE
        and len(records) >= max(_counts(driver))
        and not _is_due(driver, place, records, written)
    ):
        why = "says that there is more" if is_told else "may be one page of several"
        raise Inconclusive(f"the list holds {len(records)} records and {why}")


def _tells_of_more(answer: Response, count: int) -> bool:
    """Tell whether a list says, in a Link or beside its data, that it goes on elsewhere."""
    if re.search(r"rel\s*=\s*\"?[^\";,]*\bnext\b", answer.headers.get("link", ""), re.IGNORECASE):
        return True
    return any(_is_more(name.lower(), value, count) for name, value in _beside(body_of(answer)))


def _beside(body: Any) -> Iterator[tuple[str, Any]]:
    """Yield the members beside data, and those of the objects there."""
    for name, value in body.items():
        if isinstance(value, dict):
            yield from _beside(value)
        elif name != "data":
            yield name, value


def _is_more(name: str, value: Any, count: int) -> bool:
    if any(word in name for word in ("next", "more", "cursor")):
        return bool(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return False
    return value > 1 if "pages" in name else "total" in name and value > count


def _counts(driver: Driver) -> Iterator[int]:
    """Yield how many records each list of the run holds."""
    for answer in driver.lists.values():
        with suppress(Inconclusive):
            yield len(records_of(answer))


def _is_due(driver: Driver, place: Place, records: Records, written: Written) -> bool:
    """Tell whether a list stands in an order in which *written* comes before its last record.

    It is an order of time if the run's own records stand as they were made, or last written, or the other way round.
    By chance they may be in another order as well, of names or ids: then each order has to say the same.
    """
    made = [names for names in driver.written if names[0] == place.fan_id]
    updated = sorted(made, key=lambda names: driver.written[names][-1][1].received_at)
    of_time = [
        _before_last(_ranks(records, order), order.index(triple(written[0]))) for order in (made, updated)
    ]
    record = data_of(written[1])
    others = [
        _before_last([key(one) for one in records], key(record))
        for key in (partial(_texts, names=names) for names in NAMES_OF_ORDERS)
        if all(key(one) for one in (*records, record))
    ]
    others += [
        _before_last(moments, moment, if_equal=False)
        for name in ("createdAt", "updatedAt")
        if None not in (moments := [parse_instant(one.get(name)) for one in records])
        and (moment := parse_instant(record.get(name)))
    ]
    return any(of_time) and False not in (*of_time, *others)


def _texts(record: Data, names: Sequence[str]) -> list[str]:
    texts = [record.get(name) for name in names]
    return [one for one in texts if isinstance(one, str)] if all(texts) else []


def _ranks(records: Records, order: Sequence[Triple]) -> Sequence[int]:
    """Return which of *order* the records are, as far as they are in it; none if they are too few."""
    known = {names[1:]: rank for rank, names in enumerate(order)}
    named = [(str(one.get("category")), str(one.get("preference"))) for one in records]
    ranks = [known[names] for names in named if names in known]
    return ranks if len(ranks) >= ORDERED_FROM else ()


def _before_last(keys: Sequence[Any], key: Any, if_equal: bool | None = None) -> bool | None:
    """Tell whether *key* comes before the last of *keys* in their order; None if they are in none."""
    if not keys or all(one == keys[0] for one in keys):
        return if_equal
    if list(keys) == sorted(keys):
        return bool(key < keys[-1])
    return bool(key > keys[-1]) if list(keys) == sorted(keys, reverse=True) else None


# --- a record --------------------------------------------------------------------------------------------


def record_in(records: Records, written: Written) -> Data | None:
    """Return the first of *records* that is the one *written*, by its id or by its names."""
    return next(iter(records_in(records, written)), None)


def records_in(records: Records, written: Written) -> Records:
    """Return those of *records* that are the one *written*, by its id or by its names."""
    body, answer = written
    data = data_of(answer)
    names = [(one.get("category"), one.get("preference")) for one in (body, data)]
    ids = [data["id"]] if isinstance(data.get("id"), str) else []
    return [
        one
        for one in records
        if one.get("id") in ids or (one.get("category"), one.get("preference")) in names
    ]


def value_in(records: Records, written: Written) -> bool:
    """Tell whether a record that is the one *written* shows the value that the write was answered with."""
    return any(_same_value(record, written) for record in records_in(records, written))


def _same_value(record: Data, written: Written) -> bool:
    return "value" in record and is_same_json(record["value"], data_of(written[1]).get("value"))


def expect_value(record: Data, written: Written) -> None:
    """Want a listed record to show the value that the write was answered with."""
    value = show(data_of(written[1]).get("value"))
    got = f"value {show(record['value'])}" if "value" in record else "no value"
    expect(_same_value(record, written), f"value {value}, as the write was answered", got)


def sure(written: Sequence[Written]) -> Sequence[Written]:
    """Return *written* if each was answered with a record of its own, as it was sent; else Inconclusive."""
    ids = {show(sound(one)["id"]) for one in written}
    if len(ids) < len(written):
        raise Inconclusive("writes of several triples were answered with one id")
    return written


def sound(written: Written) -> Data:
    """Return what a write was answered with; Inconclusive unless that is legible and what was sent."""
    body, answer = written
    data = data_of(answer)
    if not isinstance(member(data, "id"), str):
        raise Inconclusive("a write that this rests on was answered without an id that is text")
    for name in KEY[1:]:
        if str(member(data, name)).casefold() != str(body[name]).casefold():
            raise Inconclusive(f"a write that this rests on was answered with another {name}")
    if not is_same_json(member(data, "value"), body["value"]):
        raise Inconclusive("a write that this rests on was answered with another value")
    return data


def writes_of(driver: Driver, body: Body) -> Sequence[Written]:
    """Return the writes of *body*'s triple, in order; Inconclusive if they were answered with several ids."""
    written = driver.written.get(triple(body), [])
    ids = {show(member(data_of(answer), "id")) for _, answer in written}
    if len(ids) != 1:
        raise Inconclusive("the writes of one triple were not all answered with one id")
    return written
