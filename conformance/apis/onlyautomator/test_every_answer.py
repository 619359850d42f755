"""What holds for every answer of the run; asked last, when all the others have been given."""

from __future__ import annotations

from collections.abc import Iterator

import openapi
from conformance.apis.onlyautomator.answers import body_of, code_of, error_of, kind, show
from conformance.apis.onlyautomator.driver import Driver
from conformance.assertions.expect import expect
from conformance.http.response import Response

ORDER = 2
EXAMINED = True
CODES = frozenset(
    openapi.load_contract("onlyautomator")["components"]["schemas"]["Error"]["properties"]["error"][
        "properties"
    ]["code"]["enum"]
)
DOCUMENTED_ERRORS = (400, 401, 403, 404)
UNAVAILABLE = 503
NOT_IMPLEMENTED = 501


def _errors(driver: Driver) -> Iterator[Response]:
    return (answer for answer in driver.everything() if answer.status in DOCUMENTED_ERRORS)


def _enveloped(driver: Driver) -> Iterator[Response]:
    return (answer for answer in _errors(driver) if isinstance(error_of(answer), dict))


def test_error_envelope(driver: Driver) -> None:
    """MUST answer every documented error as a JSON object with an object error. (onlyautomator: Error Codes)"""
    for answer in _errors(driver):
        body = body_of(answer)
        expect(isinstance(body, dict), "a JSON object", "no JSON" if body is None else kind(body), answer)
        error = body.get("error")
        expect(
            isinstance(error, dict),
            "error, an object",
            kind(error) if "error" in body else "no error",
            answer,
        )


def test_error_status_word(driver: Driver) -> None:
    """MUST answer every documented error with status error. (onlyautomator: Response)"""
    for answer in _enveloped(driver):
        word = body_of(answer).get("status")
        expect(word == "error", 'status "error"', show(word), answer)


def test_error_code_is_listed(driver: Driver) -> None:
    """MUST answer every documented error with a code that is listed. (onlyautomator: Error Codes)"""
    for answer in _enveloped(driver):
        code = code_of(answer)
        known = isinstance(code, str) and code in CODES
        expect(known, f"error.code, one of {', '.join(sorted(CODES))}", show(code), answer)


def test_error_message(driver: Driver) -> None:
    """MUST answer every documented error with a message that is text. (onlyautomator: Error Codes)"""
    for answer in _enveloped(driver):
        message = error_of(answer).get("message")
        expect(isinstance(message, str) and message != "", "error.message, a text", show(message), answer)


def test_json_on_every_answer(driver: Driver) -> None:
    """SHOULD label every documented answer as JSON. (onlyautomator: Response)

    The document shows answers as JSON and names no media type for them, so any that is built on JSON will do.
    """
    for answer in driver.everything():
        if answer.status in (200, *DOCUMENTED_ERRORS):
            expect(
                answer.is_labelled_json,
                "application/json or a type that ends in +json",
                _label(answer),
                answer,
            )


def _label(answer: Response) -> str:
    return answer.headers.get("content-type") or "no Content-Type"


def test_no_server_error(driver: Driver) -> None:
    """MUST answer nothing with a 5xx but a service that is unavailable. (onlyautomator: Error Codes)

    By HTTP a transfer coding may be answered 501, so a request that was sent in an unusual way may be.
    """
    for answer in driver.unusual_answers:
        expect(
            answer.status < 500 or answer.status in (NOT_IMPLEMENTED, UNAVAILABLE),
            "no server error",
            f"status {answer.status}",
            answer,
        )
    for answer in driver.untriggered():
        is_outage = answer.status == UNAVAILABLE or code_of(answer) == "service_unavailable"
        expect(answer.status < 500 or is_outage, "no server error", f"status {answer.status}", answer)
    driver.expect_temporary()


def test_undocumented_error_envelope(driver: Driver) -> None:
    """SHOULD answer errors that the document gives no status for in the same envelope.

    (onlyautomator: extension overview)
    """
    for answer in driver.everything():
        if answer.status >= 400 and answer.status not in DOCUMENTED_ERRORS:
            error = error_of(answer)
            texts = isinstance(error, dict) and all(
                isinstance(error.get(name), str) for name in ("code", "message")
            )
            said = texts and body_of(answer).get("status") == "error"
            expect(said, 'status "error" and error with code and message', show(answer.text), answer)
