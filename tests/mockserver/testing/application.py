"""What an application under test does: it knows a URL and a token, and nothing of sessions."""

from __future__ import annotations

import httpx2

from mockserver.testing.client import MockSession
from tests.testbed.calls import PREFERENCE


def write_preference(session: MockSession, **changes: object) -> httpx2.Response:
    """Write a preference."""
    body = {"fanId": "12345", "category": "content", "preference": "dark_mode", "value": True, **changes}
    headers = {"Authorization": f"Bearer {session.token}"}
    with httpx2.Client(trust_env=False, timeout=10) as http:
        return http.post(session.base_url + PREFERENCE, json=body, headers=headers)
