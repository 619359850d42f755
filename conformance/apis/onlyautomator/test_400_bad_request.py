"""400 Bad Request: a parameter is missing or invalid."""

from __future__ import annotations

import json

from conformance.apis.onlyautomator import refusals
from conformance.apis.onlyautomator.answers import code_of, expect_refusal, outcome
from conformance.apis.onlyautomator.driver import Api
from conformance.assertions.expect import observe
from conformance.http.client import Answer


def _invalid(answer: Answer) -> None:
    expect_refusal(answer, 400, "validation_error")


# --- a name is missing -----------------------------------------------------------------------------------


def _missing(api: Api, name: str) -> None:
    body = api.first_body()
    del body[name]
    _invalid(api.write(body))


def test_missing_fan_id(api: Api) -> None:
    """MUST answer 400 validation_error without a fanId. (onlyautomator: 400 Bad Request)"""
    _missing(api, "fanId")


def test_missing_category(api: Api) -> None:
    """MUST answer 400 validation_error without a category. (onlyautomator: 400 Bad Request)"""
    _missing(api, "category")


def test_missing_preference(api: Api) -> None:
    """MUST answer 400 validation_error without a preference. (onlyautomator: 400 Bad Request)"""
    _invalid(api.without_preference())


# --- a structure stands in the place of a name -----------------------------------------------------------


def _in_object(api: Api, name: str) -> None:
    body = api.first_body()
    _invalid(api.write({**body, name: {"id": body[name]}}))


def _in_array(api: Api, name: str) -> None:
    body = api.first_body()
    _invalid(api.write({**body, name: [body[name]]}))


def test_object_for_fan_id(api: Api) -> None:
    """MUST answer 400 validation_error to an object for a fanId. (onlyautomator: 400 Bad Request)"""
    _in_object(api, "fanId")


def test_object_for_category(api: Api) -> None:
    """MUST answer 400 validation_error to an object for a category. (onlyautomator: 400 Bad Request)"""
    _in_object(api, "category")


def test_object_for_preference(api: Api) -> None:
    """MUST answer 400 validation_error to an object for a preference. (onlyautomator: 400 Bad Request)"""
    _in_object(api, "preference")


def test_array_for_fan_id(api: Api) -> None:
    """MUST answer 400 validation_error to an array for a fanId. (onlyautomator: 400 Bad Request)"""
    _in_array(api, "fanId")


def test_array_for_category(api: Api) -> None:
    """MUST answer 400 validation_error to an array for a category. (onlyautomator: 400 Bad Request)"""
    _in_array(api, "category")


def test_array_for_preference(api: Api) -> None:
    """MUST answer 400 validation_error to an array for a preference. (onlyautomator: 400 Bad Request)"""
    _in_array(api, "preference")


# --- the body is no object -------------------------------------------------------------------------------


def test_malformed_body(api: Api) -> None:
    """MUST answer 400 validation_error to a body that is not JSON. (onlyautomator: 400 Bad Request)"""
    for answer in (
        refusals.broken(api, "cut"),
        refusals.broken(api, "followed"),
        api.raw("category=content"),
    ):
        _invalid(answer)


def test_empty_body(api: Api) -> None:
    """MUST answer 400 validation_error to an empty body. (onlyautomator: 400 Bad Request)"""
    _invalid(api.raw(""))


def test_empty_object_body(api: Api) -> None:
    """MUST answer 400 validation_error to an empty object. (onlyautomator: 400 Bad Request)"""
    _invalid(api.write({}))


def test_array_body(api: Api) -> None:
    """MUST answer 400 validation_error to an array for a body. (onlyautomator: 400 Bad Request)"""
    _invalid(refusals.broken(api, "array"))


def test_string_body(api: Api) -> None:
    """MUST answer 400 validation_error to a string for a body. (onlyautomator: 400 Bad Request)"""
    _invalid(refusals.broken(api, "string"))


def test_number_body(api: Api) -> None:
    """MUST answer 400 validation_error to a number for a body. (onlyautomator: 400 Bad Request)"""
    _invalid(api.write(42))


def test_null_body(api: Api) -> None:
    """MUST answer 400 validation_error to null for a body. (onlyautomator: 400 Bad Request)"""
    _invalid(api.write(None))


# --- what follows from a refusal -------------------------------------------------------------------------


def test_invalid_write_stores_nothing(api: Api) -> None:
    """MUST not make a record of a write that it answers with 400. (onlyautomator: 400 Bad Request)"""
    body, refused = api.body_without_value(), api.without_value()
    if refused.ok:  # so it may be; a body that breaks off behind all four members names a record, too
        body = api.body()
        refused = api.raw(json.dumps(body).removesuffix("}"))
    api.expect_unwritten(body, refused, owed="likes_fitness")


def test_order_of_refusals(api: Api) -> None:
    """OBSERVED which of two faults is answered. (onlyautomator: 400 Bad Request)"""
    bad_token = api.post({}, authorization="Bearer nobody")
    bad_fan = api.write({"fanId": api.unknown_fan_id, "value": True})
    observe(
        f"a bad token and no members are answered {outcome(bad_token)}; "
        f"an unknown fan and no category {outcome(bad_fan)} ({code_of(bad_fan)})"
    )
