"""200 Success: one status and one envelope for create and update alike."""

from __future__ import annotations

from conformance.apis.onlyautomator.answers import body_of, kind, show
from conformance.apis.onlyautomator.driver import Driver
from conformance.assertions.expect import expect, expect_status
from conformance.assertions.outcome import Inconclusive


def test_create_answers_200(driver: Driver) -> None:
    """MUST answer 200 when a preference is created. (onlyautomator: 200 Success)"""
    expect_status(driver.created(), 200)


def test_update_answers_200(driver: Driver) -> None:
    """MUST answer 200 when a preference is updated. (onlyautomator: 200 Success)"""
    driver.base()
    for answer in driver.history()[1:]:
        expect_status(answer, 200)


def test_success_status_word(driver: Driver) -> None:
    """MUST answer status success with a preference. (onlyautomator: 200 Success)"""
    for answer in driver.history():
        if not answer.ok:
            raise Inconclusive(f"the write was refused with status {answer.status}")
        body = body_of(answer)
        word = body.get("status") if isinstance(body, dict) else None
        expect(word == "success", 'status "success"', show(word), answer)


def test_success_data(driver: Driver) -> None:
    """MUST answer the preference as an object in data. (onlyautomator: 200 Success)"""
    for answer in driver.history():
        if not answer.ok:
            raise Inconclusive(f"the write was refused with status {answer.status}")
        body = answer.json
        expect(isinstance(body, dict), "a JSON object", kind(body), answer)
        data = body.get("data")
        expect(isinstance(data, dict), "data, an object", kind(data) if "data" in body else "no data", answer)
