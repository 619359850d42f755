"""An unpacked extension calls the stub, with and without the permission to reach every host."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.page_calls import WRITE, fetch, write

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page


@pytest.fixture(scope="module", params=["plain", "privileged"])
def page(request: pytest.FixtureRequest, browser: BrowserContext) -> Iterator[Page]:
    """A page of the extension, under CORS like any page, or above it; open for all tests."""
    while len(browser.service_workers) < 2:
        browser.wait_for_event("serviceworker")
    page = browser.new_page()
    for worker in browser.service_workers:
        page.goto(worker.url.replace("background.js", "popup.html"))
        permissions = page.evaluate("chrome.runtime.getManifest().host_permissions || []")
        if bool(permissions) == (request.param == "privileged"):
            yield page
            page.close()
            return
    raise AssertionError("the extension is not loaded")


def test_write_comes_from_an_extension(page, session):
    seen = write(page, session.base_url, session.token)

    assert seen.status == 200
    assert {**WRITE, "source": "extension"}.items() <= seen.body["data"].items()
    assert session.requests()[0]["request"]["headers"]["origin"].startswith("chrome-extension://")


def test_popup_of_the_example_saves_and_says_what_went_wrong(page, session):
    page.get_by_label("API").fill(session.base_url)
    page.get_by_label("Token").fill(session.token)
    for state, said in (
        ("check", "Saved"),
        ("uncheck", "The preference service is temporarily unavailable"),
        ("check", "You are offline"),
    ):
        getattr(page.get_by_label("Fitness videos"), state)()
        page.get_by_text(said, exact=True).wait_for()
        if said == "Saved":
            session.faults({"match": {}, "status": 503, "times": 1}, {"match": {}, "fault": "EMPTY_RESPONSE"})

    assert [call["request"]["body"]["value"] for call in session.requests()][:2] == [True, False]


def test_unknown_fan_is_readable(page, session):
    seen = write(page, session.base_url, session.token, fanId="nobody")

    assert (seen.status, seen.body["error"]["code"]) == (404, "resource_not_found")


def test_preferred_503_is_readable_and_says_so(page, session):
    seen = write(page, session.base_url, session.token, headers={"Prefer": "code=503"})

    assert (seen.status, seen.body["error"]["code"]) == (503, "service_unavailable")
    assert seen.headers["Preference-Applied"] == "code=503"


def test_missing_token_is_readable(page, session):
    seen = write(page, session.base_url)

    assert (seen.status, seen.body["error"]["code"]) == (401, "authentication_required")


def test_reset_rejects(page, session):
    session.faults({"match": {}, "fault": "CONNECTION_RESET_BY_PEER"})

    assert write(page, session.base_url, session.token)[::2] == (0, "TypeError")


def test_control_plane_cannot_be_used(page, stub, session):
    """Not even by an extension that the browser lets read every host."""
    write(page, session.base_url, session.token)
    before = session.state()
    url = f"{stub.url}/__admin/reset?session={session.id}"
    seen = fetch(page, url, method="POST")

    assert seen.status in (0, 403)
    assert session.state() == before
