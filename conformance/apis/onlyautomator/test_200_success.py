"""200 Success: one status and one envelope for create and update alike."""

from __future__ import annotations

from conformance.apis.onlyautomator.answers import body_of, describe_value, expect_object, name_json_type
from conformance.apis.onlyautomator.driver import Driver
from conformance.apis.onlyautomator.shared_writes import (
    create_and_update_first_record,
    create_first_record,
    first_record,
)
from conformance.assertions.expect import expect, expect_status
from conformance.assertions.outcome import Inconclusive


def test_create_answers_200(driver: Driver) -> None:
    """MUST answer 200 when a preference is created. (onlyautomator: 200 Success)"""
    expect_status(create_first_record(driver), 200)


def test_update_answers_200(driver: Driver) -> None:
    """MUST answer 200 when a preference is updated. (onlyautomator: 200 Success)"""
    first_record(driver)
    for answer in create_and_update_first_record(driver)[1:]:
        expect_status(answer, 200)


def test_success_status_word(driver: Driver) -> None:
    """MUST answer an accepted write with the status "success". (onlyautomator: 200 Success)"""
    for answer in create_and_update_first_record(driver):
        if not answer.ok:
            raise Inconclusive(f"the write was refused with status {answer.status}")
        body = body_of(answer)
        word = body.get("status") if isinstance(body, dict) else None
        expect(word == "success", 'status "success"', describe_value(word), answer)


def test_success_data(driver: Driver) -> None:
    """MUST answer with the preference as an object in data. (onlyautomator: 200 Success)"""
    for answer in create_and_update_first_record(driver):
        if not answer.ok:
            raise Inconclusive(f"the write was refused with status {answer.status}")
        body = answer.json
        expect(isinstance(body, dict), "a JSON object", name_json_type(body), answer)
        expect_object(answer, body, "data")
