"""Object Preference Category - Opt Out Channel: the operation as a whole."""

from __future__ import annotations

from conformance.apis.suprsend.category import describe_answer, repeatable_state
from conformance.apis.suprsend.driver import OPT_IN, OPT_OUT, Driver
from conformance.apis.suprsend.expectations import expect_same_state
from conformance.apis.suprsend.shared_reads import opt_out_and_read, require_answer
from conformance.apis.suprsend.shared_writes import repeat_writes_once
from conformance.assertions.expect import expect, observe
from conformance.http.response import Response


def test_same_request_twice(driver: Driver) -> None:
    """MUST accept the same request a second time and answer it with the same preferences.

    (suprsend: Object Preference Category - Opt Out Channel)
    """
    for first, second in repeat_writes_once(driver):
        repeatable_state(first)  # Inconclusive without one
        expect(second.ok, "a 2xx the second time, too", f"status {second.status}", second)
        expect_same_state(first, second, "as the first time")


def test_other_slash_form(driver: Driver) -> None:
    """SHOULD answer the path with and without a trailing slash, as the document shows both.

    (suprsend: Object Preference Category - Opt Out Channel)
    """
    answer = driver.write(OPT_IN, style=driver.other_style)
    expect(answer.ok, "a 2xx", f"status {answer.status}", answer)


def test_read_with_get(driver: Driver) -> None:
    """OBSERVED whether GET reads the category, which only other pages of the vendor's describe.

    (suprsend: API specification)
    """
    observe(f"GET is {describe_answer(_read_after_opt_out(driver))} after an opt_out")


def _read_after_opt_out(driver: Driver) -> Response:
    """Read the category after an opt-out."""
    if driver.has_read_back:
        return require_answer(opt_out_and_read(driver).alone)
    driver.write(OPT_OUT)
    answer = driver.read(driver.places.main)
    driver.write(OPT_IN)
    return answer
