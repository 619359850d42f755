"""A caller with a session of its own."""

from __future__ import annotations

import uuid
from dataclasses import replace

import httpx2
import pytest


@pytest.fixture
def caller(default_caller, url):
    """A caller with a session of its own, since restrictions of a channel show everywhere."""
    headers = {"X-Mock-Session": uuid.uuid4().hex}
    with httpx2.Client(base_url=url, headers=headers, verify=False) as http:
        yield replace(default_caller, http=http)
