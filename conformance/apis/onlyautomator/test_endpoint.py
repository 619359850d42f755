"""Endpoint: one path, one method."""

from __future__ import annotations

from urllib.parse import urlsplit

from conformance.apis.onlyautomator.answers import code_of, describe_answer, name_alternative
from conformance.apis.onlyautomator.driver import WRITE_PATH, Driver
from conformance.apis.onlyautomator.shared_writes import create_first_record
from conformance.assertions.expect import observe
from conformance.http.response import Response

_REDIRECTS = (307, 308)


def test_other_method(driver: Driver) -> None:
    """OBSERVED how a GET of the path is answered. (onlyautomator: Endpoint)"""
    answer = _send_other_method(driver)
    allow = answer.headers.get("allow")
    observe(
        f"GET is answered {describe_answer(answer)}" + (f" with Allow: {allow}" if allow else ""),
        name_alternative(answer, "accepted"),
    )


def test_errors_of_other_paths(driver: Driver) -> None:
    """OBSERVED in which form a GET of the path is refused. (onlyautomator: Endpoint)"""
    answer = _send_other_method(driver)
    if answer.ok:
        observe(f"GET is answered {describe_answer(answer)}, which is no refusal")
    form = "documented-form" if code_of(answer) else "page" if answer.is_page else "another"
    what = "an error in the documented form" if code_of(answer) else answer.media_type or "no media type"
    observe(f"GET is refused with {what}", form)


def _send_other_method(driver: Driver) -> Response:
    return driver.client.memoize("other method", lambda: driver.send_undocumented("GET", WRITE_PATH))


def test_trailing_slash(driver: Driver) -> None:
    """OBSERVED how a write to the path with a trailing slash is answered. (onlyautomator: Endpoint)"""
    answer = driver.send_undocumented("POST", f"{WRITE_PATH}/", json=driver.make_body())
    observe(
        f"with a trailing slash the write is answered {describe_answer(answer)}",
        _name_redirect(driver, answer)
        or _name_redirect(driver, create_first_record(driver))
        or name_alternative(answer, "accepted"),
    )


def _name_redirect(driver: Driver, answer: Response) -> str | None:
    """Name the redirect to the other form of the path that was followed before an answer; None if there was none."""
    exchanges = driver.client.exchanges
    at = next((number for number, one in enumerate(exchanges) if one is answer.exchange), 0)
    former = exchanges[at - 1] if at else None
    if former is None or former.status not in _REDIRECTS:
        return None
    kind = "slash-added" if urlsplit(former.url).path.endswith(WRITE_PATH) else "redirect"
    return f"{kind}-{former.status}"
