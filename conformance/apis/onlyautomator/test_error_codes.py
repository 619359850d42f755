"""Error Codes: what the table lists beyond the four examples."""

from __future__ import annotations

from conformance.apis.onlyautomator.answers import body_of, code_of, outcome, show
from conformance.apis.onlyautomator.driver import Driver
from conformance.assertions.expect import expect, observe
from conformance.assertions.outcome import Inconclusive
from conformance.http.response import Response


def _of_outage(driver: Driver) -> Response:
    answer = driver.unavailable()
    if answer.ok and code_of(answer) is None:
        raise Inconclusive(
            f"triggers.service_unavailable triggers nothing: the write was answered {outcome(answer)}"
        )
    return answer


def test_service_unavailable(driver: Driver) -> None:
    """MUST answer service_unavailable in the envelope of an error while it is so. (onlyautomator: Error Codes)"""
    answer = _of_outage(driver)
    code, body = code_of(answer), body_of(answer)
    expect(code == "service_unavailable", "error.code service_unavailable", f"error.code {show(code)}")
    expect(body.get("status") == "error", 'status "error"', show(body.get("status")))


def test_service_unavailable_status(driver: Driver) -> None:
    """OBSERVED the status of service_unavailable. (onlyautomator: Error Codes)"""
    answer = _of_outage(driver)
    after = answer.headers.get("retry-after")
    observe(
        f"service_unavailable comes with status {answer.status}" + (f", Retry-After {after}" if after else "")
    )
