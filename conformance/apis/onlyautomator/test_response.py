"""Response: the members of the record that an answer shows."""

from __future__ import annotations

import uuid
from datetime import timedelta

from conformance.apis.onlyautomator.answers import (
    data_of,
    describe_value,
    require_member,
    require_moment,
)
from conformance.apis.onlyautomator.driver import Driver
from conformance.apis.onlyautomator.shared_writes import (
    create_and_update_first_record,
    create_first_record,
    first_record,
    write_as_both_users,
    write_as_other_user,
    write_for_both_fans,
    write_other_record,
)
from conformance.assertions.expect import expect, observe
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.assertions.timestamp import ZONE

CLOCKS_APART = timedelta(minutes=15)  # half of what the offsets of two zones differ at least


def test_created_at_tells_when(driver: Driver) -> None:
    """MUST give a record that is created later a later createdAt. (onlyautomator: Response)

    A clock may count whole seconds: if the two times are equal, another record is created a second later.
    """
    first, later = create_first_record(driver), write_other_record(driver).answer
    if require_member(data_of(first), "id") == require_member(data_of(later), "id"):
        raise Inconclusive(
            "two triples were answered with one id, so nothing says that two records were made"
        )
    before, after = (require_moment(data_of(answer), "createdAt") for answer in (first, later))
    if after <= before:
        later = driver.write_a_second_after(first, driver.make_body())
        after = require_moment(data_of(later), "createdAt")
    expect(after > before, f"createdAt after {before.isoformat()}", after.isoformat(), later)


def test_timestamps_tell_the_time(driver: Driver) -> None:
    """MUST give a new record the time at which it is created as createdAt and updatedAt.

    (onlyautomator: Response)

    The time is taken from the answer's Date and from the clock here, and may differ by a quarter of an hour. A
    timestamp without an offset may be in any zone.
    """
    first_record(driver)
    answer = create_first_record(driver)
    if answer.date is None:
        raise NotTested("the answers have no Date to compare with")
    for name in ("createdAt", "updatedAt"):
        told = require_moment(data_of(answer), name)
        is_near = any(abs(told - clock) <= CLOCKS_APART for clock in (answer.date, answer.local_date))
        of_any_zone = not ZONE.search(data_of(answer)[name])
        expect(
            is_near or of_any_zone,
            f"{name} of about {answer.date.isoformat()}, as the answer's Date says",
            told.isoformat(),
            answer,
        )


def test_fan_id_is_stable(driver: Driver) -> None:
    """MUST answer with the same fanId for the same fan, be it the one that was sent or an internal one.

    (onlyautomator: Response)

    The document's example shows an internal id instead of the one that was sent, so either is accepted.
    """
    _expect_one_value(driver, "fanId", "one fanId for one fan")


def _expect_one_value(driver: Driver, name: str, expected: str) -> None:
    """Want a member to be the same in every answer to a write for the same fan by the same user."""
    answers = [*create_and_update_first_record(driver), write_other_record(driver).answer]
    seen = [require_member(data_of(answer), name) for answer in answers]
    is_same = all(one == seen[0] for one in seen)
    expect(is_same, expected, f"{describe_value(seen[0])} and {describe_value(seen)}")


def test_fan_id_tells_fans_apart(driver: Driver) -> None:
    """MUST answer with another fanId for another fan. (onlyautomator: Response)"""
    ours, theirs = (require_member(data_of(answer), "fanId") for _, answer in write_for_both_fans(driver))
    expect(ours != theirs, "another fanId for another fan", f"{describe_value(theirs)} for both")


def test_user_follows_token(driver: Driver) -> None:
    """MUST answer with another userId for another user's token. (onlyautomator: Response)"""
    theirs = require_member(data_of(write_as_other_user(driver).answer), "userId")
    ours = require_member(first_record(driver), "userId")
    expect(ours != theirs, "another userId for another token", f"{describe_value(theirs)} for both")


def test_user_not_from_body(driver: Driver) -> None:
    """MUST take the userId from the token, not from the body. (onlyautomator: Response)"""
    claimed = str(uuid.uuid5(uuid.NAMESPACE_URL, driver.run.prefix))
    ours = require_member(first_record(driver), "userId")
    answer = driver.write(driver.make_body(userId=claimed))
    if answer.ok:
        given = require_member(data_of(answer), "userId")
        expect(
            given != claimed,
            f"the token's userId {describe_value(ours)}",
            f"the body's {describe_value(claimed)}",
        )


def test_user_id_is_stable(driver: Driver) -> None:
    """MUST answer with the same userId for the same token. (onlyautomator: Response)"""
    _expect_one_value(driver, "userId", "one userId for one token")


def test_id_form(driver: Driver) -> None:
    """OBSERVED which form an id has. (onlyautomator: Response)"""
    given = require_member(first_record(driver), "id")
    try:
        observe(f"the id is a UUID of version {uuid.UUID(given).version}")
    except (ValueError, AttributeError, TypeError):
        observe(f"the id is no UUID: {describe_value(given)}")


def test_fan_id_form(driver: Driver) -> None:
    """OBSERVED whether a fanId comes back as it was sent. (onlyautomator: Response)"""
    given = require_member(first_record(driver), "fanId")
    observe(
        "the fanId comes back as it was sent"
        if given == driver.fan_id
        else f"the fanId is mapped to {describe_value(given)}"
    )


def test_source_form(driver: Driver) -> None:
    """OBSERVED which source a write by this suite gets. (onlyautomator: Response)"""
    observe(f"the source is {describe_value(require_member(first_record(driver), 'source'))}")


def test_timestamp_form(driver: Driver) -> None:
    """OBSERVED which form a timestamp has. (onlyautomator: Response)"""
    record = first_record(driver)
    when = require_moment(record, "createdAt")
    ahead = (when - create_first_record(driver).local_date).total_seconds()
    observe(f"createdAt looks like {describe_value(record['createdAt'])}, {ahead:+.0f} s from the clock here")


def test_first_timestamps(driver: Driver) -> None:
    """OBSERVED whether a new record's two timestamps are equal. (onlyautomator: Response)"""
    record = first_record(driver)
    apart = (require_moment(record, "updatedAt") - require_moment(record, "createdAt")).total_seconds()
    observe(f"a new record's updatedAt is {apart:g} s after its createdAt")


def test_updating_user(driver: Driver) -> None:
    """OBSERVED which record another user's write of the same triple goes to. (onlyautomator: Response)"""
    first, second = (data_of(answer) for _, answer in write_as_both_users(driver))
    same = "the same record" if first.get("id") == second.get("id") else "a record of its own"
    observe(
        f"another user's write of the same triple goes to {same}, userId {describe_value(second.get('userId'))}"
    )
