"""The site has every page, and leads to what a page leads to in the checkout."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from mockserver.control.contracts import load_own_contract

from .control_plane import describe_control_plane
from .pages import PAGES, ROOT
from .site import REQUIREMENTS, adapt_markdown, list_requirements, unlink_files


def list_navigated(entries: list[Any]) -> Iterator[str]:
    """Yield the page of each entry of the navigation, and of the entries below it."""
    for entry in entries:
        for page in entry.values():
            yield from [page] if isinstance(page, str) else list_navigated(page)


def test_navigation_has_every_page_once() -> None:
    config = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))
    pages = {str(page.relative_to(ROOT)) for page in PAGES if page.suffix == ".md"} - {"README.md"}

    assert sorted(list_navigated(config["project"]["nav"])) == sorted(
        {*pages, "index.md", "docs/control-plane.md", "docs/requirements/index.md"}
    )


def test_every_api_has_its_requirements_listed() -> None:
    listed = re.findall(r"^- \[.+\]\((.+)\)$", list_requirements(), re.MULTILINE)

    assert [f"docs/requirements/{page}" for page in listed] == REQUIREMENTS


def test_reference_has_every_call_of_the_control_plane() -> None:
    page = describe_control_plane()
    operations = {
        operation["operationId"]: f"{method.upper()} /__admin{path}"
        for path, methods in load_own_contract()["paths"].items()
        for method, operation in methods.items()
    }

    assert dict(re.findall(r"^## (\w+_?\w*)\n\n`(\w+ /__admin/.*)`$", page, re.MULTILINE)) == operations
    assert "by_s | number, 0 to 3153600000" in page.replace("`", "")
    headings = {heading.lower() for heading in re.findall(r"^#+ (\w+)$", page, re.MULTILINE)}
    assert set(re.findall(r"\(#(\w+)\)", page)) <= headings


@pytest.mark.parametrize(
    ("link", "text"),
    [
        ("[Sessions](sessions.md#a)", "[Sessions](sessions.md#a)"),
        ("[it](https://example.com)", "[it](https://example.com)"),
        ("![it](../images/report.png)", "![it](../images/report.png)"),
        ("[`openapi/`](../../openapi)", "`openapi`"),
        ("[Node](../../examples/node/README.md)", "Node (`examples/node/README.md`)"),
    ],
)
def test_what_is_no_page_is_named_by_its_path(link: str, text: str) -> None:
    assert unlink_files(link, "docs/stub/in-tests.md") == text


def test_lists_in_lists_and_angle_brackets_are_written_as_the_site_reads_them() -> None:
    code = "```yaml\na:\n  - \\<b>\n```"

    assert adapt_markdown(f"- a\n  - \\<b>\n\n{code}\n") == f"- a\n    - &lt;b>\n\n{code}\n"
