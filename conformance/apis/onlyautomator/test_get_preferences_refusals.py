"""Get Preferences: what is refused, be it a write, which no list shows, or the request for a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from conformance.apis.onlyautomator import bad_credentials, refusals
from conformance.apis.onlyautomator.answers import (
    code_of,
    describe_answer,
    describe_value,
    expect_refusal,
    require_member,
)
from conformance.apis.onlyautomator.driver import Body, Driver, SentWrite
from conformance.apis.onlyautomator.listed_records import (
    Records,
    expect_of_listed,
    find_listed,
    find_records,
    last_write_of_value,
    list_of_run,
    query_of_fan,
    query_of_run,
    read_until,
    records_of,
    records_read_since,
    request_list_with_parameters,
    request_list_with_token,
)
from conformance.apis.onlyautomator.shared_writes import (
    write_for_unknown_fan,
    write_other_record,
    write_without_permission,
    write_without_preference,
    write_without_token,
)
from conformance.assertions.expect import expect
from conformance.assertions.json_equality import is_same_json
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.http.response import Response

# --- what was refused ------------------------------------------------------------------------------------


def _read_lists_after(driver: Driver, *refused: Response) -> Iterator[Records]:
    """Yield the run's own list as it is after these refusals, with what was accepted in it, and any read since."""
    for answer in refused:
        if answer.ok:
            raise Inconclusive(f"the write was not refused but answered {describe_answer(answer)}")
    written = last_write_of_value(driver)
    find_listed(driver, written)
    since = [*refused, written.answer]
    yield read_until(driver, query_of_run(driver), lambda _: True, since)
    yield from records_read_since(driver, since, query_of_fan(driver))


def _expect_unlisted(driver: Driver, *refused: SentWrite) -> None:
    for records in _read_lists_after(driver, *(answer for _, answer in refused)):
        _expect_none_of(driver, [body for body, _ in refused], records)


def _expect_none_of(driver: Driver, refused: Sequence[Body], records: Records) -> None:
    names = [(body["category"], body["preference"]) for body in refused]
    for record in records:
        if (record.get("category"), record.get("preference")) in names:
            got = f"a record {describe_value(record.get('id'))} of it"
            expect_of_listed(driver, False, record, (), "nothing of the refused write", got)


def test_invalid_write_is_not_listed(driver: Driver) -> None:
    """SHOULD not list a write that was answered 400 because it lacked its preference.

    (onlyautomator: Get Preferences)
    """
    require_member(find_listed(driver, last_write_of_value(driver))[0], "preference")
    for records in _read_lists_after(driver, write_without_preference(driver)):
        for record in records:
            if record.get("category") == driver.run.prefix and record.get("preference") is None:
                got = f"{describe_value(record.get('id'))}, without a preference"
                expect_of_listed(driver, False, record, (), "nothing of the refused write", got)


def test_unauthenticated_write_is_not_listed(driver: Driver) -> None:
    """SHOULD not list a write that was answered 401, whatever was wrong with its token.

    (onlyautomator: Get Preferences)
    """
    bad = refusals.send_refused_creates(driver)
    _expect_unlisted(driver, *bad)
    _expect_unlisted(driver, write_without_token(driver))


def test_forbidden_write_is_not_listed(driver: Driver) -> None:
    """SHOULD not list a write that was answered 403. (onlyautomator: Get Preferences)"""
    _expect_unlisted(driver, write_without_permission(driver))


def test_unknown_fan_write_is_not_listed(driver: Driver) -> None:
    """SHOULD not list a write that was answered 404 because its fan does not exist.

    (onlyautomator: Get Preferences)

    The list of a fan that does not exist may be empty or refused.
    """
    refused = write_for_unknown_fan(driver)
    _expect_unlisted(driver, refused)
    answer = request_list_with_parameters(driver, fanId=driver.unknown_fan_id)
    if answer.sent_at < refused.answer.received_at:
        raise Inconclusive("the list of the fan that there is not was asked for before the write")
    if answer.ok:
        _expect_none_of(driver, [refused.body], records_of(answer))


def test_refused_update_is_not_listed(driver: Driver) -> None:
    """SHOULD list a preference without the value of an update that was refused. (onlyautomator: Get Preferences)

    The updates have a body that is not a JSON object, no valid token, or no permission; each has a value of its
    own.
    """
    written = write_other_record(driver)
    refused = refusals.send_refused_updates(driver)
    if not refused:
        raise Inconclusive("no update was refused that came after what it would change")
    find_listed(driver, written)
    for records in _read_lists_after(driver, *(answer for _, answer in refused)):
        for record in find_records(records, written):
            is_it = any(is_same_json(record.get("value"), body["value"]) for body, _ in refused)
            got = f"value {describe_value(record.get('value'))}"
            expect_of_listed(driver, not is_it, record, ("value",), "no value of a refused update", got)


# --- what is refused -------------------------------------------------------------------------------------


def _expect_list_refused(driver: Driver, token: str | None) -> None:
    records_of(list_of_run(driver))
    answer = request_list_with_token(driver, token)
    is_bad = token is not None and code_of(answer) == "invalid_token"
    expect_refusal(answer, 401, "invalid_token" if is_bad else "authentication_required")


def test_list_missing_token(driver: Driver) -> None:
    """SHOULD answer 401 authentication_required to a request for a list without a token.

    (onlyautomator: Get Preferences)

    The list of one category and that of another fan are asked for, too. There, any refusal will do.
    """
    _expect_list_refused(driver, None)
    others = [{"fanId": driver.fan_id, "category": driver.run.prefix}]
    with suppress(NotTested):
        others.append({"fanId": driver.other_fan_id})
    for parameters in others:
        answer = driver.read_list(None, parameters)
        expect(not answer.ok, "a list without a token to be refused", f"status {answer.status}", answer)


def test_list_tampered_token(driver: Driver) -> None:
    """SHOULD answer 401 authentication_required to a request for a list with one character of the signature changed.

    (onlyautomator: Get Preferences)

    Another page of the vendor's has invalid_token for a bad token, so that code is accepted as well.
    """
    _expect_list_refused(driver, bad_credentials.make_tampered_token(driver))


def test_list_expired_token(driver: Driver) -> None:
    """SHOULD answer 401 authentication_required to a request for a list with an expired token.

    (onlyautomator: Get Preferences)

    Another page of the vendor's has invalid_token for a bad token, so that code is accepted as well.
    """
    _expect_list_refused(driver, driver.reveal_credential("expired"))


def test_list_bad_token(driver: Driver) -> None:
    """SHOULD refuse a request for a list whose token is not signed, and other tokens that are not valid.

    (onlyautomator: Get Preferences)

    A wrong token behind BEARER in capitals or in a header such as X-API-Key is among them, and a token without a third
    part. Of the others that a write is refused for, the seed draws a few. What is given without a token, or for a
    changed signature as documented, other requirements judge.
    """
    records_of(list_of_run(driver))
    bad_credentials.expect_kept_out(driver, "list-bad-token")
