"""A page on another origin calls the stub; everything here is what its own script can see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from mockserver.testing.client import MockServer, MockSession
from tests.browser.page_calls import PATH, WRITE, fetch, write

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

BUSY = {"match": {}, "quota": {"limit": 1, "window_s": 60}}


@pytest.fixture(scope="module")
def page(browser: BrowserContext, elsewhere: int) -> Iterator[Page]:
    """A page of another site, on this machine too, so that the browser asks nobody for leave; open for all tests."""
    page = browser.new_page()
    page.goto(f"http://localhost:{elsewhere}/")
    yield page
    page.close()


def test_write_succeeds(page, session):
    seen = write(page, session.base_url, session.token)

    assert seen.status == 200
    assert WRITE.items() <= seen.body["data"].items()
    assert seen.body["data"]["source"] == "manual"


def test_unknown_fan_is_readable(page, session):
    seen = write(page, session.base_url, session.token, fanId="nobody")

    assert (seen.status, seen.body["error"]["code"]) == (404, "resource_not_found")


def test_invalid_body_is_readable(page, session):
    seen = write(page, session.base_url, session.token, fanId=5)

    assert (seen.status, seen.body["error"]["code"]) == (400, "validation_error")


def test_missing_token_is_readable(page, session):
    seen = write(page, session.base_url)

    assert (seen.status, seen.body["error"]["code"]) == (401, "authentication_required")


def test_preferred_503_is_readable_and_says_so(page, session):
    seen = write(page, session.base_url, session.token, headers={"Prefer": "code=503"})

    assert (seen.status, seen.body["error"]["code"]) == (503, "service_unavailable")
    assert seen.headers["Preference-Applied"] == "code=503"


def test_magic_503_needs_no_header(page, session):
    assert write(page, session.base_url, session.token, fanId="mock-503").status == 503


def test_near_miss_is_readable(page, session):
    seen = write(page, session.base_url, session.token, path=PATH + "s")

    assert (seen.status, seen.body["error"]["code"]) == (404, "resource_not_found")
    assert PATH in seen.headers["X-Mock-Near-Miss"]


def test_quota_is_readable_with_its_retry_after(page, session):
    session.faults(BUSY)
    first, second = (write(page, session.base_url, session.token) for _ in range(2))

    assert (first.status, second.status) == (200, 429)
    assert second.body["error"]["code"] == "rate_limit_exceeded"
    assert 1 <= int(second.headers["Retry-After"]) <= 60


def test_headers_of_an_override_are_readable(page, session):
    """With credentials, where a star would expose nothing."""
    session.override(404, headers={"ETag": '"v1"', "X-Feature": "on"})
    seen = write(page, session.base_url, session.token)

    assert (seen.status, seen.headers["ETag"], seen.headers["X-Feature"]) == (404, '"v1"', "on")


@pytest.mark.parametrize("fault", ["CONNECTION_RESET_BY_PEER", "EMPTY_RESPONSE", "TRUNCATED_BODY"])
def test_broken_connection_rejects(page, session, fault):
    session.faults({"match": {}, "fault": fault})

    assert write(page, session.base_url, session.token)[::2] == (0, "TypeError")


def test_magic_reset_rejects(page, session):
    assert write(page, session.base_url, session.token, fanId="mock-reset").status == 0


def test_page_that_was_refused_can_go_on(page, session):
    """A reset is over with the connection; the next call gets its own."""
    session.faults({"match": {}, "fault": "CONNECTION_RESET_BY_PEER", "times": 1})
    write(page, session.base_url, session.token)

    assert write(page, session.base_url, session.token).status == 200


@pytest.mark.parametrize("header", ["X-Request-Id", "X-Mock-Session"])
def test_any_header_may_be_sent(page, session, header):
    assert write(page, session.base_url, session.token, headers={header: "checkout"}).status == 200


def test_session_rides_in_the_token(page, stub, session):
    assert write(page, stub.url, session.token).status == 200
    assert [call["request"]["path"] for call in session.requests()] == [PATH]


def test_key_is_accepted(page, session):
    path = "/v1/object/departments/engineering/preference/category/status-update-alert"
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {session.api_key}"}
    body = '{"preference": "opt_in", "opt_out_channels": ["email"]}'
    seen = fetch(page, session.base_url + path, method="PATCH", headers=headers, body=body)

    assert seen.status == 202


def test_cookie_is_sent_and_accepted(tab, elsewhere, session):
    """Cookies go by host and not by port, so a page of the same host may bring the token in one."""
    tab.goto(f"http://127.0.0.1:{elsewhere}/")
    tab.evaluate("token => { document.cookie = `sb-access-token=${token}; path=/`; }", session.token)

    assert write(tab, session.base_url).status == 200


def test_control_plane_cannot_be_read(page, stub: MockServer):
    for path in ("health", "state", "requests", "sessions"):
        assert fetch(page, f"{stub.url}/__admin/{path}")[::2] == (0, "TypeError")


@pytest.mark.parametrize("mode", ["cors", "no-cors"])
@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"headers": {"Content-Type": "text/plain"}, "body": '{"scope": "all"}'},
        {"headers": {"Content-Type": "application/json"}, "body": '{"scope": "all"}'},
    ],
    ids=["nothing", "text", "json"],
)
def test_control_plane_cannot_be_used(page, stub: MockServer, session: MockSession, mode, sent):
    """Not even by what a browser sends without asking first."""
    write(page, session.base_url, session.token)
    before = session.state()
    fetch(page, f"{stub.url}/__admin/reset?session={session.id}", method="POST", mode=mode, **sent)

    assert session.state() == before
    assert len(session.requests()) == 1


def test_form_of_a_page_resets_nothing(tab, elsewhere, stub: MockServer, session: MockSession):
    """A form is sent without asking first; what comes back is shown instead of the page."""
    tab.goto(f"http://localhost:{elsewhere}/")
    write(tab, session.base_url, session.token)
    before = session.state()
    tab.evaluate(
        """url => {
            const form = document.createElement("form");
            Object.assign(form, { method: "POST", action: url, enctype: "text/plain" });
            document.body.append(form);
            form.submit();
        }""",
        f"{stub.url}/__admin/reset?session={session.id}",
    )
    tab.wait_for_url(f"{stub.url}/**")

    assert "forbidden" in tab.content()
    assert session.state() == before
