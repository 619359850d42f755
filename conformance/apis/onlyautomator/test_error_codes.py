"""Error Codes: what the table lists beyond the four examples."""

from __future__ import annotations

from conformance.apis.onlyautomator.answers import (
    body_of,
    code_of,
    describe_answer,
    describe_value,
    name_alternative,
)
from conformance.apis.onlyautomator.driver import Driver
from conformance.apis.onlyautomator.shared_writes import write_during_outage
from conformance.assertions.expect import expect, observe
from conformance.assertions.outcome import Inconclusive
from conformance.http.response import Response


def _write_during_outage(driver: Driver) -> Response:
    answer = write_during_outage(driver)
    if answer.ok and code_of(answer) is None:
        raise Inconclusive(
            f"triggers.service_unavailable triggers nothing: the write was answered {describe_answer(answer)}"
        )
    return answer


def test_service_unavailable(driver: Driver) -> None:
    """MUST answer with the code service_unavailable, as an error, while the service is unavailable.

    (onlyautomator: Error Codes)
    """
    answer = _write_during_outage(driver)
    code, body = code_of(answer), body_of(answer)
    got = f"error.code {describe_value(code)}"
    expect(code == "service_unavailable", "error.code service_unavailable", got, answer, ("error", "code"))
    word = body.get("status")
    expect(word == "error", 'status "error"', describe_value(word), answer, ("status",))


def test_service_unavailable_status(driver: Driver) -> None:
    """OBSERVED which status comes with the code service_unavailable. (onlyautomator: Error Codes)"""
    answer = _write_during_outage(driver)
    after = answer.headers.get("retry-after")
    observe(
        f"service_unavailable comes with status {answer.status}"
        + (f", Retry-After {after}" if after else ""),
        name_alternative(answer, "accepted"),
    )
