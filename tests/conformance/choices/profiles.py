"""The profiles by which the judge knows the stub of each API; *chosen* are the alternatives that it takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.testbed import calls


def make_onlyautomator_profile(url: str, _: Mapping[str, str]) -> dict[str, Any]:
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


def make_suprsend_profile(url: str, chosen: Mapping[str, str]) -> dict[str, Any]:
    """Make a profile in which nothing is missing, with the form of the path that the stub answers."""
    only_with_slash = chosen["trailing-slash"] == "slash-only"
    return {
        "api": "suprsend",
        "base_url": url,
        "credentials": {"api_key": "SS.local-development-key"},
        "fixtures": {
            "object": {"type": "departments", "id": "engineering"},
            "other_object": {"type": "departments", "id": "sales"},
            "other_type_object": {"type": "teams", "id": "design"},
            "category": "status-update-alert",
            "other_category": "product-newsletter",
            "locked_category": "security-alert",
            "tenant_id": "acme",
        },
        "path_style": "trailing_slash" if only_with_slash else "no_slash",
        "capabilities": ["read_back"],
    }


PROFILES: Mapping[str, Callable[[str, Mapping[str, str]], dict[str, Any]]] = {
    "onlyautomator": make_onlyautomator_profile,
    "suprsend": make_suprsend_profile,
}
