"""The profiles by which the judge knows the stub of each API."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.testbed import calls


def make_onlyautomator_profile(url: str) -> dict[str, Any]:
    """Make a profile in which nothing is missing."""
    return {
        "api": "onlyautomator",
        "base_url": url,
        "credentials": {
            "user": calls.token(),
            "other_user": calls.token(sub="user-2"),
            "forbidden": calls.token(role="read_only"),
            "expired": calls.token(exp=int(time.time()) - 60),
        },
        "fixtures": {"fan_id": "12345", "other_fan_id": "67890"},
        "capabilities": ["read_back"],
        "triggers": {"service_unavailable": {"headers": {"Prefer": "code=503"}}},
    }


PROFILES: Mapping[str, Callable[[str], dict[str, Any]]] = {"onlyautomator": make_onlyautomator_profile}
