"""The content of a JWT, read without checking its signature."""

from __future__ import annotations

import base64
import json
from typing import Any


def peek_claims(token: str) -> dict[str, Any] | None:
    """Return the claims of *token*, which may be forged; None if it is not a readable JWT."""
    parts = token.split(".")
    return decode_part(parts[1]) if len(parts) == 3 else None


def decode_part(part: str) -> dict[str, Any] | None:
    """Return the object in the header or the claims of a JWT; None if there is none."""
    try:
        # A JWT leaves out the padding, which Python's decoder insists on.
        content = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None
