"""Response: the members of the record that an answer shows."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from conformance.apis.onlyautomator.answers import (
    Data,
    body_of,
    data_of,
    describe_value,
    expect_to_differ,
    require_member,
    require_moment,
)
from conformance.apis.onlyautomator.driver import Body, Driver
from conformance.apis.onlyautomator.shared_writes import (
    LONG_AGO,
    create_and_update_first_record,
    create_first_record,
    first_record,
    write_as_both_users,
    write_as_other_user,
    write_claims,
    write_extra_member,
    write_for_both_fans,
    write_from_extension,
    write_other_record,
    write_same_id_again,
)
from conformance.assertions.expect import expect, observe
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.assertions.timestamp import ZONE, parse_instant
from conformance.http.response import Response

CLOCKS_APART = timedelta(minutes=15)  # half of what the offsets of two zones differ at least

A_DAY = timedelta(days=1)  # however the zone of a body's timestamp is read
# The alternatives of an id's form, by the patterns of those that are no UUIDs.
_FORMS = {"number": r"\d+", "ulid": "[0-7][0-9A-HJKMNP-TV-Z]{25}", "prefixed": "pref_uuid_[0-9A-Za-z-]+"}
# The alternatives that times show: by the decimals of a second, and by the offset.
_UNITS = {0: "seconds", 3: "milliseconds", 6: "microseconds"}
_OFFSETS = {"Z": "z", "+00:00": "zero", "": "missing"}


def test_created_at_tells_when(driver: Driver) -> None:
    """MUST give a record that is created later a later createdAt. (onlyautomator: Response)

    A clock may count whole seconds: if the two times are equal, another record is created a second later.
    """
    # The first record is updated now, while little else has been written that could reach it.
    first, later = create_and_update_first_record(driver)[0], write_other_record(driver).answer
    if require_member(data_of(first), "id") == require_member(data_of(later), "id"):
        raise Inconclusive(
            "two triples were answered with one id, so nothing says that two records were made"
        )
    before, after = (require_moment(data_of(answer), "createdAt") for answer in (first, later))
    if after <= before:
        later = driver.write_a_second_after(first, driver.make_body())
        after = require_moment(data_of(later), "createdAt")
    expected, member = f"createdAt after {before.isoformat()}", ("data", "createdAt")
    expect(after > before, expected, after.isoformat(), later, member)


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
            ("data", name),
        )


def test_fan_id_tells_fans_apart(driver: Driver) -> None:
    """MUST answer with another fanId for another fan. (onlyautomator: Response)"""
    ours, theirs = write_for_both_fans(driver)
    expect_to_differ(ours.answer, theirs.answer, "fanId", "another fanId for another fan")


def test_user_follows_token(driver: Driver) -> None:
    """MUST answer with another userId for another user's token. (onlyautomator: Response)"""
    theirs = write_as_other_user(driver).answer
    expect_to_differ(create_first_record(driver), theirs, "userId", "another userId for another token")


def test_user_not_from_body(driver: Driver) -> None:
    """MUST take the userId from the token, not from the body. (onlyautomator: Response)"""
    for body, given, answer in _claimed_members(driver, "userId"):
        expect(
            given != body["userId"],
            "the userId of the token's user",
            f"the body's {describe_value(given)}",
            answer,
            ("data", "userId"),
        )


def _claimed_members(driver: Driver, name: str) -> Iterator[tuple[Body, Any, Response]]:
    """Yield each accepted body that says *name*, what the answer says, and that answer."""
    # Such a member may be refused; it may only not be followed.
    for body, answer in write_claims(driver):
        if answer.ok and name in body:
            yield body, require_member(data_of(answer), name), answer


def test_created_at_not_from_body(driver: Driver) -> None:
    """MUST take createdAt from its clock, not from the body. (onlyautomator: Response)

    A body with members that the document does not know may be refused.
    """
    _expect_own_clock(driver, "createdAt")


def test_updated_at_not_from_body(driver: Driver) -> None:
    """MUST take updatedAt from its clock, not from the body. (onlyautomator: Response)

    A body with members that the document does not know may be refused.
    """
    _expect_own_clock(driver, "updatedAt")


def _expect_own_clock(driver: Driver, name: str) -> None:
    claimed = parse_instant(LONG_AGO)
    for _, given, answer in _claimed_members(driver, name):
        told = require_moment(data_of(answer), name)
        is_claimed = claimed is not None and abs(told - claimed) <= A_DAY
        expected, got = f"{name} of the server's clock", f"the body's {describe_value(given)}"
        expect(not is_claimed, expected, got, answer, ("data", name))


def test_source_not_from_body(driver: Driver) -> None:
    """SHOULD say where a preference comes from, whatever source the body names. (onlyautomator: Response)

    The body of a write has four members, and none of them is a source; the document does not say that another is not
    read. A body with members that the document does not know may be refused.
    """
    for body, given, answer in _claimed_members(driver, "source"):
        got = f"the body's {describe_value(given)}"
        expect(given != body["source"], "a source of the server's", got, answer, ("data", "source"))


def test_ids_stay_unique(driver: Driver) -> None:
    """MUST not give two records one id because both bodies name it. (onlyautomator: Response)

    The second record may be refused, and so may a body with members that the document does not know.
    """
    for body, ours, _ in _claimed_members(driver, "id"):
        # Ids that are the same whatever a body says, another requirement judges.
        if ours == body["id"] and (again := write_same_id_again(driver).answer).ok:
            theirs = require_member(data_of(again), "id")
            expect(
                theirs != ours,
                "another id for another record",
                f"{describe_value(theirs)} for both",
                again,
                ("data", "id"),
            )


def test_success_message(driver: Driver) -> None:
    """OBSERVED whether the answer to a write has a message. (onlyautomator: extension overview)"""
    first_record(driver)
    message = body_of(create_first_record(driver)).get("message")
    observe(
        f"the message of a success is {describe_value(message)}", "missing" if message is None else "sent"
    )


def test_id_form(driver: Driver) -> None:
    """OBSERVED which form an id has. (onlyautomator: Response)"""
    given = require_member(first_record(driver), "id")
    try:
        observe(f"the id is a UUID of version {uuid.UUID(given).version}", "uuid")
    except (ValueError, AttributeError, TypeError):
        observe(f"the id is no UUID: {describe_value(given)}", _name_form(given))


def _name_form(given: Any) -> str:
    """Name the form of an id that is no UUID."""
    if not isinstance(given, str):
        return "another"
    return next((name for name, pattern in _FORMS.items() if re.fullmatch(pattern, given)), "another")


def test_id_from_body(driver: Driver) -> None:
    """OBSERVED whether an id in the body becomes that of the record. (onlyautomator: Response)"""
    taken = [given == body["id"] for body, given, _ in _claimed_members(driver, "id")]
    how = "refused" if not taken else "taken" if any(taken) else "ignored"
    # Where every member is refused that the document does not name, nothing is known of this one.
    is_told = bool(taken) or write_extra_member(driver).ok
    observe(f"the id of a body is {how}", how if is_told else None)


def test_fan_id_form(driver: Driver) -> None:
    """OBSERVED whether a fanId comes back as it was sent. (onlyautomator: Response)"""
    given = require_member(first_record(driver), "fanId")
    if given == driver.fan_id:
        observe("the fanId comes back as it was sent", "kept")
    observe(f"the fanId is mapped to {describe_value(given)}", _name_mapped_id(given, "fan", driver.fan_id))


def test_user_id_form(driver: Driver) -> None:
    """OBSERVED whether a userId is the subject of the token. (onlyautomator: Response)"""
    given = require_member(first_record(driver), "userId")
    subject = driver.user_token.subject
    if given == subject:
        observe("the userId is the subject of the token", "kept")
    observe(
        f"the userId {describe_value(given)} is not the subject of the token",
        _name_mapped_id(given, "user", subject) if subject else None,
    )


def _name_mapped_id(given: Any, kind: str, id_: str) -> str:
    """Name how an id comes back that is not what was sent: behind the document's prefix, another, or as another."""
    if given == f"{kind}_uuid_{id_}":
        return "prefixed"
    return "otherwise-prefixed" if isinstance(given, str) and id_ in given else "mapped"


def test_source_form(driver: Driver) -> None:
    """OBSERVED which source a write by this suite gets. (onlyautomator: Response)"""
    given = require_member(first_record(driver), "source")
    observe(f"the source is {describe_value(given)}", _name_source(driver, given))


def _name_source(driver: Driver, given: Any) -> str | None:
    """Name how the source is found: by the origin of the write, if one from an extension has another."""
    from_extension = write_from_extension(driver)
    if not from_extension.ok:
        return None
    other = data_of(from_extension).get("source")
    if (given, other) == ("manual", "extension"):
        return "by-origin"
    return "changing" if given != other else "null" if given is None else str(given)


def test_timestamp_form(driver: Driver) -> None:
    """OBSERVED which form a timestamp has. (onlyautomator: Response)"""
    record = first_record(driver)
    when = require_moment(record, "createdAt")
    ahead = (when - create_first_record(driver).local_date).total_seconds()
    observe(
        f"createdAt looks like {describe_value(record['createdAt'])}, {ahead:+.0f} s from the clock here",
        _UNITS.get(_count_decimals(record), "another"),
    )


def _count_decimals(record: Data) -> int:
    """Count the decimals of a second in a record's times; a server may leave out zeros at the end of one."""
    times = [record.get(name) for name in ("createdAt", "updatedAt")]
    return max(len(found[1]) if (found := re.search(r"[.,](\d+)", str(time))) else 0 for time in times)


def test_timestamp_offset(driver: Driver) -> None:
    """OBSERVED how a timestamp tells its offset from UTC. (onlyautomator: Response)"""
    record = first_record(driver)
    require_moment(record, "createdAt")
    found = ZONE.search(record["createdAt"])
    offset = found[0].strip() if found else ""
    observe(
        f"createdAt ends with {describe_value(offset)}" if offset else "createdAt has no offset",
        _OFFSETS.get(offset, "another"),
    )


def test_first_timestamps(driver: Driver) -> None:
    """OBSERVED whether a new record's two timestamps are equal. (onlyautomator: Response)"""
    record = first_record(driver)
    apart = (require_moment(record, "updatedAt") - require_moment(record, "createdAt")).total_seconds()
    # A clock that counts whole seconds is read twice without a trace.
    is_told = apart != 0 or _count_decimals(record) > 0
    alternative = "equal" if apart == 0 else "later" if apart > 0 else "earlier"
    observe(f"a new record's updatedAt is {apart:g} s after its createdAt", alternative if is_told else None)


def test_updating_user(driver: Driver) -> None:
    """OBSERVED which record another user's write of the same triple goes to. (onlyautomator: Response)"""
    first, second = (data_of(answer) for _, answer in write_as_both_users(driver))
    is_same = first.get("id") == second.get("id")
    same = "the same record" if is_same else "a record of its own"
    user = "creator" if first.get("userId") == second.get("userId") else "last-writer"
    observe(
        f"another user's write of the same triple goes to {same}, userId {describe_value(second.get('userId'))}",
        user if is_same else "own-record",
    )
