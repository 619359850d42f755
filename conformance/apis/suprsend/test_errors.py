"""Errors: the document shows none, so these are other pages' words, save that a server does not fail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from conformance.apis.suprsend import hostile_input
from conformance.apis.suprsend.alternatives import name_error_body, name_largest_body
from conformance.apis.suprsend.category import describe_answer, describe_value
from conformance.apis.suprsend.driver import Driver
from conformance.apis.suprsend.expectations import error_body_of, expect_kind, judged_answers
from conformance.apis.suprsend.shared_writes import (
    write_to_unknown_category,
    write_with_wrong_key,
    write_without_key,
)
from conformance.apis.suprsend.telling_writes import write_invalid_preference, write_unknown_member
from conformance.assertions.expect import expect, observe
from conformance.assertions.outcome import Inconclusive
from conformance.http.foreign_text import quote_text
from conformance.http.response import Response
from conformance.suite.hostile_input import may_be_refused_for_size

ORDER = 1


def _provoke_refusals(driver: Driver) -> Sequence[Response]:
    """Send what has to be refused; return every refusal of the run so far that is the API's own."""
    provoked = (write_without_key(driver), write_with_wrong_key(driver), write_to_unknown_category(driver))
    seen = dict.fromkeys(id(answer) for answer in driver.client.responses)
    unusual = {id(answer) for answer in driver.unusual_answers}
    judged = [
        one for one in judged_answers(driver) if id(one) not in unusual and not may_be_refused_for_size(one)
    ]
    refused = [one for one in judged if 400 <= one.status < 500]
    refused += [answer for answer in provoked if id(answer) not in seen and not answer.ok]
    if not refused:
        raise Inconclusive("nothing was refused")
    return refused


def _error_bodies(driver: Driver) -> Iterator[tuple[dict[str, Any], Response]]:
    """Yield every error that is a JSON object."""
    found = [
        (body, answer) for answer in _provoke_refusals(driver) if (body := error_body_of(answer)) is not None
    ]
    if not found:
        raise Inconclusive("no error is a JSON object")
    yield from found


def test_hostile_bodies(driver: Driver) -> None:
    """OBSERVED how bodies that servers stumble over are answered. (suprsend: Body)"""
    answers = {name: hostile_input.send_body(driver, name) for name in hostile_input.BODIES}
    observe(
        ", ".join(f"{name} {answer.status if answer else 'no answer'}" for name, answer in answers.items())
    )


def test_error_body(driver: Driver) -> None:
    """OBSERVED what the body of an error looks like. (suprsend: API specification)"""
    answer = write_invalid_preference(driver)
    if answer.ok:
        raise Inconclusive("a preference that there is not is accepted")
    text = f"an invalid preference is {describe_answer(answer)} with {quote_text(answer.text)}"
    observe(text, name_error_body(answer))


def test_large_bodies(driver: Driver) -> None:
    """OBSERVED whether a body is too large that has more than 100 kB, or more than a megabyte. (suprsend: Body)"""
    hundred, (_, million) = (
        hostile_input.send_body(driver, "100 kB"),
        hostile_input.send_member(driver, "1,000,000 characters"),
    )
    text = f"100 kB are {describe_answer(hundred)}, 1 MB is {describe_answer(million)}"
    observe(text, name_largest_body(write_unknown_member(driver), hundred, million))


def test_error_is_json(driver: Driver) -> None:
    """SHOULD answer errors as a JSON object, labelled as JSON. (suprsend: API specification)"""
    for answer in _provoke_refusals(driver):
        expect(error_body_of(answer) is not None, "a JSON object", quote_text(answer.text), answer)
        expect(answer.is_labelled_json, "application/json", answer.media_type or "no content-type", answer)


def test_error_code(driver: Driver) -> None:
    """SHOULD answer errors with an integer code. (suprsend: API specification)"""
    for body, answer in _error_bodies(driver):
        expect_kind(type(body.get("code")) is int, "an integer", body, "code", answer)


def test_error_code_is_the_status(driver: Driver) -> None:
    """SHOULD answer errors with the status as the code. (suprsend: API specification)"""
    for body, answer in _error_bodies(driver):
        if type(body.get("code")) is int:
            expected, got = f"code {answer.status}", describe_value(body["code"])
            expect(body["code"] == answer.status, expected, got, answer, ("code",))


def test_error_message(driver: Driver) -> None:
    """SHOULD answer errors with a message that is not empty, which official clients print.

    (suprsend: official clients)
    """
    for body, answer in _error_bodies(driver):
        message = body.get("message")
        is_text = isinstance(message, str) and message.strip() != ""
        expect_kind(is_text, "a text", body, "message", answer)
