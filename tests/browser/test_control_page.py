"""The control page and the docs, used as a person would."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from mockserver.testing.client import MockServer, MockSession
from tests.browser.axe import find_violations
from tests.browser.page_calls import PATH, WRITE

if TYPE_CHECKING:
    from playwright.sync_api import Page

LOOKS = [(1440, "light"), (390, "dark")]
DOCS = ["docs/onlyautomator", "docs/suprsend", "docs/admin"]
TABS = ["Traffic", "Faults & answers", "Sessions", "State", "Clock", "Tokens", "Choices", "Contracts"]
HOSTILE = "</script><script>document.title='out'</script><img src=x onerror=alert(1)>" + "x" * 300


def expect(seen: Any) -> Any:
    """Return Playwright's assertions on a page or a part of it, which poll until they hold."""
    from playwright import sync_api  # half a second that a worker without these tests need not wait for

    return sync_api.expect(seen)


def call(
    session: MockSession, prefer: str = "", token: str | None = None, **changes: object
) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {token or session.token}", "Prefer": prefer}
    body = {name: one for name, one in {**WRITE, **changes}.items() if one is not ...}
    with httpx2.Client(trust_env=False) as http:
        return http.post(session.base_url + PATH, json=body, headers=headers)


def show_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def click(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def expect_said(page: Page, text: str) -> None:
    expect(page.get_by_role("status")).to_have_text(text)


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


@pytest.mark.parametrize("path", DOCS)
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_docs_fit(quiet, stub, path, width, scheme):
    quiet.set_viewport_size({"width": width, "height": 800})
    quiet.emulate_media(color_scheme=scheme)
    quiet.goto(f"{stub.url}/__admin/{path}")

    assert quiet.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_every_part_fits_and_is_for_everybody(page, session, node_modules, width, scheme):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    call(session, preference=HOSTILE)
    call(session, fanId=HOSTILE)
    expect(page.locator("#calls > li")).to_have_count(2)
    page.locator("#calls summary").first.click()
    expect(page.locator(".reasons")).to_contain_text("fixtures")
    assert find_violations(page, node_modules) == []
    # Each tab is reached by the arrow key from the one before.
    page.get_by_role("tab", name="Traffic").focus()
    for name in TABS:
        expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
        if name == "Choices":
            page.get_by_label("Search the choices").fill("missing-value")  # axe takes its time for each
            page.get_by_role("tab", name=name).focus()
        if name == "Faults & answers":
            click(page, "Force")
            expect(page.get_by_role("alert")).to_contain_text("1 forced answer")
            page.get_by_role("tab", name=name).focus()
        # What differs in the dark is colours, which all parts share.
        assert scheme == "dark" or find_violations(page, node_modules) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") == width, name
        page.keyboard.press("ArrowRight")

    assert page.title() == f"mockserver: {session.id}"


def test_a_page_says_what_to_do_until_calls_come(page, session):
    command = page.locator(".empty pre")
    expect(command).to_contain_text(f"/__session/{session.id}/")
    subprocess.run([*shlex.split(command.inner_text()), "-sS", "-o", "/dev/null"], check=True)

    expect(page.locator("#calls > li")).to_have_count(1)
    expect(page.locator("#calls > li")).to_contain_text("200")
    expect(command).not_to_be_visible()


def test_calls_appear_are_filtered_and_tell_why_they_were_refused(page, session):
    for changes in (
        {},
        {"fanId": "nobody"},
        {"value": ...},
        {"token": "none.of.ours"},
        {"prefer": "cod=503"},
    ):
        call(session, **changes)
    with httpx2.Client(trust_env=False) as http:
        http.get(f"{session.base_url}/api/v2/get-preference")
    rows = page.locator("#calls > li")
    expect(rows).to_have_count(6)
    expect(rows.first).to_contain_text("nearest: GET /api/v2/get-preferences")
    expect(rows.nth(2)).to_contain_text("The token is not valid")
    expect(rows.nth(4)).to_contain_text("Fan not found")
    expect(rows.nth(1)).to_contain_text("Prefer: cod is not known; did you mean 'code'?")

    page.get_by_label("Status").select_option("4xx")
    expect(rows).to_have_count(4)
    page.get_by_label("Operation").select_option("update_preference")
    expect(rows).to_have_count(3)
    page.get_by_label("Filter").fill("404")
    expect(rows).to_have_count(1)
    rows.first.locator("summary").click()
    expect(rows.locator(".sides")).to_contain_text('"fanId": "nobody"')
    expect(rows.locator(".sides")).not_to_contain_text(session.token)
    page.get_by_label("Filter").fill("401")
    expect(rows.locator(".status")).to_have_text("401")
    rows.first.locator("summary").click()
    expect(rows.locator(".reasons")).to_contain_text("token")

    page.get_by_label("Filter").fill("no call has this")
    expect(page.get_by_text("No call fits the filter.")).to_be_visible()
    click(page, "Show all calls")
    expect(rows).to_have_count(6)
    expect(page.get_by_text("6 calls", exact=True)).to_be_visible()
    call(session, preference="x" * 1_100_000)
    expect(rows).to_have_count(7)
    rows.first.locator("summary").click()
    expect(rows.first.locator(".sides")).to_contain_text(re.compile(r"not read \(11\d{5} bytes\)"))


def test_a_call_is_sent_again_and_becomes_a_command_an_answer_and_a_fault(page, stub, session):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=stub.url)
    call(session, preference="it's")
    rows = page.locator("#calls > li")
    rows.first.locator("summary").click()
    click(page, "Replay")
    expect_said(page, "Answered 200: the newest call.")
    expect(rows).to_have_count(2)
    click(page, "Copy as curl")
    expect_said(page, "Copied.")
    command = page.evaluate("navigator.clipboard.readText()")
    ran = subprocess.run([*shlex.split(command), "-sS"], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout)["data"]["preference"] == "it's"

    click(page, "Answer the next like this")
    answer = page.get_by_label("Forced answer as JSON")
    answer.fill(answer.input_value().replace('"status": 200', '"status": 418'))
    click(page, "Force this answer")
    expect_said(page, "The answer is forced.")
    assert [call(session).status_code for _ in range(2)] == [418, 200]
    expect(page.get_by_role("alert")).to_be_hidden()

    show_tab(page, "Traffic")
    click(page, "Make a fault of this")
    click(page, "Set these faults")
    expect(page.get_by_role("alert")).to_contain_text("1 fault")
    assert call(session).status_code == 503
    page.get_by_role("alert").get_by_role("button", name="Remove all").click()
    expect(page.get_by_role("alert")).to_be_hidden()
    assert call(session).status_code == 200
    # Who sets one elsewhere is named as well.
    session.faults({"match": {}, "latency": {"fixed_ms": 1}})
    expect(page.get_by_role("alert")).to_contain_text("1 fault")
    draft = page.get_by_label("Faults as JSON")
    draft.fill("a draft")
    draft.blur()
    for _ in range(2):  # once more, so that the first answer is shown by then
        with page.expect_response(re.compile("/overrides")):
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(draft).to_have_value("a draft")


def test_next_post_fails_and_every_offered_fault_is_one(page, session):
    show_tab(page, "Faults & answers")
    page.get_by_label("calls of").select_option("any POST")
    click(page, "Force")
    expect(page.get_by_role("alert")).to_contain_text("1 forced answer")
    with page.expect_request(lambda request: request.method == "DELETE") as removing:
        click(page, "Remove")
    assert re.search(r"/overrides/\w+\?", removing.value.url)  # and the others wait on
    expect(page.get_by_role("alert")).to_be_hidden()
    assert call(session).status_code == 200

    offered = page.get_by_label("Fault", exact=True)
    count = offered.locator("option").count()
    for number in range(count):
        offered.select_option(index=number)
        click(page, "Add fault")
        expect(page.get_by_role("button", name="Remove", exact=True)).to_have_count(number + 1)
    expect(page.get_by_role("alert")).to_contain_text(f"{count} faults")


def test_mistakes_are_explained(tab, stub, session):
    tab.goto(f"{stub.url}/__admin/?session={session.id}#faults")
    tab.get_by_text("All faults as JSON").click()
    for typed, said in (('[{"status": "many"}]', "status"), ("[", "The list of faults is not JSON")):
        tab.get_by_label("Faults as JSON").fill(typed)
        click(tab, "Set these faults")
        expect(tab.get_by_role("status")).to_contain_text(said)
    assert call(session).status_code == 200

    tab.goto(f"{stub.url}/__admin/?session={session.id}x")
    expect(tab.locator("#said")).to_contain_text(
        f"session '{session.id}x' not found; did you mean '{session.id}'?"
    )
    expect(tab.locator("#live")).to_have_text("not connected")
    click(tab, "Begin it")
    expect(tab.locator("#live")).to_have_text("live")
    tab.locator("#choose").select_option(session.id)
    expect(tab.locator("#live")).to_have_text("live")


def test_session_is_begun_shown_and_ended(page, session):
    show_tab(page, "Sessions")
    name = f"{session.id}-other"
    page.get_by_label("Name").fill(name)
    click(page, "New session")
    url, token, key = page.locator(".ready code").all_inner_texts()
    other = MockSession.__new__(MockSession)
    other.base_url, other.token = url, token
    assert call(other).status_code == 200
    assert key.startswith(f"SS.{name}.")

    page.get_by_role("button", name="Show its traffic").click()
    expect(page.locator("#choose")).to_have_value(name)
    expect(page.locator("#calls > li")).to_have_count(1)
    show_tab(page, "Sessions")
    expect(page.get_by_text("1 call, idle for")).to_be_visible()
    expect(page.get_by_role("button", name="Show default")).to_be_visible()
    click(page, "Credentials for this session")
    expect(page.locator(".ready code")).to_have_count(3)
    click(page, f"End {name}")
    click(page, "Cancel")
    expect(page.locator("#choose")).to_have_value(name)
    click(page, f"End {name}")
    click(page, "End it")
    expect(page.locator("#choose")).to_have_value("default")


def test_record_is_changed_and_comes_back_with_a_snapshot(page, session):
    call(session, preference="asked_for_in_a_test")
    show_tab(page, "State")
    page.get_by_label("Save the state as").fill("before")
    click(page, "Save snapshot")
    expect_said(page, "The snapshot is saved.")
    page.get_by_label("Search").fill("ASKED_FOR")
    records = page.locator("#records > li")
    expect(records).to_have_count(1)
    records.locator("summary").click()
    editor = page.get_by_label(re.compile("Record . of preferences"))
    editor.fill(editor.input_value().replace('"value": true', '"value": false'))
    click(page, "Save")
    expect(records).to_contain_text('"value":false')

    click(page, "Restore before")
    click(page, "Restore it")
    expect(records).to_contain_text('"value":true')
    click(page, "Reset state")
    page.get_by_role("dialog").get_by_role("button", name="Reset state").click()
    expect(records).to_have_count(0)


def test_token_expires_by_the_clock(page, session):
    show_tab(page, "Tokens")
    page.get_by_label("User").fill("user-7")
    click(page, "Issue token")
    token = page.locator("#token .ready code").inner_text()
    assert call(session, token=token).json()["data"]["userId"] == "user-7"
    click(page, "Let it expire")
    expect(page.locator("#token")).to_contain_text("Expired: it is")
    assert call(session, token=token).status_code == 401

    show_tab(page, "Clock")
    click(page, "Follow the system's clock")
    expect_said(page, "The clock is changed.")
    assert call(session, token=token).status_code == 200
    click(page, "Freeze")
    expect(page.get_by_text("frozen", exact=True)).to_be_visible()


def test_clock_goes_on_and_says_how_far_ahead_it_is(page):
    page.clock.install()
    show_tab(page, "Clock")
    page.get_by_label("Advance by").fill("30")
    page.get_by_label("Unit").select_option("days")
    click(page, "Advance")
    expect(page.get_by_text("30 days ahead of this computer's clock")).to_be_visible()
    before = page.locator("#now").inner_text()
    page.clock.fast_forward(3000)

    expect(page.locator("#now")).not_to_have_text(before)


def test_choice_is_taken(page, session):
    show_tab(page, "Choices")
    page.get_by_label("Search the choices").fill("missing-value")
    page.get_by_label("onlyautomator/missing-value").select_option("refused-422")
    expect(page.get_by_text("not the default")).to_be_visible()
    assert call(session, value=...).status_code == 422


def test_open_page_costs_the_stub_little(page, session):
    """Nothing is fetched but a line for each call; the rows in the page are bounded, and what is open stays so."""
    call(session)
    page.locator("#calls summary").click()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    headers = {"Authorization": f"Bearer {session.token}"}
    with httpx2.Client(trust_env=False, headers=headers) as http:
        for _ in range(250):
            http.post(session.base_url + PATH, json=WRITE)

    expect(page.get_by_text("200 of 251 calls")).to_be_visible()
    assert page.locator("#calls > li").count() == 200
    # But for what disturbs calls, which a test may set and end at any time.
    assert [url for url in fetched if not re.search(r"/(faults|overrides)\?", url)] == []


def test_journal_is_downloaded_and_cleared(page, session):
    call(session)
    page.set_viewport_size({"width": 1100, "height": 800})
    tops = [page.get_by_text(text, exact=True).bounding_box()["y"] for text in ("Pause", "Clear")]
    assert tops[0] == tops[1]  # in one line
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download as HAR").click()
    assert PATH in downloading.value.path().read_text()

    click(page, "Clear the journal")
    page.get_by_role("dialog").get_by_role("button", name="Clear the journal").click()
    expect(page.locator("#calls > li")).to_have_count(0)
    expect(page.locator(".empty")).to_be_visible()
