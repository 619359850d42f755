"""Every link of the documentation leads somewhere."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
import typer

from . import pictures
from .pages import PAGES, ROOT

_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?:\]\(|\b(?:src|srcset)=\")([^()\s\"]+)[)\"]")
_PICTURE = re.compile(r"<picture><source .*srcset=\"(\S+)\"><img src=\"(\S+)\" alt=\"([^\"]+)\"></picture>")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
# Written by `make docs`; what it writes is looked at in test_requirements.py.
_WRITTEN = "docs/requirements/"


def find_dead_links(page: Path, root: Path) -> list[str]:
    """Name every relative link of *page* whose file, or heading of a Markdown file, does not exist."""
    dead_links = []
    for link in _LINK.findall(_CODE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        file = (page.parent / path) if path else page
        if file.resolve().is_relative_to(root / _WRITTEN):
            continue
        is_ours = file.exists() and file.resolve().is_relative_to(root)
        if not is_ours or (anchor and file.suffix == ".md" and anchor not in list_anchors(file)):
            dead_links.append(f"{page.relative_to(root)}: {link}")
    return dead_links


def list_anchors(page: Path) -> list[str]:
    """List the names that GitHub gives to the headings of a page."""
    headings = _HEADING.findall(
        re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    )
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


LINKING = [*PAGES, *ROOT.glob("examples/README.md"), *ROOT.glob("examples/*/README.md")]


@pytest.mark.parametrize("page", LINKING, ids=[str(page.relative_to(ROOT)) for page in LINKING])
def test_every_link_leads_somewhere(page: Path) -> None:
    assert find_dead_links(page, ROOT) == []


def test_every_page_is_reached_from_the_readme() -> None:
    linked = set(_LINK.findall((ROOT / "README.md").read_text(encoding="utf-8")))
    pages = {str(page.relative_to(ROOT)) for page in PAGES} - {"README.md"}

    assert pages - linked == set()


def test_every_path_that_is_named_exists() -> None:
    """The changelog speaks of the past; NAME stands for the name of an API."""
    named = {
        path
        for page in PAGES
        if page.stem != "CHANGELOG"
        for path in re.findall(
            r"`((?:mockserver|conformance|openapi|tests|examples)/[^`<\s]*)", page.read_text("utf-8")
        )
    }

    assert len(named) > 30
    assert sorted(path for path in named if "NAME" not in path and not (ROOT / path).exists()) == []


def test_architecture_shows_every_folder() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    for package in ("mockserver", "conformance"):
        tree = page.partition(f"\n{package}/\n")[2].partition("\n\n")[0].partition("```")[0]
        shown = re.findall(r"^  (\w+)/", tree, re.MULTILINE)
        folders = [one.name for one in (ROOT / package).iterdir() if (one / "__init__.py").exists()]
        assert sorted(shown) == sorted(folders)


@pytest.mark.parametrize("package", ["mockserver", "conformance"])
def test_architecture_names_every_command(package: str) -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    tree = page.partition(f"\n{package}/\n")[2].partition("\n\n")[0]
    line = re.search(r"^  command/ (.*\n(?: {10,}.*\n)*)", tree, re.MULTILINE)
    commands = typer.main.get_command(importlib.import_module(f"{package}.command.cli").app).commands  # type: ignore[attr-defined]

    assert line
    assert sorted(set(commands) - set(re.findall(r"\w+", line[1]))) == []


def test_pictures_are_small_described_and_shown() -> None:
    """Each is there for the light and for the dark."""
    shown = {
        (page.parent / file).resolve(): description
        for page in PAGES
        for dark, light, description in _PICTURE.findall(page.read_text(encoding="utf-8"))
        for file in (dark, light)
    }

    assert {file for file in pictures.IMAGES.iterdir() if file.suffix == ".png"} == set(shown)
    assert all(len(description) > 20 for description in shown.values())
    assert all(file.stat().st_size < 200_000 for file in shown)
    assert len(_PICTURE.findall((ROOT / "README.md").read_text(encoding="utf-8"))) == 2


@pytest.mark.parametrize(
    ("text", "dead_links"),
    [
        ("[a](there.md)", []),
        ("[a](there.md#two-words)", []),
        ("[a](#here)\n\n## Here\n", []),
        ("[a](https://example.com/none)", []),
        ("`[a](none.md)`", []),
        ("[a](none.md)", ["page.md: none.md"]),
        ("[a](..)", ["page.md: .."]),
        ("[a](there.md#none)", ["page.md: there.md#none"]),
        ("![a](none.png)", ["page.md: none.png"]),
        ('<img src="none.png" alt="a">', ["page.md: none.png"]),
    ],
)
def test_dead_link_is_found(text: str, dead_links: list[str], tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# Two `words`\n")
    page = tmp_path / "page.md"
    page.write_text(text)

    assert find_dead_links(page, tmp_path) == dead_links
