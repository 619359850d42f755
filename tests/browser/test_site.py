"""The site of the documentation in a real browser, read from a folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.docs.pages import ROOT
from tests.docs.site import REQUIREMENTS, gather_pages

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_site_is_built_strictly_and_searched_without_a_network(tab: Page, tmp_path: Path) -> None:
    """The pages of requirements take long to write; others see that they are right."""
    gather_pages(tmp_path / "build/pages", dict.fromkeys(REQUIREMENTS, "# Requirements\n"))
    shutil.copy(ROOT / "zensical.toml", tmp_path)
    build = [str(Path(sys.executable).with_name("zensical")), "build", "--strict"]
    built = subprocess.run(build, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))

    tab.goto((tmp_path / "build/site/docs/stub/sessions.html").as_uri())
    tab.get_by_role("button", name="Search").click()
    tab.get_by_role("combobox").fill("near miss")
    tab.get_by_role("option", name="Calls that match no operation").wait_for()

    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
