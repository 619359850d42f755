"""Endpoint: one path, one method."""

from __future__ import annotations

from conformance.apis.onlyautomator.answers import describe_answer
from conformance.apis.onlyautomator.driver import WRITE_PATH, Driver
from conformance.assertions.expect import observe


def test_other_method(driver: Driver) -> None:
    """OBSERVED how a GET of the path is answered. (onlyautomator: Endpoint)"""
    answer = driver.send_undocumented("GET", WRITE_PATH)
    allow = answer.headers.get("allow")
    observe(f"GET is answered {describe_answer(answer)}" + (f" with Allow: {allow}" if allow else ""))


def test_trailing_slash(driver: Driver) -> None:
    """OBSERVED how a write to the path with a trailing slash is answered. (onlyautomator: Endpoint)"""
    answer = driver.send_undocumented("POST", f"{WRITE_PATH}/", json=driver.make_body())
    observe(f"with a trailing slash the write is answered {describe_answer(answer)}")
