"""What the body of an error says to people."""

from __future__ import annotations

from typing import Any

# Nobody reads more in a list of calls.
_LONGEST = 500


def find_message(body: Any) -> str | None:
    """Find the message in the parsed body of an error, in the forms in which most APIs write it; its beginning."""
    if isinstance(body, str) and len(body) > _LONGEST:  # such as a page
        return None
    error = body.get("error", body) if isinstance(body, dict) else body
    members = (error.get(name) for name in ("message", "detail", "title")) if isinstance(error, dict) else ()
    message = next((one for one in (error, *members) if isinstance(one, str) and one), None)
    return message if message is None or len(message) <= _LONGEST else f"{message[:_LONGEST]}…"
