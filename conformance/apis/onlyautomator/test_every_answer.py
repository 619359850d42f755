"""What holds for every answer of the run; asked last, when all the others have been given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import openapi
from conformance.apis.onlyautomator.answers import (
    body_of,
    code_of,
    data_of,
    describe_answer,
    describe_value,
    error_of,
    expect_error_envelope,
    expect_object,
    name_json_type,
)
from conformance.apis.onlyautomator.driver import Driver
from conformance.apis.onlyautomator.shared_writes import (
    create_and_update_first_record,
    write_without_token,
    write_without_value,
)
from conformance.assertions.expect import expect, require_some
from conformance.assertions.outcome import Inconclusive, RunStopped
from conformance.http.pacing import UNAVAILABLE
from conformance.http.response import Response
from conformance.suite.driver import is_among
from conformance.suite.hostile_input import (
    NOT_IMPLEMENTED,
    expect_no_crash,
    may_be_refused_for_size,
    send_each,
)

ORDER = 3
LOOKS_BACK = True
EXAMINED = True
CODES = frozenset(
    openapi.load_contract("onlyautomator")["components"]["schemas"]["Error"]["properties"]["error"][
        "properties"
    ]["code"]["enum"]
)
DOCUMENTED_ERRORS = (400, 401, 403, 404)
LABELLED = (200, *DOCUMENTED_ERRORS)


def _every_answer(driver: Driver) -> Iterator[Response]:
    """Yield every answer to the documented operation, and send some of each kind first, as the mode allows.

    Refusals of large bodies are left out: whatever stands before the API has rules of its own for them.
    Raises Inconclusive afterwards if something got no answer.
    """
    sends: list[Callable[[], object]] = [
        partial(create_and_update_first_record, driver),
        partial(write_without_token, driver),
        partial(write_without_value, driver),
        driver.case_results,
    ]
    trouble: Inconclusive | RunStopped | None
    try:
        _, trouble = send_each(sends)
    except RunStopped as stop:
        trouble = stop
    # By identity, for two answers may be equal in all they say.
    # Who answers 429 until patience ends may be a gateway, and does not in every run.
    gateways = driver.client.refused_as_too_many
    others = {*map(id, driver.unjudged_answers), *map(id, driver.unusual_answers)}
    others |= {*map(id, driver.list_answers), *map(id, driver.odd_list_answers), *map(id, gateways)}
    for answer in driver.client.responses:
        if id(answer) not in others and not may_be_refused_for_size(answer):
            yield answer
    if trouble:
        raise trouble


def _expect_outages_to_end(driver: Driver) -> None:
    """Want what was called unavailable to be served now, or nothing to be.

    The document calls service_unavailable temporary, and so is any 503; an answer that one request gets
    again and again while others are served is another fault by that name.
    """
    for send_again, answer in driver.possible_outages:
        again = send_again()
        if again.status >= 500:
            data_of(driver.write(driver.make_body()))
            expect(False, "the outage to be over, as it is for others", describe_answer(again), answer)


def _documented_errors(driver: Driver) -> Iterator[Response]:
    found = (answer for answer in _every_answer(driver) if answer.status in DOCUMENTED_ERRORS)
    return require_some(found, "nothing was answered with a documented error")


def _errors_in_envelope(driver: Driver) -> Iterator[Response]:
    found = (answer for answer in _documented_errors(driver) if isinstance(error_of(answer), dict))
    return require_some(found, "no documented error has an object error")


def test_error_envelope(driver: Driver) -> None:
    """MUST answer every documented error as a JSON object with an object error. (onlyautomator: Error Codes)"""
    for answer in _documented_errors(driver):
        body = body_of(answer)
        expect(
            isinstance(body, dict),
            "a JSON object",
            "no JSON" if body is None else name_json_type(body),
            answer,
        )
        expect_object(answer, body, "error")


def test_error_status_word(driver: Driver) -> None:
    """MUST answer every documented error with the status "error". (onlyautomator: Response)"""
    for answer in _errors_in_envelope(driver):
        word = body_of(answer).get("status")
        expect(word == "error", 'status "error"', describe_value(word), answer, ("status",))


def test_error_code_is_listed(driver: Driver) -> None:
    """MUST answer every documented error with one of the listed codes. (onlyautomator: Error Codes)"""
    for answer in _errors_in_envelope(driver):
        code = code_of(answer)
        known = isinstance(code, str) and code in CODES
        expect(
            known,
            f"error.code, one of {', '.join(sorted(CODES))}",
            describe_value(code),
            answer,
            ("error", "code"),
        )


def test_error_message(driver: Driver) -> None:
    """MUST answer every documented error with a message that is text. (onlyautomator: Error Codes)"""
    for answer in _errors_in_envelope(driver):
        message = error_of(answer).get("message")
        expect(
            isinstance(message, str),
            "error.message, a text",
            describe_value(message),
            answer,
            ("error", "message"),
        )


def test_error_message_is_not_empty(driver: Driver) -> None:
    """SHOULD answer every documented error with a message that says something. (onlyautomator: Error Codes)"""
    for answer in _errors_in_envelope(driver):
        is_empty, member = error_of(answer).get("message") == "", ("error", "message")
        expect(not is_empty, "error.message, not empty", "an empty string", answer, member)


def test_json_on_every_answer(driver: Driver) -> None:
    """SHOULD label every documented answer as JSON. (onlyautomator: Response)

    The document shows answers as JSON and names no media type for them, so any JSON media type is accepted.
    """
    for answer in _every_answer(driver):
        if answer.status in LABELLED and not answer.is_labelled_json:
            expect(False, "application/json or a type that ends in +json", _media_type(answer), answer)


def _media_type(answer: Response) -> str:
    return answer.headers.get("content-type") or "no Content-Type"


def test_no_server_error(driver: Driver) -> None:
    """MUST answer nothing with a 5xx, unless the service is unavailable. (onlyautomator: Error Codes)

    Among what a run sends is odd input, a table of places and kinds: each member, item and header, the method and the
    path, each absent, twice, of another type, out of range, long, or in letters and bytes that few send. Of its rows 52
    are drawn by the run's seed, each place and each kind among them, and a finding names both.

    HTTP allows 501 for an unknown transfer coding or method, so a request that few clients send may be answered 501.
    A 503 is no outage where one input meets it three times, and ordinary writes are accepted in between.
    """
    expect_no_crash(driver, others=[*driver.list_answers, *driver.odd_list_answers])
    for answer in driver.unusual_answers:
        expect(
            answer.status < 500 or answer.status in (NOT_IMPLEMENTED, UNAVAILABLE),
            "no server error",
            f"status {answer.status}",
            answer,
        )
    for answer in _every_answer(driver):
        if answer.status >= 500 and not is_among(answer, driver.triggered_answers):
            is_outage = answer.status == UNAVAILABLE or code_of(answer) == "service_unavailable"
            expect(is_outage, "no server error", f"status {answer.status}", answer)
    _expect_outages_to_end(driver)


def test_undocumented_error_envelope(driver: Driver) -> None:
    """SHOULD answer errors of other statuses in the same envelope as the documented ones.

    (onlyautomator: extension overview)
    """
    for answer in _every_answer(driver):
        if answer.status >= 400 and answer.status not in DOCUMENTED_ERRORS:
            expect_error_envelope(answer)
