"""The pages of a contract that tries to run something, to call elsewhere, and to push the pages apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from mockserver.services import openapi_file
from mockserver.stub import Stub
from tests.testbed.stubs import serve_stub

if TYPE_CHECKING:
    from playwright.sync_api import Page

MARKUP = "<img src=x onerror=alert(1)></script><script>document.title='out'</script>"
MARKDOWN = f"[a](javascript:alert(2)) ![b](http://elsewhere.test/p.png) <iframe src='http://elsewhere.test'> {MARKUP}"
LINK = {"url": "javascript:alert(3)", "description": "elsewhere"}
CONTRACT = {
    "openapi": "3.0.3",
    "info": {"title": f"\u202e{MARKUP}", "version": MARKUP, "description": MARKDOWN},
    "externalDocs": LINK,
    "servers": [{"url": "http://elsewhere.test/"}],
    "tags": [{"name": MARKUP, "description": MARKDOWN, "externalDocs": LINK}],
    "paths": {
        f"/things/{'y' * 2000}/{{id}}": {
            "put": {
                "operationId": f"put-{MARKUP}{'z' * 2000}",
                "tags": [MARKUP],
                "summary": MARKUP + "x" * 10_000,
                "description": MARKDOWN,
                "externalDocs": LINK,
                "parameters": [
                    {
                        "name": "id",
                        "in": "path",
                        "required": True,
                        "description": MARKDOWN,
                        "schema": {"type": "string"},
                        "example": MARKUP,
                    }
                ],
                "requestBody": {"content": {"application/json": {"example": {MARKUP: MARKUP}}}},
                "responses": {
                    "200": {
                        "description": MARKDOWN,
                        "content": {"application/json": {"example": {"said": MARKUP}}},
                    }
                },
            }
        }
    },
}
PAGES = ["operations", "#contracts", "docs/hostile", "docs/hostile?plain=true"]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    file = tmp_path_factory.mktemp("contract") / "hostile.json"
    file.write_text(json.dumps(CONTRACT))
    with serve_stub(Stub([openapi_file.load_service(file)])) as url:
        yield url


def test_pages_show_it_as_text_and_keep_their_width(tab: Page, url: str):
    dialogs: list[str] = []
    hosts: set[str] = set()
    tab.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    tab.on("requestfinished", lambda request: hosts.add(urlsplit(request.url).netloc))
    tab.set_viewport_size({"width": 390, "height": 844})
    for page in PAGES:
        tab.goto("about:blank")  # for a page that differs in its fragment alone
        tab.goto(f"{url}/__admin/{page}")
        tab.get_by_text("x" * 100).first.wait_for(state="attached")
        if page == "docs/hostile":
            tab.locator(".opblock-summary-control").first.click()
            tab.locator(".btn.execute").click()
            tab.locator(".live-responses-table").first.wait_for()
            for link in tab.get_by_role("link", name="elsewhere").all():
                link.click(force=True)

        assert tab.evaluate("document.documentElement.scrollWidth") == 390, page
        assert tab.title() != "out", page
    # What the browser did not even ask for is not finished.
    assert hosts == {urlsplit(url).netloc}
    assert dialogs == []
