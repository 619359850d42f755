"""Response: the members of the record that an answer shows."""

from __future__ import annotations

import uuid
from datetime import timedelta

from conformance.apis.onlyautomator.answers import Data, data_of, kind, member, moment, show
from conformance.apis.onlyautomator.driver import Driver
from conformance.assertions.expect import expect, observe
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.assertions.timestamp import ZONE, parse_instant

CLOCKS_APART = timedelta(minutes=15)  # half of what the offsets of two zones differ at least


def test_data_id(driver: Driver) -> None:
    """MUST answer data.id, a string. (onlyautomator: Response)"""
    _want_text(driver, "id")


def test_data_fan_id(driver: Driver) -> None:
    """MUST answer data.fanId, a string. (onlyautomator: Response)"""
    _want_text(driver, "fanId")


def test_data_user_id(driver: Driver) -> None:
    """MUST answer data.userId, a string. (onlyautomator: Response)"""
    _want_text(driver, "userId")


def test_data_category(driver: Driver) -> None:
    """MUST answer data.category, a string. (onlyautomator: Response)"""
    _want_text(driver, "category")


def test_data_preference(driver: Driver) -> None:
    """MUST answer data.preference, a string. (onlyautomator: Response)"""
    _want_text(driver, "preference")


def test_data_value(driver: Driver) -> None:
    """MUST answer data.value. (onlyautomator: Response)"""
    for answer in driver.history():
        expect("value" in data_of(answer), "data.value", "no such member", answer)


def test_data_source(driver: Driver) -> None:
    """MUST answer data.source, a string or null. (onlyautomator: Response)"""
    for answer in driver.history():
        data = data_of(answer)
        known = "source" in data and isinstance(data["source"], str | None)
        expect(known, "data.source, a string or null", _what(data, "source"), answer)


def test_data_created_at(driver: Driver) -> None:
    """MUST answer data.createdAt, an ISO timestamp. (onlyautomator: Response)"""
    _want_instant(driver, "createdAt")


def test_data_updated_at(driver: Driver) -> None:
    """MUST answer data.updatedAt, an ISO timestamp. (onlyautomator: Response)"""
    _want_instant(driver, "updatedAt")


def _want_text(driver: Driver, name: str) -> None:
    for answer in driver.history():
        data = data_of(answer)
        expect(isinstance(data.get(name), str), f"data.{name}, a string", _what(data, name), answer)
        expect(data[name] != "", f"data.{name}, not empty", "an empty string", answer)


def _want_instant(driver: Driver, name: str) -> None:
    for answer in driver.history():
        data = data_of(answer)
        expect(
            parse_instant(data.get(name)) is not None,
            f"data.{name}, an ISO timestamp",
            _what(data, name),
            answer,
        )


def _what(data: Data, name: str) -> str:
    return f"{kind(data[name])}, {show(data[name])}" if name in data else "no such member"


def test_created_at_tells_when(driver: Driver) -> None:
    """MUST date a record later that is made later. (onlyautomator: Response)

    A clock may count whole seconds: where the two are equal, another record is made a second later.
    """
    first, later = driver.created(), driver.another()
    if member(data_of(first), "id") == member(data_of(later), "id"):
        raise Inconclusive(
            "two triples were answered with one id, so nothing says that two records were made"
        )
    before, after = (moment(data_of(answer), "createdAt") for answer in (first, later))
    if after <= before:
        later = driver.a_second_later(first, driver.body())
        after = moment(data_of(later), "createdAt")
    expect(after > before, f"createdAt after {before.isoformat()}", after.isoformat(), later)


def test_timestamps_tell_the_time(driver: Driver) -> None:
    """MUST date a new record with the time at which it was made. (onlyautomator: Response)

    The time is that of the answer's own Date or of the clock here, give or take a quarter of an hour. A timestamp
    without an offset may be of any zone.
    """
    driver.base()
    answer = driver.created()
    if answer.date is None:
        raise NotTested("the answers have no Date to compare with")
    for name in ("createdAt", "updatedAt"):
        told = moment(data_of(answer), name)
        is_near = any(abs(told - clock) <= CLOCKS_APART for clock in (answer.date, answer.local_date))
        of_any_zone = not ZONE.search(data_of(answer)[name])
        expect(
            is_near or of_any_zone,
            f"{name} of about {answer.date.isoformat()}, as the answer's Date says",
            told.isoformat(),
            answer,
        )


def test_fan_id_is_stable(driver: Driver) -> None:
    """MUST answer the same fanId for the same fan, mapped or not. (onlyautomator: Response)

    The document's example shows an internal id in the place of the one that was sent, so either will do.
    """
    seen = [member(data_of(answer), "fanId") for answer in (*driver.history(), driver.another())]
    expect(all(one == seen[0] for one in seen), "one fanId for one fan", f"{show(seen[0])} and {show(seen)}")


def test_fan_id_tells_fans_apart(driver: Driver) -> None:
    """MUST answer another fanId for another fan. (onlyautomator: Response)"""
    ours, theirs = (member(data_of(answer), "fanId") for answer in driver.of_both_fans())
    expect(ours != theirs, "another fanId for another fan", f"{show(theirs)} for both")


def test_user_follows_token(driver: Driver) -> None:
    """MUST answer another userId for the token of another user. (onlyautomator: Response)"""
    theirs = member(data_of(driver.of_other_user()), "userId")
    ours = member(driver.base(), "userId")
    expect(ours != theirs, "another userId for another token", f"{show(theirs)} for both")


def test_user_not_from_body(driver: Driver) -> None:
    """MUST not take a userId from the body. (onlyautomator: Response)"""
    claimed = str(uuid.uuid5(uuid.NAMESPACE_URL, driver.run.prefix))
    ours = member(driver.base(), "userId")
    answer = driver.write(driver.body(userId=claimed))
    if answer.ok:
        given = member(data_of(answer), "userId")
        expect(given != claimed, f"the token's userId {show(ours)}", f"the body's {show(claimed)}")


def test_user_id_is_stable(driver: Driver) -> None:
    """MUST answer the same userId for the same token. (onlyautomator: Response)"""
    seen = [member(data_of(answer), "userId") for answer in (*driver.history(), driver.another())]
    expect(
        all(one == seen[0] for one in seen), "one userId for one token", f"{show(seen[0])} and {show(seen)}"
    )


def test_id_form(driver: Driver) -> None:
    """OBSERVED the form of an id. (onlyautomator: Response)"""
    given = member(driver.base(), "id")
    try:
        observe(f"the id is a UUID of version {uuid.UUID(given).version}")
    except (ValueError, AttributeError, TypeError):
        observe(f"the id is no UUID: {show(given)}")


def test_fan_id_form(driver: Driver) -> None:
    """OBSERVED whether a fanId comes back as it was sent. (onlyautomator: Response)"""
    given = member(driver.base(), "fanId")
    observe(
        "the fanId comes back as it was sent"
        if given == driver.fan_id
        else f"the fanId is mapped to {show(given)}"
    )


def test_source_form(driver: Driver) -> None:
    """OBSERVED the source of a write by this suite. (onlyautomator: Response)"""
    observe(f"the source is {show(member(driver.base(), 'source'))}")


def test_timestamp_form(driver: Driver) -> None:
    """OBSERVED the form of a timestamp. (onlyautomator: Response)"""
    when = moment(driver.base(), "createdAt")
    ahead = (when - driver.created().local_date).total_seconds()
    observe(f"createdAt looks like {show(driver.base()['createdAt'])}, {ahead:+.0f} s from the clock here")


def test_first_timestamps(driver: Driver) -> None:
    """OBSERVED whether a new record's two timestamps are equal. (onlyautomator: Response)"""
    base = driver.base()
    apart = (moment(base, "updatedAt") - moment(base, "createdAt")).total_seconds()
    observe(f"a new record's updatedAt is {apart:g} s after its createdAt")


def test_updating_user(driver: Driver) -> None:
    """OBSERVED another user's write of the same triple. (onlyautomator: Response)"""
    first, second = map(data_of, driver.of_two_users())
    same = "the same record" if first.get("id") == second.get("id") else "a record of its own"
    observe(f"another user's write of the same triple goes to {same}, userId {show(second.get('userId'))}")
