"""A real Chromium, a page on another origin, and an unpacked extension, all calling one stub."""

from __future__ import annotations

import http.server
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mockserver.testing.client import MockServer, MockSession
from tests.testbed.needed_programs import needs_chromium

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

EXTENSION = Path(__file__).parents[2] / "examples" / "chrome-extension"
# No sandbox, since containers run as root; nothing that calls home; no animation of the window that nobody sees.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--animation-duration-scale=0",
    "--wm-window-animations-disabled",
]


# Of this package alone: Playwright runs a loop in the thread of whoever waits for it, which others cannot bear.
@pytest.fixture(scope="package")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """Chromium with two copies of the extension: one plain, one that may reach every host."""
    chromium = needs_chromium()
    from playwright.sync_api import sync_playwright  # a second that nobody else need wait for

    plain, privileged = (tmp_path_factory.mktemp(name) for name in ("plain", "privileged"))
    shutil.copytree(EXTENSION, plain, dirs_exist_ok=True)
    shutil.copytree(EXTENSION, privileged, dirs_exist_ok=True)
    manifest = privileged / "manifest.json"
    permitted = '"host_permissions": ["<all_urls>"],\n  "background"'
    manifest.write_text(manifest.read_text().replace('"background"', permitted))
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path_factory.mktemp("profile")),
            executable_path=chromium,
            headless=True,
            args=[
                *FLAGS,
                f"--load-extension={plain},{privileged}",
                f"--disable-extensions-except={plain},{privileged}",
            ],
        )
        context.set_default_timeout(10_000)
        yield context
        context.close()


@pytest.fixture(scope="package")
def stub() -> Iterator[MockServer]:
    with MockServer(seed=1) as mock:
        yield mock


@pytest.fixture
def session(stub: MockServer) -> Iterator[MockSession]:
    session = stub.session()
    yield session
    session.end()


@pytest.fixture(scope="package")
def elsewhere() -> Iterator[int]:
    """The port of a server with one page, which any path shows."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = b'<!doctype html><link rel="icon" href="data:,"><title>A page elsewhere</title>'
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture
def tab(browser: BrowserContext) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()
    browser.clear_cookies()
