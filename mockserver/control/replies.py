"""The replies of the control plane that are more than JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from mockserver.http import exact_json
from mockserver.http.reply import Reply
from mockserver.session.journal import Entry
from openapi.media_type import JSON


async def entries_reply(entries: Sequence[Entry]) -> Reply:
    """List the calls; others are served meanwhile, since a full journal takes a while to write."""
    return Reply(200, await asyncio.to_thread(_write_entries, entries), {"Content-Type": JSON})


def _write_entries(entries: Sequence[Entry]) -> bytes:
    return b"[" + b",".join(exact_json.dumps(entry.document()) for entry in entries) + b"]"


def html_reply(page: str) -> Reply:
    """Answer a page for people."""
    headers = {
        # No page of another site may show this one in a frame and have its user click there.
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "frame-ancestors 'none'",
    }
    return Reply(200, page.encode(), headers)
