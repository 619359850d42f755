"""The call that every page makes, and what its script saw of the answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from playwright.sync_api import Page

PATH = "/api/v2/update-preference"
WRITE = {"fanId": "12345", "category": "content", "preference": "likes_fitness_videos", "value": True}
READABLE = ("Preference-Applied", "X-Mock-Near-Miss", "Retry-After", "WWW-Authenticate", "ETag", "X-Feature")

# Whatever the browser keeps from a page's script is not in what this returns.
_FETCH = """async ([url, init, readable]) => {
    try {
        const answer = await fetch(url, { credentials: "include", ...init });
        const text = await answer.text();
        const headers = Object.fromEntries(readable.map((name) => [name, answer.headers.get(name)]));
        return { status: answer.status, headers, body: text ? JSON.parse(text) : null };
    } catch (error) {
        return { status: 0, headers: {}, body: error.name };
    }
}"""


class Seen(NamedTuple):
    """What a script saw; status 0 and the error's name where fetch rejected."""

    status: int
    headers: dict[str, str | None]
    body: Any


def fetch(page: Page, url: str, **init: Any) -> Seen:
    """Let the page's own script call *url*."""
    return Seen(**page.evaluate(_FETCH, [url, init, READABLE]))


def write(page: Page, base_url: str, token: str | None = None, *, path: str = PATH, **changes: Any) -> Seen:
    """Write a preference from the page; *headers* may be among the changes to the body."""
    headers = {"Content-Type": "application/json", **changes.pop("headers", {})}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return fetch(page, base_url + path, method="POST", headers=headers, body=json.dumps({**WRITE, **changes}))
