"""The replies of the control plane that are more than JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.http import exact_json
from mockserver.http.problems import NotFound
from mockserver.http.reply import Reply
from mockserver.session.journal import Entry
from openapi.media_type import JSON

if TYPE_CHECKING:
    from jinja2 import Environment

# How many calls the journal had to drop to make room; the list that lacks them has this header.
_DROPPED = "X-Mock-Journal-Dropped"
# How many calls match, of which the newest are listed.
_FOUND = "X-Mock-Journal-Found"
# No page of another site may show ours in a frame and have its user click there.
_FRAME_POLICY = "frame-ancestors 'none'"
# For a page whose styles and scripts are all files of ours.
STRICT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'self'; "
    "form-action 'none'; frame-ancestors 'none'"
)


async def entries_reply(
    entries: Sequence[Entry], limit: int | None = None, dropped: int = 0, *, is_brief: bool = False
) -> Reply:
    """List the calls, or the newest *limit* of them; others are served meanwhile, since it may take a while to write.

    dropped: how many are missing. is_brief: whether heads and bodies are left out.
    """
    shown = entries[-limit:] if limit else entries
    content = await asyncio.to_thread(_write_entries, shown, is_brief)
    headers = {_FOUND: str(len(entries)), **({_DROPPED: str(dropped)} if dropped else {})}
    return Reply(200, content, {"Content-Type": JSON, **headers})


async def entry_reply(entries: Sequence[Entry], id: str) -> Reply:
    """Answer the call of that id. Raises NotFound."""
    entry = next((one for one in entries if str(one.id) == id), None)
    if entry is None:
        raise NotFound(f"call {id[:100]!r} not found; it was none, or the journal keeps it no more")
    return Reply(200, await asyncio.to_thread(_write_entry, entry), {"Content-Type": JSON})


async def archive_reply(entries: Sequence[Entry], url: str) -> Reply:
    """Answer the calls as an HTTP archive to be saved; others are served meanwhile."""
    # Here: few runs need it, and the import would slow every start.
    from mockserver.control.har import build_archive

    archive = await asyncio.to_thread(build_archive, entries, url)
    disposition = {"Content-Disposition": 'attachment; filename="requests.har"'}
    return Reply(200, archive, {"Content-Type": JSON, **disposition})


def _write_entry(entry: Entry) -> bytes:
    return exact_json.dumps(entry.document())


def _write_entries(entries: Sequence[Entry], is_brief: bool) -> bytes:
    return b"[" + b",".join(exact_json.dumps(entry.document(is_brief=is_brief)) for entry in entries) + b"]"


def html_reply(page: str, policy: str = _FRAME_POLICY) -> Reply:
    """Answer a page for people, to which the content security *policy* applies."""
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
    return Reply(200, page.encode(), headers)


@cache
def template_environment(folder: Path) -> Environment:
    """Return what fills the templates of pages in *folder*."""
    # Few runs need it, and the import would slow every start.
    from jinja2 import Environment, FileSystemLoader

    return Environment(loader=FileSystemLoader(folder), autoescape=True, trim_blocks=True)
