"""400 Bad Request: a parameter is missing or invalid."""

from __future__ import annotations

import json

from conformance.apis.onlyautomator import refusals
from conformance.apis.onlyautomator.answers import code_of, describe_answer, expect_refusal
from conformance.apis.onlyautomator.driver import Driver
from conformance.apis.onlyautomator.refusals import expect_nothing_stored
from conformance.apis.onlyautomator.shared_writes import (
    first_body,
    write_without_preference,
    write_without_value,
)
from conformance.assertions.expect import observe
from conformance.http.response import Response

# By the status of a write with a bad token and no members, and of one with an unknown fan and no category.
_ORDERS = {
    (401, 400): "token-body-fan",
    (401, 404): "token-fan-body",
    (400, 400): "body-token-fan",
}


def _expect_validation_error(answer: Response) -> None:
    expect_refusal(answer, 400, "validation_error")


# --- a name is missing -----------------------------------------------------------------------------------


def _expect_refusal_without(driver: Driver, name: str) -> None:
    body = first_body(driver)
    del body[name]
    _expect_validation_error(driver.write(body))


def test_missing_fan_id(driver: Driver) -> None:
    """MUST answer 400 validation_error to a write without a fanId. (onlyautomator: 400 Bad Request)"""
    _expect_refusal_without(driver, "fanId")


def test_missing_category(driver: Driver) -> None:
    """MUST answer 400 validation_error to a write without a category. (onlyautomator: 400 Bad Request)"""
    _expect_refusal_without(driver, "category")


def test_missing_preference(driver: Driver) -> None:
    """MUST answer 400 validation_error to a write without a preference. (onlyautomator: 400 Bad Request)"""
    _expect_validation_error(write_without_preference(driver))


def _expect_refusal_of_null(driver: Driver, name: str) -> None:
    _expect_validation_error(driver.write({**first_body(driver), name: None}))


def test_null_for_category(driver: Driver) -> None:
    """MUST answer 400 validation_error to null as the category. (onlyautomator: 400 Bad Request)

    null says that there is no category, and the document calls it required.
    """
    _expect_refusal_of_null(driver, "category")


def test_null_for_preference(driver: Driver) -> None:
    """MUST answer 400 validation_error to null as the preference. (onlyautomator: 400 Bad Request)

    null says that there is no preference, as in a write that lacks it.
    """
    _expect_refusal_of_null(driver, "preference")


# --- a structure stands in the place of a name -----------------------------------------------------------


def _expect_refusal_of_object(driver: Driver, name: str) -> None:
    body = first_body(driver)
    _expect_validation_error(driver.write({**body, name: {"id": body[name]}}))


def _expect_refusal_of_array(driver: Driver, name: str) -> None:
    body = first_body(driver)
    _expect_validation_error(driver.write({**body, name: [body[name]]}))


def test_object_for_fan_id(driver: Driver) -> None:
    """MUST answer 400 validation_error to an object as the fanId. (onlyautomator: 400 Bad Request)"""
    _expect_refusal_of_object(driver, "fanId")


def test_object_for_category(driver: Driver) -> None:
    """MUST answer 400 validation_error to an object as the category. (onlyautomator: 400 Bad Request)"""
    _expect_refusal_of_object(driver, "category")


def test_object_for_preference(driver: Driver) -> None:
    """MUST answer 400 validation_error to an object as the preference. (onlyautomator: 400 Bad Request)"""
    _expect_refusal_of_object(driver, "preference")


def test_array_for_fan_id(driver: Driver) -> None:
    """MUST answer 400 validation_error to an array as the fanId. (onlyautomator: 400 Bad Request)"""
    _expect_refusal_of_array(driver, "fanId")


def test_array_for_category(driver: Driver) -> None:
    """MUST answer 400 validation_error to an array as the category. (onlyautomator: 400 Bad Request)"""
    _expect_refusal_of_array(driver, "category")


def test_array_for_preference(driver: Driver) -> None:
    """MUST answer 400 validation_error to an array as the preference. (onlyautomator: 400 Bad Request)"""
    _expect_refusal_of_array(driver, "preference")


# --- the body is no object -------------------------------------------------------------------------------


def test_malformed_body(driver: Driver) -> None:
    """MUST answer 400 validation_error to a body that is not JSON. (onlyautomator: 400 Bad Request)"""
    for answer in (
        refusals.update_with_bad_body(driver, "cut").answer,
        refusals.update_with_bad_body(driver, "followed").answer,
        driver.post_raw("category=content"),
    ):
        _expect_validation_error(answer)


def test_empty_body(driver: Driver) -> None:
    """MUST answer 400 validation_error to an empty body. (onlyautomator: 400 Bad Request)"""
    _expect_validation_error(driver.post_raw(""))


def test_empty_object_body(driver: Driver) -> None:
    """MUST answer 400 validation_error to an empty object. (onlyautomator: 400 Bad Request)"""
    _expect_validation_error(driver.write({}))


def test_array_body(driver: Driver) -> None:
    """MUST answer 400 validation_error to an array as the body. (onlyautomator: 400 Bad Request)"""
    _expect_validation_error(refusals.update_with_bad_body(driver, "array").answer)


def test_string_body(driver: Driver) -> None:
    """MUST answer 400 validation_error to a string as the body. (onlyautomator: 400 Bad Request)"""
    _expect_validation_error(refusals.update_with_bad_body(driver, "string").answer)


def test_number_body(driver: Driver) -> None:
    """MUST answer 400 validation_error to a number as the body. (onlyautomator: 400 Bad Request)"""
    _expect_validation_error(driver.write(42))


def test_null_body(driver: Driver) -> None:
    """MUST answer 400 validation_error to null as the body. (onlyautomator: 400 Bad Request)"""
    _expect_validation_error(driver.write(None))


# --- what follows from a refusal -------------------------------------------------------------------------


def test_invalid_write_stores_nothing(driver: Driver) -> None:
    """MUST not create a record from a write that it answers with 400. (onlyautomator: 400 Bad Request)"""
    body, refused = write_without_value(driver)
    if refused.ok:  # so it may be; a body that breaks off behind all four members names a record, too
        body = driver.make_body()
        refused = driver.post_raw(json.dumps(body).removesuffix("}"))
    expect_nothing_stored(driver, body, refused, between="likes_fitness")


def test_order_of_refusals(driver: Driver) -> None:
    """OBSERVED which of two errors in one request is answered. (onlyautomator: 400 Bad Request)"""
    bad_token = driver.post({}, authorization="Bearer nobody")
    bad_fan = driver.write({"fanId": driver.unknown_fan_id, "value": True})
    observe(
        f"a bad token and no members are answered {describe_answer(bad_token)}; "
        f"an unknown fan and no category {describe_answer(bad_fan)} ({code_of(bad_fan)})",
        _ORDERS.get((bad_token.status, bad_fan.status), "another"),
    )
