"""The interactive reference and the front page, as a person uses them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from mockserver.testing.client import MockServer, MockSession
from tests.browser.axe import find_violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

# The order of its headings, and what it leaves outside its landmark.
OF_SWAGGER_UI = ("heading-order", "region")
WRITE = "#operations-onlyautomator-update_preference"


@pytest.fixture
def watched(tab: Page) -> Page:
    """A tab that keeps what it asks for, and what it complains of."""
    tab.hosts, tab.complaints = set(), []
    tab.on("request", lambda request: tab.hosts.add(urlsplit(request.url).netloc))
    tab.on("console", lambda one: tab.complaints.append(one.text) if one.type == "error" else None)
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    return tab


def test_operation_is_tried_in_the_reference(
    watched: Page, stub: MockServer, session: MockSession, node_modules: Path
):
    """Valid credentials are filled in, the call goes to the session, and no other host is asked for anything."""
    watched.set_viewport_size({"width": 390, "height": 844})
    watched.emulate_media(color_scheme="dark")
    watched.goto(f"{stub.url}/__admin/docs/onlyautomator?session={session.id}#update_preference")
    operation = watched.locator(WRITE)
    operation.get_by_role("button", name="Execute").click()
    operation.locator(".live-responses-table .response .response-col_status").wait_for()

    assert [call["response"]["status"] for call in session.requests()] == [200]
    assert f"/__session/{session.id}/api/v2/update-preference" in operation.locator(".curl").inner_text()
    assert "Magic identifiers" in operation.inner_text()
    operation.locator("[data-param-name=Prefer] select").select_option("code=503")
    operation.get_by_role("button", name="Execute").click()
    watched.wait_for_function("document.querySelector('.live-responses-table').innerText.includes('503')")

    assert watched.evaluate("document.documentElement.scrollWidth") == 390
    assert watched.hosts == {urlsplit(stub.url).netloc}
    named = find_violations(watched, node_modules)
    watched.emulate_media(color_scheme="light")
    named += find_violations(watched, node_modules)
    refused = [one for one in watched.complaints if "503" not in one]
    assert refused == []
    assert [one for one in named if not one.startswith(OF_SWAGGER_UI)] == []
    watched.locator("#contents summary").click()
    watched.get_by_role("searchbox").fill("read fan")
    assert watched.locator("#contents nav a:visible").all_inner_texts() == ["GET\nRead a fan's preferences"]


def test_front_page_copies_a_command(watched: Page, stub: MockServer, node_modules: Path):
    watched.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=stub.url)
    watched.set_viewport_size({"width": 390, "height": 844})
    watched.emulate_media(color_scheme="dark")
    watched.goto(stub.url)
    watched.get_by_role("button", name="Copy").first.click()
    watched.get_by_role("button", name="Copied").wait_for()
    copied = watched.evaluate("navigator.clipboard.readText()")

    assert re.match(
        rf"curl -X POST {stub.url}/api/v2/update-preference -H 'Authorization: Bearer eyJ", copied
    )
    assert watched.evaluate("document.documentElement.scrollWidth") == 390
    assert watched.complaints == []
    assert find_violations(watched, node_modules) == []
