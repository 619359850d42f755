"""A caller with a session of its own."""

from __future__ import annotations

import uuid
from dataclasses import replace

import httpx2
import pytest


@pytest.fixture
def caller(default_caller, url):
    """A caller with a session of its own, since restrictions of a channel show everywhere."""
    name = uuid.uuid4().hex
    with httpx2.Client(base_url=url, headers={"X-Mock-Session": name}, verify=False) as http:
        http.post("/__admin/sessions", json={"id": name}).raise_for_status()
        yield replace(default_caller, http=http)
