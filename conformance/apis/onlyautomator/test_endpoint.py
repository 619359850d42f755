"""Endpoint: one path, one method."""

from __future__ import annotations

from conformance.apis.onlyautomator.answers import outcome
from conformance.apis.onlyautomator.driver import PATH, Api
from conformance.assertions.expect import observe


def test_other_method(api: Api) -> None:
    """OBSERVED a GET of the path. (onlyautomator: Endpoint)"""
    answer = api.elsewhere("GET", PATH)
    allow = answer.headers.get("allow")
    observe(f"GET is answered {outcome(answer)}" + (f" with Allow: {allow}" if allow else ""))


def test_trailing_slash(api: Api) -> None:
    """OBSERVED a write to the path with a slash at its end. (onlyautomator: Endpoint)"""
    answer = api.elsewhere("POST", f"{PATH}/", json=api.body())
    observe(f"with a trailing slash the write is answered {outcome(answer)}")
