"""403 Forbidden: a valid token that may not write."""

from __future__ import annotations

from conformance.apis.onlyautomator import refusals
from conformance.apis.onlyautomator.answers import expect_refusal
from conformance.apis.onlyautomator.driver import Driver


def test_insufficient_permission(driver: Driver) -> None:
    """MUST answer 403 permission_denied to a token that may not write. (onlyautomator: 403 Forbidden)"""
    for answer in (driver.without_permission(), refusals.forbidden(driver)):
        expect_refusal(answer, 403, "permission_denied")


def test_forbidden_write_stores_nothing(driver: Driver) -> None:
    """MUST not make a record of a write that it answers with 403. (onlyautomator: 403 Forbidden)"""
    body = driver.body()
    driver.expect_unwritten(body, driver.write(body, credential="forbidden"), owed="constructor")
