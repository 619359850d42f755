"""Take the pictures in the pages from the running programs: ``python -m tests.docs.pictures`` (needs Chromium)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import yaml

from conformance import proof
from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.server import serve
from conformance.proof.trial import judge_in_process
from conformance.report.folder import write_reports
from mockserver import MockServer
from tests.testbed.needed_programs import needs_chromium

from .pages import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from mockserver.testing.client import MockSession

IMAGES = ROOT / "docs/images"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_API, _LIE = "suprsend", "OneSetForAllObjects"


def write_report(folder: Path) -> Path:
    """Judge a server that keeps one set of preferences for all objects; return the report for people."""
    server = next(mutant for mutant in proof.mutants_of(_API) if mutant.__name__ == _LIE)()
    with serve(server) as url:
        profile = folder / "target.yaml"
        profile.write_text(yaml.safe_dump(server.profile(url)), encoding="utf-8")
        command = [sys.executable, "-m", "conformance", "run", profile.name, "--report-dir", "report"]
        subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=False)
    return folder / "report/report.html"


def write_matrix(folder: Path) -> Path:
    """Judge three versions of a server, of which two lie; return the page that has them side by side."""
    lies = [one for one in proof.mutants_of(_API) if one.__name__ in {_LIE, "AcceptsNoKey"}]
    for version, server in zip(("1.9", "1.10", "2.0"), (proof.reference_of(_API), *lies), strict=True):
        profile = {**server().profile(IN_PROCESS_URL), "name": "acme", "version": version}
        write_reports(judge_in_process(server(), profile), folder / version)
    command = [
        sys.executable,
        "-m",
        "conformance",
        "matrix",
        str(folder),
        "--out",
        str(folder / "matrix.html"),
    ]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return folder / "matrix.html"


def send_calls(session: MockSession) -> None:
    """Send some calls that show what the control page is for: stored, refused, not found, and a fault."""
    path, body = (
        "api/v2/update-preference",
        '{"fanId": "%s", "category": "content", "preference": "dark_mode"%s}',
    )
    for fan, rest, more in (
        ("12345", ', "value": true', []),
        ("12345", ', "value": ["yoga", "boxing"]', []),
        ("12345", "", []),
        ("nobody", ', "value": true', []),
        ("12345", ', "value": true', ["-H", "Prefer: code=503"]),
    ):
        headers = ["-H", f"Authorization: Bearer {session.token}", "-H", "Content-Type: application/json"]
        data = ["-d", body % (fan, rest)]
        subprocess.run(
            ["curl", "-sS", "-o", "/dev/null", f"{session.base_url}/{path}", *headers, *data, *more],
            check=True,
        )
    subprocess.run(
        ["curl", "-sS", "-o", "/dev/null", f"{session.base_url}/api/v2/update-preferences"], check=True
    )
    session.faults({"match": {"method": "GET"}, "latency": {"uniform_ms": [50, 150]}})


def take_pictures(browser: Browser, url: str, name: str, height: int, click: str = "") -> None:
    """Save what a page shows at first sight, or after a click, in the light and in the dark."""
    for scheme in SCHEMES:
        page = browser.new_page(viewport={"width": 1100, "height": height}, color_scheme=scheme)
        page.goto(url, wait_until="load")
        page.wait_for_timeout(700)  # the pages of the stub fetch what they show
        if click:
            page.locator(click).first.click()
            page.wait_for_timeout(300)
        page.screenshot(path=IMAGES / name_picture(name, scheme))
        page.close()


def name_picture(name: str, scheme: str) -> str:
    """Name the file of a picture."""
    return f"{name}.png" if scheme == "light" else f"{name}-{scheme}.png"


def main() -> None:
    """Take all pictures."""
    # Half a second that who only looks for the pictures need not wait for.
    from playwright.sync_api import sync_playwright

    IMAGES.mkdir(exist_ok=True)
    with (
        sync_playwright() as playwright,
        tempfile.TemporaryDirectory() as folder,
        MockServer(seed=1) as mock,
    ):
        browser = playwright.chromium.launch(executable_path=needs_chromium(), args=["--no-sandbox"])
        report = write_report(Path(folder)).as_uri()
        take_pictures(browser, report, "report", 840)
        take_pictures(browser, report, "report-failure", 800, "details summary")
        matrix = write_matrix(Path(folder) / "matrix")
        take_pictures(browser, matrix.as_uri(), "matrix", 800, "[value=differs]")
        send_calls(mock.session("shop"))
        take_pictures(
            browser, f"{mock.url}/__admin/?session=shop", "control-page", 920, "text=value: is required"
        )
        docs = f"{mock.url}/__admin/docs/onlyautomator"
        take_pictures(browser, docs, "reference", 800, ".opblock-summary-control")
        take_pictures(browser, mock.url, "front-page", 800)
        browser.close()


if __name__ == "__main__":
    main()
