"""Object Preference Category - Opt Out Channel: the operation as a whole."""

from __future__ import annotations

from conformance.apis.suprsend.category import describe_answer, repeatable_state
from conformance.apis.suprsend.driver import OPT_IN, OPT_OUT, Driver
from conformance.apis.suprsend.expectations import expect_same_state
from conformance.apis.suprsend.shared_reads import opt_out_and_read, require_answer
from conformance.apis.suprsend.shared_writes import repeat_writes_once
from conformance.apis.suprsend.telling_writes import write_in_other_style
from conformance.assertions.expect import expect, observe
from conformance.assertions.outcome import Inconclusive
from conformance.assertions.refusal import name_refusal
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
    answer = write_in_other_style(driver)
    expect(answer.ok, "a 2xx", f"status {answer.status}", answer)


def test_slash_forms(driver: Driver) -> None:
    """OBSERVED whether the path is known with a trailing slash, without one, or both, and which leads to which.

    (suprsend: Object Preference Category - Opt Out Channel)
    """
    driver.run.mode.require_write()
    if not driver.accepted_writes:
        raise Inconclusive("no write is accepted")
    here, there = driver.accepted_writes[0].answer, write_in_other_style(driver)
    forms = {driver.path_style: here, driver.other_style: there}
    observe(
        f"{driver.path_style} is {describe_answer(here)}, {driver.other_style} is {describe_answer(there)}",
        _name_slash_forms(forms["no_slash"], forms["trailing_slash"]),
    )


def _name_slash_forms(without: Response, with_slash: Response) -> str | None:
    """Name which of the two forms are known; a redirect that is followed shows in the path of the exchange."""
    if without.ok and with_slash.ok:
        if without.exchange.path.endswith("/"):
            return "redirect-308-to-slash"
        return "both" if with_slash.exchange.path.endswith("/") else "redirect-308-from-slash"
    return "no-slash-only" if without.ok else "slash-only" if with_slash.ok else None


def test_read_with_get(driver: Driver) -> None:
    """OBSERVED whether GET reads the category, which only other pages of the vendor's describe.

    (suprsend: API specification)
    """
    answer = _read_after_opt_out(driver)
    observe(f"GET is {describe_answer(answer)} after an opt_out", name_refusal(answer) or "answered")


def _read_after_opt_out(driver: Driver) -> Response:
    """Read the category after an opt-out."""
    if driver.has_read_back:
        return require_answer(opt_out_and_read(driver).alone)
    driver.write(OPT_OUT)
    answer = driver.read(driver.places.main)
    driver.write(OPT_IN)
    return answer
