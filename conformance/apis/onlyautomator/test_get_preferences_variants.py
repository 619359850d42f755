"""Get Preferences: what the page leaves open, and what holds of every answer to a request for a list."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import pairwise

from conformance.apis.onlyautomator import odd_input
from conformance.apis.onlyautomator.answers import (
    body_of,
    code_of,
    data_of,
    describe_answer,
    expect_error_envelope,
    name_alternative,
)
from conformance.apis.onlyautomator.driver import Driver
from conformance.apis.onlyautomator.listed_records import (
    find_listed,
    find_record,
    find_records,
    last_write_of_value,
    list_of_run,
    read_until_anywhere,
    records_of,
    request_list_with_parameters,
    request_list_with_token,
)
from conformance.apis.onlyautomator.shared_writes import write_as_both_users
from conformance.assertions.expect import expect, observe
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.assertions.timestamp import parse_instant
from conformance.http.pacing import UNAVAILABLE
from conformance.http.response import Response
from conformance.suite.driver import is_among
from conformance.suite.hostile_input import send_each


def _describe_list(answer: Response) -> str:
    body = body_of(answer) if answer.ok else None
    data = body.get("data") if isinstance(body, dict) else None
    return (
        f"{describe_answer(answer)}, {len(data)} records"
        if isinstance(data, list)
        else describe_answer(answer)
    )


def test_list_missing_fan_id(driver: Driver) -> None:
    """OBSERVED how a request for a list without a fanId is answered. (onlyautomator: Get Preferences)"""
    answer = request_list_with_parameters(driver)
    observe(f"a list without a fanId is answered {_describe_list(answer)}", _name_list(answer, "all-fans"))


def _name_list(answer: Response, not_empty: str) -> str:
    """Name the alternative that a list is: a refusal, empty, or what it is if it is *not_empty*."""
    body = body_of(answer)
    data = body.get("data") if isinstance(body, dict) else None
    if answer.ok and not isinstance(data, list):
        return "another"
    return name_alternative(answer, not_empty if data else "empty-list")


def test_list_unknown_fan(driver: Driver) -> None:
    """OBSERVED how a request for the list of a fan that does not exist is answered.

    (onlyautomator: Get Preferences)
    """
    answer = request_list_with_parameters(driver, fanId=driver.unknown_fan_id)
    observe(f"the list of an unknown fan is answered {_describe_list(answer)}", _name_list(answer, "listed"))


def test_list_unknown_category(driver: Driver) -> None:
    """OBSERVED how a request for the list of a category without records is answered.

    (onlyautomator: Get Preferences)
    """
    answer = request_list_with_parameters(
        driver, fanId=driver.fan_id, category=f"{driver.run.prefix}_unwritten"
    )
    observe(
        f"the list of an unknown category is answered {_describe_list(answer)}", _name_list(answer, "listed")
    )


def test_list_order(driver: Driver) -> None:
    """OBSERVED in which order a list is. (onlyautomator: Get Preferences)"""
    records = records_of(list_of_run(driver))
    made, changed = (
        [moment for record in records if (moment := parse_instant(record.get(name)))]
        for name in ("createdAt", "updatedAt")
    )
    how = f"the list of {len(records)} records is"
    if len(set(made)) < 2:
        observe(f"{how} in no order that its times of creation tell")
    orders = {
        "newest-first": ("by createdAt, the last first", made),
        "oldest-first": ("by createdAt, the first first", made[::-1]),
        "last-updated-first": ("by updatedAt, the last first", changed),
    }
    fitting = [name for name, (_, moments) in orders.items() if _is_descending(moments)]
    shown = " and ".join(orders[name][0] for name in fitting) or "neither by createdAt nor by updatedAt"
    # Few records are in order by chance, and where both orders are alike nothing tells them apart.
    is_told = len(set(made)) > 2 and len(fitting) < 2
    observe(f"{how} ordered {shown}", (fitting or ["another"])[0] if is_told else None)


def _is_descending(moments: list[datetime]) -> bool:
    return all(one >= other for one, other in pairwise(moments))


def test_list_optional_members(driver: Driver) -> None:
    """OBSERVED whether a list shows userId and source. (onlyautomator: Get Preferences)"""
    record = find_listed(driver, last_write_of_value(driver))[0]
    there = [name for name in ("userId", "source") if name in record]
    alternatives = {0: "neither", 1: "one", 2: "both"}
    observe(
        f"a listed record has {' and '.join(there) or 'neither userId nor source'}", alternatives[len(there)]
    )


def test_list_of_two_users(driver: Driver) -> None:
    """OBSERVED how a list shows a triple that two users wrote. (onlyautomator: Get Preferences)"""
    first, written = write_as_both_users(driver)
    records = read_until_anywhere(driver, lambda records: find_record(records, written), [written.answer])
    count = len(find_records(records, written))
    # One record for both is listed once, whoever is shown what.
    is_told = data_of(first.answer).get("id") != data_of(written.answer).get("id")
    alternative = "records-of-all" if count > 1 else "own-records"
    observe(
        f"a triple that two users wrote is listed {'once' if count == 1 else f'{count} times'}",
        alternative if is_told else None,
    )


# --- every answer ----------------------------------------------------------------------------------------


def _ensure_list_answers(driver: Driver) -> Inconclusive | None:
    """Request lists in every way, so that there are answers to look at; return why one got none."""
    records_of(list_of_run(driver))
    sends: list[Callable[[], object]] = [partial(request_list_with_token, driver, None)]
    for parameters in ({}, {"fanId": driver.unknown_fan_id}):  # type: dict[str, str]
        sends.append(partial(request_list_with_parameters, driver, **parameters))
    return send_each(sends)[1]


def test_list_error_envelope(driver: Driver) -> None:
    """SHOULD refuse a list with the status "error", and an error with code and message.

    (onlyautomator: Get Preferences)
    """
    trouble = _ensure_list_answers(driver)
    for answer in driver.list_answers:
        if answer.status in (400, 401, 403, 404):
            expect_error_envelope(answer)
    if trouble:
        raise trouble


def test_list_no_server_error(driver: Driver) -> None:
    """SHOULD answer every request for a list, and none with a 5xx unless the service is unavailable.

    (onlyautomator: Get Preferences)

    Among them are some of odd fans and categories, drawn by the seed. A 503 is no outage where one request meets it
    three times, nor is silence where an odd one meets it twice, while the fan's list is given in between. The
    connection may be closed only on what a gateway may object to, such as a NUL.
    """
    records_of(list_of_run(driver))
    trouble: Inconclusive | None = None
    with suppress(NotTested):
        trouble = odd_input.judge_odd_lists(driver)
    trouble = _ensure_list_answers(driver) or trouble
    for answer in driver.list_answers:
        is_alone = is_among(answer, driver.client.lone_outages)
        is_outage = answer.status == UNAVAILABLE or code_of(answer) == "service_unavailable"
        got = f"status {answer.status}"
        if is_alone:
            got += " three times, while the fan's list was given in between"
        expect(answer.status < 500 or (is_outage and not is_alone), "no server error", got, answer)
    if trouble:
        raise trouble
