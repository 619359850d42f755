"""A caller with a session of its own."""

from __future__ import annotations

import uuid
from dataclasses import replace

import httpx2 as httpx
import pytest


@pytest.fixture
def caller(default_caller, url):
    """A caller with a session of its own, since restrictions of a channel show everywhere."""
    with httpx.Client(base_url=url, headers={"X-Mock-Session": uuid.uuid4().hex}) as http:
        yield replace(default_caller, http=http)
