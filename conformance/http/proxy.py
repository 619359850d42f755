"""The proxy that a profile names."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

NO_PROXY = "none"  # in the place of a URL: not even the environment's


def is_proxy_url(url: str) -> bool:
    """Tell whether *url* is an http or https URL that a proxy can have."""
    try:
        parts = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https") and bool(parts.hostname) and has_port and not re.search(r"\s", url)
    )
