"""Hostile input: refused, or accepted and followed; it is answered either way and harms no other request.

What HTTP allows and few send (chunks, pipelines, odd headers) may be refused by whatever stands before the API, in any
way or by closing the connection.
"""

from __future__ import annotations

from conformance.apis.suprsend import hostile_input, odd_input
from conformance.apis.suprsend.category import (
    IN,
    OUT,
    describe_answer,
    editable_channels,
    preference_of,
    require_member,
)
from conformance.apis.suprsend.driver import OPT_IN, Driver
from conformance.apis.suprsend.expectations import expect_channel, expect_preference
from conformance.apis.suprsend.shared_writes import choose_two_channels
from conformance.assertions.expect import expect, observe, require_some
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.assertions.refusal import name_refusal
from conformance.http import raw_request
from conformance.http.response import Response
from conformance.suite.hostile_input import describe_odd_answers, expect_every_answer
from conformance.suite.odd_input import METHOD, Row

ORDER = 1


def _expect_followed(word: str, answer: Response | None) -> None:
    """Want an accepted preference to be answered."""
    if answer is not None and answer.ok:
        expect_preference(answer, word)


def test_preference_beside_hostile_members(driver: Driver) -> None:
    """MUST follow a preference beside hostile members if it accepts them. (suprsend: Response)"""
    for name in hostile_input.MEMBERS:
        word, answer = hostile_input.send_member(driver, name)
        _expect_followed(word, answer)
    answers, trouble = odd_input.send_rows(driver)
    for row, answer in answers:
        if row.place in odd_input.FOLLOWED:
            _expect_followed(OUT, answer)
    if trouble:
        raise trouble


def test_odd_input(driver: Driver) -> None:
    """OBSERVED how odd input is answered: what is sent in the place of each part of a request. (suprsend: Body)"""
    answers, _ = odd_input.send_rows(driver)
    observe(describe_odd_answers(answers, describe_answer))


def test_other_method(driver: Driver) -> None:
    """OBSERVED how DELETE is answered, which no page of the vendor's has here. (suprsend: API specification)"""
    row = Row(METHOD, "DELETE")
    answer = odd_input.send_row(driver, row)
    observe(
        f"DELETE is {describe_answer(answer)}", None if answer is None else name_refusal(answer) or "accepted"
    )


def test_invalid_query(driver: Driver) -> None:
    """OBSERVED how a date for show_opt_out_channels is answered, which is neither true nor false.

    (suprsend: API specification)
    """
    answers, _ = odd_input.send_rows(driver)
    found = [answer for row, answer in answers if row == odd_input.INVALID_FLAG]
    for answer in require_some(found, "a date for show_opt_out_channels got no answer"):
        text = f"a date for show_opt_out_channels is {describe_answer(answer)}"
        observe(text, name_refusal(answer) or "ignored")


def test_prototype_is_no_preference(driver: Driver) -> None:
    """MUST not take a preference from a member named __proto__. (suprsend: Body)

    A body without a preference of its own is an opt_in, if it is accepted; whether a target takes it so, another
    requirement judges.
    """
    before, given, _ = hostile_input.send_prototype(driver)
    if before.ok and preference_of(before) == IN:
        _expect_followed(IN, given)


def test_prototypes_stay_clean(driver: Driver) -> None:
    """MUST not take the preference of a later request from an earlier one's __proto__. (suprsend: Body)"""
    before, _, later = hostile_input.send_prototype(driver)
    if before.ok and preference_of(before) == IN:
        _expect_followed(IN, later)


def test_hostile_input_is_answered(driver: Driver) -> None:
    """MUST leave no hostile input without an answer. (suprsend: Response)

    Input counts as unanswered if no answer comes within the profile's patience.timeout_s, twice, while an opt_in is
    answered each time right after it. Closing the connection counts as an answer where a server, or what stands before
    it, may object to the request itself; not where only a member is of another type, long, or in letters that few send.
    """
    expect_every_answer(driver, lambda: hostile_input.send_all(driver))


def test_chunked_body_is_followed(driver: Driver) -> None:
    """MUST follow a preference that is sent in chunks if it accepts it. (suprsend: Response)

    A server that does not support chunks may refuse them, or read no body at all, if it accepts that.
    """
    answer = hostile_input.send_chunks(driver)
    if answer is not None and answer.ok and preference_of(answer) == IN:
        # Chunks that are not read look like no body, which some servers take for an opt_in.
        empty = driver.write(content=b"")
        if empty.ok and preference_of(empty) == IN:
            raise NotTested("chunks are not read, and a request without a body is an opt_in here")
    _expect_followed(OUT, answer)


def test_chunk_extensions(driver: Driver) -> None:
    """OBSERVED how a body in chunks with extensions is answered. (suprsend: Body)"""
    observe(f"chunks with extensions are {describe_answer(hostile_input.send_chunk_extensions(driver))}")


def test_half_sent_body_changes_nothing(driver: Driver) -> None:
    """MUST not carry out a request that breaks off before its end. (suprsend: Body)

    The last brace is announced and never sent, so what arrives is not JSON. It would opt a channel out. With a
    target that forgets such choices at the next request, nothing can be seen.
    """
    named, other = choose_two_channels(driver.opt_in_fully())
    let_in = {**OPT_IN, "opt_in_channels": [other]}
    before = editable_channels(driver.write(let_in)).get(named)
    for answer in driver.send_unusual(
        raw_request.cut_body(driver.build_write({**OPT_IN, "opt_out_channels": [named]}), missing=1)
    ):
        expect(not answer.ok, "a refusal or no answer at all", describe_answer(answer), answer)
    after = driver.write(let_in)
    if before == IN and after.ok:
        expect_channel(after, named, IN, editable_channels(after).get(named), ", as before")


def test_pipelined_requests_stay_in_order(driver: Driver) -> None:
    """MUST not answer one of two pipelined requests with the category of the other. (suprsend: Response)

    One category is unknown and may be refused. The second request, or both, may be left unanswered if the
    connection is closed.
    """
    written = hostile_input.send_pipeline(driver)
    for (place, answer), (other, _) in zip(written, reversed(written), strict=True):
        if answer.ok and other is not place:
            try:
                given = require_member(answer, "category", str)
            except Inconclusive:
                if place.is_unknown:  # where nobody has made a category, no document says how it is answered
                    continue
                raise
            expected, got = f"category {place.category}", f"category {given}"
            expect(given != other.category, expected, got, answer, ("category",))


def test_unusual_headers(driver: Driver) -> None:
    """OBSERVED how a hundred headers more are answered, among them one of 4 KB, an empty one and one given twice, and
    a media type in unusual case. (suprsend: Authorizations)
    """
    observe(f"unusual headers are {describe_answer(hostile_input.send_odd_headers(driver))}")


def test_expect_continue(driver: Driver) -> None:
    """OBSERVED how Expect: 100-continue is answered where the body does not wait.

    (suprsend: Authorizations)
    """
    observe(f"Expect: 100-continue is {describe_answer(hostile_input.send_expectation(driver))}")
