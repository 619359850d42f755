"""Written records looked up in the lists of a fan, for targets that have lists.

A list may lag behind a write, may be long, and holds what others wrote; so it is read again for a moment before
anything is missed, by the run's own category first, and only the run's own records are looked for in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from conformance.apis.onlyautomator import shared_writes
from conformance.apis.onlyautomator.answers import (
    Data,
    body_of,
    data_of,
    describe_answer,
    describe_value,
    require_member,
)
from conformance.apis.onlyautomator.driver import Body, Driver, SentWrite, triple_of
from conformance.apis.onlyautomator.generated_cases import KEY
from conformance.apis.onlyautomator.subject import describe_triple
from conformance.assertions.expect import expect
from conformance.assertions.json_equality import MISSING, find_difference, is_same_json
from conformance.assertions.member import Member, find_member
from conformance.assertions.outcome import Inconclusive
from conformance.http.response import Response
from conformance.suite.polling import Polling

VALUE_TO_LOOK_UP = "Evenings and weekends"
NOTHINGS: tuple[Any, ...] = ("", False, 0, [], {})  # what a list might take for no value at all
VALUES: tuple[Any, ...] = (
    VALUE_TO_LOOK_UP,
    *NOTHINGS,
    1234.5,
    {"quiet": {"from": "22:00", "days": {"first": "sat", "last": "sun"}}},
    [{"day": "sat", "until": None}, {"day": "sun", "hours": ["9", "17"]}, {}],
    [True, 1, 0, False, "1", "", 2.5],
)

Records = Sequence[Data]


class ListQuery(NamedTuple):
    """Whose records are asked for, of which category (None for all), and with whose token."""

    fan_id: str
    category: str | None
    credential: str = "user"

    def send(self, driver: Driver) -> Response:
        """Ask for the list."""
        category = {} if self.category is None else {"category": self.category}
        authorization = driver.bearer_header(self.credential)["Authorization"]
        return driver.read_list(authorization, {"fanId": self.fan_id, **category})


def query_of_run(driver: Driver) -> ListQuery:
    """Return the query for most of what this run wrote."""
    # The run's own category is one that nobody else writes in, so this list is short.
    return ListQuery(driver.fan_id, driver.run.prefix)


def query_of_fan(driver: Driver) -> ListQuery:
    """Return the query for all records of the fan."""
    return ListQuery(driver.fan_id, None)


# --- lists -----------------------------------------------------------------------------------------------


def latest_list(driver: Driver, query: ListQuery) -> Response:
    """Return the list that was read last for *query*, reading it if none was."""
    answer = driver.latest_lists.get(query)
    if answer is None:
        answer = driver.latest_lists[query] = query.send(driver)
    else:
        driver.client.cite(answer.exchange)
    return answer


def list_of_run(driver: Driver) -> Response:
    """Return a list of the run's own records; of all the fan's if the mode lets nothing be written."""
    if not driver.run.mode.may_write:
        return latest_list(driver, query_of_fan(driver))
    shared_writes.first_record(driver)
    return latest_list(driver, query_of_run(driver))


def records_of(answer: Response) -> Records:
    """Return the records of a list; Inconclusive if it was refused or shows none."""
    if not answer.ok:
        raise Inconclusive(f"the list that this rests on was answered {describe_answer(answer)}")
    body = body_of(answer)
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise Inconclusive("the list that this rests on was answered without an array of objects in data")
    return data


def read_until(
    driver: Driver,
    query: ListQuery,
    is_shown: Callable[[Records], object],
    after: Iterable[Response] = (),
) -> Records:
    """Return the records of *query*, read after the answers *after* and, while *is_shown* is false, again.

    What is not shown the profile's read_lag_s after these answers is not expected to come any more.
    """
    since = max((answer.received_at for answer in after), default=0.0)
    # From the answers on, not from now: what others asked in between has given the list time already.
    polling = Polling(driver.client, since + driver.target.patience.read_lag_s)
    while True:
        answer = latest_list(driver, query)
        is_last_look = polling.is_last_look(answer)
        records = records_of(answer)
        if answer.sent_at >= since:
            if is_shown(records) or is_last_look:
                return records
            polling.pause()
        # So that the next look reads the list again.
        del driver.latest_lists[query]


def read_until_anywhere(
    driver: Driver,
    is_shown: Callable[[Records], object],
    after: Iterable[Response],
    query: ListQuery | None = None,
) -> Records:
    """Return the records of *query*, the run's own by default, or all of the fan's if *is_shown* is false of those."""
    query, after = query or query_of_run(driver), list(after)
    records = read_until(driver, query, is_shown, after)
    if is_shown(records):
        return records
    return read_until(driver, query._replace(category=None), is_shown, after)


def records_read_since(driver: Driver, since: Iterable[Response], query: ListQuery) -> Iterator[Records]:
    """Yield the records of *query* if they were read after the answers *since*, without another request."""
    answer = driver.latest_lists.get(query)
    if answer is not None and answer.sent_at >= max(one.received_at for one in since):
        with suppress(Inconclusive):
            records = records_of(answer)
            driver.client.cite(answer.exchange)
            yield records


# --- what was written, in lists --------------------------------------------------------------------------


def find_listed(driver: Driver, *written: SentWrite, query: ListQuery | None = None) -> list[Data]:
    """Return the record of each of *written* as a list shows it; Inconclusive if one is not there."""

    def are_shown(records: Records) -> bool:
        return all(find_record(records, one) for one in written)

    records = read_until_anywhere(driver, are_shown, [answer for _, answer in written], query)
    found = [find_record(records, one) for one in written]
    if None in found:
        raise Inconclusive("a record that this rests on is not in the list")
    return [record for record in found if record is not None]


def find_in_list(driver: Driver, query: ListQuery, written: SentWrite) -> tuple[Data | None, Records]:
    """Return the record of *written* as the list of *query* shows it, None if it does not, and that list."""
    records = read_until(driver, query, lambda records: find_record(records, written), [written.answer])
    return find_record(records, written), records


def wait_for_records_in_lists(
    driver: Driver, *written: SentWrite, is_right: Callable[[Records], object] = bool
) -> Sequence[tuple[SentWrite, Records]]:
    """Return each of *written* with its records in the run's own list, and with those in the list of all the fan's.

    is_right: tells of the records of one whether the list need not be waited for. A list that cannot be read, or that
    lacks one, is left to other requirements as long as the other list shows it.
    Raises Inconclusive if one of *written* is in neither.
    """
    after = [answer for _, answer in written]
    found: list[tuple[SentWrite, Records]] = []
    troubles: list[Inconclusive] = []
    for query in (query_of_run(driver), query_of_fan(driver)):
        try:
            records = read_until(
                driver, query, lambda it: all(is_right(find_records(it, one)) for one in written), after
            )
        except Inconclusive as trouble:
            troubles.append(trouble)
        else:
            found += [(one, there) for one in written if (there := find_records(records, one))]
    # By identity: two writes may be equal in all they say.
    if any(all(one is not shown for shown, _ in found) for one in written):
        raise [*troubles, Inconclusive("a record that this rests on is not in the list")][0]
    return found


def find_record(records: Records, written: SentWrite) -> Data | None:
    """Return the first of *records* that is the one *written*, by its id or by its names."""
    return next(_search_records(records, written), None)


def find_records(records: Records, written: SentWrite) -> Records:
    """Return those of *records* that are the one *written*, by its id or by its names."""
    return list(_search_records(records, written))


def _search_records(records: Records, written: SentWrite) -> Iterator[Data]:
    data = data_of(written.answer)
    # A server may change the case of names, so those that were sent and those that were answered will do.
    names = [(one.get("category"), one.get("preference")) for one in (written.body, data)]
    preferences = [preference for _, preference in names]
    id_ = data["id"] if isinstance(data.get("id"), str) else MISSING
    for one in records:
        # The preferences are looked at first, since most of some hundred records have another.
        if one.get("id") == id_ or (
            (preference := one.get("preference")) in preferences
            and (one.get("category"), preference) in names
        ):
            yield one


# --- values ----------------------------------------------------------------------------------------------


def shows_value_of(records: Records, written: SentWrite) -> bool:
    """Tell whether a record that is the one *written* shows the value that the write was answered with."""
    return any(_has_value_of(record, written) for record in find_records(records, written))


def _has_value_of(record: Data, written: SentWrite) -> bool:
    return "value" in record and is_same_json(record["value"], data_of(written.answer).get("value"))


def expect_value_of(driver: Driver, record: Data, written: SentWrite) -> None:
    """Want a listed record to show the value that the write was answered with."""
    value = data_of(written.answer).get("value")
    expected = f"value {describe_value(value)}, as the write was answered"
    if "value" not in record:
        expect_of_listed(driver, False, record, ("value",), expected, "no value")
    elif found := find_difference(value, record["value"]):
        got = f"value {describe_value(record['value'])}"
        expect_of_listed(driver, False, record, ("value", *found.member), expected, got)


def expect_listed(is_there: bool, written: SentWrite, records: Records, answer: Response) -> None:
    """Raise DoesNotConform unless the record of *written* is there, in a list of *records*."""
    id_, value = (describe_value(data_of(written.answer).get(name)) for name in ("id", "value"))
    expected, got = f"the record {id_} with value {value} in the list", f"{len(records)} records without it"
    expect(is_there, expected, got, answer, ("data",), describe_triple(written.body))


def expect_of_listed(
    driver: Driver, condition: bool, record: Data, member: Member, expected: str, got: str
) -> None:
    """Raise DoesNotConform unless *condition* holds of a *member* of a listed *record*, or of all of it."""
    if condition:
        return
    # Looked for only now: mostly all is well, and the record itself says where it was listed.
    for answer in reversed(driver.list_answers):
        if place := find_member(body_of(answer), record, ""):
            expect(False, expected, got, answer, (*place[:-1], *member))
    expect(False, expected, got)


# --- writes that can be looked for -----------------------------------------------------------------------


def require_own_records(written: Sequence[SentWrite]) -> Sequence[SentWrite]:
    """Return *written* if each was answered with a record of its own, as it was sent; else Inconclusive."""
    ids = {describe_value(require_record_as_sent(one)["id"]) for one in written}
    if len(ids) < len(written):
        raise Inconclusive("writes of several triples were answered with one id")
    return written


def require_record_as_sent(written: SentWrite) -> Data:
    """Return what a write was answered with; Inconclusive unless that can be read and is what was sent."""
    body, data = written.body, data_of(written.answer)
    if not isinstance(require_member(data, "id"), str):
        raise Inconclusive("a write that this rests on was answered without an id that is text")
    for name in KEY[1:]:
        # The document does not say that capitals stay capitals.
        if str(require_member(data, name)).casefold() != str(body[name]).casefold():
            raise Inconclusive(f"a write that this rests on was answered with another {name}")
    if not is_same_json(require_member(data, "value"), body["value"]):
        raise Inconclusive("a write that this rests on was answered with another value")
    return data


def writes_of_triple(driver: Driver, body: Body) -> Sequence[SentWrite]:
    """Return the writes of *body*'s triple, in order; Inconclusive if they were answered with several ids."""
    written = driver.accepted_writes.get(triple_of(body), [])
    ids = {describe_value(require_member(data_of(answer), "id")) for _, answer in written}
    if len(ids) != 1:
        raise Inconclusive("the writes of one triple were not all answered with one id")
    return written


def last_write_of_value(driver: Driver, value: Any = VALUE_TO_LOOK_UP) -> SentWrite:
    """Return the last write of the record that was made to hold *value*."""
    return writes_of_triple(driver, shared_writes.write_value_once(driver, value).body)[-1]


def expect_latest_value(driver: Driver, written: SentWrite) -> None:
    """Want each list to show the value of the last write of a triple, be it beside a former one."""
    for _, records in wait_for_records_in_lists(
        driver, written, is_right=lambda records: shows_value_of(records, written)
    ):
        if not shows_value_of(records, written):
            expect_value_of(driver, records[0], written)


def write_updated_record(driver: Driver) -> SentWrite:
    """Return the last of several writes of one triple."""
    shared_writes.replace_value_once(driver, *shared_writes.BOOLEANS)
    return last_write_of_value(driver, shared_writes.BOOLEANS[0])


# --- other requests for lists ----------------------------------------------------------------------------


def request_list_with_token(driver: Driver, token: str | None) -> Response:
    """Return the answer to a request for the fan's list with any token or none; it is sent once."""
    authorization = None if token is None else f"Bearer {token}"
    return driver.client.memoize(
        ("list with token", token), lambda: driver.read_list(authorization, {"fanId": driver.fan_id})
    )


def request_list_with_parameters(driver: Driver, **parameters: str) -> Response:
    """Return the answer to a request for a list with these parameters; it is sent once."""
    authorization = driver.bearer_header()["Authorization"]
    return driver.client.memoize(
        ("list with parameters", *parameters.items()), lambda: driver.read_list(authorization, parameters)
    )
