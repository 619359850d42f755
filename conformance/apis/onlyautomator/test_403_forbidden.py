"""403 Forbidden: a valid token that may not write."""

from __future__ import annotations

from conformance.apis.onlyautomator import refusals
from conformance.apis.onlyautomator.answers import expect_refusal
from conformance.apis.onlyautomator.driver import Driver
from conformance.apis.onlyautomator.refusals import expect_nothing_stored
from conformance.apis.onlyautomator.shared_writes import write_without_permission


def test_insufficient_permission(driver: Driver) -> None:
    """MUST answer 403 permission_denied to a token that may not write. (onlyautomator: 403 Forbidden)"""
    for answer in (
        write_without_permission(driver).answer,
        refusals.update_without_permission(driver).answer,
    ):
        expect_refusal(answer, 403, "permission_denied")


def test_forbidden_write_stores_nothing(driver: Driver) -> None:
    """MUST not create a record from a write that it answers with 403. (onlyautomator: 403 Forbidden)"""
    body = driver.make_body()
    expect_nothing_stored(driver, body, driver.write(body, credential="forbidden"), between="constructor")
