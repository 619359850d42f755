"""What an exchange with a SuprSend server was about."""

from __future__ import annotations

import re

from conformance.http.evidence import Exchange

_PATH = re.compile(r"/v1/object/(?P<object>[^/]+/[^/]+)/preference(?:/category/(?P<category>[^/]+))?")


def describe_subject(exchange: Exchange) -> str | None:
    """Name the object, the category and the tenant that were asked for; None if the path names none."""
    asked = _PATH.search(exchange.path)
    if asked is None:
        return None
    category = f", category {asked['category']}" if asked["category"] else ""
    tenants = [f", tenant {value}" for name, value in exchange.query if name == "tenant_id"]
    return f"object {asked['object']}{category}{''.join(tenants)}"
