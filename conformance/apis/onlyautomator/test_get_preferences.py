"""Get Preferences: what was written is read again, from targets that have what the page describes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, pairwise
from typing import Any

from conformance.apis.onlyautomator import listed_records as shelf
from conformance.apis.onlyautomator import refusals
from conformance.apis.onlyautomator.answers import (
    Data,
    body_of,
    code_of,
    data_of,
    error_of,
    expect_refusal,
    kind,
    member,
    outcome,
    show,
)
from conformance.apis.onlyautomator.driver import BOOLEANS, Body, Driver, Written
from conformance.apis.onlyautomator.listed_records import Place, Records
from conformance.assertions.expect import expect, expect_status, observe
from conformance.assertions.json_equality import is_same_json
from conformance.assertions.outcome import Inconclusive
from conformance.assertions.timestamp import may_be_same_moment, parse_instant, parse_timestamp
from conformance.http.response import Response

A_SECOND = timedelta(seconds=1)
MEMBERS = ("id", "fanId", "category", "preference", "value", "createdAt", "updatedAt")
VALUES: tuple[Any, ...] = (
    "Evenings and weekends",
    "",
    False,
    0,
    1234.5,
    {"quiet": {"from": "22:00", "days": {"first": "sat", "last": "sun"}}},
    [{"day": "sat"}, {"day": "sun", "hours": ["9", "17"]}, {}],
    [True, 1, 0, False, "1", "", 2.5],
    [],
)


# --- the answer ------------------------------------------------------------------------------------------


def _list(driver: Driver) -> Response:
    """Return a list of the run's own records; of all the fan's if the mode lets nothing be written."""
    if not driver.run.mode.may_write:
        return shelf.latest(driver, shelf.whole(driver))
    driver.base()
    return shelf.latest(driver, shelf.own(driver))


def test_list_answers_200(driver: Driver) -> None:
    """SHOULD answer 200 to a request for a fan's preferences. (onlyautomator: Get Preferences)"""
    for answer in (_list(driver), shelf.latest(driver, shelf.whole(driver))):
        expect_status(answer, 200)


def test_list_status_word(driver: Driver) -> None:
    """SHOULD answer a list with status success. (onlyautomator: Get Preferences)"""
    body = body_of(_listed(driver))
    word = body.get("status") if isinstance(body, dict) else None
    expect(word == "success", 'status "success"', show(word))


def _listed(driver: Driver) -> Response:
    answer = _list(driver)
    if not answer.ok:
        raise Inconclusive(f"the list was answered {outcome(answer)}")
    return answer


def test_list_data(driver: Driver) -> None:
    """SHOULD answer a list as an array of objects in data. (onlyautomator: Get Preferences)"""
    body = body_of(_listed(driver))
    data = body.get("data") if isinstance(body, dict) else None
    expect(isinstance(data, list), "data, an array", kind(data) if data is not None else "none")
    others = [one for one in data or () if not isinstance(one, dict)]
    expect(not others, "an array of objects", f"{kind(others[0])} in it" if others else "")


# --- a record --------------------------------------------------------------------------------------------


def _record(driver: Driver) -> tuple[Written, Data]:
    """Return a write and its record in the list."""
    written = _holding(driver, VALUES[0])
    return written, shelf.found(driver, written)[0]


def _holding(driver: Driver, value: Any) -> Written:
    """Return the last write of a record that was made to hold a value."""
    return shelf.writes_of(driver, driver.holding(value)[0])[-1]


def _records(driver: Driver, written: Written) -> Iterator[Data]:
    """Yield the record of a write as each list shows it."""
    return chain.from_iterable(records for _, records in shelf.shown(driver, written))


def _two(driver: Driver) -> Sequence[Written]:
    return shelf.sure([_holding(driver, value) for value in VALUES[:2]])


def test_list_members(driver: Driver) -> None:
    """SHOULD list a preference with id, fanId, category, preference, value, createdAt and updatedAt.

    (onlyautomator: Get Preferences)

    The page's examples show userId and source in some records and not in others, so both may be missing.
    """
    for record in _records(driver, _holding(driver, VALUES[0])):
        missing = [name for name in MEMBERS if name not in record]
        expect(not missing, f"a record with {', '.join(MEMBERS)}", f"one without {', '.join(missing)}")


def test_list_ids(driver: Driver) -> None:
    """SHOULD list a preference under the id that its write was answered with. (onlyautomator: Get Preferences)"""
    written = _two(driver)
    _updated(driver)  # Inconclusive if a triple gets another id each time, and so names no record
    for (_, answer), records in shelf.shown(driver, *written):
        wanted = data_of(answer)["id"]
        for record in records:
            expect(record.get("id", wanted) == wanted, f"id {show(wanted)}", f"id {show(record.get('id'))}")


def test_list_names(driver: Driver) -> None:
    """SHOULD list a preference by the category and preference that its write was answered with.

    (onlyautomator: Get Preferences)
    """
    written = _two(driver)[0]
    wanted = shelf.sound(written)
    for record in _records(driver, written):
        for name in ("category", "preference"):
            is_kept = record.get(name, wanted[name]) == wanted[name]
            expect(is_kept, f"{name} {show(wanted[name])}", f"{name} {show(record.get(name))}")


def test_list_timestamps(driver: Driver) -> None:
    """SHOULD list a preference with createdAt and updatedAt as ISO timestamps. (onlyautomator: Get Preferences)"""
    for record in _records(driver, _holding(driver, VALUES[0])):
        for name in ("createdAt", "updatedAt"):
            is_told = name not in record or parse_instant(record[name]) is not None
            expect(is_told, f"{name}, an ISO timestamp", f"{name} {show(record.get(name))}")


# --- what was written ------------------------------------------------------------------------------------


def test_written_is_listed(driver: Driver) -> None:
    """SHOULD list a preference that was written. (onlyautomator: Get Preferences)

    A list may lag behind a write for three seconds. One that lacks the preference may be one page of several, which the
    vendor does not describe, and is not decided where it says that there is more, or where no other list of the run
    holds more and nothing tells that the preference comes before its last record.
    """
    written = _holding(driver, VALUES[0])
    record, records = shelf.in_whole(driver, written)
    if record is None:
        try:
            shelf.refuse_page(driver, shelf.whole(driver), written)
        except Inconclusive:  # so the list of its category has to tell
            records = _own_list(driver, written)
            if shelf.record_in(records, written):
                raise
            shelf.refuse_page(driver, shelf.own(driver), written)
    id_ = show(data_of(written[1]).get("id"))
    expect(record is not None, f"the record {id_} in the list", f"{len(records)} records without it")


def _own_list(driver: Driver, written: Written) -> Records:
    return shelf.listed(
        driver, shelf.own(driver), lambda records: shelf.record_in(records, written), [written[1]]
    )


def test_list_values(driver: Driver) -> None:
    """SHOULD list a preference with the value that its write was answered with. (onlyautomator: Get Preferences)"""
    written = shelf.sure([_holding(driver, value) for value in VALUES])
    for one, records in shelf.shown(driver, *written):
        for record in records:
            shelf.expect_value(record, one)


def _updated(driver: Driver) -> Written:
    """Return the last of several writes of one triple."""
    driver.replacing(*BOOLEANS)
    return shelf.writes_of(driver, driver.holding(BOOLEANS[0])[0])[-1]


def test_list_shows_updates(driver: Driver) -> None:
    """SHOULD list an updated preference with the value that the update was answered with.

    (onlyautomator: Get Preferences)
    """
    written, _ = shelf.sure([_updated(driver), _holding(driver, VALUES[0])])
    _expect_latest(driver, written)


def _expect_latest(driver: Driver, written: Written) -> None:
    """Want each list to show the value of the last write of a triple, be it beside a former one."""
    for _, records in shelf.shown(driver, written, is_right=lambda records: shelf.value_in(records, written)):
        if not shelf.value_in(records, written):
            shelf.expect_value(records[0], written)


def test_list_one_record_per_triple(driver: Driver) -> None:
    """SHOULD list one preference for a triple, however often it was written. (onlyautomator: Get Preferences)"""
    written = _updated(driver)
    for _, records in shelf.shown(driver, written, is_right=lambda records: len(records) == 1):
        expect(len(records) == 1, "one record of the triple", f"{len(records)} records")


def test_list_tells_when(driver: Driver) -> None:
    """SHOULD list a preference with the createdAt and updatedAt that its last write was answered with.

    (onlyautomator: Get Preferences)

    Give or take a second and the units that they are told in, for they may be told by two clocks. Where one names its
    zone and the other does not they are not compared. Told finely, the createdAt of a preference that was updated
    later is not its updatedAt.
    """
    updated = _updated(driver)
    made = shelf.writes_of(driver, updated[0])[0]
    for first, last in [*((one, one) for one in _two(driver)), (made, updated)]:
        fault = partial(_fault_in_times, first, last)
        for _, records in shelf.shown(driver, last, is_right=partial(_is_none, fault)):
            if told := fault(records):
                expect(False, *told)


def _is_none(ask: Callable[[Records], object], records: Records) -> bool:
    return ask(records) is None


def _fault_in_times(first: Written, last: Written, records: Records) -> tuple[str, str] | None:
    """Return what was expected of the times in *records*, and what came instead; None if all is well.

    Of several records of one triple nobody knows which is the last.
    """
    answered = data_of(last[1])
    apart = timedelta(seconds=last[1].sent_at - first[1].received_at)
    for record in records if len(records) == 1 else ():
        for name in ("createdAt", "updatedAt"):
            wanted, told = parse_timestamp(answered.get(name)), parse_timestamp(record.get(name))
            if wanted and told and not may_be_same_moment(wanted, told):
                return f"{name} {show(answered[name])}, as the write was answered", show(record[name])
        made, changed = (parse_timestamp(record.get(name)) for name in ("createdAt", "updatedAt"))
        is_fine = made is not None and made.unit * 2 <= min(apart, A_SECOND)
        if is_fine and made == changed and answered.get("createdAt") != answered.get("updatedAt"):
            return "updatedAt after createdAt", f"{show(record['updatedAt'])} for both"
    return None


# --- which records ---------------------------------------------------------------------------------------


def test_category_filter_includes(driver: Driver) -> None:
    """SHOULD list the preferences of a category that is asked for. (onlyautomator: Get Preferences)"""
    written = _holding(driver, VALUES[0])
    shelf.sound(written)
    if shelf.in_whole(driver, written)[0] is None:
        raise Inconclusive("a record that this rests on is not even in the list of all")
    records = _own_list(driver, written)
    if not (is_there := shelf.record_in(records, written) is not None):
        shelf.refuse_page(driver, shelf.own(driver), written)
    expect(
        is_there, f"a record of the category {show(driver.run.prefix)}", f"{len(records)} records without it"
    )


def test_category_filter_excludes(driver: Driver) -> None:
    """SHOULD list no preference of another category than the one asked for. (onlyautomator: Get Preferences)

    The case of its letters may be another: the document does not say whether that counts.
    """
    category, others = driver.run.prefix, driver.in_two_categories()
    for other in zip(driver.bodies_in_two_categories(), others, strict=True):
        shelf.sound(other)
        if shelf.in_whole(driver, other)[0] is None:
            raise Inconclusive("no record of another category is in the list of all")
    for record in shelf.listed(driver, shelf.own(driver), lambda _: True, others):
        shown = record.get("category", category)
        is_of_it = isinstance(shown, str) and shown.casefold() == category.casefold()
        expect(is_of_it, f"records of the category {show(category)} only", f"one of {show(shown)}")


def test_list_keeps_fans_apart(driver: Driver) -> None:
    """SHOULD list a fan's preferences without those of another fan. (onlyautomator: Get Preferences)"""
    ours, theirs = shelf.sure(list(zip(driver.bodies_of_both_fans(), driver.of_both_fans(), strict=True)))
    shelf.found(driver, ours)
    shelf.found(driver, theirs, place=Place(driver.other_fan_id, driver.run.prefix))
    others = {driver.fan_id: theirs, driver.other_fan_id: ours}
    for place, answer in driver.lists.items():
        if place.fan_id in others and answer.sent_at >= theirs[1].received_at:
            other = data_of(others[place.fan_id][1])["id"]
            is_apart = all(record.get("id") != other for record in shelf.records_of(answer))
            expect(is_apart, "the fan's own records", f"{show(other)}, a record of another fan", answer)


def test_list_shows_what_others_wrote(driver: Driver) -> None:
    """SHOULD list a preference as another user updated it, where both writes were answered with one id.

    (onlyautomator: Get Preferences)

    A server may keep a record for each user instead, with an id for each.
    """
    body = driver.body_of_two_users()
    one, other = driver.of_two_users()
    if data_of(one).get("id") != data_of(other).get("id"):
        return
    written, _ = shelf.sure([shelf.writes_of(driver, body)[-1], _holding(driver, VALUES[0])])
    _expect_latest(driver, written)


# --- what was refused ------------------------------------------------------------------------------------


def _lists_after(driver: Driver, *refused: Response) -> Iterator[Records]:
    """Yield the run's own list as it is after these refusals, with what was accepted in it, and any read since."""
    for answer in refused:
        if answer.ok:
            raise Inconclusive(f"the write was not refused but answered {outcome(answer)}")
    written = _holding(driver, VALUES[0])
    shelf.found(driver, written)
    since = [*refused, written[1]]
    yield shelf.listed(driver, shelf.own(driver), lambda _: True, since)
    yield from shelf.read_since(driver, since, shelf.whole(driver))


def _expect_unlisted(driver: Driver, *refused: Written) -> None:
    for records in _lists_after(driver, *(answer for _, answer in refused)):
        _expect_none_of([body for body, _ in refused], records)


def _expect_none_of(refused: Sequence[Body], records: Records) -> None:
    names = [(body["category"], body["preference"]) for body in refused]
    for record in records:
        is_it = (record.get("category"), record.get("preference")) in names
        expect(not is_it, "nothing of the refused write", f"a record {show(record.get('id'))} of it")


def test_invalid_write_is_not_listed(driver: Driver) -> None:
    """SHOULD list nothing of a write that was answered 400, for it lacked its preference.

    (onlyautomator: Get Preferences)
    """
    member(_record(driver)[1], "preference")
    for records in _lists_after(driver, driver.without_preference()):
        for record in records:
            is_named = record.get("category") != driver.run.prefix or record.get("preference") is not None
            expect(
                is_named, "nothing of the refused write", f"{show(record.get('id'))}, without a preference"
            )


def test_unauthenticated_write_is_not_listed(driver: Driver) -> None:
    """SHOULD list nothing of a write that was answered 401, whatever it lacked or was wrong with its token.

    (onlyautomator: Get Preferences)
    """
    bad = refusals.creates(driver)
    _expect_unlisted(driver, *bad)
    _expect_unlisted(driver, (driver.body_without_token(), driver.without_token()))


def test_forbidden_write_is_not_listed(driver: Driver) -> None:
    """SHOULD list nothing of a write that was answered 403. (onlyautomator: Get Preferences)"""
    _expect_unlisted(driver, (driver.body_without_permission(), driver.without_permission()))


def test_unknown_fan_write_is_not_listed(driver: Driver) -> None:
    """SHOULD list nothing of a write that was answered 404, for there is no such fan.

    (onlyautomator: Get Preferences)

    The list of a fan that there is not may be empty or refused.
    """
    body, refused = driver.body_of_unknown_fan(), driver.of_unknown_fan()
    _expect_unlisted(driver, (body, refused))
    answer = _asked(driver, fanId=driver.unknown_fan_id)
    if answer.sent_at < refused.received_at:
        raise Inconclusive("the list of the fan that there is not was asked for before the write")
    if answer.ok:
        _expect_none_of([body], shelf.records_of(answer))


def test_refused_update_is_not_listed(driver: Driver) -> None:
    """SHOULD list a preference without the value of an update that was refused. (onlyautomator: Get Preferences)

    An update whose body is no JSON object, or that comes without a valid token or permission; each is to a value of
    its own.
    """
    written = (driver.body_of_another(), driver.another())
    refused = refusals.updates(driver)
    if not refused:
        raise Inconclusive("no update was refused that came after what it would change")
    shelf.found(driver, written)
    for records in _lists_after(driver, *(answer for _, answer in refused)):
        for record in shelf.records_in(records, written):
            is_it = any(is_same_json(record.get("value"), body["value"]) for body, _ in refused)
            expect(not is_it, "no value of a refused update", f"value {show(record.get('value'))}")


# --- what is refused -------------------------------------------------------------------------------------


def _unauthorized(driver: Driver, token: str | None) -> Response:
    authorization = None if token is None else f"Bearer {token}"
    return driver.client.memoize(
        ("list", token), lambda: driver.read(authorization, {"fanId": driver.fan_id})
    )


def _refused(driver: Driver, token: str | None) -> None:
    shelf.records_of(_list(driver))
    answer = _unauthorized(driver, token)
    is_bad = token is not None and code_of(answer) == "invalid_token"
    expect_refusal(answer, 401, "invalid_token" if is_bad else "authentication_required")


def test_list_missing_token(driver: Driver) -> None:
    """SHOULD answer a request for a list without a token 401 authentication_required.

    (onlyautomator: Get Preferences)
    """
    _refused(driver, None)


def test_list_tampered_token(driver: Driver) -> None:
    """SHOULD answer a request for a list 401 authentication_required if a character of the signature was changed.

    (onlyautomator: Get Preferences)

    Another page of the vendor's has invalid_token for a bad token, and that will do as well here.
    """
    _refused(driver, driver.conceal(driver.user.tampered()))


def test_list_expired_token(driver: Driver) -> None:
    """SHOULD answer a request for a list 401 authentication_required if the token has expired.

    (onlyautomator: Get Preferences)

    Another page of the vendor's has invalid_token for a bad token, and that will do as well here.
    """
    _refused(driver, driver.credential("expired"))


def _asked(driver: Driver, **parameters: str) -> Response:
    def ask() -> Response:
        return driver.read(driver.authorization()["Authorization"], parameters)

    return driver.client.memoize(("list", *parameters.items()), ask)


def _says(answer: Response) -> str:
    body = body_of(answer) if answer.ok else None
    data = body.get("data") if isinstance(body, dict) else None
    return f"{outcome(answer)}, {len(data)} records" if isinstance(data, list) else outcome(answer)


def test_list_missing_fan_id(driver: Driver) -> None:
    """OBSERVED a request for a list without a fanId. (onlyautomator: Get Preferences)"""
    observe(f"a list without a fanId is answered {_says(_asked(driver))}")


def test_list_unknown_fan(driver: Driver) -> None:
    """OBSERVED the list of a fan that there is not. (onlyautomator: Get Preferences)"""
    observe(f"the list of an unknown fan is answered {_says(_asked(driver, fanId=driver.unknown_fan_id))}")


def test_list_unknown_category(driver: Driver) -> None:
    """OBSERVED the list of a category that nothing was written in. (onlyautomator: Get Preferences)"""
    answer = _asked(driver, fanId=driver.fan_id, category=f"{driver.run.prefix}_unwritten")
    observe(f"the list of an unknown category is answered {_says(answer)}")


def test_list_order(driver: Driver) -> None:
    """OBSERVED the order of a list. (onlyautomator: Get Preferences)"""
    moments = [parse_instant(record.get("createdAt")) for record in shelf.records_of(_list(driver))]
    observe(f"the list of {len(moments)} records is {_order([one for one in moments if one])}")


def _order(moments: list[datetime]) -> str:
    if all(one >= other for one, other in pairwise(moments)):
        return "ordered by createdAt, the last first"
    is_ordered = all(one <= other for one, other in pairwise(moments))
    return "ordered by createdAt, the first first" if is_ordered else "not ordered by createdAt"


def test_list_optional_members(driver: Driver) -> None:
    """OBSERVED whether a list shows userId and source. (onlyautomator: Get Preferences)"""
    _, record = _record(driver)
    there = [name for name in ("userId", "source") if name in record]
    observe(f"a listed record has {' and '.join(there) or 'neither userId nor source'}")


def test_list_of_two_users(driver: Driver) -> None:
    """OBSERVED how a list shows a triple that two users wrote. (onlyautomator: Get Preferences)"""
    written = (driver.body_of_two_users(), driver.of_two_users()[1])
    records = shelf.listed_anywhere(driver, lambda records: shelf.record_in(records, written), [written[1]])
    count = len(shelf.records_in(records, written))
    observe(f"a triple that two users wrote is listed {'once' if count == 1 else f'{count} times'}")


# --- every answer ----------------------------------------------------------------------------------------


def _want_all(driver: Driver) -> None:
    """See to it that there are answers to look at."""
    shelf.records_of(_list(driver))
    _unauthorized(driver, None)
    for parameters in ({}, {"fanId": driver.unknown_fan_id}):  # type: dict[str, str]
        _asked(driver, **parameters)


def test_list_error_envelope(driver: Driver) -> None:
    """SHOULD refuse a list with status error, and an error with code and message. (onlyautomator: Get Preferences)"""
    _want_all(driver)
    for answer in driver.reads:
        if answer.status in (400, 401, 403, 404):
            error: Mapping[str, Any] = error_of(answer) if isinstance(error_of(answer), dict) else {}
            texts = all(isinstance(error.get(name), str) for name in ("code", "message"))
            said = texts and body_of(answer).get("status") == "error"
            expect(said, 'status "error" and error with code and message', show(answer.text), answer)


def test_list_no_server_error(driver: Driver) -> None:
    """SHOULD answer no request for a list with a 5xx but a service that is unavailable.

    (onlyautomator: Get Preferences)
    """
    _want_all(driver)
    for answer in driver.reads:
        is_outage = answer.status == 503 or code_of(answer) == "service_unavailable"
        expect(answer.status < 500 or is_outage, "no server error", f"status {answer.status}", answer)
