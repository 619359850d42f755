"""What axe-core finds wrong with a page for those who cannot see it, or use no mouse."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

_RUN = """async () => (await axe.run()).violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => [id, help, node.target.join(" "), ...node.any.map((one) => one.message)].join(": ")))"""


def find_violations(page: Page, node_modules: Path) -> list[str]:
    """List what axe finds on *page* as it is shown now, one line for each element; [] if nothing is wrong.

    node_modules: the fixture of that name, which has axe-core.
    """
    # Evaluated by the debugger, which no content security policy keeps from it, as it would a script element.
    page.evaluate(_read_axe(node_modules))
    return list(map(str, page.evaluate(_RUN)))


@cache
def _read_axe(node_modules: Path) -> str:
    return (node_modules / "axe-core/axe.min.js").read_text(encoding="utf-8")
