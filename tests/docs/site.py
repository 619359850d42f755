"""Gather the pages of the site in build/pages: ``python -m tests.docs.site``; ``make docs`` builds the site of them."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import zensical

import openapi

from .control_plane import describe_control_plane
from .pages import PAGES, ROOT

GATHERED = ROOT / "build/pages"
REQUIREMENTS = [f"docs/requirements/{api}.md" for api in openapi.api_names()]
_FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
_INNER_ITEM = re.compile(r"^( +)(?=- )", re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^()\s#]+)(?:#[^()\s]*)?\)")


def gather_pages(folder: Path, requirements: Mapping[str, str]) -> None:
    """Write every page to where it stands in the checkout, so that links between pages stay as they are.

    requirements: the texts of the pages that `conformance explain --all` writes, by their paths.
    """
    shutil.rmtree(folder, ignore_errors=True)
    ours = {
        "docs/control-plane.md": describe_control_plane(),
        "docs/requirements/index.md": list_requirements(),
    }
    written = {
        str(page.relative_to(ROOT)): page.read_text(encoding="utf-8")
        for page in PAGES
        if page.suffix == ".md"
    }
    for path, text in {**written, **requirements, **ours}.items():
        write_page(folder / path.replace("README.md", "index.md"), unlink_files(adapt_markdown(text), path))
    write_page(folder / "assets/iframe-worker.js", write_search_starter())
    write_page(folder / "assets/colours.css", _COLOURS)
    shutil.copytree(ROOT / "docs/images", folder / "docs/images")


def adapt_markdown(text: str) -> str:
    """Write for Python-Markdown, which Zensical has, what GitHub reads otherwise.

    A list in a list is indented by four blanks, not by two, and ``<`` cannot be escaped.
    """
    parts = _FENCE.split(text)  # every second one is a block of code
    parts[::2] = [_INNER_ITEM.sub(r"\1\1", part).replace(r"\<", "&lt;") for part in parts[::2]]
    return "".join(parts)


def list_requirements() -> str:
    """Write the page that leads to the requirements of each API, so that a new one need not be entered anywhere."""
    lines = ["# Requirements", "", "What is asked, with the sentences of the document that it rests on.", ""]
    titles = {api: openapi.load_contract(api)["info"]["title"] for api in openapi.api_names()}
    lines += [f"- [{title}]({api}.md)" for api, title in titles.items()]
    return "\n".join(
        [*lines, "", "[Levels](../judge/levels.md) says what MUST, SHOULD and OBSERVED mean.", ""]
    )


def write_search_starter() -> str:
    """Write a script that starts Zensical's search where the site is read from a folder.

    A browser starts no worker from a file, but it does from a text. Zensical leaves out the script that it would fetch
    from a server for this purpose if there is one with "iframe-worker" in its name.
    """
    (worker,) = (Path(zensical.__file__).parent / "templates/assets/javascripts/workers").glob("search.*.js")
    return _SEARCH_STARTER % json.dumps(worker.read_text(encoding="utf-8"))


_SEARCH_STARTER = """
if (location.protocol === "file:") {
  const text = %s;
  window.Worker = class extends window.Worker {
    constructor() { super(URL.createObjectURL(new Blob([text]))); }
  };
}
"""


# The theme's blue is too pale for a word on its own light blue.
_COLOURS = """
[data-md-color-scheme="default"] { --md-accent-fg-color: #0b5cad; --md-typeset-a-color: #0b5cad; }
"""


def write_page(file: Path, text: str) -> None:
    """Write a page, with its folder."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def unlink_files(text: str, page: str) -> str:
    """Replace each link of *page* to what is no page, such as an example, by the path in the checkout."""

    def unlink(link: re.Match[str]) -> str:
        label, target = link[1], link[2]
        path = os.path.normpath(Path(page).parent / target)
        if re.match(r"[a-z]+:", target) or (path.endswith(".md") and not path.startswith("examples")):
            return link[0]
        return f"`{path}`" if label.strip("`/") == path else f"{label} (`{path}`)"

    return _LINK.sub(unlink, text)


if __name__ == "__main__":
    gather_pages(GATHERED, {page: (ROOT / page).read_text(encoding="utf-8") for page in REQUIREMENTS})
