"""Hostile input: refused as documented, or accepted and kept; it is answered either way and harms no other write.

What HTTP allows and few send (chunks, pipelines, odd headers) may be refused by whatever stands before the API, in any
way or by closing the connection.
"""

from __future__ import annotations

import json
from contextlib import suppress

from conformance.apis.onlyautomator import hostile_input, listed_records, odd_input
from conformance.apis.onlyautomator.answers import (
    body_of,
    code_of,
    data_of,
    describe_answer,
    describe_value,
    expect_member,
    name_alternative,
)
from conformance.apis.onlyautomator.driver import Driver
from conformance.apis.onlyautomator.listed_records import ListQuery
from conformance.apis.onlyautomator.refusals import expect_nothing_stored
from conformance.apis.onlyautomator.shared_writes import first_record
from conformance.assertions.expect import expect, observe
from conformance.assertions.member import find_name
from conformance.assertions.outcome import Inconclusive
from conformance.http import raw_request
from conformance.suite.hostile_input import (
    HOSTILE_INPUT,
    describe_odd_answers,
    expect_every_answer,
    may_be_refused_for_size,
)

ORDER = 1


def _expect_value_kept(driver: Driver, name: str) -> None:
    """Want a hostile value to come back equal if it is accepted."""
    answer = hostile_input.send_value(driver, name)
    if answer is not None and answer.ok:
        expect_member(answer, "value", json.loads(hostile_input.VALUES[name]))


# --- a value ---------------------------------------------------------------------------------------------


def test_deep_value_stays_whole(driver: Driver) -> None:
    """MUST return a value of 100 or 1,000 nested levels unchanged if it accepts it.

    (onlyautomator: Request Body)
    """
    for name in ("100 levels", "1,000 levels"):
        answer = hostile_input.send_value(driver, name)
        if answer is not None and answer.ok:  # compared as text, since not every JSON reader goes so deep
            kept = f'"value":{hostile_input.VALUES[name]}' in "".join(answer.text.split())
            expect(kept, f"the value of {name}", "another", answer, ("data", "value"))


def test_huge_string_stays_whole(driver: Driver) -> None:
    """MUST return a string of 1,000,000 characters unchanged if it accepts it.

    (onlyautomator: Request Body)
    """
    _expect_value_kept(driver, "1,000,000 characters")


def test_largest_body(driver: Driver) -> None:
    """OBSERVED how a body of a million bytes is answered. (onlyautomator: Request Body)"""
    answer = hostile_input.send_value(driver, "1,000,000 characters")
    is_refused = answer is not None and answer.status == 413
    observe(
        f"a body of a million bytes is answered {describe_answer(answer)}",
        "hundred-kilobytes" if is_refused else name_alternative(answer, "one-mebibyte"),
    )


def test_negative_zero_stays_zero(driver: Driver) -> None:
    """MUST return -0.0 as a zero, with or without the sign, if it accepts it.

    (onlyautomator: Request Body)
    """
    _expect_value_kept(driver, "negative zero")


def test_large_integer_stays_a_number(driver: Driver) -> None:
    """MUST return an integer that no double holds exactly as the nearest double at least, if it accepts it.

    (onlyautomator: Request Body)

    RFC 8259 promises no more than the precision of a double: 9007199254740993 may be returned as 9007199254740992.
    """
    _expect_value_kept(driver, "an integer beyond doubles")


def test_nul_stays_in_its_string(driver: Driver) -> None:
    """MUST return a string with the character U+0000 unchanged if it accepts it.

    (onlyautomator: Request Body)
    """
    _expect_value_kept(driver, "U+0000")


def test_prototype_members_stay(driver: Driver) -> None:
    """MUST return members named __proto__, constructor and prototype if it accepts them.

    (onlyautomator: Request Body)
    """
    _expect_value_kept(driver, "prototypes")


def test_prototypes_stay_clean(driver: Driver) -> None:
    """MUST not show a member of one write's __proto__ in the answer to another. (onlyautomator: Response)"""
    driver.run.mode.require_full_mode(HOSTILE_INPUT)
    trouble = hostile_input.send_all(driver)
    for answer in driver.client.responses:
        if answer.exchange.method != "POST" or hostile_input.POLLUTION not in answer.text:
            continue
        was_sent = hostile_input.POLLUTION in (answer.exchange.body or "")
        member = find_name(body_of(answer), hostile_input.POLLUTION)
        expect(was_sent, "what was written", describe_value(answer.text), answer, member)
    if trouble:
        raise trouble


def test_hostile_value_refused_as_invalid(driver: Driver) -> None:
    """MUST refuse hostile values and odd members with validation_error where it answers 400.

    (onlyautomator: 400 Bad Request)

    A proxy or firewall in front of the API may refuse them with a body that is not JSON, and what is larger than 8 KiB
    in any way.
    """
    odd, trouble = odd_input.send_rows(driver)
    for answer in [
        *hostile_input.send_values(driver),
        *(answer for row, answer in odd if odd_input.TABLE.is_tame(row)),
    ]:
        if answer.status == 400 and body_of(answer) is not None and not may_be_refused_for_size(answer):
            code = code_of(answer)
            expected, member = "error.code validation_error", ("error", "code")
            expect(code == "validation_error", expected, describe_value(code), answer, member)
    if trouble:
        raise trouble


def test_odd_input_comes_back(driver: Driver) -> None:
    """MUST return odd texts in the place of a category, a preference or a value unchanged if it accepts them.

    (onlyautomator: Request Body)

    The document does not say that capitals stay capitals nor in which form letters are kept, so names are compared
    without both. What an empty or blank name, a control character or half a surrogate pair becomes is not judged.
    """
    answers, trouble = odd_input.send_rows(driver)
    for row, answer in answers:
        kept = odd_input.find_kept_text(row)
        record = body_of(answer) if answer.ok and kept else None
        data = record.get("data") if isinstance(record, dict) else None
        if kept and isinstance(data, dict) and kept.name in data:
            shown = data[kept.name]
            expected, member = f"{row} as {describe_value(kept.value)}", ("data", kept.name)
            expect(kept.is_same(shown), expected, describe_value(shown), answer, member)
    if trouble:
        raise trouble


def test_odd_input(driver: Driver) -> None:
    """OBSERVED how odd input is answered: what is sent in the place of each part of a write.

    (onlyautomator: Request Body)
    """
    answers, _ = odd_input.send_rows(driver)
    observe(describe_odd_answers(answers, describe_answer))


def test_hostile_input_is_answered(driver: Driver) -> None:
    """MUST leave no hostile input without an answer. (onlyautomator: Response)

    Input counts as unanswered if no answer comes within the profile's patience.timeout_s, twice, while another
    write is answered each time right after it. Closing the connection counts as an answer where a server, or what
    stands before it, may object to the request itself; not where only a member is of another type, long, or in letters
    that few send.
    """
    expect_every_answer(driver, lambda: hostile_input.send_all(driver))


def test_hostile_values_can_be_listed(driver: Driver) -> None:
    """SHOULD still list a category in which hostile values were accepted. (onlyautomator: Get Preferences)

    Only the status is judged: not every JSON reader reads values as deep as these. A list that is too large to be
    read is inconclusive.
    """
    listed_records.records_of(listed_records.latest_list(driver, listed_records.query_of_run(driver)))
    hostile_input.send_values(driver)
    answer = listed_records.latest_list(
        driver, ListQuery(driver.fan_id, hostile_input.category_of_values(driver))
    )
    expect(answer.ok, "the list to be answered", describe_answer(answer), answer)
    with suppress(Inconclusive):  # or at the end of the run: lists of all records are still to be read
        driver.lighten_values()


# --- a request -------------------------------------------------------------------------------------------


def test_chunked_write_stays_whole(driver: Driver) -> None:
    """MUST return the value of a write in chunks unchanged if it accepts it. (onlyautomator: Request Body)

    A server that does not support chunks may refuse them.
    """
    sent = hostile_input.send_chunks(driver)
    if sent is not None and sent[1].ok:
        expect_member(sent[1], "value", sent[0]["value"])


def test_chunk_extensions(driver: Driver) -> None:
    """OBSERVED how a write in chunks with extensions is answered. (onlyautomator: Request Body)"""
    observe(
        f"chunks with extensions are answered {describe_answer(hostile_input.send_chunk_extensions(driver))}"
    )


def test_half_sent_write_stores_nothing(driver: Driver) -> None:
    """MUST not create a record from a write that breaks off before its end. (onlyautomator: 400 Bad Request)

    The last brace is announced and never sent, so what arrives is not JSON.
    """
    first_record(driver)
    body = driver.make_body()
    for answer in driver.send_unusual(raw_request.cut_body(driver.build_write(body), missing=1)):
        expect(not answer.ok, "a refusal or no answer at all", describe_answer(answer), answer)
    expect_nothing_stored(driver, body, None)


def test_pipelined_writes_stay_in_order(driver: Driver) -> None:
    """MUST not answer one of two pipelined writes with the preference of the other. (onlyautomator: Response)

    The second write, or both, may be left unanswered if the connection is closed.
    """
    written = hostile_input.send_pipeline(driver)
    for (body, answer), (other, _) in zip(written, reversed(written), strict=True):
        if answer.ok and other is not body:
            value = data_of(answer).get("value")
            expect(
                value != other["value"],
                f"value {describe_value(body['value'])}",
                f"value {describe_value(value)}",
                answer,
                ("data", "value"),
            )


def test_unusual_headers(driver: Driver) -> None:
    """OBSERVED how a write is answered with a hundred headers more, among them one of 4 KB, an empty one and one given
    twice, and with a media type in unusual case. (onlyautomator: Authentication)
    """
    observe(f"unusual headers are answered {describe_answer(hostile_input.send_odd_headers(driver))}")


def test_expect_continue(driver: Driver) -> None:
    """OBSERVED how a write is answered that says Expect: 100-continue and does not wait.

    (onlyautomator: Authentication)
    """
    observe(f"Expect: 100-continue is answered {describe_answer(hostile_input.send_expectation(driver))}")
