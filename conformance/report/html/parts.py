"""What the judge's pages share: their look, their words, and how a template becomes a page."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from conformance.http.foreign_text import escape_controls
from conformance.report.words import WORDS, spell_status

NOT_ASKED = "not_asked"
PAGE_WORDS = {status: spell_status(status) for status in WORDS} | {NOT_ASKED: "not asked"}


@cache  # to compile it takes longer than to render it
def load_template(folder: Path, **filters: Callable[..., Any]) -> Template:
    """Return the template page.html of *folder*, in which all that is no markup is escaped."""
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_escape_text,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(filters)
    return environment.from_string((folder / "page.html").read_text(encoding="utf-8"))


@cache
def load_parts(folder: Path) -> dict[str, Markup]:
    """Return the style and the script, and the digest by which the page's policy lets this script run and no other."""
    base = Path(__file__).with_name("base.css").read_text(encoding="utf-8")
    style, script = ((folder / f"page.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return {
        "style": Markup(base + style),  # noqa: S704 - our own files
        "script": Markup(script),  # noqa: S704 - our own file
        "script_hash": Markup(f"sha256-{digest}"),  # noqa: S704 - letters and figures
    }


def _escape_text(value: Any) -> Any:
    """Escape control characters in plain text; what a macro returned is markup already and stays as it is."""
    return escape_controls(value) if type(value) is str else value
