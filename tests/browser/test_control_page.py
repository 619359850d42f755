"""The control page and the docs, used as a person would."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from mockserver.testing.client import MockServer, MockSession
from tests.browser.page_calls import PATH, WRITE

if TYPE_CHECKING:
    from playwright.sync_api import Page

LOOKS = [(1280, "light"), (390, "dark")]
PAGES = ["", "docs/onlyautomator", "docs/suprsend", "docs/admin"]


def expect(seen: Any) -> Any:
    """Return Playwright's assertions on a page or a part of it, which poll until they hold."""
    from playwright import sync_api  # half a second that a worker without these tests need not wait for

    return sync_api.expect(seen)


def call(session: MockSession, prefer: str = "", **changes: object) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {session.token}", "Prefer": prefer}
    with httpx2.Client(trust_env=False) as http:
        return http.post(session.base_url + PATH, json={**WRITE, **changes}, headers=headers)


@pytest.fixture
def quiet(tab: Page) -> Iterator[Page]:
    """A tab in which nothing goes wrong."""
    wrong: list[str] = []
    tab.on("console", lambda message: wrong.append(message.text))
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    yield tab
    assert wrong == []


@pytest.fixture
def page(quiet: Page, stub: MockServer, session: MockSession) -> Page:
    """The control page of the test's own session."""
    quiet.goto(f"{stub.url}/__admin/?session={session.id}")
    expect(quiet.locator("#live")).to_have_text("live")
    return quiet


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_page_fits(quiet, stub, session, path, width, scheme):
    quiet.set_viewport_size({"width": width, "height": 800})
    quiet.emulate_media(color_scheme=scheme)
    for fan in ("12345", "nobody", "x" * 300):
        call(session, fanId=fan)
    quiet.goto(f"{stub.url}/__admin/{path}?session={session.id}")
    if not path:
        expect(quiet.locator("#calls li")).to_have_count(3)

    assert quiet.evaluate("document.documentElement.scrollWidth") == width


def test_calls_appear_as_they_come(page, session):
    call(session)
    expect(page.locator("#calls li")).to_have_count(1)
    call(session, fanId="nobody")
    expect(page.locator("#calls li")).to_have_count(2)

    expect(page.locator("#calls li").first).to_contain_text("404")
    page.locator("#calls summary").first.click()
    expect(page.locator("#calls pre").first).to_contain_text('"fanId": "nobody"')
    expect(page.locator("#calls pre").first).not_to_contain_text(session.token)


def test_mistyped_session_is_told_and_the_others_are_offered(tab, stub, session):
    tab.goto(f"{stub.url}/__admin/?session={session.id}x")

    expect(tab.locator("#said")).to_contain_text(
        f"session '{session.id}x' not found; did you mean '{session.id}'?"
    )
    tab.locator("#choose").select_option(session.id)
    expect(tab.locator("#session")).to_have_text(session.id)
    expect(tab.locator("#live")).to_have_text("live")


def test_preference_that_was_not_followed_is_shown(page, session):
    call(session, prefer="cod=503")

    expect(page.locator("#calls .why")).to_have_text("Prefer: cod is not known; did you mean 'code'?")


def test_calls_made_before_are_there(quiet, stub, session):
    call(session)
    quiet.goto(f"{stub.url}/__admin/?session={session.id}")

    expect(quiet.locator("#calls li")).to_have_count(1)


def test_state_follows(page, session):
    call(session, preference="asked_for_in_a_test")

    expect(page.locator("#state")).to_contain_text("asked_for_in_a_test")


def test_fault_is_set_by_a_click(page, session):
    page.get_by_role("button", name="Answer 503").click()
    expect(page.get_by_role("status")).to_have_text("Faults set.")
    assert call(session).status_code == 503

    page.get_by_role("button", name="Remove all faults").click()
    expect(page.get_by_label("Faults as JSON")).to_have_value("[]")
    assert call(session).status_code == 200


@pytest.mark.parametrize(
    "button", ["Fail half", "Delay by 2 seconds", "Limit to 5 calls", "Reset the connection"]
)
def test_every_offered_fault_is_one(page, button):
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("status")).to_have_text("Faults set.")
    page.reload()

    expect(page.get_by_label("Faults as JSON")).to_have_value(re.compile('"match"'))


def test_fault_is_typed(page, session):
    page.get_by_label("Faults as JSON").fill('[{"match": {}, "status": 500}]')
    page.get_by_role("button", name="Set these faults").click()
    expect(page.get_by_role("status")).to_have_text("Faults set.")

    assert call(session).status_code == 500


def test_mistyped_fault_is_explained(tab, stub, session):
    tab.goto(f"{stub.url}/__admin/?session={session.id}")
    tab.get_by_label("Faults as JSON").fill('[{"status": "many"}]')
    tab.get_by_role("button", name="Set these faults").click()

    expect(tab.get_by_role("status")).to_contain_text("status")
    assert call(session).status_code == 200


def test_token_is_minted(page, session):
    page.get_by_label("User").fill("user-7")
    page.get_by_role("button", name="Issue token").click()
    expect(page.locator("#claims")).to_contain_text('"sub": "user-7"')
    session.token = page.locator("#token").inner_text()

    assert call(session).json()["data"]["userId"] == "user-7"


def test_token_with_a_defect_is_minted(page, session):
    page.get_by_label("Defect").select_option("expired")
    page.get_by_role("button", name="Issue token").click()
    expect(page.locator("#token")).to_be_visible()
    session.token = page.locator("#token").inner_text()

    assert call(session).status_code == 401


def test_session_is_chosen(page, stub, session):
    other = stub.session()
    page.get_by_label("Session").focus()
    expect(page.locator("#choose option", has_text=other.id)).to_have_count(1)
    page.get_by_label("Session").select_option(other.id)
    expect(page.locator("#session")).to_have_text(other.id)
    expect(page.locator("#live")).to_have_text("live")

    call(session)
    call(other)
    expect(page.locator("#calls li")).to_have_count(1)
    other.end()


def test_session_is_begun(page, session):
    page.get_by_role("button", name="New session").click()

    expect(page.locator("#session")).not_to_have_text(session.id)
    expect(page.locator("#session")).to_contain_text("session-")
    expect(page.locator("#live")).to_have_text("live")


def test_reset_empties_the_page(page, session):
    call(session, preference="asked_for_in_a_test")
    expect(page.locator("#calls li")).to_have_count(1)
    page.get_by_role("button", name="Reset all").click()

    expect(page.locator("#calls li")).to_have_count(0)
    expect(page.locator("#state")).not_to_contain_text("asked_for_in_a_test")


def test_clock_is_frozen(page, session):
    page.get_by_role("button", name="Freeze").click()
    expect(page.locator("#now")).to_contain_text("(frozen)")

    assert call(session).json()["data"]["createdAt"] == page.locator("#now").inner_text().split()[0]


def test_journal_is_downloaded(page, session):
    call(session)
    with page.expect_download() as downloading:
        page.get_by_text("Download as HAR").click()

    assert PATH in downloading.value.path().read_text()
